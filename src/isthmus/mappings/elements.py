"""Reads fields of typed X12 values, notes the element that each canonical field came from, and accounts for the others.

A place is the path of the element with its segment numbered among those of its name in the transaction set: `CLM02`,
`CLM(3)05-3`. What says what a value is (the qualifier of a REF, the format of a DTP) counts as used with the value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..kernel import Message
from ..model import Event, Origin
from ..protocols import x12
from ..protocols.x12.views.declared import Base, Place, filled
from ..protocols.x12.views.periods import Period

QUALIFIERS = {
    "AMT": (1,), "DMG": (1,), "DTM": (1,), "DTP": (1, 2), "LIN": (2,), "LQ": (1,), "N1": (1, 3), "NM1": (1, 2, 8),
    "PRV": (1, 2), "QTY": (1,), "REF": (1,), "TRN": (1,),
}  # fmt: skip
"""Elements that say what the value of their segment is."""

STRUCTURE = frozenset(("ST", "SE", "HL", "LX", "LS", "LE"))
"""Segments that say how a document is built, and nothing else."""

Table = Mapping[str, str]
"""Canonical field -> field of the typed value; `service_period.start` reads on in what is found."""


class Elements:
    """Reads the typed values of one transaction set."""

    def __init__(self, transaction: x12.Transaction) -> None:
        self.transaction = transaction
        self._numbers = numbered(transaction)
        self.provenance: dict[str, str] = {}

    def origin(self, message: Message) -> Origin:
        """The hub's message; the sender's numbers of group and set; GS02, the sending application."""
        group = self.transaction.group_header
        control = [group.element(6)] if group else []
        return Origin(
            source=message.source,
            message_id=message.id,
            control_id="/".join([*control, self.transaction.control_number]),
            application=group.element(2) if group else "",
        )

    def read(self, record: Base | None, table: Table, prefix: str = "") -> dict[str, Any]:
        """What the table takes of a record, by canonical names, without what is empty; lists as tuples."""
        if record is None:
            return {}
        found = {}
        for name, path in table.items():
            field, *inner = path.split(".")
            value = getattr(record, field)
            for attribute in inner:
                value = None if value is None else getattr(value, attribute)
            if value not in (None, "", []):
                found[name] = tuple(value) if isinstance(value, list) else value
                self.note(prefix + name, record, field)
        return found

    def note(self, name: str, record: Base, *fields: str) -> None:
        """`name` came from these fields of a record."""
        places = [place for place in record.places(*fields) if not _says_what(place)]
        if places:
            self.provenance[name] = " ".join(place_name(place, self._numbers) for place in places)

    def account(self) -> dict[str, str]:
        """The provenance of what was read since the last time."""
        noted, self.provenance = self.provenance, {}
        return noted


def days(period: Period | None) -> dict[str, Any]:
    """The first and the last day of a period, as `service_from` and `service_to`."""
    if period is None:
        return {}
    return {"service_from": period.start} | ({} if period.end is None else {"service_to": period.end})


def unused_elements(transaction: x12.Transaction, events: Iterable[Event]) -> list[str]:
    """Paths of the populated elements and components that no event's provenance names, in the order of the set."""
    used = {place for event in events for places in event.provenance.values() for place in places.split()}
    numbers = numbered(transaction)
    return [
        place_name(place, numbers)
        for segment in transaction.segments
        if segment.tag not in STRUCTURE
        for place in _unused(segment, numbers, used)
    ]


def _unused(segment: x12.Segment, numbers: Mapping[int, int], used: set[str]) -> Iterator[Place]:
    places = list(filled(segment))
    taken = [bool(_names(place, numbers) & used) for place in places]
    for place, is_used in zip(places, taken, strict=True):
        if not is_used and not (any(taken) and _says_what(place)):
            yield place


def _names(place: Place, numbers: Mapping[int, int]) -> set[str]:
    """A place, the element that it is a component of, and a lone component by its number."""
    whole, first = place._replace(component=0), place._replace(component=place.component or 1)
    return {place_name(one, numbers) for one in (whole, first)}


def _says_what(place: Place) -> bool:
    return place.element in QUALIFIERS.get(place.segment.tag, ())


def numbered(transaction: x12.Transaction) -> dict[int, int]:
    """Of each segment, by its number in the file, which one of its name it is."""
    seen: Counter[str] = Counter()
    numbers = {}
    for segment in transaction.segments:
        seen[segment.tag] += 1
        numbers[segment.number] = seen[segment.tag]
    return numbers


def place_name(place: Place, numbers: Mapping[int, int]) -> str:
    number = numbers[place.segment.number]
    component = f"-{place.component}" if place.component else ""
    return f"{place.segment.tag}{f'({number})' if number > 1 else ''}{place.element:02d}{component}"
