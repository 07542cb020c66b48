"""One record of an MFN: its MFE with the segments that follow up to the next one.

A place (`PRC-5.1.1`) is read within the record: the first segment of that name after its MFE, never another record's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from ...protocols import hl7v2
from ..reader import Reader

FLAGS = {"Y": "Y", "N": "N"}
"""HL7 tables 0136 and 0532; what 0532 says besides (unknown, not asked) is no answer, and changes nothing."""

ACTIVE = {"A": "Y", "I": "N"}
"""HL7 table 0183."""


class Entry:
    """number: from 1, as `MFE(number)`; `segments`: name -> the numbers that segments of this record have in the message."""

    def __init__(
        self, message: hl7v2.Message, number: int, segments: Mapping[str, list[int]], group: Sequence[hl7v2.Segment]
    ) -> None:
        self.message = message
        self.number = number
        self.segments = segments
        self.group = group
        self._first = {name: numbers[0] for name, numbers in segments.items()}

    @property
    def place(self) -> str:
        return f"MFE({self.number})"

    def count(self, segment: str) -> int:
        return len(self.segments.get(segment, ()))

    def reader(self, **chosen: int) -> Reader:
        """Reads the record's first segment of each name, or the one chosen: `reader(PRC=2)`, from 1 within the record."""
        others = {name: self.segments[name][number - 1] for name, number in chosen.items() if name in self.segments}
        return Reader(self.message, self._first | others)

    def cell(self, reader: Reader, column: str, place: str, kind: str) -> str | None:
        """A field as a cell: None where it is not valued, "" for HL7 null. Raises MappingError for what is none of its kind."""
        if place[:3] not in self.segments:
            return None
        stands = self.message[reader.place(place)]
        if not stands:
            return None
        if stands == hl7v2.NULL:
            return ""
        return _CELLS[kind](reader, column, place)

    def day(self, reader: Reader, name: str, place: str, zone: ZoneInfo) -> date | None:
        """The day at the facility that a place names; None where it is not valued."""
        return reader.day(name, place, zone) if place and place[:3] in self.segments else None


def _text(reader: Reader, column: str, place: str) -> str | None:
    return reader.text(column, place)


def _number(reader: Reader, column: str, place: str) -> str | None:
    found = reader.number(column, place)
    return None if found is None else format(found, "f")


def _day(reader: Reader, column: str, place: str) -> str | None:
    found = reader.calendar_day(column, place)
    return None if found is None else found.isoformat()


def _flag(reader: Reader, column: str, place: str) -> str | None:
    return FLAGS.get(reader.text(column, place))


def _active(reader: Reader, column: str, place: str) -> str | None:
    return ACTIVE.get(reader.text(column, place))


def _location(reader: Reader, column: str, place: str) -> str | None:
    """Point of care, room and bed of a PL, as far as they go: `MED^204^A`."""
    parts = [reader.text(column, f"{place}.{component}") for component in (1, 2, 3)]
    return "^".join(parts).rstrip("^")


_CELLS = {
    "text": _text, "number": _number, "day": _day, "flag": _flag, "active": _active, "location": _location,
}  # fmt: skip


def entries(message: hl7v2.Message) -> Iterator[Entry]:
    """The records of a message, in order."""
    seen: Counter[str] = Counter()
    for number, group in enumerate(message.groups("MFE"), 1):
        numbers: dict[str, list[int]] = {}
        for segment in group:
            seen[segment.name] += 1
            numbers.setdefault(segment.name, []).append(seen[segment.name])
        if number == 1:
            _skip(message, numbers, seen)
        yield Entry(message, number, numbers, group)


def _skip(message: hl7v2.Message, numbers: dict[str, list[int]], seen: Counter[str]) -> None:
    """Segments before the first MFE count too: a second MFI, notes of the file."""
    for segment in message.segments():
        if segment.name == "MFE":
            return
        if segment.name in numbers:
            numbers[segment.name] = [one + 1 for one in numbers[segment.name]]
        seen[segment.name] += 1
