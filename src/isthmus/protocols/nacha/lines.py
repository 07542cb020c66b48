"""Bytes to records of 94 characters: one a line, or one after the other without line ends.

Blanks at a record's end may have been cut off on the way; they are put back. Nothing but the last blocks' filler may be
shorter or longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .grammar import ParseError
from .records import RECORD

_LINE = re.compile(rb"[^\r\n]*")


class Record(NamedTuple):
    """number: from 1, filler and all; text: 94 characters."""

    number: int
    offset: int
    text: str


def split(data: bytes) -> Iterator[Record]:
    """The records of a file. Raises ParseError for a length that no record has."""
    number = 0
    for offset, line in _pieces(data):
        text = line.decode("iso-8859-1")
        if not text.strip(" \x00\x1a"):
            continue
        number += 1
        if len(text) > RECORD and text[RECORD:].strip(" "):
            raise ParseError(f"A record is longer than {RECORD} characters", offset=offset, line=number, rule="length")
        yield Record(number, offset, text[:RECORD].ljust(RECORD))


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    body = data.rstrip(b"\r\n \x00\x1a")
    if b"\n" in body or b"\r" in body:
        for match in _LINE.finditer(data):
            if match[0]:
                yield match.start(), match[0]
    else:
        for offset in range(0, len(body), RECORD):
            yield offset, data[offset : offset + RECORD].rstrip(b"\r\n")
