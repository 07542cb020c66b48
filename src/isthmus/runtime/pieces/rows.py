"""Delimited, fixed-width and NDJSON files, a row a piece. A reader goes on from the byte behind the last row given out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ...flows import Flow
from ...protocols import delimited
from ..formats import json_type, layout_of
from .piece import Mark, Piece


class _State(msgspec.Struct, array_like=True):
    """What a delimited reader must know to go on: its position, and the records before the first row."""

    position: delimited.Position
    head: bytes


class DelimitedPieces:
    """By the flow's layout. In a file of one nothing is held against a trailer."""

    def __init__(self, flow: Flow, mark: Mark | None, alone: bool) -> None:
        self._type, layout = layout_of([flow])
        layout = msgspec.structs.replace(layout, bad_rows="report")
        if alone:
            layout = msgspec.structs.replace(layout, trailer=None, controls=())
        state = msgspec.msgpack.decode(mark.state, type=_State) if mark else None
        self._reader = delimited.Reader(layout, state.position if state else None)
        self._head = state.head if state else b""
        self.note = ""
        self._number = mark.number if mark else 0

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        return self._pieces(self._reader.feed(chunk))

    def close(self) -> Iterator[Piece]:
        return self._pieces(self._reader.close())

    @property
    def mark(self) -> Mark:
        position = self._reader.position
        return Mark(self._number, position.offset, msgspec.msgpack.encode(_State(position, self._head)))

    def _pieces(self, rows: Iterable[delimited.Row | delimited.BadRow]) -> Iterator[Piece]:
        for row in rows:
            if isinstance(row, delimited.BadRow):
                self._number += 1
                fault = delimited.ParseError(row.findings, offset=row.offset)
                yield Piece(self._number, f"line {row.line}", self._type, None, (self._head, row.raw), fault)
            elif row.part == "detail":
                self._number += 1
                yield Piece(self._number, f"line {row.line}", self._type, row.values, (self._head, row.raw))
            elif row.part in ("header", "names"):
                self._head += row.raw
            elif row.findings:
                self.note = "; ".join(f"{found.note} ({found.column})" for found in row.findings)


class NdjsonPieces:
    """One JSON value a line; its type is what the value calls itself."""

    def __init__(self, flow: Flow, mark: Mark | None, alone: bool) -> None:
        self._line: int = msgspec.msgpack.decode(mark.state, type=int) if mark else 1
        self._offset = mark.offset if mark else 0
        self._number = mark.number if mark else 0
        self.note = ""
        self._reader = delimited.JsonReader(line=self._line, offset=self._offset)

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        return self._pieces(self._reader.feed(chunk))

    def close(self) -> Iterator[Piece]:
        return self._pieces(self._reader.close())

    @property
    def mark(self) -> Mark:
        return Mark(self._number, self._offset, msgspec.msgpack.encode(self._line))

    def _pieces(self, rows: Iterable[delimited.ndjson.JsonRow]) -> Iterator[Piece]:
        for row in rows:
            self._number += 1
            self._offset = row.offset + len(row.raw)
            self._line = row.line + row.raw.count(b"\n")
            fault = delimited.ParseError([row.finding], offset=row.offset) if row.finding else None
            yield Piece(self._number, f"line {row.line}", json_type(row.value), row.value, (row.raw,), fault)
