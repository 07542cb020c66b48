"""R1, remittances to the bank's money:

    announced by remittances  =  received at the bank         trace by trace, and to the cent

The bank's side never passed through a payer's hands. What is young is awaited and no break: a remittance and its money may
be three business days apart (CAQH CORE 370, 4.2: the 835 no sooner than three business days before the CCD+'s effective
entry date, and no later than three after it). For every currency and at every moment:

    announced - received  =  awaited money - awaited remittances + the amounts of all breaks
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from decimal import Decimal

from ..model import BankStatement, ExpectedPayment
from .bank_money import Received, Stated, money
from .control import Break, Control, Row
from .reassociation import Linked, Remitted, link, trace_of
from .remittance_breaks import (
    Ages,
    Traces,
    messages_of,
    of_link,
    received_twice,
    remitted_twice,
    without_money,
    without_remittance,
)
from .sides import Seen

ZERO = Decimal(0)


CORE_370_DAYS = 3
"""Business days that an 835 may be sent before or after its money moves (CAQH CORE 370, 4.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittancesToBank:
    """What was announced and what the bank says, as of a day.

    remitted      the payments that remittances announce; those that move no money are passed over
    statements    what the bank sent of the accounts that payers pay into
    as_of         the day that ages are counted to
    zone          where a time of receipt becomes a day
    holidays      days without settlement besides Saturdays and Sundays
    allowed_days  business days that a remittance and its money may be apart
    """

    remitted: Collection[Remitted]
    statements: Collection[Stated]
    as_of: date
    zone: tzinfo = UTC
    holidays: Collection[date] = ()
    allowed_days: int = CORE_370_DAYS

    @classmethod
    def of(
        cls, seen: Iterable[Seen], as_of: date, *, zone: tzinfo = UTC, holidays: Collection[date] = ()
    ) -> RemittancesToBank:
        """From what a hub was dispatched: the expected payments and bank statements in it."""
        values = list(seen)
        remitted = [Remitted(one.value, one.received_ns) for one in values if isinstance(one.value, ExpectedPayment)]
        stated = [Stated(one.value, one.received_ns) for one in values if isinstance(one.value, BankStatement)]
        return cls(remitted=remitted, statements=stated, as_of=as_of, zone=zone, holidays=holidays)


def check(totals: RemittancesToBank, tolerance: Decimal) -> tuple[list[Row], list[Break]]:
    """Compare. A row for each payer and currency."""
    expected = [one for one in totals.remitted if one.payment.moves_money]
    linked = link(expected, money(totals.statements))
    claims = [one for one in linked.received if one.entry.claim_payment]
    ages = Ages(totals.as_of, totals.zone, totals.holidays, totals.allowed_days)
    between = [found for one in linked.links for found in of_link(one, ages, tolerance)]
    unpaid, awaited_money = _unpaid(linked, ages)
    unexplained, awaited_remittances = _unexplained(linked, claims, ages)
    rows = _rows(linked, claims, awaited_money, awaited_remittances)
    return list(rows), [*between, *unpaid, *unexplained]


REMITTANCES_TO_BANK = Control(
    name="R1",
    title="Remittances to the bank's money",
    owner="patient accounting",
    schedule="day-end",
    check=check,
)


# What was left on either side


def _unpaid(linked: Linked, ages: Ages) -> tuple[list[Break], list[Remitted]]:
    """Breaks of the remittances without money, and those whose money is still awaited."""
    traces, breaks, awaited = Traces(linked.links), [], []
    for one in linked.remitted:
        earlier = traces.claim(one.reference, one.payer, messages_of(one))
        if earlier is not None:
            breaks.append(remitted_twice(one, earlier))
        elif ages.overdue(ages.due(one)):
            breaks.append(without_money(one, ages))
        else:
            awaited.append(one)
    return breaks, awaited


def _unexplained(linked: Linked, claims: Iterable[Received], ages: Ages) -> tuple[list[Break], list[Received]]:
    """Breaks of the money without remittance, and that whose remittance is still awaited."""
    traces, breaks, awaited = Traces(linked.links), [], []
    for one in claims:
        earlier = traces.claim(*trace_of(one), one.messages)
        if earlier is not None:
            breaks.append(received_twice(one, earlier))
        elif ages.overdue(ages.came(one)):
            breaks.append(without_remittance(one, ages))
        else:
            awaited.append(one)
    return breaks, awaited


# What people are shown


def _rows(
    linked: Linked,
    claims: Iterable[Received],
    awaited_money: Iterable[Remitted],
    awaited_remittances: Iterable[Received],
) -> Iterator[Row]:
    figures: dict[str, dict[str, Decimal]] = defaultdict(
        lambda: dict.fromkeys(("announced", "received", "linked", "awaited money", "awaited remittances"), ZERO)
    )

    def add(payer: str, amount: tuple[Decimal, str], *columns: str) -> None:
        for column in columns:
            figures[f"{payer or 'payer not named'} {amount[1]}"][column] += amount[0]

    for one in linked.links:
        add(one.remitted.payer, one.remitted.money, "announced")
        add(one.remitted.payer, one.received.money, "received", "linked")
    for remitted in linked.remitted:
        add(remitted.payer, remitted.money, "announced")
    for remitted in awaited_money:
        add(remitted.payer, remitted.money, "awaited money")
    for received in claims:
        add(trace_of(received)[1], received.money, "received")
    for received in awaited_remittances:
        add(trace_of(received)[1], received.money, "awaited remittances")
    return (Row(group, figures[group]) for group in sorted(figures))
