"""One JSON value a line (NDJSON, JSON Lines): read as it comes, a bad line alone.

Stricter than most: a number with a point is a Decimal (an amount is never a float), NaN and Infinity are no JSON (RFC 8259 §6), and
an object that names a key twice is a fault, because readers differ on which of the two counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

import msgspec

from .grammar import Finding, ParseError
from .lines import RawRecord, Splitter

_EXPONENT_MAX = 400
"""Beyond what a double holds: such an exponent is meant to make somebody write out a billion zeros."""

DEPTH_MAX = 64
"""Deeper nesting is an attack or a mistake; the decoder recurses once for each level."""


class JsonRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line: `value`, or the finding that says why there is none. A blank line is passed over."""

    line: int
    offset: int
    raw: bytes
    value: Any = None
    finding: Finding | None = None

    def __repr__(self) -> str:
        return f"<JsonRow line {self.line}, {len(self.raw)} bytes{', bad' if self.finding else ''}>"


class JsonReader:
    """Reads one file in whatever chunks it comes; `bad_rows` as in a Layout."""

    def __init__(self, *, bad_rows: Literal["report", "refuse"] = "report", line: int = 1, offset: int = 0) -> None:
        self._splitter = Splitter(b"", b"", line, offset)
        self._bad_rows = bad_rows

    def feed(self, chunk: bytes) -> Iterator[JsonRow]:
        """The lines that the chunk completes; take them all before the next call. Raises ParseError."""
        return self._rows(self._splitter.feed(chunk))

    def close(self) -> Iterator[JsonRow]:
        """The last line, when it has no line end."""
        return self._rows(self._splitter.close())

    def _rows(self, records: Iterator[RawRecord]) -> Iterator[JsonRow]:
        for raw in records:
            if not raw.fields[0].strip():
                continue
            try:
                yield JsonRow(line=raw.line, offset=raw.offset, raw=raw.raw, value=_decode(raw.fields[0]))
            except (ValueError, RecursionError) as error:
                rule = str(error) if isinstance(error, _Fault) else "json"
                finding = Finding(rule, raw.line, "", _NOTES[rule])
                if self._bad_rows == "refuse":
                    raise ParseError([finding], offset=raw.offset) from None
                yield JsonRow(line=raw.line, offset=raw.offset, raw=raw.raw, finding=finding)


_NOTES = {
    "json": "the line is no JSON value in UTF-8",
    "repeated-key": "an object names a key twice",
    "depth": f"the value is nested deeper than {DEPTH_MAX}",
}


class _Fault(ValueError):
    pass


def _decode(line: bytes) -> Any:
    if line.count(b"[") + line.count(b"{") > DEPTH_MAX and _depth(line) > DEPTH_MAX:
        raise _Fault("depth")
    return _DECODER.decode(line.decode("utf-8"))


def _depth(line: bytes) -> int:
    """How deep the brackets outside of strings nest."""
    depth = deepest = 0
    in_string = escaped = False
    for byte in line:
        if in_string:
            in_string = escaped or byte != 0x22
            escaped = not escaped and byte == 0x5C
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Fault("repeated-key")
    return made


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError("exponent") from None
    if abs(number.adjusted()) > _EXPONENT_MAX:
        raise ValueError("exponent")
    return number


_DECODER = json.JSONDecoder(parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=_object)
