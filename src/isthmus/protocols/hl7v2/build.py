"""Messages from nothing."""

from __future__ import annotations

from datetime import datetime

from ...kernel import Misuse
from . import charsets, versions
from .grammar import ABSENT, ParseError, read_delimiters
from .message import Message
from .reader import parse
from .timestamp import write_timestamp
from .values import Value


def build(
    message_type: str,
    *,
    control_id: str,
    at: datetime,
    version: str = "2.5.1",
    sender: tuple[Value, Value] = ("", ""),
    receiver: tuple[Value, Value] = ("", ""),
    processing_id: str = "P",
    structure: str | None = None,
    charset: str = "UNICODE UTF-8",
    accept_ack: str = "",
    application_ack: str = "",
    delimiters: str = "|^~\\&",
) -> Message:
    """A message with its MSH filled in; `add_segment` adds the rest.

    `message_type` is "ADT^A01"; the structure (MSH-9.3) is looked up when not given, and left out in versions that have
    none. `sender` and `receiver` are (application, facility), each a text or a list of components. Raises Misuse for
    delimiters that cannot delimit and for unknown character sets.
    """
    _check(delimiters, charset)
    message = parse(f"MSH{delimiters}{delimiters[0]}\r".encode("ascii"))
    for path, value in (
        ("MSH-18", charset),
        ("MSH-3", sender[0]),
        ("MSH-4", sender[1]),
        ("MSH-5", receiver[0]),
        ("MSH-6", receiver[1]),
        ("MSH-7", write_timestamp(at)),
        ("MSH-9", _type(message_type, version, structure)),
        ("MSH-10", control_id),
        ("MSH-11", processing_id),
        ("MSH-12", version),
        ("MSH-15", accept_ack),
        ("MSH-16", application_ack),
    ):
        if value:
            message[path] = value
    return message


def _check(delimiters: str, charset: str) -> None:
    if charsets.known(charset) is None:
        raise Misuse(f"No character set {charset!r} in HL7 table 0211 that can be written")
    try:
        usable = read_delimiters(f"MSH{delimiters}{delimiters[:1]}".encode("ascii"))
    except (ParseError, UnicodeEncodeError):
        usable = None
    if (
        usable is None
        or not 5 <= len(delimiters) <= 6
        or list(delimiters.encode()) != [mark[0] for mark in usable if mark != ABSENT]
    ):
        raise Misuse("Delimiters are five or six different punctuation characters, such as |^~\\&")


def _type(message_type: str, version: str, structure: str | None) -> list[str]:
    dialect = versions.dialect(version)
    parts = message_type.split("^")[: 2 if dialect.event_in_type else 1]
    if dialect.structure_in_type and len(parts) > 1:
        parts.append(structure or versions.structure(message_type))
    return parts
