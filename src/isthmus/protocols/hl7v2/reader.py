"""Bytes into a message."""

from __future__ import annotations

from . import charsets, lines
from .encoding import ascii_encoding, encoding
from .envelope import Envelope, unwrap
from .grammar import ParseError, header_field, read_delimiters
from .message import Message
from .rows import Rows

_FS = 0x1C
_ESC = 0x1B
_END_OF_FILE = b"\x00\x1a"


def parse(data: bytes, charset: str | None = None) -> Message:
    """Parse one message. Segments are split now, fields when they are read.

    `charset` (a name of HL7 table 0211 or in common use) overrides MSH-18, for peers whose MSH-18 is absent or wrong.
    Raises ParseError, and nothing else for any bytes, when they are not one HL7 v2 message: no MSH first, a second MSH,
    no usable field separator. What is tolerated instead stands in `Message.findings`.
    """
    data = body = bytes(data)
    envelope = None
    if not body.startswith(b"MSH") or _FS in body or body[-1] in _END_OF_FILE:
        envelope, body = unwrap(body)
        if not body.startswith(b"MSH"):
            raise _no_message(body, len(envelope.lead) if envelope else 0)
    head = body[:10]
    if envelope and envelope.codec:
        found = encoding(head, charsets.UTF_8)
    elif charset is None and body.isascii() and _ESC not in body and body.find(body[6:7], 9) < 0:
        # No byte beyond ASCII, no switch, no escape sequence: nothing depends on the character set.
        found = ascii_encoding(head)
    else:
        found = encoding(head, charsets.choose(body, header_field(body, 18), read_delimiters(head), charset))
    rows = Rows(*lines.split(body, found.delimiters.field), found)
    if body.count(body[:4]) > 1 and rows.headers() > 1:  # the bytes are counted quicker than the segments
        raise _second_header(body, envelope)
    return Message(data, rows, envelope, charset)


def _no_message(body: bytes, offset: int) -> ParseError:
    if not body:
        return ParseError("There are no bytes here", rule="HL7 v2 §2.5.1")
    if body[:3] in (b"FHS", b"BHS"):
        return ParseError(
            "This is a batch: a message starts with MSH, and stands alone", offset=offset, rule="HL7 v2 §2.10.3"
        )
    return ParseError("A message starts with its MSH segment", offset=offset, rule="HL7 v2 §2.5.1")


def _second_header(body: bytes, envelope: Envelope | None) -> ParseError:
    """Two messages in one frame would be acknowledged as one, and the second one lost."""
    lead = len(envelope.lead) if envelope else 0
    at = body.replace(b"\n", b"\r").find(b"\rMSH" + body[3:4]) + 1
    return ParseError(
        "A second MSH: this is more than one message, and each is sent by itself",
        offset=lead if envelope and envelope.codec else lead + at,
        rule="HL7 v2 §2.5.1",
    )
