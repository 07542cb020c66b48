"""What a file of records is declared to be.

    header     [tag] columns            at most one, first
    detail     [tag] columns            any number
    trailer    tag   columns            at most one, last; its columns may be held to counts and sums

A layout is data: it can stand in TOML or JSON, and is checked as a whole before the first byte is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from ...kernel import Misuse

Kind = Literal["text", "integer", "decimal", "date", "code"]

ENCODINGS = frozenset({"ascii", "utf-8", "iso-8859-1", "iso-8859-15", "cp1252", "cp1250", "cp437", "cp850"})
"""Encodings in which no character but the line end itself holds a line end's byte, so that lines are split as bytes."""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One column.

    required           blank is a fault; otherwise blank reads as None (as "" for text)
    width              characters, for fixed width
    codes              what a code may be; empty: anything
    date_format        made of YYYY, MM, DD and what stands between them
    implied_decimals   digits after a decimal mark that is not written: 2 reads "1050" as 10.50
    decimal_mark       "." or ","
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    width: int = 0
    codes: tuple[str, ...] = ()
    date_format: str = "YYYY-MM-DD"
    implied_decimals: int = 0
    decimal_mark: str = "."


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The columns of one kind of record. `tag`: what its first column reads, by which it is told from the other kinds."""

    columns: tuple[Column, ...]
    tag: str = ""


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A column of the trailer (or header) that the file is held to.

    count   "details": the detail records; "records": header, details and trailer
    sum     the sum of this column over the detail records
    Exactly one of the two is declared.
    """

    column: str
    count: Literal["", "details", "records"] = ""
    sum: str = ""
    place: Literal["header", "trailer"] = "trailer"


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file.

    delimiter       one character; "" for fixed width
    quote           one character, doubled inside of a quoted field (RFC 4180 §2.7); "" for none
    names           the first line (after a header) holds the column names, and columns are found by them
    other_columns   whether a names line may have columns that the layout does not know; they stay in the row's raw bytes
    bad_rows        "report": a bad row comes out alone and the rest goes on; "refuse": the first one refuses the file
    line_end        for writing; both are read
    """

    detail: Record
    header: Record | None = None
    trailer: Record | None = None
    controls: tuple[Control, ...] = ()
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    names: bool = False
    other_columns: bool = False
    bad_rows: Literal["report", "refuse"] = "report"
    line_end: Literal["\n", "\r\n"] = "\n"

    @property
    def fixed(self) -> bool:
        """Whether columns are found by width."""
        return not self.delimiter

    def verify(self) -> None:
        """Raises Misuse with everything that is wrong with the declaration itself."""
        wrong = list(_wrong(self))
        if wrong:
            raise Misuse("The layout cannot work: " + "; ".join(wrong))


def _wrong(layout: Layout) -> Iterator[str]:
    if layout.encoding not in ENCODINGS:
        yield f"encoding is not one of {', '.join(sorted(ENCODINGS))}"
    if layout.fixed and layout.names:
        yield "a fixed-width file has no line of names"
    for name, mark in (("delimiter", layout.delimiter), ("quote", layout.quote)):
        if mark and (len(mark) != 1 or mark in "\r\n" or not mark.isascii()):
            yield f"{name} is one ASCII character that is no line end"
    if layout.delimiter and layout.delimiter == layout.quote:
        yield "delimiter and quote are the same"
    if layout.trailer and not layout.trailer.tag:
        yield "a trailer is recognised by its tag, and has none"
    tags = [record.tag for record in (layout.header, layout.detail, layout.trailer) if record and record.tag]
    if len(set(tags)) != len(tags):
        yield "two kinds of record have the same tag"
    for place in ("header", "detail", "trailer"):
        record: Record | None = getattr(layout, place)
        if record:
            yield from _wrong_columns(place, record, layout.fixed)
    yield from _wrong_controls(layout)


def _wrong_columns(place: str, record: Record, fixed: bool) -> Iterator[str]:
    names = [column.name for column in record.columns]
    if not names or len(set(names)) != len(names):
        yield f"{place} needs columns with names of their own"
    if record.tag and record.columns and (record.columns[0].kind not in ("text", "code")):
        yield f"{place}'s first column holds the tag and is text or code"
    for column in record.columns:
        if fixed and column.width < 1:
            yield f"{place} {column.name} needs a width"
        if column.kind == "date" and not all(column.date_format.count(part) == 1 for part in ("YYYY", "MM", "DD")):
            yield f"{place} {column.name}'s date_format needs YYYY, MM and DD once each"
        if column.decimal_mark not in (".", ",") or not 0 <= column.implied_decimals <= 9:
            yield f"{place} {column.name} has a decimal_mark or implied_decimals that cannot be"


def _wrong_controls(layout: Layout) -> Iterator[str]:
    details = {column.name: column.kind for column in layout.detail.columns}
    for control in layout.controls:
        record = layout.trailer if control.place == "trailer" else layout.header
        kinds = {column.name: column.kind for column in record.columns} if record else {}
        if kinds.get(control.column) not in ("integer", "decimal"):
            yield f"control {control.column} is no number in the {control.place}"
        if bool(control.count) == bool(control.sum):
            yield f"control {control.column} declares either count or sum"
        if control.sum and details.get(control.sum) not in ("integer", "decimal"):
            yield f"control {control.column} sums a column that is no number"
