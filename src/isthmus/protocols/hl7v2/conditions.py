"""Whether, and when, a message is acknowledged (HL7 v2 §2.9.2 and §2.9.3; conditions of MSH-15 and MSH-16: table 0155).

MSH-15          MSH-16     accept acknowledgement    application acknowledgement
empty           empty      original mode: none       on the connection
NE, or empty    asks       none                      on the connection: this is the original mode too (§2.9.3)
asks            empty, NE  as MSH-15 says            none
asks            asks       as MSH-15 says            later, in a message of its own, as MSH-16 says
"""

from __future__ import annotations

from .message import Message

NULLS = (b"", b'""')
"""A field without a value, and one that is valued null."""

_NEVER = b"NE"


def wants(condition: bytes, positive: bool) -> bool:
    """Whether a condition of table 0155 asks for this answer.

    What is not in the table is taken for AL: an answer too many does no harm, one too few stops the sender.
    """
    if condition in NULLS or condition == _NEVER:
        return False
    if condition == b"ER":
        return not positive
    return positive if condition == b"SU" else True


def is_acknowledgement(message: Message) -> bool:
    """Whether a message is an acknowledgement itself: those get an accept acknowledgement at the most (§2.9.3)."""
    return message.field_bytes(b"MSH", 9)[:3] == b"ACK"


def asked_later(message: Message) -> bytes:
    """MSH-16 where it asks for an application acknowledgement in a message of its own; b"" where none is due later.

    A response (any message with an MSA) is never answered at the application level: it would have no end.
    """
    application = message.field_bytes(b"MSH", 16)
    if application in NULLS or application == _NEVER:
        return b""
    accept = message.field_bytes(b"MSH", 15)
    if accept in NULLS or accept == _NEVER or is_acknowledgement(message) or "MSA" in message:
        return b""
    return application
