"""The crosswalk from the EHR's words to the chart of accounts."""

from datetime import date

import pytest
from hospital import charge

from isthmus.flows import Table
from isthmus.flows.tables import read_rows
from isthmus.packs import masters
from isthmus.packs.revenue import Crosswalk, Unmapped, reference_tables
from isthmus.runtime.loader import read_declarations

DEPARTMENTS = """facility,department,account,cost_centre,valid_from,valid_to
*,LAB,4110,CC110,,2026-02-28
*,LAB,4111,CC111,2026-03-01,
EAST,LAB,4190,CC190,,
"""


def crosswalk() -> Crosswalk:
    departments, _, _ = reference_tables()
    rows, faults = read_rows(departments, DEPARTMENTS.encode())
    assert faults == []
    departments.put(rows)
    nothing = Table.of("payers", ("financial_class",), ()), Table.of("companies", ("facility",), ())
    return Crosswalk(departments, *nothing)


HUB = """
from isthmus.packs import masters, revenue

accounts, departments, cost_centres = masters.accounts(), masters.departments({fed}), masters.cost_centres()
_, payers, companies = revenue.reference_tables(departments)
"""


@pytest.mark.parametrize("fed", ["", "fed=True"])
def test_a_hub_holds_the_departments_of_the_masters_once_and_the_crosswalk_looks_into_them(tmp_path, fed):
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "books.py").write_text(HUB.format(fed=fed))
    findings = []
    tables = {one.name: one for one in read_declarations(tmp_path, findings).tables}
    assert findings == []
    assert sorted(tables) == ["accounts", "companies", "cost-centres", "departments", "payers"]
    assert tables["departments"].type is masters.Department


def test_a_row_that_lacks_its_account_is_found_when_the_table_is_read():
    departments, _, _ = reference_tables()
    _, faults = read_rows(departments, b"facility,department,account,cost_centre\n*,LAB,,CC110\n")
    assert [(fault.line, "account" in fault.what) for fault in faults] == [(2, True)]


def posted_on(day: date, **fields):
    return charge("T1", **fields).replace(posting_date=day)


def test_the_row_that_holds_on_the_posting_date_counts():
    accounts = [crosswalk().revenue(posted_on(day)).account for day in (date(2026, 2, 28), date(2026, 3, 1))]
    assert accounts == ["4110", "4111"]


def test_a_facility_s_own_row_goes_before_the_one_for_all():
    assert crosswalk().revenue(posted_on(date(2026, 3, 2)).replace(facility="EAST")).account == "4190"


def test_a_day_on_which_no_row_holds_is_unmapped():
    with pytest.raises(Unmapped):
        crosswalk().revenue(posted_on(date(2026, 3, 2)).replace(department="PT"))
