"""What a message does otherwise than the standard says and was taken all the same.

A finding has a stable rule, a place and a sentence; never content. Computed only when asked for, from the bytes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from . import charsets, lines
from .charsets import ASCII, Charset
from .envelope import Envelope, unwrap
from .grammar import ABSENT, RECOMMENDED, Delimiters, encoding_characters, header_field, read_delimiters

_SEGMENT_NAME = re.compile(rb"[A-Z][A-Z0-9]{2}")


class Finding(NamedTuple):
    """rule: a stable name; offset: byte in what was parsed, -1 for the message as a whole; note: what was made of it."""

    rule: str
    offset: int
    note: str


def findings(data: bytes, charset: str | None) -> tuple[Finding, ...]:
    """Every deviation of what was parsed. `charset` as given to `parse`."""
    envelope, body = unwrap(data)
    delimiters = read_delimiters(body[:10])
    segments, ends = lines.split(body, delimiters.field)
    wide = envelope is not None and envelope.codec is not None
    start = 0 if wide or envelope is None else len(envelope.lead)
    return (
        *_around(envelope),
        *_line_ends(ends, len(segments)),
        *_encoding_characters(encoding_characters(body[:10]), delimiters, start + 4),
        *_charset(body, start, delimiters, charset, wide),
        *_segment_names(segments, delimiters.field),
    )


def _around(envelope: Envelope | None) -> list[Finding]:
    if envelope is None:
        return []
    found = []
    if envelope.codec:
        found.append(
            Finding("wide-encoding", 0, f"{envelope.codec}: for files only, its bytes collide with MLLP's frame")
        )
    elif envelope.lead:
        found.append(Finding("leading-noise", 0, f"{len(envelope.lead)} bytes before MSH were passed over"))
    if envelope.tail:
        found.append(Finding("trailing-noise", -1, f"{len(envelope.tail)} bytes after the segments were passed over"))
    return found


def _line_ends(ends: bytes | list[bytes], segments: int) -> list[Finding]:
    if isinstance(ends, list):
        return [Finding("line-ends", -1, "CR and LF are mixed; an LF that no segment follows is text")]
    if ends == b"\r" or segments < 2:
        return []
    return [Finding("line-ends", -1, "segments end in LF" if ends == b"\n" else "segments end in CR LF")]


def _encoding_characters(declared: bytes, delimiters: Delimiters, offset: int) -> list[Finding]:
    if not declared:
        return [Finding("no-encoding-characters", offset, f"MSH-2 is empty; {RECOMMENDED.decode()} is assumed")]
    found = []
    if len(declared) < 4:
        found.append(Finding("few-encoding-characters", offset, "what MSH-2 leaves out is not in use"))
    if ABSENT in delimiters[1 : 1 + len(declared)]:
        found.append(Finding("unusable-delimiter", offset, "a doubled or unusable character in MSH-2 is not in use"))
    return found


def _charset(body: bytes, start: int, delimiters: Delimiters, given: str | None, wide: bool) -> list[Finding]:
    names = charsets.names(header_field(body, 18), delimiters)
    found = [
        Finding("unknown-charset", -1, f"repetition {number} of MSH-18 is no character set that can be decoded")
        for number, name in enumerate(names, 1)
        if charsets.known(name) is None
    ]
    if wide or body.isascii():
        return found
    used = charsets.choose(body, header_field(body, 18), delimiters, given)
    declared = charsets.known(names[0])
    if declared is ASCII and not used.switching and len(names) == 1:
        found.append(
            Finding("charset-undeclared", -1, f"bytes beyond ASCII and no such declaration; read as {used.name}")
        )
    elif given and declared not in (used, None):
        found.append(Finding("charset-overridden", -1, f"read as {used.name}, as configured, against MSH-18"))
    return found + _undecodable(body, start, used)


def _undecodable(body: bytes, start: int, used: Charset) -> list[Finding]:
    if used.switching:
        return []
    try:
        body.decode(used.codec)
    except UnicodeDecodeError as error:
        return [Finding("undecodable-bytes", start + error.start, f"bytes that are not {used.name} are read as 8859/1")]
    return []


def _segment_names(segments: list[bytes], separator: bytes) -> list[Finding]:
    return [
        Finding("segment-name", -1, f"segment {number} has no name of three capitals or digits; kept as it is")
        for number, segment in enumerate(segments, 1)
        if segment and not _SEGMENT_NAME.fullmatch(segment.split(separator, 1)[0])
    ]
