"""How a source's bytes become a message: content, type, control id. One function for each format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from ..kernel.errors import Misuse, PeerFault
from ..protocols import hl7v2


class Read(NamedTuple):
    """content; message type; what identifies the message for the duplicate window (b"": nothing does)."""

    content: Any
    type: str
    control: bytes


def read_hl7v2(raw: bytes) -> Read:
    message = hl7v2.parse(raw)
    return Read(message, message.type, message.field_bytes(b"MSH", 10))


def read_json(raw: bytes) -> Read:
    try:
        content = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise PeerFault("this is not JSON", rule=f"RFC 8259 ({type(error).__name__})") from None
    kind = control = ""
    if isinstance(content, dict):
        kind = str(content.get("type") or content.get("resourceType") or "")
        control = str(content.get("id") or "")
    return Read(content, kind, control.encode())


def read_raw(raw: bytes) -> Read:
    return Read(raw, "", b"")


_FORMATS: dict[str, Callable[[bytes], Read]] = {"hl7v2": read_hl7v2, "json": read_json, "raw": read_raw}
FORMATS = tuple(_FORMATS)


def reader(format: str) -> Callable[[bytes], Read]:
    """The reader of a format. Raises `Misuse` for one that the hub does not know."""
    try:
        return _FORMATS[format]
    except KeyError:
        raise Misuse(f"there is no format {format!r}: use one of {', '.join(_FORMATS)}") from None
