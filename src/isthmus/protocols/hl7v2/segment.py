"""Views of parts of a message: one segment, one repetition of a field. They hold no copy: editing them edits the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import values
from .path import Path, path

if TYPE_CHECKING:
    from .reading import Reading
    from .rows import Fields


class Segment:
    """One segment, read by paths without the segment's name: `ft1["11.1"]`, `pid["3[MR].1"]`.

    A whole path of the same segment is taken too (`ft1["FT1-11.1"]`, compiled or not); its segment number is ignored.
    """

    __slots__ = ("_message", "fields")

    def __init__(self, message: Reading, fields: Fields) -> None:
        self._message = message
        self.fields = fields

    @property
    def name(self) -> str:
        return self.fields[0].decode("ascii", "replace")

    def __getitem__(self, at: str | Path) -> str:
        p = self._path(at)
        if p.special:
            return values.verbatim(self.fields, p)
        return values.read(self.fields[p.field], p, self._message.encoding) if p.field < len(self.fields) else ""

    def get(self, at: str | Path, default: str = "") -> str:
        return self[at] or default

    def all(self, at: str | Path) -> list[Repetition]:
        """The repetitions of a field; none when it is empty or absent."""
        p = self._path(at)
        field = self.fields[p.field] if p.field < len(self.fields) else b""
        mark = self._message.encoding.delimiters.repetition
        return [Repetition(self, p.field, number) for number in range(1, field.count(mark) + 2)] if field else []

    def encoded(self, at: str | Path) -> values.Encoded:
        """What `at` names as it stands: with separators and escapes, decoded from the character set."""
        p = self._path(at)
        if p.field >= len(self.fields):
            return values.Encoded("")
        return values.Encoded(
            self._message.encoding.decoded(values.part(self.fields[p.field], p, self._message.encoding))
        )

    def __setitem__(self, at: str | Path, value: values.Value) -> None:
        self._message.assign(self.fields, self._path(at), value)

    def __delitem__(self, at: str | Path) -> None:
        self._message.remove(self.fields, self._path(at))

    @property
    def last_field(self) -> int:
        """The number of the last field that the segment holds; 0 for a bare name."""
        return len(self.fields) - 1

    def __bytes__(self) -> bytes:
        return self._message._rows.written(self.fields)

    def __repr__(self) -> str:
        return f"<hl7v2.Segment: {self.last_field} fields>"

    def _path(self, at: str | Path) -> Path:
        if isinstance(at, str) and at[:1].isdigit():
            name = self.name
            return path(f"{name if len(name) == 3 and name.isalnum() and name.isupper() else 'ZZZ'}-{at}")
        return path(at)


class Repetition:
    """One repetition of a field, read by component: `identifier["1"]`, `identifier["4.2"]`."""

    __slots__ = ("_field", "_number", "_segment")

    def __init__(self, segment: Segment, field: int, number: int) -> None:
        self._segment = segment
        self._field = field
        self._number = number

    def __getitem__(self, component: str) -> str:
        return self._segment[self._below(component)]

    def get(self, component: str, default: str = "") -> str:
        return self[component] or default

    def __setitem__(self, component: str, value: values.Value) -> None:
        self._segment[self._below(component)] = value

    @property
    def encoded(self) -> values.Encoded:
        """The whole repetition as it stands."""
        return self._segment.encoded(f"{self._field}[{self._number}]")

    def __repr__(self) -> str:
        return f"<hl7v2.Repetition {self._number} of field {self._field}>"

    def _below(self, component: str) -> str:
        return f"{self._field}[{self._number}].{component}"
