"""Bytes into segments, with whatever ends them kept (HL7 v2 §2.5.2: a carriage return ends each segment).

Tolerated, and reported by `findings`:
  - LF or CRLF throughout instead of CR;
  - a mixture: CR always ends a segment, with the LFs after it; LF ends one where a segment header, a CR or the end
    follows. Any other LF is text inside a field, as some senders put into OBX-5 or NTE-3.

Splitting and joining are inverse for any bytes.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LF = 0x0A
_CR = 0x0D


def split(body: bytes, field_separator: bytes) -> tuple[list[bytes], bytes | list[bytes]]:
    """Segments, and what ends them: one end for all, or a list where they differ (the last segment may have none)."""
    if _LF not in body:
        return body.split(b"\r"), b"\r"
    if _CR not in body:
        return body.split(b"\n"), b"\n"
    if body.count(b"\r\n") == body.count(b"\r") == body.count(b"\n"):
        return body.split(b"\r\n"), b"\r\n"
    parts = _mixed_end(field_separator).split(body)
    return parts[::2], parts[1::2]


def join(segments: list[bytes], ends: bytes | list[bytes]) -> bytes:
    if isinstance(ends, bytes):
        return ends.join(segments)
    parts = [part for pair in zip(segments, ends, strict=False) for part in pair]
    return b"".join(parts + segments[len(ends) :])


@lru_cache(maxsize=64)
def _mixed_end(field_separator: bytes) -> re.Pattern[bytes]:
    # Possessive and guarded by a look-behind, so that a megabyte of LFs is scanned once.
    header = rb"[A-Z][A-Z0-9]{2}(?:" + re.escape(field_separator) + rb"|[\r\n]|\Z)"
    return re.compile(rb"(\r\n*+|(?<!\n)\n++(?=\r|\Z|" + header + rb"))")
