"""Tables whose rows are values: what a cell may say, what it means, and rows of other tables that it names."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

import msgspec
import pytest

from isthmus import table
from isthmus.flows.tables import Fault, Unmapped, read_rows, refers_to
from isthmus.flows.tables.references import dangling
from isthmus.kernel import Misuse


class Account(msgspec.Struct, frozen=True):
    account: str


class Price(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    tier: Decimal = Decimal(1)
    price: Decimal
    account: Annotated[str, refers_to("accounts")] = ""
    revenue: Annotated[str, msgspec.Meta(pattern="[0-9]{4}")] = ""
    share: Fraction | None = None
    billed: bool = True
    since: date | None = None
    side: Literal["in", "out"] = "in"
    count: int | None = None


ACCOUNTS = table("accounts", key="account", row=Account)


def prices():
    return table("prices", key=("code", "tier"), row=Price)


def read(text, declared):
    rows, faults = read_rows(declared, text.encode())
    return rows, [(fault.line, fault.what) for fault in faults]


def filled(text, declared):
    rows, faults = read(text, declared)
    assert faults == []
    declared.put(rows)
    return declared


FULL = "code,tier,price,account,revenue,share,billed,since,side,count\nA,10,1.50,4110,0301,1/3,n,2026-01-31,out,-2\n"


def test_cells_are_values_of_the_row_s_types():
    assert filled(FULL, prices()).get("A", Decimal(10)) == Price(
        code="A",
        tier=Decimal(10),
        price=Decimal("1.50"),
        account="4110",
        revenue="0301",
        share=Fraction(1, 3),
        billed=False,
        since=date(2026, 1, 31),
        side="out",
        count=-2,
    )


def test_what_has_a_default_may_be_empty_or_left_out():
    assert filled("code,tier,price,billed\nA,1,2,\n", prices()).get("A", Decimal(1)) == Price(
        code="A", price=Decimal(2)
    )


def test_a_key_of_a_number_is_found_however_it_is_written():
    assert filled("code,tier,price\nA,10.0,2\n", prices()).find("A", Decimal("1E1"))


def test_what_has_no_default_is_a_column_that_the_file_needs():
    assert read("code,tier\nA,1\n", prices())[1] == [(1, "has no column 'price'")]
    assert read("code,tier,price\nA,1,\n", prices())[1] == [(2, "has nothing in 'price'")]


@pytest.mark.parametrize(
    ("column", "cell", "what"),
    [
        ("price", "1,234.50", "is not a decimal number"),
        ("price", "1e5", "is not a decimal number"),
        ("price", "NaN", "is not a decimal number"),
        ("price", "٣", "is not a decimal number"),
        ("revenue", "301", "does not match [0-9]{4}"),
        ("share", "1/0", "is neither a decimal number nor a fraction"),
        ("share", "1/x", "is neither a decimal number nor a fraction"),
        ("billed", "maybe", "is neither Y nor N"),
        ("since", "1/31/2026", "is no date"),
        ("side", "up", "is none of in, out"),
        ("count", "1.5", "is not a whole number"),
    ],
)
def test_what_a_cell_may_not_be_is_said_without_what_it_is(column, cell, what):
    header = "code,tier,price" if column == "price" else f"code,tier,price,{column}"
    row = f'A,1,"{cell}"' if column == "price" else f'A,1,1,"{cell}"'
    assert read(f"{header}\n{row}\n", prices())[1] == [(2, f"{column!r} {what}")]


def test_every_cell_that_is_wrong_is_found_at_once():
    _, faults = read("code,tier,price,billed,valid_from\nA,x,y,z,never\nB,1,2,q,\n", prices())
    assert [line for line, _ in faults] == [2, 2, 2, 2, 3]


def test_rows_are_found_by_the_beginning_of_their_key():
    found = filled("code,tier,price\nA,1,2\nB,1,9\nA,10,1\n", prices())
    assert [row.price for row in found.where("A")] == [2, 1]
    assert len(found.where()) == 3
    assert found.where("C") == []


def test_a_check_over_all_rows_is_part_of_reading():
    def check(rows):
        yield from (Fault(one.line, "costs nothing", "say what it costs") for one in rows if not one.row.price)

    declared = table("prices", key="code", row=Price, check=check)
    assert read("code,price\nA,1\nB,0\n", declared)[1] == [(3, "costs nothing")]


def test_a_struct_with_a_field_that_no_cell_can_hold_is_refused_where_it_is_declared():
    class Odd(msgspec.Struct, frozen=True):
        code: str
        parts: tuple[str, ...] = ()

    with pytest.raises(Misuse, match="column parts"):
        table("odd", key="code", row=Odd)
    with pytest.raises(Misuse, match="'id'"):
        table("odd", key="id", row=Account)


# ---- a missing row


def test_a_missing_row_names_table_and_version_and_keeps_its_key_for_those_who_may_see_it():
    found = filled("code,tier,price,valid_from\nA,1,2,2026-01-01\n", prices())
    with pytest.raises(Unmapped) as raised:
        found.get("CANARY", Decimal(1), on=date(2026, 3, 2))
    error = raised.value
    assert error.code == "UNMAPPED"
    assert str(error) == f"code, tier has no row in the table prices (version {found.version})"
    assert error.suggestion == "add a row for it to tables/prices.csv, deploy, then resend"
    assert error.detail == "prices: code CANARY, tier 1 on 2026-03-02"


# ---- rows of other tables

DATED = "account,valid_from,valid_to\n4110,2026-01-01,2026-06-30\n4110,2026-07-01,\n4120,,2026-06-30\n"


def dangles(text, accounts=DATED):
    rows, faults = read_rows(prices(), text.encode())
    assert faults == []
    held = read_rows(ACCOUNTS, accounts.encode())[0]
    return [(one.line, one.what) for one in dangling(prices(), (one for _, one in rows.all()), {"accounts": held})]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A,1,2,4110,2026-01-01,", None),
        ("A,1,2,4110,,", None),
        ("A,1,2,,,", None),
        ("A,1,2,4199,,", "'account' names no row of the table accounts"),
        ("A,1,2,4120,,", "'account' names a row of the table accounts that ends before this one does"),
        ("A,1,2,4120,,2026-06-30", None),
        ("A,1,2,4110,2025-12-31,", "'account' names a row of the table accounts that begins after this one does"),
    ],
)
def test_a_named_row_is_there_for_as_long_as_the_one_that_names_it(row, what):
    expected = [] if what is None else [(2, what)]
    assert dangles(f"code,tier,price,account,valid_from,valid_to\n{row}\n") == expected


def test_a_table_that_is_not_at_hand_is_not_judged():
    rows, _ = read_rows(prices(), b"code,tier,price,account\nA,1,2,9999\n")
    assert list(dangling(prices(), (one for _, one in rows.all()), {})) == []
