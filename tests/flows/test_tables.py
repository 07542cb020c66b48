"""Reference tables: what a file may say, what is found wrong in it, and what a look-up answers."""

from datetime import date

import msgspec
import pytest

from isthmus import table
from isthmus.flows.tables import Table, read_rows
from isthmus.kernel import Misuse

DEPARTMENTS = table("departments", key=("facility", "department"), columns=("account",))


def rows_of(text, declared=DEPARTMENTS):
    rows, faults = read_rows(declared, text.encode())
    return rows, [(fault.line, fault.what) for fault in faults]


def filled(text, declared=DEPARTMENTS):
    rows, faults = rows_of(text, declared)
    assert faults == []
    declared.put(rows)
    return declared


def test_a_row_is_found_by_its_whole_key():
    found = filled("facility,department,account\nMAIN,LAB,4110\nEAST,LAB,4111\n")
    assert found.find("EAST", "LAB") == {"facility": "EAST", "department": "LAB", "account": "4111"}
    assert found.find("EAST", "RAD") is None


def test_a_look_up_with_half_a_key_is_refused():
    with pytest.raises(Misuse, match="looked up by facility, department"):
        filled("facility,department,account\nMAIN,LAB,4110\n").find("MAIN")


def test_a_table_that_was_only_declared_answers_nothing():
    with pytest.raises(Misuse, match="within a handler"):
        table("payers", key="financial_class").find("MCR")


def test_columns_may_stand_in_any_order_and_there_may_be_more_of_them():
    found = filled("\ufeffaccount , note,department,facility\r\n4110, spring ,LAB,MAIN\r\n\r\n")
    assert found.find("MAIN", "LAB")["note"] == "spring"


def test_the_row_that_holds_on_the_day_answers():
    found = filled(
        "facility,department,account,valid_from,valid_to\nMAIN,LAB,4110,,2026-06-30\nMAIN,LAB,4111,2026-07-01,\n"
    )
    on = [found.find("MAIN", "LAB", on=day)["account"] for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert on == ["4110", "4111"]


def test_a_day_on_which_no_row_holds_finds_none():
    found = filled("facility,department,account,valid_from\nMAIN,LAB,4110,2026-07-01\n")
    assert found.find("MAIN", "LAB", on=date(2026, 6, 30)) is None


def test_a_table_with_days_must_be_told_the_day():
    found = filled("facility,department,account,valid_to\nMAIN,LAB,4110,2026-07-01\n")
    with pytest.raises(Misuse, match="on which"):
        found.find("MAIN", "LAB")


def test_a_table_without_days_answers_for_every_day():
    assert filled("facility,department,account\nMAIN,LAB,4110\n").find("MAIN", "LAB", on=date(1999, 1, 1))


def test_the_version_is_that_of_the_bytes():
    one, other = (rows_of(f"facility,department,account\nMAIN,LAB,{account}\n")[0] for account in ("4110", "4111"))
    again, _ = rows_of("facility,department,account\nMAIN,LAB,4110\n")
    assert one.version == again.version != other.version


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, "has no column 'facility'"), (1, "has no column 'department'"), (1, "has no column 'account'")]),
        ("facility,department\nMAIN,LAB\n", [(1, "has no column 'account'")]),
        ("facility,department,account,account\n", [(1, "has the column 'account' twice")]),
        ("facility,department,account\nMAIN,LAB\n", [(2, "has 2 cells, the first line 3")]),
        ("facility,department,account\n,LAB,4110\n", [(2, "has nothing in 'facility'")]),
        (
            "facility,department,account\nMAIN,LAB,1\nMAIN,RAD,2\nMAIN,LAB,3\n",
            [(4, "has the key of line 2, for the same days")],
        ),
        (
            "facility,department,account,valid_from\nMAIN,LAB,1,7/1/2026\n",
            [(2, "valid_from or valid_to is no date")],
        ),
        (
            "facility,department,account,valid_from,valid_to\nMAIN,LAB,1,2026-02-01,2026-01-31\n",
            [(2, "valid_from is after valid_to")],
        ),
        (
            "facility,department,account,valid_from,valid_to\nM,LAB,1,,2026-03-01\nM,LAB,2,2026-03-01,\n",
            [(3, "has the key of line 2, for the same days")],
        ),
        ('facility,department,account\n"MAIN,LAB,4110\n', [(1, "is not CSV in UTF-8")]),
        (
            "facility,department,account\nMAIN,LAB\n,RAD,1\n",
            [(2, "has 2 cells, the first line 3"), (3, "has nothing in 'facility'")],
        ),
    ],
)
def test_everything_that_is_wrong_in_a_file_is_found_with_its_line(text, found):
    assert rows_of(text)[1] == found


def test_what_was_saved_in_another_charset_is_said_so():
    _, faults = read_rows(DEPARTMENTS, "facility,department,account\nMAIN,Küche,1\n".encode("latin-1"))
    assert [fault.mend for fault in faults] == ["save it as CSV (UTF-8)"]


@pytest.mark.parametrize("name", ["", "../departments", "Departments", "a b"])
def test_a_name_that_is_no_file_s_name_is_refused(name):
    with pytest.raises(Misuse):
        table(name, key="id")


def test_a_table_shows_nothing_of_its_rows():
    assert repr(Table.of("payers", ("id",), [{"id": "MCR"}])) == "<Table payers>"


def test_rows_at_hand_are_looked_up_as_the_struct_that_they_are() -> None:
    class Payer(msgspec.Struct, frozen=True):
        id: str
        account: str

    payers = Table.of("payers", ("id",), [{"id": "MCR", "account": "1210"}], Payer)
    assert payers.get("MCR") == Payer("MCR", "1210")
    with pytest.raises(msgspec.ValidationError):
        Table.of("payers", ("id",), [{"id": "MCR"}], Payer)
