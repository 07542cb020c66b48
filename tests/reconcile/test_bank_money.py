"""Several documents, one money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payers_and_banks import DAY, entry, stated

from isthmus.reconcile import Stated
from isthmus.reconcile.bank_money import money, standing


def seen(*documents: Stated) -> list[tuple[str, str, str]]:
    return [
        (one.entry.trace.reference if one.entry.trace else "", str(one.entry.amount), one.statement.kind)
        for one in money(documents)
    ]


def test_a_payment_that_is_announced_reported_and_booked_is_one_money() -> None:
    advice = stated(entry(bank_reference="121042880000001"), kind="advice", account="231380104/4411", message=51)
    report = stated(entry(bank_reference="B1"), kind="report", message=52)
    booked = stated(entry(bank_reference="B1"), message=53)
    assert seen(advice, report, booked) == [("EFT0001", "100.00", "statement")]
    assert seen(advice, report) == [("EFT0001", "100.00", "report")]
    assert seen(advice) == [("EFT0001", "100.00", "advice")]


def test_what_is_announced_and_not_booked_yet_stays() -> None:
    advice = stated(entry(), entry("EFT0002", "7.00"), kind="advice", message=51)
    assert seen(advice, stated(entry(), message=53)) == [
        ("EFT0001", "100.00", "statement"),
        ("EFT0002", "7.00", "advice"),
    ]


def test_reports_of_one_day_hold_what_the_earlier_ones_held() -> None:
    first, second = entry(bank_reference="B1"), entry("EFT0002", bank_reference="B2")
    reports = stated(first, kind="report", message=51), stated(first, second, kind="report", message=52)
    assert [reference for reference, _, _ in seen(*reports)] == ["EFT0001", "EFT0002"]


def test_a_trace_that_is_booked_twice_is_two_payments() -> None:
    assert len(seen(stated(entry(), entry()))) == 2
    assert len(seen(stated(entry(), message=1), stated(entry(booked=DAY + timedelta(days=1)), message=2))) == 2


def test_what_is_not_settled_is_no_money() -> None:
    assert seen(stated(entry(settled=False))) == []


def test_a_booked_claim_payment_without_trace_takes_it_from_its_announcement() -> None:
    advice = stated(entry(booked=None, value_date=DAY, payer_name="GOOD PAYER"), kind="advice", message=51)
    booked = stated(entry("", bank_reference="B1"), entry("", claim_payment=False), message=53)
    second, first = money([booked, advice])
    assert (first.entry.trace and first.entry.trace.reference, first.entry.bank_reference) == ("EFT0001", "B1")
    assert (first.entry.payer_name, first.messages, first.statement.kind) == ("GOOD PAYER", (51, 53), "statement")
    assert second.entry.trace is None


def test_the_beginning_of_a_trace_takes_the_rest_from_its_announcement() -> None:
    advice = stated(entry("2026030212345"), entry("9990001"), kind="advice", message=51)
    found = money([advice, stated(entry("20260302", cut=True, payer=""), message=53)])
    assert [(one.entry.trace and one.entry.trace.reference, one.messages) for one in found] == [
        ("2026030212345", (51, 53)),
        ("9990001", (51,)),
    ]
    like = stated(entry("2026030299999"), kind="advice", message=52)
    assert len(money([advice, like, stated(entry("20260302", cut=True, payer=""), message=53)])) == 4


def test_traces_are_not_lent_when_it_is_not_clear_to_whom() -> None:
    advice = stated(entry(), entry("EFT0002"), kind="advice", message=51)
    found = seen(advice, stated(entry(""), message=53))
    assert sorted(found) == [
        ("", "100.00", "statement"),
        ("EFT0001", "100.00", "advice"),
        ("EFT0002", "100.00", "advice"),
    ]


@pytest.mark.parametrize(
    ("statuses", "kept"),
    [
        (("", ""), [1, 2]),
        (("", "corrected"), [2]),
        (("", "corrected", ""), [2, 3]),
        (("", "withdrawn"), []),
        (("", "withdrawn", ""), [3]),
        (("test", ""), [2]),
    ],
)
def test_corrections_and_withdrawals_take_the_place_of_what_was_sent_before(
    statuses: tuple[Any, ...], kept: list[int]
) -> None:
    documents = [
        stated(entry(amount=f"{number}.00"), status=status, message=number) for number, status in enumerate(statuses, 1)
    ]
    other = stated(entry(), message=99, account="5500")
    found = [one.statement.origin.message_id for one in standing([*reversed(documents), other])]
    assert found == [*kept, 99]


def test_a_statement_that_came_again_is_the_same_statement() -> None:
    first = stated(entry(provenance={"amount": "line 4"}), message=1)
    again = stated(entry(provenance={"amount": "line 9"}), message=2)
    assert [one.statement.origin.message_id for one in standing([again, first])] == [1]


KINDS = st.sampled_from(["statement", "report", "advice"])
ENTRIES = st.builds(
    entry,
    st.sampled_from(["", "EFT0001", "EFT0002"]),
    st.sampled_from(["100.00", "7.00"]),
    bank_reference=st.sampled_from(["", "B1", "B2"]),
    settled=st.booleans(),
)
DOCUMENTS = st.lists(st.tuples(KINDS, st.lists(ENTRIES, max_size=3)), max_size=4).map(
    lambda found: [stated(*entries, kind=kind, message=number) for number, (kind, entries) in enumerate(found, 1)]
)


@settings(max_examples=200)
@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_the_money_does_not_depend_on_the_order_of_the_documents(documents: list[Stated], random: Any) -> None:
    shuffled = list(documents)
    random.shuffle(shuffled)
    assert money(shuffled) == money(documents)


@settings(max_examples=200)
@given(DOCUMENTS)
def test_no_money_appears_that_no_document_holds_and_all_that_is_booked_stays(documents: list[Stated]) -> None:
    settled = [one for document in documents for one in document.statement.entries if one.settled]
    found = [one.entry for one in money(documents)]
    for amount in (Decimal("100.00"), Decimal("7.00")):
        assert sum(one.amount == amount for one in found) <= sum(one.amount == amount for one in settled)
    for document in documents:
        booked = sum((one.amount for one in document.statement.entries if one.settled), Decimal(0))
        if document.statement.kind == "statement":
            assert sum((one.amount for one in found), Decimal(0)) >= booked
