"""A divided entry loses no cent and no charge, and its halves balance."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from isthmus.model import EntryLine, JournalEntry
from isthmus.model.bisection import halves


def line(number: int, account: str, net: str | Decimal, *charges: str, centre: str | None = None) -> EntryLine:
    """A line that debits a positive amount and credits a negative one."""
    amount = Decimal(net)
    sides = {"debit": max(amount, Decimal(0)), "credit": max(-amount, Decimal(0))}
    return EntryLine(line=number, account=account, cost_centre=centre, charges=charges, **sides)


def entry(*lines: EntryLine, key: str = "K") -> JournalEntry:
    return JournalEntry(
        key=key, company="C", journal="REV", posting_date=date(2026, 3, 2), currency="USD", description="", lines=lines
    )


def net_by_account(*entries: JournalEntry) -> dict[tuple[str, str | None], Decimal]:
    nets: Counter[tuple[str, str | None]] = Counter()
    for one in entries:
        for each in one.lines:
            nets[each.account, each.cost_centre] += each.debit - each.credit
    return {where: net for where, net in nets.items() if net}


def charges_of(one: JournalEntry) -> set[str]:
    return {charge for each in one.lines for charge in each.charges}


RECEIVABLE, LAB, WARD, PT = "1210", "4110", "4170", "4180"


def test_the_balancing_line_is_divided_with_the_others() -> None:
    whole = entry(line(1, RECEIVABLE, "220.00"), line(2, LAB, "-100.00", "c1"), line(3, WARD, "-120.00", "c2"))
    first, second = halves(whole) or ()
    assert first.lines == (line(1, RECEIVABLE, "100.00"), line(2, LAB, "-100.00", "c1"))
    assert second.lines == (line(1, RECEIVABLE, "120.00"), line(3, WARD, "-120.00", "c2"))


def test_a_balancing_line_that_names_every_charge_keeps_those_of_its_half() -> None:
    whole = entry(line(1, RECEIVABLE, "3", "c1", "c2"), line(2, LAB, "-1", "c1"), line(3, WARD, "-2", "c2"))
    first, second = halves(whole) or ()
    assert (first.lines[0].charges, second.lines[0].charges) == (("c1",), ("c2",))


def test_a_line_of_the_other_sign_takes_its_own_share_of_the_balancing_line() -> None:
    whole = entry(line(1, RECEIVABLE, "50"), line(2, LAB, "-100", "c1"), line(3, WARD, "50", "c2"))
    first, second = halves(whole) or ()
    assert first.lines == (line(1, RECEIVABLE, "100"), line(2, LAB, "-100", "c1"))
    assert second.lines == (line(1, RECEIVABLE, "-50"), line(3, WARD, "50", "c2"))


def test_lines_that_share_a_charge_stay_together() -> None:
    whole = entry(
        line(1, RECEIVABLE, "6"), line(2, LAB, "-1", "c1"), line(3, WARD, "-2", "c2"), line(4, PT, "-3", "c1")
    )
    first, second = halves(whole) or ()
    assert (charges_of(first), charges_of(second)) == ({"c1"}, {"c2"})


def test_pairs_that_balance_by_themselves_need_no_balancing_line() -> None:
    whole = entry(
        line(1, RECEIVABLE, "1", "c1"),
        line(2, LAB, "-1", "c1"),
        line(3, RECEIVABLE, "2", "c2"),
        line(4, PT, "-2", "c2"),
    )
    first, second = halves(whole) or ()
    assert (first.lines, second.lines) == (whole.lines[:2], whole.lines[2:])


def test_the_keys_are_the_same_every_time_and_differ() -> None:
    whole = entry(line(1, RECEIVABLE, "3"), line(2, LAB, "-1", "c1"), line(3, WARD, "-2", "c2"), key="REV-7")
    assert [one.key for one in halves(whole) or ()] == ["REV-7~1", "REV-7~2"]


def test_what_cannot_be_divided_without_guessing_is_left_whole() -> None:
    single = entry(line(1, RECEIVABLE, "1"), line(2, LAB, "-1", "c1"))
    two_balancing = entry(
        line(1, RECEIVABLE, "1"), line(2, "1220", "2"), line(3, LAB, "-1", "c1"), line(4, WARD, "-2", "c2")
    )
    unbalanced = entry(line(1, RECEIVABLE, "9"), line(2, LAB, "-1", "c1"), line(3, WARD, "-2", "c2"))
    pairs_that_do_not_balance = entry(line(1, LAB, "-1", "c1"), line(2, WARD, "1", "c2"))
    assert [halves(one) for one in (single, two_balancing, unbalanced, pairs_that_do_not_balance)] == [None] * 4


amounts = st.decimals("-9999.99", "9999.99", places=2)


@given(st.lists(st.tuples(st.sampled_from([LAB, WARD, PT]), amounts), min_size=1, max_size=12), st.integers(0, 12))
def test_dividing_to_the_end_preserves_every_account_and_every_charge(
    revenue: list[tuple[str, Decimal]], place: int
) -> None:
    lines = [line(n, account, net, f"c{n}", centre=f"CC{account}") for n, (account, net) in enumerate(revenue, 2)]
    lines.insert(min(place, len(lines)), line(1, RECEIVABLE, -sum((net for _, net in revenue), Decimal(0))))
    whole = entry(*lines)
    queue, parts = [whole], []
    while queue:
        one = queue.pop()
        if divided := halves(one):
            queue += divided
        else:
            parts.append(one)
    assert all(not one.balance for one in parts)
    assert net_by_account(*parts) == net_by_account(whole)
    assert Counter(charge for one in parts for charge in charges_of(one)) == Counter(charges_of(whole))
    assert len({one.key for one in parts}) == len(parts) == len(revenue)
