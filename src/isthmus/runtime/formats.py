"""How a source's bytes become a message: content, type, control id. One function for each format.

A type is stored and shown as a name, so only what looks like one is taken for it: by fault or intent a sender can put
anything where a type should stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from ..kernel.errors import Misuse, PeerFault
from ..protocols import hl7v2


class Read(NamedTuple):
    """content; message type; what identifies the message for the duplicate window (b"": nothing does)."""

    content: Any
    type: str
    control: bytes


_HL7V2_TYPE = re.compile(r"([A-Z][A-Z0-9]{2})(\^[A-Z][A-Z0-9]{2})?")
"""HL7 v2 tables 0076 and 0003: three characters each."""

_JSON_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_.:/@-]{0,63}")


@lru_cache(maxsize=1024)
def hl7v2_type(declared: str) -> str:
    """A message type as far as it is one: "ADT^A01", "ADT" where no trigger event follows, "" for anything else."""
    whole = _HL7V2_TYPE.fullmatch(declared)
    code = whole or _HL7V2_TYPE.fullmatch(declared.partition("^")[0])
    return code[0] if code else ""


def read_hl7v2(raw: bytes) -> Read:
    message = hl7v2.parse(raw)
    return Read(message, hl7v2_type(message.type), message.field_bytes(b"MSH", 10))


def read_json(raw: bytes) -> Read:
    try:
        content = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PeerFault("this is not JSON", rule=f"RFC 8259 ({type(error).__name__})") from None
    kind = control = ""
    if isinstance(content, dict):
        kind = str(content.get("type") or content.get("resourceType") or "")
        kind = kind if _JSON_TYPE.fullmatch(kind) else ""
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
