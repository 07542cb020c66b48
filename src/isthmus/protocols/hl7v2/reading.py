"""Reading a message: by path, by segment, and the header's facts.

`Message` adds editing and writing. Nothing here changes what is written: segments are split into fields when they are
first read, and splitting is the inverse of joining.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from . import charsets, values, versions
from .charsets import ASCII
from .envelope import Envelope
from .findings import Finding, findings
from .path import Path, compiled, path
from .rows import Fields, Rows
from .segment import Repetition, Segment
from .tree import Node, tree


class Reading(ABC):
    """The reading half of a message. `encoding` is how its values become text."""

    __slots__ = ("_charset", "_data", "_envelope", "_found", "_rows", "encoding")

    def __init__(self, data: bytes, rows: Rows, envelope: Envelope | None, charset: str | None) -> None:
        self.encoding = rows.encoding
        self._data = data
        self._rows = rows
        self._found = rows.found
        self._envelope = envelope
        self._charset = charset

    def __getitem__(self, at: str | Path) -> str:
        """The text at a path: "" when nothing stands there, `NULL` for HL7 null. Raises Misuse for what is no path."""
        p = compiled.get(at) or path(at)
        fields = self._found.get(p.place) or self._rows.locate(p.place, p.name, p.occurrence)
        if p.special:
            return values.verbatim(fields, p)
        return values.read(fields[p.field], p, self.encoding) if p.field < len(fields) else ""

    def get(self, at: str | Path, default: str = "") -> str:
        """Like indexing, with `default` in place of ""."""
        return self[at] or default

    def __contains__(self, at: str | Path) -> bool:
        """Whether a segment is there ("PV1", "OBX(3)"), or anything stands at a path."""
        p = path(at)
        return bool(Segment(self, self.fields_at(p)).name) if p.depth == 0 else bool(self.encoded(p))

    def field_bytes(self, segment: bytes, field: int) -> bytes:
        """The bytes of a whole field of the first such segment, b"" when it is not there. For routing: no decoding."""
        fields = self._found.get(segment) or self._rows.locate(segment, segment, 0)
        return fields[field] if field < len(fields) else b""

    @property
    def header(self) -> Fields:
        """The bytes of MSH's fields, to be read only: [1] is the field separator, [n] field n as far as there are fields."""
        return self._found.get(b"MSH") or self._rows.locate(b"MSH", b"MSH", 0)

    def segments(self, name: str | None = None) -> list[Segment]:
        """Every segment of this name (of any name when none is given), in order."""
        rows = self._rows
        indexes = range(len(rows.rows)) if name is None else rows.indexes(path(name).name)
        return [Segment(self, rows.fields(index)) for index in indexes if rows.rows[index]]

    def groups(self, name: str) -> list[list[Segment]]:
        """Each segment of this name with those that follow it, up to the next one: `groups("OBR")`."""
        found: list[list[Segment]] = []
        first = path(name).segment
        for segment in self.segments():
            if segment.name == first:
                found.append([])
            if found:
                found[-1].append(segment)
        return found

    def all(self, at: str | Path) -> list[Segment] | list[Repetition]:
        """For "FT1" every such segment; for "PID-3" every repetition of the field."""
        p = path(at)
        return self.segments(p.segment) if p.depth == 0 else Segment(self, self.fields_at(p)).all(p)

    def encoded(self, at: str | Path) -> values.Encoded:
        """What a path names as it stands, with separators and escapes, decoded from the character set."""
        p = path(at)
        return Segment(self, self.fields_at(p)).encoded(p)

    def fields_at(self, p: Path) -> Fields:
        """The fields of a path's segment; `rows.NOT_THERE` when the message has none."""
        return self._found.get(p.place) or self._rows.locate(p.place, p.name, p.occurrence)

    @abstractmethod
    def assign(self, fields: Fields, p: Path, value: values.Value) -> None:
        """Put a value at a path of the segment with these fields."""

    @abstractmethod
    def remove(self, fields: Fields, p: Path) -> None:
        """Remove what a path names from the segment with these fields."""

    def tree(self) -> list[Node]:
        """Every value with its path, for people: see `tree.Node`."""
        return tree(self.segments(), self.encoding)

    @property
    def type(self) -> str:
        """Message code and trigger event: "ADT^A03". The event stands in EVN-1 where MSH-9 has none (v2.1)."""
        code, event, _ = versions.message_type(self.field_bytes(b"MSH", 9), self.encoding.delimiters.component)
        event = event or self["EVN-1"]
        return f"{code}^{event}" if event else code

    @property
    def structure(self) -> str:
        """MSH-9.3, or the structure that HL7 table 0354 gives to the type: "ADT_A01" for ADT^A04."""
        declared = versions.message_type(self.field_bytes(b"MSH", 9), self.encoding.delimiters.component)[2]
        return declared or versions.structure(self.type)

    @property
    def control_id(self) -> str:
        return self["MSH-10"]

    @property
    def processing_id(self) -> str:
        return self["MSH-11"]

    @property
    def version(self) -> str:
        return self["MSH-12"]

    @property
    def sender(self) -> tuple[str, str]:
        """Sending application and facility (MSH-3, MSH-4)."""
        return self["MSH-3"], self["MSH-4"]

    @property
    def receiver(self) -> tuple[str, str]:
        """Receiving application and facility (MSH-5, MSH-6)."""
        return self["MSH-5"], self["MSH-6"]

    @property
    def accept_ack(self) -> str:
        """MSH-15: AL, NE, ER or SU; "" in original mode."""
        return self["MSH-15"]

    @property
    def application_ack(self) -> str:
        """MSH-16: AL, NE, ER or SU; "" in original mode."""
        return self["MSH-16"]

    @property
    def charset(self) -> str:
        """The character set in effect, by its name in HL7 table 0211 where it has one."""
        if self._envelope and self._envelope.codec:
            return "UNICODE " + self._envelope.codec[:6].upper()
        return self.declared_charset().name if self.encoding.charset is ASCII else self.encoding.charset.name

    def declared_charset(self) -> charsets.Charset:
        """What MSH-18 declares; ASCII when it declares nothing or nothing known."""
        return charsets.declared(charsets.names(self.field_bytes(b"MSH", 18), self.encoding.delimiters)) or ASCII

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What deviates from the standard and was taken all the same. Describes what was parsed, not later edits."""
        return findings(self._data, self._charset)

    def __len__(self) -> int:
        """The number of segments."""
        return sum(1 for row in self._rows.rows if row)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments())

    def __repr__(self) -> str:
        return f"<hl7v2.Message: {len(self)} segments, {len(self._data)} bytes as parsed>"
