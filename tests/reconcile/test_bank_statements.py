"""Control B1: the bank's statements add up, and follow one another without a gap."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payers_and_banks import DAY, at, entry, stated

from isthmus.reconcile import BANK_STATEMENTS, BankStatements, Stated
from isthmus.reconcile.bank_statements import BALANCE, CONTINUITY, TOTALS


def day(number: int, opening: str | None, closing: str | None, *amounts: str, **more: Any) -> Stated:
    balances = {"opening": opening and Decimal(opening), "closing": closing and Decimal(closing)}
    entries = [entry("", amount) for amount in amounts]
    return stated(*entries, message=number, as_of=DAY + timedelta(days=number), **balances, **more)


def breaks(*documents: Stated) -> list[tuple[str, str, Decimal, tuple[int, ...]]]:
    found = BANK_STATEMENTS(BankStatements(documents), at(DAY)).breaks
    return [(one.leg, one.group, one.amount, one.messages) for one in found]


TWO = day(1, "10.00", "15.00", "7.00", "-2.00"), day(2, "15.00", "15.00")


def test_statements_that_add_up_and_follow_each_other_are_tied() -> None:
    result = BANK_STATEMENTS(BankStatements(TWO), at(DAY))
    assert (result.control, result.tied) == ("B1", True)
    assert [(one.group, dict(one.figures)) for one in result.rows] == [
        ("4411 USD", {"opening": 10, "entries": 5, "closing": 15})
    ]


@pytest.mark.parametrize("closing", ["15.01", "14.99"])
def test_a_statement_that_does_not_add_up_is_a_break(closing: str) -> None:
    found = breaks(day(1, "10.00", closing, "7.00", "-2.00"))
    assert found == [(BALANCE, "4411 2026-03-04", Decimal("15.00") - Decimal(closing), (1,))]


def test_totals_of_the_bank_that_are_not_those_of_its_entries_are_a_break() -> None:
    assert breaks(day(1, None, None, "7.00", "-2.00", credits=Decimal(7), debits=Decimal(2))) == []
    found = breaks(day(1, None, None, "7.00", "-2.00", credits=Decimal(8), debits=Decimal(1)))
    assert found == [
        (TOTALS, "4411 2026-03-04", Decimal(1), (1,)),
        (TOTALS, "4411 2026-03-04", Decimal(-1), (1,)),
    ]


def test_a_day_that_is_missing_is_a_break_between_its_neighbours() -> None:
    assert breaks(TWO[0], day(3, "20.00", "20.00")) == [(CONTINUITY, "4411 2026-03-06", Decimal("-5.00"), (1, 3))]
    assert breaks(TWO[0], day(3, None, "20.00"), day(4, "20.00", "20.00")) == []


def test_accounts_and_currencies_are_apart() -> None:
    assert breaks(*TWO, day(2, "99.00", "99.00", account="5500"), day(2, "1", "1", currency="EUR")) == []


def test_announcements_and_reports_have_no_balances_of_a_day() -> None:
    assert breaks(*TWO, day(2, "99", "98", kind="report"), day(2, "97", "96", kind="advice")) == []


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    wrong = day(1, "10.00", "15.00", "7.00")
    corrected = stated(
        entry("", "5.00"),
        message=9,
        as_of=DAY + timedelta(days=1),
        opening=Decimal(10),
        closing=Decimal(15),
        status="corrected",
    )
    assert breaks(wrong) != []
    assert breaks(wrong, corrected, TWO[1]) == []


@given(
    st.lists(st.lists(st.integers(-500, 500), max_size=4), min_size=1, max_size=5), st.integers(-1000, 1000), st.data()
)
def test_a_cent_that_changes_anywhere_breaks(days: list[list[int]], opening: int, data: st.DataObject) -> None:
    documents, balance = [], Decimal(opening).scaleb(-2)
    for number, cents in enumerate(days):
        amounts = [Decimal(one).scaleb(-2) for one in cents]
        documents.append(day(number, str(balance), str(balance + sum(amounts)), *map(str, amounts)))
        balance += sum(amounts)
    assert breaks(*documents) == []
    place = data.draw(st.integers(0, len(days) - 1))
    changed = [*days[place], data.draw(st.integers(1, 9))]
    statement = documents[place].statement
    entries = [str(Decimal(one).scaleb(-2)) for one in changed]
    documents[place] = day(place, str(statement.opening), str(statement.closing), *entries)
    assert [(leg, amount) for leg, _, amount, _ in breaks(*documents)] == [(BALANCE, Decimal(changed[-1]).scaleb(-2))]
