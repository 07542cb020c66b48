"""What may stand around a message's segments: noise before and after, and a wide encoding (UTF-16, UTF-32).

Noise: a UTF-8 byte order mark, blanks, line ends, NULs and MLLP's start block before MSH; MLLP's end block, NULs and the
Ctrl-Z of old file systems at the end. Wide encodings come from files only, because their bytes collide with MLLP's frame
(HL7 v2 §2.14.9.18); their segments are held as UTF-8.
"""

from __future__ import annotations

from typing import NamedTuple

from .grammar import ParseError

_BEFORE = b"\xef\xbb\xbf \t\r\n\x0b\x0c\x00"
_AFTER = b"\x1c\x00\x1a"

# (first bytes, codec, length of the byte order mark); the longer marks first, as UTF-16's begins UTF-32's.
_WIDE = (
    (b"\xff\xfe\x00\x00", "utf-32-le", 4),
    (b"\x00\x00\xfe\xff", "utf-32-be", 4),
    (b"M\x00\x00\x00S\x00\x00\x00", "utf-32-le", 0),
    (b"\x00\x00\x00M\x00\x00\x00S", "utf-32-be", 0),
    (b"\xff\xfe", "utf-16-le", 2),
    (b"\xfe\xff", "utf-16-be", 2),
    (b"M\x00S\x00", "utf-16-le", 0),
    (b"\x00M\x00S", "utf-16-be", 0),
)


class Envelope(NamedTuple):
    """lead, tail: bytes around the segments; codec: the wide encoding between them."""

    lead: bytes
    tail: bytes
    codec: str | None = None

    def wrap(self, body: bytes) -> bytes:
        if self.codec:
            body = body.decode("utf-8", "surrogatepass").encode(self.codec, "surrogatepass")
        return self.lead + body + self.tail


def unwrap(data: bytes) -> tuple[Envelope | None, bytes]:
    """The envelope (None: there is none) and the segments. Raises ParseError for text that is not in its encoding."""
    for start, codec, mark in _WIDE:
        if data.startswith(start):
            return _unwrap_wide(data, codec, mark)
    at = len(data) - len(data.lstrip(_BEFORE))
    end = max(at, len(data.rstrip(_AFTER + b" \t\r\n")))
    end = min((found for byte in _AFTER if (found := data.find(byte, end)) >= 0), default=len(data))
    if not at and end == len(data):
        return None, data
    return Envelope(data[:at], data[end:]), data[at:end]


def _unwrap_wide(data: bytes, codec: str, mark: int) -> tuple[Envelope, bytes]:
    unit = 4 if "32" in codec else 2
    end = len(data) - (len(data) - mark) % unit
    try:
        text = data[mark:end].decode(codec, "surrogatepass")
    except UnicodeDecodeError as error:
        raise ParseError(
            f"This starts as {codec} and does not go on so", offset=mark + error.start, rule="Unicode §3.9"
        ) from None
    return Envelope(data[:mark], data[end:], codec), text.encode("utf-8", "surrogatepass")
