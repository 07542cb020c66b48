"""What can be wrong between remittances and the bank's money, each as a break with its amount, its age and its documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, tzinfo
from decimal import Decimal

from .bank_money import Received
from .business_days import business_days
from .control import NS_PER_S, Break
from .reassociation import Link, Remitted, compatible, trace_of

ZERO = Decimal(0)

WITHOUT_MONEY = "remittance without money"
WITHOUT_REMITTANCE = "money without remittance"
AMOUNT = "remittance = money"
TWICE = "one trace, one payment"
LATE = "remittance and money together"


def messages_of(remitted: Remitted, received: Received | None = None) -> tuple[int, ...]:
    """The hub's numbers of the documents behind a remittance, and behind its money."""
    mine = {remitted.payment.origin.message_id}
    return tuple(sorted(mine.union(received.messages if received else ())))


class Ages:
    """Business days until a day, and between a remittance and its money.

    zone      where a time of receipt becomes a day
    holidays  days without settlement besides Saturdays and Sundays
    allowed   business days that a remittance and its money may be apart
    """

    def __init__(self, as_of: date, zone: tzinfo, holidays: Collection[date], allowed: int) -> None:
        self._as_of = as_of
        self._zone = zone
        self._holidays = holidays
        self._allowed = allowed

    def due(self, one: Remitted) -> date:
        """When the money of a remittance should come; the day of its receipt when it does not say."""
        return one.payment.due or self._day(one.received_ns)

    def came(self, one: Received) -> date:
        """When money came; the day of its statement's receipt when the bank does not say."""
        return one.day or self._day(one.received_ns)

    def since(self, day: date) -> int:
        """Business days until the day of the control."""
        return business_days(day, self._as_of, self._holidays)

    def overdue(self, day: date) -> bool:
        return self.since(day) > self._allowed

    def apart(self, one: Link) -> int:
        """How many business days the remittance came after its money; negative when it came before."""
        return business_days(self.came(one.received), self._day(one.remitted.received_ns), self._holidays)

    def too_far(self, days: int) -> bool:
        return abs(days) > self._allowed

    def _day(self, received_ns: int) -> date:
        return datetime.fromtimestamp(received_ns // NS_PER_S, self._zone).date()


class Traces:
    """Traces that are taken, each with the payer and the messages behind it."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._taken: dict[str, list[tuple[str, tuple[int, ...]]]] = defaultdict(list)
        for one in links:
            remitted = one.remitted
            self._taken[remitted.reference].append((remitted.payer, messages_of(remitted, one.received)))

    def claim(self, reference: str, payer: str, messages: tuple[int, ...]) -> tuple[int, ...] | None:
        """Take a trace. The messages that took it before, None when nobody did."""
        if not reference:
            return None
        for taken, earlier in self._taken[reference]:
            if compatible(taken, payer):
                return earlier
        self._taken[reference].append((payer, messages))
        return None


def of_link(one: Link, ages: Ages, tolerance: Decimal) -> Iterator[Break]:
    """What is wrong between a remittance and its money: the amount, and the time between them."""
    payment, entry = one.remitted.payment, one.received.entry
    group = _named(one.remitted.reference, one.remitted.payer)
    sides = {"remittance": _said(one.remitted), "bank": _came(one.received)}
    messages = messages_of(one.remitted, one.received)
    since = min(one.remitted.received_ns, one.received.received_ns)
    difference = payment.amount - entry.amount
    if abs(difference) > tolerance:
        what = "the bank received another amount than the remittance announces"
        yield Break(AMOUNT, group, sides, difference, what, messages, since)
    days = ages.apart(one)
    if ages.too_far(days):
        order = "after" if days > 0 else "before"
        what = f"the remittance came {abs(days)} business days {order} its money, more than may lie between the two"
        yield Break(LATE, group, sides, ZERO, what, messages, since)


def without_money(one: Remitted, ages: Ages) -> Break:
    """A remittance whose money is overdue."""
    days = ages.since(ages.due(one))
    return Break(
        leg=WITHOUT_MONEY,
        group=_named(one.reference, one.payer),
        sides={"remittance": _said(one), "bank": "nothing"},
        amount=one.payment.amount,
        what=f"{days} business days after it was due the money has not come: ask the payer for the payment",
        messages=messages_of(one),
        since_ns=one.received_ns,
    )


def without_remittance(one: Received, ages: Ages) -> Break:
    """Money whose remittance is overdue."""
    trace = one.entry.trace
    group = _named(trace.reference, trace.payer) if trace else one.entry.bank_reference or "no trace"
    days = ages.since(ages.came(one))
    return Break(
        leg=WITHOUT_REMITTANCE,
        group=group,
        sides={"remittance": "nothing", "bank": _came(one)},
        amount=-one.entry.amount,
        what=f"{days} business days after the money no remittance has come: ask the payer for the 835",
        messages=one.messages,
        since_ns=one.received_ns,
    )


def remitted_twice(one: Remitted, earlier: tuple[int, ...]) -> Break:
    """A remittance whose trace another one has."""
    return Break(
        leg=TWICE,
        group=_named(one.reference, one.payer),
        sides={"remittance": _said(one), "bank": "nothing more"},
        amount=one.payment.amount,
        what="another remittance has this trace already: it was sent twice, or its number was used again",
        messages=tuple(sorted({*messages_of(one), *earlier})),
        since_ns=one.received_ns,
    )


def received_twice(one: Received, earlier: tuple[int, ...]) -> Break:
    """Money whose trace other money has."""
    return Break(
        leg=TWICE,
        group=_named(*trace_of(one)),
        sides={"remittance": "nothing more", "bank": _came(one)},
        amount=-one.entry.amount,
        what="other money has this trace already: it was paid twice, taken back, or its number was used again",
        messages=tuple(sorted({*one.messages, *earlier})),
        since_ns=one.received_ns,
    )


def _named(reference: str, payer: str) -> str:
    return f"{reference} of {payer}" if payer else reference


def _said(one: Remitted) -> str:
    payment = one.payment
    due = f", due {payment.due}" if payment.due else ""
    return f"{payment.amount} {payment.currency}{due}, document {payment.document}"


def _came(one: Received) -> str:
    place = one.entry.provenance.get("amount", "")
    on = f" on {one.day}" if one.day else ""
    return f"{one.entry.amount} {one.entry.currency}{on}" + (f", {place}" if place else "")
