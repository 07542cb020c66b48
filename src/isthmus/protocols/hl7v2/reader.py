"""Bytes into a message."""

from __future__ import annotations

from . import charsets, lines
from .encoding import encoding
from .envelope import unwrap
from .grammar import ParseError, header_field, read_delimiters
from .message import Message
from .rows import Rows


def parse(data: bytes, charset: str | None = None) -> Message:
    """Parse one message. Segments are split now, fields when they are read.

    `charset` (a name of HL7 table 0211 or in common use) overrides MSH-18, for peers whose MSH-18 is absent or wrong.
    Raises ParseError, and nothing else for any bytes, when they are not one HL7 v2 message: no MSH first, a second MSH,
    no usable field separator. What is tolerated instead stands in `Message.findings`.
    """
    envelope, body = None, bytes(data)
    if not body.startswith(b"MSH") or b"\x1c" in body or body[-1] == 0:
        envelope, body = unwrap(body)
        if not body.startswith(b"MSH"):
            raise _no_message(body, len(data) - len(body))
    head = body[:10]
    chosen = charsets.ASCII
    if charset is not None or not body.isascii() or b"\x1b" in body:
        delimiters = read_delimiters(head)
        chosen = charsets.choose(body, header_field(body, 18), delimiters, charset)
    found = encoding(head, chosen)
    segments, ends = lines.split(body, found.delimiters.field)
    if b"\rMSH" in body or b"\nMSH" in body:
        _refuse_second_header(segments, found.delimiters.field, body)
    return Message(bytes(data), Rows(segments, ends, found), envelope, charset)


def _no_message(body: bytes, offset: int) -> ParseError:
    if not body:
        return ParseError("There are no bytes here", rule="HL7 v2 §2.5.1")
    if body[:3] in (b"FHS", b"BHS"):
        return ParseError("This is a batch: split_batch takes its messages out", offset=offset, rule="HL7 v2 §2.10.3")
    return ParseError("A message starts with its MSH segment", offset=offset, rule="HL7 v2 §2.5.1")


def _refuse_second_header(segments: list[bytes], separator: bytes, body: bytes) -> None:
    """Two messages in one frame would be acknowledged as one, and the second one lost."""
    if any(segment.startswith(b"MSH" + separator) for segment in segments[1:]):
        at = body.replace(b"\n", b"\r").find(b"\rMSH" + separator) + 1
        raise ParseError(
            "A second MSH: this is more than one message, split_batch takes them apart", offset=at, rule="HL7 v2 §2.5.1"
        )
