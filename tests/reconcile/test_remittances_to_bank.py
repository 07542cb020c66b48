"""Control R1: it ties to the cent, and each way in which remittances and money can part breaks it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payers_and_banks import DAY, PAYER, at, entry, remitted, stated

from isthmus.model import BankStatement, ExpectedPayment
from isthmus.ports import State
from isthmus.reconcile import REMITTANCES_TO_BANK, RemittancesToBank, Remitted, Result, Seen, Stated
from isthmus.reconcile.bank_money import money
from isthmus.reconcile.reassociation import link, payer_of
from isthmus.reconcile.remittance_breaks import AMOUNT, LATE, TWICE, WITHOUT_MONEY, WITHOUT_REMITTANCE

LATER = date(2026, 3, 10)  # five business days after DAY


def run(remittances: list[Remitted], documents: list[Stated], as_of: date = LATER, **more: Any) -> Result:
    totals = RemittancesToBank(remitted=remittances, statements=documents, as_of=as_of, **more)
    return REMITTANCES_TO_BANK(totals, at(as_of))


def breaks(*given: Any, **more: Any) -> list[tuple[str, str, Decimal, tuple[int, ...]]]:
    return [(one.leg, one.group, one.amount, one.messages) for one in run(*given, **more).breaks]


def test_a_remittance_and_its_money_are_tied() -> None:
    result = run([remitted()], [stated(entry())])
    assert (result.control, result.tied, result.amount) == ("R1", True, 0)
    assert [(one.group, dict(one.figures)) for one in result.rows] == [
        (
            "512345678 USD",
            {"announced": 100, "received": 100, "linked": 100, "awaited money": 0, "awaited remittances": 0},
        )
    ]


@pytest.mark.parametrize(
    "money_of", [entry(payer=""), entry(payer="512345678"), entry(reference="EFT 0001"), entry(payer="1512345678 ")]
)
def test_a_trace_is_the_same_however_the_bank_writes_it(money_of: Any) -> None:
    assert run([remitted()], [stated(money_of)]).tied


def test_a_reference_that_is_cut_off_is_linked_by_its_beginning_and_the_amount() -> None:
    cut = entry("20260302", payer="", cut=True)
    assert run([remitted("2026030212345")], [stated(cut)]).tied
    assert [leg for leg, *_ in breaks([remitted("2026030212345", "99.99")], [stated(cut)])] == [
        WITHOUT_MONEY,
        WITHOUT_REMITTANCE,
    ]
    two = [remitted("2026030212345"), remitted("2026030299999", message=2)]
    assert [leg for leg, *_ in breaks(two, [stated(cut)])] == [WITHOUT_MONEY, WITHOUT_MONEY, WITHOUT_REMITTANCE]
    assert not run([remitted("2026030212345")], [stated(entry("20260", payer="", cut=True))]).tied


def test_another_number_of_the_entry_links_with_the_same_amount_only() -> None:
    numbered = entry("", references=("E2E", "EFT0001"), claim_payment=False)
    assert run([remitted()], [stated(numbered)]).tied
    assert [leg for leg, *_ in breaks([remitted(amount="99.00")], [stated(numbered)])] == [WITHOUT_MONEY]


def test_amount_and_day_alone_never_link() -> None:
    assert [leg for leg, *_ in breaks([remitted()], [stated(entry("", bank_reference="B9"))])] == [
        WITHOUT_MONEY,
        WITHOUT_REMITTANCE,
    ]


def test_a_remittance_whose_money_does_not_come_is_a_break_after_three_business_days() -> None:
    assert breaks([remitted()], [], date(2026, 3, 6)) == []
    assert breaks([remitted()], [], date(2026, 3, 8)) == []
    assert breaks([remitted()], [], date(2026, 3, 9)) == [
        (WITHOUT_MONEY, "EFT0001 of 512345678", Decimal("100.00"), (1,))
    ]
    assert breaks([remitted()], [], date(2026, 3, 9), holidays=[date(2026, 3, 9)]) == []
    assert breaks([remitted()], [], date(2026, 3, 5), allowed_days=1) != []


def test_money_without_a_remittance_is_a_break_after_three_business_days() -> None:
    unexplained = [stated(entry(provenance={"amount": "line 4: 16"}))]
    assert breaks([], unexplained, date(2026, 3, 6)) == []
    (found,) = run([], unexplained).breaks
    assert (found.leg, found.group, found.amount, found.messages) == (
        WITHOUT_REMITTANCE,
        f"EFT0001 of {PAYER}",
        Decimal("-100.00"),
        (50,),
    )
    assert found.sides == {"remittance": "nothing", "bank": "100.00 USD on 2026-03-03, line 4: 16"}


def test_what_is_young_is_awaited_and_shown() -> None:
    (row,) = run([remitted()], [stated(entry("EFT0002", "7.00"))], DAY).rows
    assert row.figures == {
        "announced": Decimal("100.00"),
        "received": Decimal("7.00"),
        "linked": 0,
        "awaited money": Decimal("100.00"),
        "awaited remittances": Decimal("7.00"),
    }


def test_other_credits_of_the_account_are_nobody_s_business_here() -> None:
    assert run([], [stated(entry("", claim_payment=False))]).rows == ()


@pytest.mark.parametrize(("amount", "difference"), [("99.99", "0.01"), ("100.01", "-0.01"), ("1.00", "99.00")])
def test_another_amount_is_a_break_of_the_difference(amount: str, difference: str) -> None:
    assert breaks([remitted()], [stated(entry(amount=amount))]) == [
        (AMOUNT, "EFT0001 of 512345678", Decimal(difference), (1, 50))
    ]


def test_another_currency_or_another_payer_is_another_payment() -> None:
    for other in (entry(currency="EUR"), entry(payer="1999999999")):
        assert [leg for leg, *_ in breaks([remitted()], [stated(other)])] == [WITHOUT_MONEY, WITHOUT_REMITTANCE]


def test_two_payers_may_use_the_same_number() -> None:
    both = [remitted(), remitted(payer="1999999999", message=2, amount="5.00")]
    assert run(both, [stated(entry(payer="1999999999", amount="5.00"), entry())]).tied


def test_a_remittance_that_came_twice_is_a_break_at_once() -> None:
    twice = [remitted(), remitted(message=2)]
    assert breaks(twice, [stated(entry())], DAY) == [(TWICE, "EFT0001 of 512345678", Decimal("100.00"), (1, 2, 50))]
    assert breaks(twice, [], DAY) == [(TWICE, "EFT0001 of 512345678", Decimal("100.00"), (1, 2))]


def test_money_that_came_twice_or_was_taken_back_is_a_break_at_once() -> None:
    again = stated(entry(), message=51, as_of=DAY + timedelta(days=1), account="4411")
    assert breaks([remitted()], [stated(entry(), message=50), again], DAY) == [
        (TWICE, "EFT0001 of 512345678", Decimal("-100.00"), (1, 50, 51))
    ]
    assert breaks([remitted()], [stated(entry(), entry(amount="-100.00"))], DAY) == [
        (TWICE, "EFT0001 of 512345678", Decimal("100.00"), (1, 50))
    ]
    assert breaks([remitted()], [stated(entry(), entry(payer="", amount="-100.00"))], DAY) == [
        (TWICE, "EFT0001", Decimal("100.00"), (1, 50))
    ]


def test_of_two_with_one_trace_those_of_one_amount_belong_together() -> None:
    twice = [remitted(amount="5.00"), remitted(amount="7.00", message=2)]
    assert run(twice, [stated(entry(amount="7.00"), entry(amount="5.00"))]).tied


@pytest.mark.parametrize(
    ("received", "late"),
    [
        (date(2026, 3, 6), False),
        (date(2026, 3, 8), False),
        (date(2026, 3, 9), True),
        (date(2026, 2, 26), False),
        (date(2026, 2, 25), True),
    ],
)
def test_a_remittance_more_than_three_business_days_from_its_money_is_late(received: date, late: bool) -> None:
    found = breaks([remitted(received=received)], [stated(entry())])
    assert found == ([(LATE, "EFT0001 of 512345678", Decimal(0), (1, 50))] if late else [])


def test_what_moves_no_money_is_passed_over_and_what_is_taken_back_is_not() -> None:
    assert run([remitted(amount="0"), remitted(method="NON")], []).rows == ()
    assert run([remitted(amount="-40.00")], [stated(entry(amount="-40.00"))]).tied


def test_without_a_date_the_day_of_receipt_counts() -> None:
    undated = remitted(due=None, received=DAY)
    assert breaks([undated], [], date(2026, 3, 6)) == []
    assert [leg for leg, *_ in breaks([undated], [], date(2026, 3, 9))] == [WITHOUT_MONEY]
    silent = stated(entry(booked=None), as_of=None, received=DAY)
    assert breaks([], [silent], date(2026, 3, 6)) == []
    assert [leg for leg, *_ in breaks([], [silent], date(2026, 3, 9))] == [WITHOUT_REMITTANCE]


def test_a_break_knows_its_age_and_hides_its_content() -> None:
    (found,) = run([remitted(received=DAY)], []).breaks
    assert found.age_s(at(LATER)) == 7 * 24 * 3600
    assert "EFT0001" not in repr(found)


def test_the_totals_are_made_of_what_a_hub_dispatched() -> None:
    one, other = remitted(), stated(entry())
    seen = [Seen(one.payment, State.DELIVERED, one.received_ns), Seen(other.statement, State.DELIVERED, 7)]
    totals = RemittancesToBank.of(seen, LATER)
    assert list(totals.remitted) == [one]
    assert [type(one.statement) for one in totals.statements] == [BankStatement]
    assert isinstance(one.payment, ExpectedPayment)


REMITTANCES = st.lists(
    st.tuples(
        st.sampled_from(["EFT0001", "EFT0002", "EFT00034"]),
        st.sampled_from(["100.00", "7.00", "7.01", "-7.00", "0"]),
        st.sampled_from([PAYER, "1999999999", ""]),
        st.integers(0, 12),
        st.integers(0, 12),
    ),
    max_size=6,
).map(
    lambda found: [
        remitted(
            reference,
            amount,
            payer=payer,
            message=number,
            due=DAY + timedelta(days=due),
            received=DAY + timedelta(days=got),
        )
        for number, (reference, amount, payer, due, got) in enumerate(found, 1)
    ]
)
ENTRIES = st.builds(
    lambda reference, amount, payer, cut, day, **more: entry(
        reference, amount, payer=payer, cut=cut, booked=DAY + timedelta(days=day), **more
    ),
    st.sampled_from(["", "EFT0001", "EFT0002", "EFT0003"]),
    st.sampled_from(["100.00", "7.00", "7.01", "-7.00"]),
    st.sampled_from([PAYER, "1999999999", ""]),
    st.booleans(),
    st.integers(0, 12),
    claim_payment=st.booleans(),
    references=st.sampled_from([(), ("EFT0002",)]),
)
DOCUMENTS = st.lists(
    st.tuples(st.sampled_from(["statement", "report", "advice"]), st.lists(ENTRIES, max_size=3)), max_size=3
).map(lambda found: [stated(*entries, kind=kind, message=50 + n) for n, (kind, entries) in enumerate(found)])


@settings(max_examples=300)
@given(REMITTANCES, DOCUMENTS, st.integers(0, 20))
def test_every_cent_is_linked_awaited_or_in_a_break(
    remittances: list[Remitted], documents: list[Stated], days: int
) -> None:
    result = run(remittances, documents, DAY + timedelta(days=days))
    total = {
        name: sum(row.figures[name] for row in result.rows) for name in (result.rows[0].figures if result.rows else ())
    }
    announced = sum(one.payment.amount for one in remittances if one.payment.moves_money)
    assert total.get("announced", 0) == announced
    assert announced - total.get("received", 0) == (
        total.get("awaited money", 0) - total.get("awaited remittances", 0) + sum(one.amount for one in result.breaks)
    )
    assert all(one.messages and one.since_ns is not None for one in result.breaks)


@settings(max_examples=200)
@given(REMITTANCES, DOCUMENTS, st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_order_of_what_is_given(
    remittances: list[Remitted], documents: list[Stated], random: Any
) -> None:
    shuffled, others = list(remittances), list(documents)
    random.shuffle(shuffled)
    random.shuffle(others)
    assert run(shuffled, others) == run(remittances, documents)


@settings(max_examples=200)
@given(REMITTANCES, DOCUMENTS, st.randoms(use_true_random=False))
def test_what_is_linked_has_one_trace_and_no_two_payers(
    remittances: list[Remitted], documents: list[Stated], random: Any
) -> None:
    received = money(documents)
    linked = link(remittances, received)
    shuffled = list(received)
    random.shuffle(shuffled)
    assert link(remittances, shuffled) == linked
    assert len(linked.links) + len(linked.remitted) == len(remittances)
    assert len(linked.links) + len(linked.received) == len(received)
    for one in linked.links:
        trace = one.received.entry.trace
        assert one.remitted.money[1] == one.received.money[1]
        if one.by == "trace":
            assert trace is not None
            assert trace.reference == one.remitted.reference
            assert not trace.payer or not one.remitted.payer or payer_of(trace.payer) == one.remitted.payer
        else:
            assert one.remitted.money == one.received.money
