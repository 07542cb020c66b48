"""The crosswalk from the EHR's words to the chart of accounts."""

from datetime import date

import pytest
from hospital import charge

from isthmus.flows import Table
from isthmus.flows.tables import read_rows
from isthmus.packs.revenue import Crosswalk, Unmapped, reference_tables

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
