"""One batch: the charges of a facility, payer class and posting date on their way into one journal entry.

    empty --first charge--> open --count or timer--> frozen: the entry is built, sent, and never touched again
      ^                                                 |
      +----------------- next number -------------------+

Freezing and sending are one step, so a batch's members are decided before the ERP hears of it, and a repeat of the
delivery carries the same bytes under the same key. Credits batch by the entry that they reverse, in the lane of that
entry, so that a reversal never overtakes what it reverses.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from ...flows import cancel, send, timer
from ...model import CATALOGUE, ChargeJournaled, EntryLine, JournalEntry, RevenueRecognised
from ...model.journal_entry import ZERO
from ..step import Follows

CLOSE = "close"
NS_PER_S = 1_000_000_000


class BatchPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When a batch closes, and where its entry goes.

    charges_max   an entry with 200 lines takes a test ERP 1.2 s; this many charges make at most as many lines
    wait_s        from the first charge of the batch
    """

    charges_max: int = 200
    wait_s: float = 900
    erp: str = "erp"
    journal: str = "REV"


class Postings(msgspec.Struct, frozen=True):
    """What one department contributes: a signed amount, and the charges behind it."""

    account: str
    cost_centre: str
    department: str
    amount: Decimal = ZERO
    charges: tuple[str, ...] = ()

    def takes(self, event: RevenueRecognised) -> bool:
        return (self.account, self.cost_centre, self.department) == (
            event.revenue_account,
            event.cost_centre,
            event.department,
        )

    def __repr__(self) -> str:
        return f"<Postings: {len(self.charges)} charges>"


class Batch(msgspec.Struct, frozen=True):
    """State of one batch. `number` counts the entries frozen so far; `first` holds what all members share.

    revenue      one for each account, cost centre and department
    receivable   account -> amount
    """

    number: int = 0
    first: RevenueRecognised | None = None
    revenue: tuple[Postings, ...] = ()
    receivable: dict[str, Decimal] = {}

    @property
    def charges(self) -> int:
        return sum(len(postings.charges) for postings in self.revenue)

    @property
    def amount(self) -> Decimal:
        """The revenue that stands open in this batch."""
        return sum((postings.amount for postings in self.revenue), ZERO)

    def __repr__(self) -> str:
        return f"<Batch {self.number}: {self.charges} charges open>"


Step = tuple[Batch, list[Follows]]


def add(state: Batch, event: RevenueRecognised, at_ns: int, policy: BatchPolicy) -> Step:
    """Take one recognised charge in; the last one that fits closes the batch."""
    opened = state.first is None
    state = msgspec.structs.replace(
        state,
        first=state.first or event,
        revenue=_with(state.revenue, event),
        receivable=_plus(state.receivable, event.receivable_account, event.amount),
    )
    if state.charges >= policy.charges_max:
        state, follows = close(state, at_ns, policy)
        return state, [cancel(CLOSE), *follows]
    return state, [timer(CLOSE, due_ns=at_ns + int(policy.wait_s * NS_PER_S))] if opened else []


def close(state: Batch, at_ns: int, policy: BatchPolicy) -> Step:
    """Freeze what is open into one journal entry and send it; nothing when nothing is open."""
    if state.first is None:
        return state, []
    entry = _journal_entry(state, state.first, policy)
    told: list[Follows] = []
    if not state.first.reverses:
        told = [
            ChargeJournaled(charge=charge, facility=state.first.facility, entry=entry.key)
            for postings in state.revenue
            for charge in postings.charges
        ]
    lane = entry.reverses or entry.key
    return Batch(state.number + 1), [send(policy.erp, CATALOGUE.encode(entry), key=entry.key, lane=lane), *told]


def _journal_entry(state: Batch, first: RevenueRecognised, policy: BatchPolicy) -> JournalEntry:
    """Debit the receivable, credit revenue by department; the other way round where the amount is negative."""
    what = "Reversal of patient revenue" if first.reverses else "Patient revenue"
    lines = [
        _line(number, account, None, -amount, f"{what}: receivable, {first.payer_class}")
        for number, (account, amount) in enumerate(sorted(state.receivable.items()), 1)
    ] + [
        _line(
            number,
            postings.account,
            postings.cost_centre,
            postings.amount,
            f"{what}: {postings.department}",
            postings.charges,
        )
        for number, postings in enumerate(sorted(state.revenue, key=_chart_order), len(state.receivable) + 1)
    ]
    return JournalEntry(
        key=_entry_key(state, first),
        company=first.company,
        journal=policy.journal,
        posting_date=first.posting_date,
        currency=first.currency,
        description=f"{what}, {first.facility}, {first.payer_class}, {state.charges} charges",
        lines=tuple(lines),
        reverses=first.reverses or None,
    )


def _line(
    number: int,
    account: str,
    cost_centre: str | None,
    credit: Decimal,
    description: str,
    charges: tuple[str, ...] = (),
) -> EntryLine:
    return EntryLine(
        line=number,
        account=account,
        cost_centre=cost_centre,
        debit=max(-credit, ZERO),
        credit=max(credit, ZERO),
        description=description,
        charges=charges,
    )


def _entry_key(state: Batch, first: RevenueRecognised) -> str:
    """The batch's reference. The date in it is the frozen one of the batch, so a retry after midnight keeps it."""
    number = state.number + 1
    if first.reverses:
        return f"{first.reverses}-R{first.posting_date:%Y%m%d}-{number:02d}"
    return f"{first.company}-{first.facility}-{first.payer_class}-{first.currency}-{first.posting_date:%Y%m%d}-{number:03d}"


def _with(revenue: tuple[Postings, ...], event: RevenueRecognised) -> tuple[Postings, ...]:
    """The postings with one more charge in the department's."""
    for index, postings in enumerate(revenue):
        if postings.takes(event):
            more = msgspec.structs.replace(
                postings, amount=postings.amount + event.amount, charges=(*postings.charges, event.charge)
            )
            return (*revenue[:index], more, *revenue[index + 1 :])
    new = Postings(event.revenue_account, event.cost_centre, event.department, event.amount, (event.charge,))
    return (*revenue, new)


def _chart_order(postings: Postings) -> tuple[str, str, str]:
    return postings.account, postings.cost_centre, postings.department


def _plus(amounts: Mapping[str, Decimal], account: str, amount: Decimal) -> dict[str, Decimal]:
    return {**amounts, account: amounts.get(account, ZERO) + amount}
