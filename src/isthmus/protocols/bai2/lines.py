"""Bytes to logical records (Cash Management Balance Reporting Specifications, version 2: record formats).

    code,field,field,.../          a slash ends the record; blanks may fill the physical record after it
    88,field,.../                  goes on with the fields, or the text, of the record before

Text, the last field of a transaction, may hold commas and slashes, and need not end in one. Two liberties that banks take are
read too: several records on one line, with a slash and blanks between them, and a line of text that lacks its 88.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .grammar import ParseError

_CODES = "01|02|03|16|49|88|98|99"
_LINE = re.compile(rb"[^\r\n]+")
# A slash without blanks after it is text ("INV 03/16,2026"): only filler tells two records on a line apart.
_NEXT_ON_LINE = re.compile(rf"(?<=/) +(?=(?:{_CODES}),)")
_CODE = re.compile(rf"(?:{_CODES})(?=,)")


class Record(NamedTuple):
    """One logical record. `pieces`: what follows the code, of the record and of each continuation, without the slash.

    physical    how many physical records it takes: what the trailers count
    loose       lines that lack their 88
    """

    code: str
    line: int
    offset: int
    pieces: list[str]
    physical: int
    loose: int


def split(data: bytes) -> Iterator[Record]:
    """The records of a file. Raises ParseError for a line that is none and continues no transaction."""
    current: Record | None = None
    for line, offset, text in _physical(data):
        code = _CODE.match(text)
        piece = _unended(text[3:] if code else text)
        if code and code[0] != "88":
            if current:
                yield current
            current = Record(code[0], line, offset, [piece], 1, 0)
        elif current is None or (not code and current.code != "16"):
            raise ParseError("A line is no BAI2 record", offset=offset, line=line, rule="record")
        else:
            current.pieces.append(piece)
            added = (current.physical + 1, current.loose) if code else (current.physical, current.loose + 1)
            current = Record(*current[:4], *added)
    if current:
        yield current


def _physical(data: bytes) -> Iterator[tuple[int, int, str]]:
    line, at = 1, 0
    for match in _LINE.finditer(data):
        line += data.count(b"\n", at, match.start())
        at = match.start()
        text = match[0].decode("iso-8859-1").rstrip(" \x1a\x00")
        begin = len(text) - len(text.lstrip(" "))
        for gap in _NEXT_ON_LINE.finditer(text):
            yield line, at + begin, text[begin : gap.start()]
            begin = gap.end()
        if text[begin:]:
            yield line, at + begin, text[begin:]


def _unended(text: str) -> str:
    return text.rstrip(" ").removesuffix("/")
