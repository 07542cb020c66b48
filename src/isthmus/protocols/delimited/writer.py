"""A file of records, written by the layout that it will be read by; counts and totals are filled in.

    writer = delimited.Writer(layout)
    file = writer.header({...}) + b"".join(map(writer.row, rows)) + writer.trailer({...})

What is written reads back as the same values: what would not is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...kernel import Misuse, Permanent
from . import values
from .layout import Column, Layout, Record
from .totals import Totals
from .values import Value


class Writer:
    """Writes one file, record by record. A header's totals cannot be known ahead: the caller gives them."""

    def __init__(self, layout: Layout) -> None:
        layout.verify()
        self._layout = layout
        self._totals = Totals()

    def header(self, of: Mapping[str, Value]) -> bytes:
        """The header (when the layout has one) and the line of names (likewise)."""
        written = self._record(self._layout.header, of) if self._layout.header else b""
        if self._layout.names:
            self._totals.records += 1
            written += self._line([self._quoted(column.name) for column in self._layout.detail.columns])
        return written

    def row(self, of: Mapping[str, Value]) -> bytes:
        """One detail. Raises Permanent for a value that its column cannot hold."""
        written = self._record(self._layout.detail, of)
        self._totals.add_detail(self._layout, of)
        return written

    def trailer(self, of: Mapping[str, Value]) -> bytes:
        """The trailer, with its counts and totals, which `of` need not hold."""
        if self._layout.trailer is None:
            raise Misuse("The layout has no trailer")
        counted: dict[str, Value] = {}
        for control in self._layout.controls:
            if control.place == "trailer":
                total = self._totals.value(control, ahead=1)
                counted[control.column] = int(total) if control.count else total
        return self._record(self._layout.trailer, {**of, **counted})

    def _record(self, record: Record, of: Mapping[str, Value]) -> bytes:
        unknown = of.keys() - {column.name for column in record.columns}
        if unknown:
            raise Misuse(f"The layout has no column {', '.join(sorted(unknown))}")
        self._totals.records += 1
        fields = []
        for number, column in enumerate(record.columns):
            value = record.tag if record.tag and not number else of.get(column.name)
            text = values.write(column, value)
            fields.append(self._padded(column, text) if self._layout.fixed else self._quoted(text))
        return self._line(fields)

    def _line(self, fields: list[str]) -> bytes:
        text = self._layout.delimiter.join(fields)
        if not text.strip(" "):
            raise Permanent("A record without any value cannot be told from a blank line")
        try:
            return (text + self._layout.line_end).encode(self._layout.encoding)
        except UnicodeEncodeError:
            raise Permanent(f"A value has characters that {self._layout.encoding} does not have") from None

    def _padded(self, column: Column, text: str) -> str:
        """Numbers to the right, all else to the left."""
        if len(text) > column.width or "\n" in text or text != text.rstrip("\r "):
            raise Permanent(
                f"Column {column.name} cannot be written: too wide, or ends in a blank, or holds a line end"
            )
        right = column.kind in ("integer", "decimal")
        return text.rjust(column.width) if right else text.ljust(column.width)

    def _quoted(self, text: str) -> str:
        quote = self._layout.quote
        if not any(mark and mark in text for mark in (self._layout.delimiter, quote, "\r", "\n")):
            return text
        if not quote:
            raise Permanent("A value holds the delimiter or a line end, and the layout has no quote")
        return quote + text.replace(quote, quote * 2) + quote
