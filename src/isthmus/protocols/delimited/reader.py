"""A file of records, read by its layout in whatever chunks it comes.

    start --header--> names --names--> details --detail--> details --trailer--> end
             (each stage that the layout does not declare is passed over)

What can be pinned to one row is that row's fault: it comes out as a BadRow and the rest goes on (or refuses the file, as
declared). What cannot (no header, a total that does not agree, no trailer: the file is cut off) always raises ParseError,
after the rows before it were given out.

A reader can be put down and taken up: `position` says what has been given out, and `Reader(layout, position)` goes on from
there when it is fed the file from byte `position.offset`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NoReturn

import msgspec

from . import values
from .grammar import Finding, ParseError
from .layout import Layout, Record
from .lines import RawRecord, Splitter
from .totals import Totals
from .values import Unreadable, Value

Part = Literal["header", "names", "detail", "trailer", "blank"]
Stage = Literal["start", "names", "details", "end"]

_NOTES = {
    "unclosed-quote": "a quote is opened and not closed",
    "broken-quote": "text follows a closing quote",
    "field-count": "the number of fields is not the number of columns",
    "record-length": "the line is longer than its columns",
    "encoding": "bytes that are not of the layout's encoding",
    "unknown-record": "the tag is that of no record of the layout",
    "after-trailer": "a record after the trailer",
    "no-header": "the file does not begin with its header",
    "names": "the line of names lacks a column, repeats one, or has one that the layout does not know",
    "no-trailer": "the file ends without its trailer: it may be cut off",
    "count-mismatch": "a count does not agree with the records: the file is cut off or altered",
    "total-mismatch": "a total does not agree with the records: the file is cut off or altered",
    "total-unknown": "a total cannot be held against the records, because a bad row's amount could not be read",
    "control-missing": "a count or total that the layout declares is blank",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One record. `values`: by column. `raw`: its bytes with the line end, so that all rows together are the file."""

    part: Part
    line: int
    offset: int
    values: dict[str, Value]
    raw: bytes
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"<Row {self.part} line {self.line}, {len(self.raw)} bytes>"


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One record that breaks its layout. `values`: what of it could be read."""

    line: int
    offset: int
    findings: tuple[Finding, ...]
    values: dict[str, Value]
    raw: bytes

    def __repr__(self) -> str:
        return f"<BadRow line {self.line}, {len(self.findings)} findings>"


class Position(msgspec.Struct):
    """How far a reader has come, in values that can be stored: JSON or MessagePack by msgspec.

    order, fields: where the layout's columns stand in a record, and how many fields it has, from the line of names.
    """

    offset: int = 0
    line: int = 1
    stage: Stage = "start"
    totals: Totals = msgspec.field(default_factory=Totals)
    order: tuple[int, ...] = ()
    fields: int = 0


class Reader:
    """Reads one file. Holds one record and one chunk, whatever the size of the file."""

    def __init__(self, layout: Layout, position: Position | None = None) -> None:
        layout.verify()
        self._layout = layout
        self._position = _copy(position) if position else Position()
        self._splitter = Splitter(
            layout.delimiter.encode(), layout.quote.encode(), self._position.line, self._position.offset
        )
        self._failure: ParseError | None = None

    @property
    def position(self) -> Position:
        """After the last row given out."""
        return _copy(self._position)

    def feed(self, chunk: bytes) -> Iterator[Row | BadRow]:
        """The rows that the chunk completes. Raises ParseError, after the rows before it, when the file is refused."""
        return self._rows(self._splitter.feed(chunk))

    def close(self) -> Iterator[Row | BadRow]:
        """The last rows; then ParseError when the file is not complete or does not add up."""
        yield from self._rows(self._splitter.close())
        self._finish()

    def read(self, data: bytes) -> list[Row | BadRow]:
        """A whole file at once. Raises ParseError when any of it refuses the file."""
        return [*self.feed(data), *self.close()]

    def _rows(self, records: Iterator[RawRecord]) -> Iterator[Row | BadRow]:
        if self._failure is not None:
            raise self._failure
        try:
            for raw in records:
                stage, counted = self._position.stage, self._position.totals.records
                try:
                    row = self._row(raw)
                except ParseError:  # the position stays behind the last row given out
                    self._position.stage, self._position.totals.records = stage, counted
                    raise
                if isinstance(row, BadRow) and self._layout.bad_rows == "refuse":
                    raise ParseError(row.findings, offset=row.offset)
                self._position.line, self._position.offset = raw.line + raw.raw.count(b"\n"), raw.offset + len(raw.raw)
                yield row
        except ParseError as error:
            self._failure = error
            raise

    def _row(self, raw: RawRecord) -> Row | BadRow:
        position, layout = self._position, self._layout
        if not raw.fault and len(raw.fields) == 1 and not raw.fields[0].strip(b" \x1a"):
            return _row("blank", raw, {})
        position.totals.records += 1
        if position.stage == "start":
            position.stage = "names"
            if layout.header:
                return self._header(raw, layout.header)
        if position.stage == "names":
            position.stage = "details"
            if layout.names:
                return self._names(raw)
        if position.stage == "end":
            return self._bad(raw, "after-trailer")
        if layout.trailer and self._tag(raw, layout.trailer) == layout.trailer.tag:
            return self._trailer(raw, layout.trailer)
        return self._detail(raw)

    def _header(self, raw: RawRecord, record: Record) -> Row:
        if raw.fault or (record.tag and self._tag(raw, record) != record.tag):
            self._refuse(raw, "no-header")
        read, findings = self._values(raw, record)
        if findings:
            raise ParseError(findings, offset=raw.offset)
        self._position.totals.state(self._layout, "header", read)
        return _row("header", raw, read)

    def _names(self, raw: RawRecord) -> Row:
        names = tuple(name.decode(self._layout.encoding, "replace").strip() for name in raw.fields)
        known = [column.name for column in self._layout.detail.columns]
        missing = any(names.count(name) != 1 for name in known)
        if raw.fault or missing or (not self._layout.other_columns and len(names) != len(known)):
            self._refuse(raw, "names")
        self._position.order = tuple(names.index(name) for name in known)
        self._position.fields = len(names)
        return _row("names", raw, {})

    def _detail(self, raw: RawRecord) -> Row | BadRow:
        record, totals = self._layout.detail, self._position.totals
        if raw.fault or (record.tag and self._tag(raw, record) != record.tag):
            bad = self._bad(raw, raw.fault or "unknown-record")
            totals.add_detail(self._layout, {}, whole=False)
            return bad
        read, findings = self._values(raw, record)
        totals.add_detail(self._layout, read, whole=not findings)
        if findings:
            return BadRow(line=raw.line, offset=raw.offset, findings=findings, values=read, raw=raw.raw)
        return _row("detail", raw, read)

    def _trailer(self, raw: RawRecord, record: Record) -> Row:
        read, findings = self._values(raw, record)
        if findings:
            raise ParseError(findings, offset=raw.offset)
        self._position.stage = "end"
        self._position.totals.state(self._layout, "trailer", read)
        return _row("trailer", raw, read, self._hold(raw.line, raw.offset))

    def _finish(self) -> None:
        """The end of the file: what is declared must have come, and a header's totals hold now."""
        position, layout = self._position, self._layout
        rule = ""
        if position.stage == "start" and layout.header:
            rule = "no-header"
        elif layout.names and position.stage in ("start", "names"):
            rule = "names"
        elif layout.trailer and position.stage != "end":
            rule = "no-trailer"
        if rule:
            raise ParseError([Finding(rule, position.line, "", _NOTES[rule])], offset=position.offset)
        if not layout.trailer:
            self._hold(position.line, position.offset)

    def _hold(self, line: int, offset: int) -> tuple[Finding, ...]:
        """Hold counts and totals against the file. What could not be held is a finding, what does not hold raises."""
        findings = [
            Finding(rule, line, control.column, _NOTES[rule])
            for rule, control in self._position.totals.breaks(self._layout)
        ]
        if any(finding.rule != "total-unknown" for finding in findings):
            raise ParseError(findings, offset=offset)
        return tuple(findings)

    def _tag(self, raw: RawRecord, record: Record) -> str:
        field = raw.fields[0] if raw.fields else b""
        text = field.decode(self._layout.encoding, "replace")
        return (text[: record.columns[0].width] if self._layout.fixed else text).strip(" ")

    def _values(self, raw: RawRecord, record: Record) -> tuple[dict[str, Value], tuple[Finding, ...]]:
        """What could be read of a record, and everything that could not."""
        read: dict[str, Value] = {}
        try:
            fields = self._cut(raw, record)
        except Unreadable as error:
            return read, (Finding(error.rule, raw.line, "", error.note),)
        findings = []
        for column, field in zip(record.columns, fields, strict=True):
            try:
                read[column.name] = values.read(column, field.decode(self._layout.encoding))
            except Unreadable as error:
                findings.append(Finding(error.rule, raw.line, column.name, error.note))
            except UnicodeDecodeError:
                findings.append(Finding("encoding", raw.line, column.name, _NOTES["encoding"]))
        return read, tuple(findings)

    def _cut(self, raw: RawRecord, record: Record) -> list[bytes]:
        """The fields in the order of the columns. Raises Unreadable."""
        if self._layout.fixed:
            return _by_width(raw.fields[0], record, self._layout.encoding)
        order = self._position.order if record is self._layout.detail else ()
        if len(raw.fields) != (self._position.fields if order else len(record.columns)):
            raise Unreadable("field-count", _NOTES["field-count"])
        return [raw.fields[index] for index in order] if order else raw.fields

    def _bad(self, raw: RawRecord, rule: str) -> BadRow:
        finding = Finding(rule, raw.line, "", _NOTES[rule])
        return BadRow(line=raw.line, offset=raw.offset, findings=(finding,), values={}, raw=raw.raw)

    def _refuse(self, raw: RawRecord, rule: str) -> NoReturn:
        raise ParseError([Finding(rule, raw.line, "", _NOTES[rule])], offset=raw.offset)


def _row(part: Part, raw: RawRecord, read: dict[str, Value], findings: tuple[Finding, ...] = ()) -> Row:
    return Row(part=part, line=raw.line, offset=raw.offset, values=read, raw=raw.raw, findings=findings)


def _copy(position: Position) -> Position:
    totals = position.totals
    own = Totals(totals.records, totals.details, dict(totals.sums), totals.unknown, dict(totals.stated))
    return Position(position.offset, position.line, position.stage, own, position.order, position.fields)


def _by_width(line: bytes, record: Record, encoding: str) -> list[bytes]:
    """A line in columns of characters; trailing blanks may have been cut off. Raises Unreadable."""
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("encoding", _NOTES["encoding"]) from None
    fields, at = [], 0
    for column in record.columns:
        fields.append(text[at : at + column.width].rstrip(" ").encode(encoding))
        at += column.width
    if text[at:].strip(" "):
        raise Unreadable("record-length", _NOTES["record-length"])
    return fields
