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


NONE = 0
"""Instead of a segment's number: none of its name is read."""


class Entry:
    """number: from 1, as `MFE(number)`; `before`: how many segments of each name stand before this record."""

    def __init__(
        self, message: hl7v2.Message, number: int, group: Sequence[hl7v2.Segment], before: Mapping[str, int]
    ) -> None:
        self.message = message
        self.number = number
        self.group = group
        self.before = before
        self.segments: dict[str, list[hl7v2.Segment]] = {}
        for segment in group:
            self.segments.setdefault(segment.name, []).append(segment)

    @property
    def place(self) -> str:
        return f"MFE({self.number})"

    def count(self, segment: str) -> int:
        return len(self.segments.get(segment, ()))

    def reader(self, **chosen: int) -> EntryReader:
        """Reads the record's first segment of each name, or the one chosen: `reader(PRC=2)`, from 1 within the record."""
        return EntryReader(self, chosen)

    def cell(self, reader: EntryReader, column: str, place: str, kind: str) -> str | None:
        """A field as a cell: None where it is not valued, "" for HL7 null. Raises MappingError for what is none of its kind."""
        stands = reader.standing(place)
        if not stands:
            return None
        return "" if stands == hl7v2.NULL else _CELLS[kind](reader, column, place)

    def day(self, reader: Reader, name: str, place: str, zone: ZoneInfo) -> date | None:
        """The day at the facility that a place names; None where it is not valued."""
        return reader.day(name, place, zone) if place else None


class EntryReader(Reader):
    """Reads within a record. Provenance is the record's place, so none is kept for each field."""

    def __init__(self, entry: Entry, chosen: Mapping[str, int]) -> None:
        super().__init__(entry.message)
        self._entry = entry
        self._chosen = chosen

    def segment(self, name: str) -> hl7v2.Segment | None:
        held = self._entry.segments.get(name, ())
        number = self._chosen.get(name, 1)
        return held[number - 1] if NONE < number <= len(held) else None

    def standing(self, path: str) -> str:
        """What stands at a path, HL7 null included."""
        segment = self.segment(path[:3])
        return segment[path[4:]] if segment is not None else ""

    def text(self, name: str, path: str) -> str:
        value = self.standing(path)
        return "" if value == hl7v2.NULL else value

    def place(self, path: str) -> str:
        name = path[:3]
        number = self._entry.before.get(name, 0) + self._chosen.get(name, 1)
        return f"{name}({number}){path[3:]}" if number > 1 else path


def _text(reader: EntryReader, column: str, place: str) -> str | None:
    return reader.text(column, place)


def _number(reader: EntryReader, column: str, place: str) -> str | None:
    found = reader.number(column, place)
    return None if found is None else format(found, "f")


def _day(reader: EntryReader, column: str, place: str) -> str | None:
    found = reader.day(column, place, ZoneInfo("UTC"))
    return None if found is None else found.isoformat()


def _flag(reader: EntryReader, column: str, place: str) -> str | None:
    return FLAGS.get(reader.text(column, place))


def _active(reader: EntryReader, column: str, place: str) -> str | None:
    return ACTIVE.get(reader.text(column, place))


def _location(reader: EntryReader, column: str, place: str) -> str | None:
    """Point of care, room and bed of a PL, as far as they go: `MED^204^A`."""
    parts = [reader.text(column, f"{place}.{component}") for component in (1, 2, 3)]
    return "^".join(parts).rstrip("^")


_CELLS = {
    "text": _text, "number": _number, "day": _day, "flag": _flag, "active": _active, "location": _location,
}  # fmt: skip


def entries(message: hl7v2.Message) -> Iterator[Entry]:
    """The records of a message, in order."""
    groups = message.groups("MFE")
    names = [segment.name for segment in message.segments()]
    before = Counter(names[: names.index("MFE")] if groups else ())
    for number, group in enumerate(groups, 1):
        yield Entry(message, number, group, dict(before))
        before.update(segment.name for segment in group)
