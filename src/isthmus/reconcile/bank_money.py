"""What money there is, when several bank documents speak of it.

A payment may be announced (ACH file, camt.054), seen in the course of the day (camt.052) and booked (BAI2, camt.053). It is
one money; the booked entry is what counts, and an announcement lends it the trace that the bank's statement left out.

    standing     statements without those that were corrected, withdrawn, sent for a test, or sent again
    money        each payment once
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import msgspec

from ..model import BankEntry, BankStatement

STRENGTH = {"statement": 0, "report": 1, "advice": 2}
"""Whose word counts when several documents hold the same payment."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement, and when its message was received."""

    statement: BankStatement
    received_ns: int


@dataclass(frozen=True, slots=True)
class Received:
    """A payment on an account, with the statement that it stands in; `lent`: the announcement that gave it its trace."""

    entry: BankEntry
    statement: BankStatement
    received_ns: int
    lent: int | None = None

    @property
    def messages(self) -> tuple[int, ...]:
        """The hub's numbers of the documents behind it."""
        mine = {self.statement.origin.message_id} | ({self.lent} if self.lent is not None else set())
        return tuple(sorted(mine))

    @property
    def day(self) -> date | None:
        """When the money came: by the entry, else by its statement."""
        return self.entry.day or self.statement.as_of

    @property
    def money(self) -> tuple[Decimal, str]:
        """Amount and currency."""
        return self.entry.amount, self.entry.currency


def standing(stated: Iterable[Stated]) -> list[Stated]:
    """The statements that hold, in the order of their days. Of equal ones that came twice, the first."""
    by_day: dict[Hashable, list[Stated]] = defaultdict(list)
    for one in sorted(stated, key=_stated_place):
        by_day[one.statement.kind, one.statement.account, one.statement.as_of].append(one)
    kept = [one for same_day in by_day.values() for one in _unrepealed(same_day)]
    return sorted(kept, key=_stated_place)


def money(stated: Iterable[Stated]) -> list[Received]:
    """Every settled payment once, in the order of its days."""
    found = [
        Received(entry, one.statement, one.received_ns)
        for one in standing(stated)
        for entry in one.statement.entries
        if entry.settled
    ]
    found.sort(key=place_of)
    found = _once(found, _bank_number, _message)
    found = _once(found, _trace, _kind)
    return sorted(_with_lent_traces(found), key=place_of)


def _unrepealed(same_day: list[Stated]) -> Iterator[Stated]:
    """From the last correction on, or after the last withdrawal."""
    kept: list[tuple[object, Stated]] = []
    for one in same_day:
        if one.statement.status in ("corrected", "withdrawn"):
            kept = []
        content = _content(one.statement)
        if one.statement.counts and not any(content == other for other, _ in kept):
            kept.append((content, one))
    yield from (one for _, one in kept)


def _content(statement: BankStatement) -> tuple[object, ...]:
    """What a repetition has too: where in a file an entry stands makes no difference."""
    entries = [msgspec.structs.replace(entry, provenance={}) for entry in statement.entries]
    return statement.currency, statement.opening, statement.closing, entries


def _once(
    found: Iterable[Received],
    identity: Callable[[Received], Hashable | None],
    document: Callable[[Received], tuple[int, ...]],
) -> list[Received]:
    """Of what several documents hold under one identity, what the strongest of them holds.

    Where a weaker one has more of them than a stronger one, those more are kept: they may not be booked yet.
    """
    kept: list[Received] = []
    groups: dict[Hashable, dict[tuple[int, ...], list[Received]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        key = identity(one)
        if key is None:
            kept.append(one)
        else:
            groups[key][document(one)].append(one)
    for by_document in groups.values():
        count = 0
        for place in sorted(by_document):
            kept += by_document[place][count:]
            count = max(count, len(by_document[place]))
    return kept


def _bank_number(one: Received) -> Hashable | None:
    """The bank's own number, within the account, amount and day: the same entry in another document."""
    number = one.entry.bank_reference
    if not number or one.statement.kind == "advice":
        return None
    return one.statement.account, number, one.money, one.day


def _trace(one: Received) -> Hashable | None:
    trace = one.entry.trace
    return None if trace is None or trace.cut else (trace.reference, one.money)


def _message(one: Received) -> tuple[int, ...]:
    """An account's number of an entry is the same in every message."""
    return STRENGTH[one.statement.kind], one.received_ns, one.statement.origin.message_id


def _kind(one: Received) -> tuple[int, ...]:
    """A trace that is booked twice was paid twice; one that is announced and booked was paid once."""
    return (STRENGTH[one.statement.kind],)


def _with_lent_traces(found: list[Received]) -> list[Received]:
    """Booked claim payments whose text has no whole trace take it from an announcement of the same amount and day.

    With the beginning of a trace: from the one that begins so. Without any: when there are as many of the ones as of the
    others, because which of them is which makes no difference to the cent.
    """
    without: dict[Hashable, list[Received]] = defaultdict(list)
    announced: dict[Hashable, list[Received]] = defaultdict(list)
    rest: list[Received] = []
    for one in found:
        if one.statement.kind == "advice" and one.entry.trace:
            announced[one.money, one.day].append(one)
        elif one.statement.kind != "advice" and one.entry.claim_payment and not _whole(one):
            without[one.money, one.day].append(one)
        else:
            rest.append(one)
    for key in without.keys() | announced.keys():
        rest += _lent(without[key], announced[key])
    return rest


def _whole(one: Received) -> bool:
    return one.entry.trace is not None and not one.entry.trace.cut


def _lent(booked: list[Received], announced: list[Received]) -> list[Received]:
    """All of one amount and day."""
    lent, silent = [], []
    for one in booked:
        if one.entry.trace is None:
            silent.append(one)
            continue
        beginning = one.entry.trace.reference
        begun = [
            other for other in announced if other.entry.trace and other.entry.trace.reference.startswith(beginning)
        ]
        lent.append(_lend(one, begun[0]) if len(begun) == 1 else one)
        announced = [other for other in announced if begun != [other]]
    if len(silent) == len(announced):
        return lent + [_lend(one, other) for one, other in zip(silent, announced, strict=True)]
    return lent + silent + announced


def _lend(booked: Received, announced: Received) -> Received:
    entry = msgspec.structs.replace(
        booked.entry, trace=announced.entry.trace, payer_name=booked.entry.payer_name or announced.entry.payer_name
    )
    return replace(booked, entry=entry, lent=announced.statement.origin.message_id)


def _stated_place(one: Stated) -> tuple[str | int | date, ...]:
    statement = one.statement
    day = statement.as_of or date.min
    return day, statement.account, one.received_ns, statement.origin.message_id, statement.number


def place_of(one: Received) -> tuple[str | int | Decimal | date, ...]:
    """Where a payment stands in a stable order."""
    reference = one.entry.trace.reference if one.entry.trace else ""
    place = one.entry.provenance.get("amount", "")
    return (
        *(one.day or date.min, STRENGTH[one.statement.kind], reference, one.entry.amount, one.statement.account),
        *(one.entry.bank_reference, one.received_ns, one.statement.origin.message_id, place),
    )
