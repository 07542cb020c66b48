"""Bytes to records: where one ends and the next begins, and its fields.

A record is a line; with quoting, a quoted field may hold line ends (RFC 4180 §2.6). A quote that never closes would
swallow the rest of the file, so a line with a broken quote is given out alone as broken, and reading goes on with the next.

Invariants
 1. The raw bytes of all records, in order, are the bytes fed.
 2. What comes out does not depend on how the file is cut into chunks.
 3. At most RECORD_BYTES_MAX bytes and one chunk are held.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .grammar import RECORD_BYTES_MAX, Finding, ParseError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class RawRecord(NamedTuple):
    """line: its first, from 1; offset: of its first byte; raw: with the line end; fault: a rule, or ""."""

    line: int
    offset: int
    raw: bytes
    fields: list[bytes]
    fault: str


class Splitter:
    """Takes a file's bytes apart into records. `delimiter` b"" gives the whole line as one field."""

    def __init__(self, delimiter: bytes, quote: bytes, line: int = 1, offset: int = 0) -> None:
        self.line = line
        self.offset = offset
        self._delimiter = delimiter
        self._quote = quote if delimiter else b""
        self._held = bytearray()
        self._scanned = 0  # no record that begins at the first byte held ends before this

    def feed(self, chunk: bytes) -> Iterator[RawRecord]:
        """The records that the chunk completes. Raises ParseError for a line that is longer than any record."""
        self._held += chunk
        return self._records(last=False)

    def close(self) -> Iterator[RawRecord]:
        """What is left when the file ends, with or without a line end."""
        return self._records(last=True)

    def _records(self, last: bool) -> Iterator[RawRecord]:
        done = 0
        try:
            while done < len(self._held):
                length, fields, fault = self._next(done, last)
                if not length:
                    break
                raw = bytes(self._held[done : done + length])
                record = RawRecord(self.line, self.offset, raw, fields, fault)
                done += length
                self.line += raw.count(b"\n")
                self.offset += length
                yield record
        finally:
            del self._held[:done]

    def _next(self, start: int, last: bool) -> tuple[int, list[bytes], str]:
        """Length, fields and fault of the record that begins at `start`; length 0 when more bytes are needed."""
        held = self._held
        at = start + self._scanned
        while True:
            end = held.find(b"\n", at) + 1 or (len(held) if last else 0)
            if (end or len(held)) - start > RECORD_BYTES_MAX:
                return self._first_line(start, "unclosed-quote")
            if not end:
                self._scanned = at - start
                return 0, [], ""
            fields = self._fields(bytes(held[start:end]))
            if fields:
                self._scanned = 0
                return end - start, fields, ""
            if fields is not None:
                return self._first_line(start, "broken-quote")
            if last and end == len(held):
                return self._first_line(start, "unclosed-quote")
            at = end

    def _first_line(self, start: int, fault: str) -> tuple[int, list[bytes], str]:
        """Give up on a record that spans lines, or never ends: its first line alone is at fault."""
        self._scanned = 0
        end = self._held.find(b"\n", start, start + RECORD_BYTES_MAX) + 1 or len(self._held)
        if end - start > RECORD_BYTES_MAX:
            note = f"a line is longer than {RECORD_BYTES_MAX} bytes: this is no file of records"
            raise ParseError([Finding("record-too-long", self.line, "", note)], offset=self.offset)
        return end - start, [], fault

    def _fields(self, raw: bytes) -> list[bytes] | None:
        """The fields of a record; [] when its quoting is broken, None when a quote is still open at its end."""
        text = raw.removesuffix(b"\n").removesuffix(b"\r")
        if not self.offset:
            text = text.removeprefix(_BYTE_ORDER_MARK)
        if not self._delimiter:
            return [text]
        if not self._quote or self._quote not in text:
            return text.split(self._delimiter)
        return self._quoted(text)

    def _quoted(self, text: bytes) -> list[bytes] | None:
        fields: list[bytes] = []
        at = 0
        while True:
            if text[at : at + 1] == self._quote:
                closed = self._closing(text, at + 1)
                if closed < 0:
                    return None
                fields.append(text[at + 1 : closed].replace(self._quote * 2, self._quote))
                at = closed + 1
                if at < len(text) and text[at : at + 1] != self._delimiter:
                    return []
            else:
                end = text.find(self._delimiter, at)
                fields.append(text[at : end if end >= 0 else len(text)])
                at = end if end >= 0 else len(text)
            if at >= len(text):
                return fields
            at += 1

    def _closing(self, text: bytes, at: int) -> int:
        """Where the quote that closes stands, or -1."""
        while True:
            at = text.find(self._quote, at)
            if at < 0 or text[at + 1 : at + 2] != self._quote:
                return at
            at += 2
