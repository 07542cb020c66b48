"""Which remittance belongs to which payment (CAQH CORE 370: the trace of the 835 is that of the CCD+ addendum).

Rounds, the strongest first; what a round links, the later ones do not see:

    1  same reference and payer, same amount
    2  same reference, the payer not named on one side, same amount
    3  same reference, payers that do not differ: the amounts do
    4  the reference is cut off in the bank's text: its beginning, and the same amount, one of each only
    5  another number of the entry is the reference, and the same amount, one of each only

Nothing is ever linked by amount and day alone. The result does not depend on the order of what is given.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from ..model import ExpectedPayment
from .bank_money import Received, place_of

By = Literal["trace", "cut trace", "other number"]

CUT_LENGTH_MIN = 6
"""A shorter beginning of a reference is no evidence: numbers of one payer begin alike."""

_TAX_ID, _TRACE_PAYER = 9, 10


@dataclass(frozen=True, slots=True)
class Remitted:
    """An expected payment, and when the message of its remittance was received."""

    payment: ExpectedPayment
    received_ns: int

    @property
    def reference(self) -> str:
        return reference_of(self.payment.reference)

    @property
    def payer(self) -> str:
        return payer_of(self.payment.payer)

    @property
    def money(self) -> tuple[Decimal, str]:
        """Amount and currency."""
        return self.payment.amount, self.payment.currency


class Link(NamedTuple):
    """A remittance and its money; `by`: how they were found to belong together."""

    remitted: Remitted
    received: Received
    by: By


class Linked(NamedTuple):
    """What belongs together, and what was left on either side, all in a stable order."""

    links: list[Link]
    remitted: list[Remitted]
    received: list[Received]


def reference_of(text: str) -> str:
    """A reference as it is compared: without blanks, which banks put in and leave out."""
    return "".join(text.split())


def payer_of(text: str) -> str:
    """A payer as it is compared: TRN03 is 1 and the tax number, and some banks show the tax number alone."""
    payer = reference_of(text)
    return payer[1:] if len(payer) == _TRACE_PAYER and payer.isdigit() and payer[0] == "1" else payer


def trace_of(received: Received) -> tuple[str, str]:
    """The reference and payer of a payment's whole trace, "" for what it does not have."""
    trace = received.entry.trace
    return ("", "") if trace is None or trace.cut else (reference_of(trace.reference), payer_of(trace.payer))


def compatible(one: str, other: str) -> bool:
    """Whether two payers may be the same: one that is not named may be any."""
    return not one or not other or one == other


def link(remitted: Iterable[Remitted], received: Iterable[Received]) -> Linked:
    """Link what belongs together."""
    matching = _Matching(sorted(remitted, key=_place), sorted(received, key=place_of))
    for same in (_same_payer_and_amount, _same_amount, _same_currency):
        matching.pair("trace", same)
    matching.pair_unique("cut trace", _cut)
    matching.pair_unique("other number", _other_number)
    return matching.result()


class _Matching:
    def __init__(self, remitted: list[Remitted], received: list[Received]) -> None:
        self._remitted = remitted
        self._received = received
        self._open = dict.fromkeys(range(len(remitted)))
        self._links: dict[int, tuple[int, By]] = {}
        self._by_reference: dict[str, list[int]] = defaultdict(list)
        self._by_money: dict[Hashable, list[int]] = defaultdict(list)
        for number, one in enumerate(remitted):
            self._by_reference[one.reference].append(number)
            self._by_money[one.money].append(number)

    def pair(self, by: By, same: Callable[[Remitted, Received], bool]) -> None:
        """Payments with a whole trace, in order, each with the first remittance of its reference that is still open."""
        for place, one in self._unlinked():
            reference, _ = trace_of(one)
            candidates = self._by_reference.get(reference, []) if reference else []
            for number in candidates:
                if number in self._open and same(self._remitted[number], one):
                    self._take(number, place, by)
                    break

    def pair_unique(self, by: By, same: Callable[[Remitted, Received], bool]) -> None:
        """Pairs of one amount in which neither could belong to another."""
        found: dict[int, list[int]] = {}
        for place, one in self._unlinked():
            candidates = (number for number in self._by_money.get(one.money, []) if number in self._open)
            found[place] = [number for number in candidates if same(self._remitted[number], one)]
        wanted = Counter(number for numbers in found.values() for number in numbers)
        for place, numbers in found.items():
            if len(numbers) == 1 and wanted[numbers[0]] == 1:
                self._take(numbers[0], place, by)

    def result(self) -> Linked:
        links = [Link(self._remitted[number], self._received[at], by) for at, (number, by) in self._links.items()]
        links.sort(key=lambda one: _place(one.remitted))
        return Linked(links, [self._remitted[number] for number in self._open], [one for _, one in self._unlinked()])

    def _unlinked(self) -> Iterator[tuple[int, Received]]:
        return ((place, one) for place, one in enumerate(self._received) if place not in self._links)

    def _take(self, number: int, place: int, by: By) -> None:
        del self._open[number]
        self._links[place] = number, by


def _same_payer_and_amount(remitted: Remitted, received: Received) -> bool:
    _, payer = trace_of(received)
    return bool(payer) and payer == remitted.payer and remitted.money == received.money


def _same_amount(remitted: Remitted, received: Received) -> bool:
    return compatible(trace_of(received)[1], remitted.payer) and remitted.money == received.money


def _same_currency(remitted: Remitted, received: Received) -> bool:
    return compatible(trace_of(received)[1], remitted.payer) and remitted.money[1] == received.money[1]


def _cut(remitted: Remitted, received: Received) -> bool:
    trace = received.entry.trace
    if trace is None or not trace.cut or len(trace.reference) < CUT_LENGTH_MIN:
        return False
    return remitted.reference.startswith(reference_of(trace.reference))


def _other_number(remitted: Remitted, received: Received) -> bool:
    return received.entry.trace is None and remitted.reference in map(reference_of, received.entry.references)


def _place(one: Remitted) -> tuple[str | int | Decimal | date, ...]:
    payment = one.payment
    return (
        *(payment.due or date.min, one.reference, one.payer, payment.amount),
        *(one.received_ns, payment.origin.message_id, payment.document),
    )
