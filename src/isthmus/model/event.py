"""The base of all canonical values, and the catalogue that turns them into bytes and back.

On the wire and in the journal a value is one JSON object, its type and version in one tag:

    {"type": "ChargePosted@1", "facility": "MAIN", "amount": "96.30", ...}

Invariants
 1. Values are frozen; money is `Decimal` and travels as a string, so no cent is ever rounded by a float.
 2. Times are aware datetimes, dates are dates at the facility.
 3. `repr` shows the type and where it came from, never a field's content.
"""

from __future__ import annotations

from typing import Any, Self

import msgspec

from ..kernel import Permanent


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a value came from.

    source       the hub's source it entered by
    message_id   the hub's number of the message
    control_id   the sender's number of the message (MSH-10)
    application  the sending application (MSH-3), part of a charge's business key
    """

    source: str = ""
    message_id: int = 0
    control_id: str = ""
    application: str = ""

    def __repr__(self) -> str:
        return f"<Origin: message {self.message_id} from {self.source}>"


class Document(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=lambda name: f"{name}@1", omit_defaults=True
):
    """A typed, versioned value. A subclass of a later version says `tag="Name@2"`."""

    @classmethod
    def type_name(cls) -> str:
        """The name without the version: what a process subscribes to."""
        return cls.__name__

    def replace(self, **changes: Any) -> Self:
        return msgspec.structs.replace(self, **changes)

    def __repr__(self) -> str:
        return f"<{type(self).__struct_config__.tag}>"


class Event(Document, frozen=True, kw_only=True):
    """Something that happened. `provenance` maps each field that was read to the place it was read from.

    A place is a path of the source's format with everything numbered: `PID-3[2].1`, `FT1(2)-11.1.1`.
    """

    origin: Origin = Origin()
    provenance: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__struct_config__.tag}: message {self.origin.message_id} from {self.origin.source}>"


class Catalogue:
    """The types that a hub knows, by tag."""

    def __init__(self, *types: type[Document]) -> None:
        self.types = {str(one.__struct_config__.tag): one for one in types}
        if len(self.types) != len(types):
            raise ValueError("two types share a name and version")
        self._encoder = msgspec.json.Encoder(decimal_format="string")
        self._decoders = {tag: msgspec.json.Decoder(one) for tag, one in self.types.items()}
        self._tag = msgspec.json.Decoder(_Tag)

    def encode(self, value: Document) -> bytes:
        """The value as JSON, UTF-8."""
        return self._encoder.encode(value)

    def decode(self, data: bytes) -> Document:
        """The value behind `data`. Raises `Permanent` when it is no value of a type and version known here."""
        try:
            return self._decoders[self._tag.decode(data).type].decode(data)
        except KeyError:
            raise Permanent(
                "a canonical value is of a type or version that this hub does not know",
                suggestion="run the release of the hub that wrote it, or add the type to the catalogue",
            ) from None
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Permanent("a canonical value does not have the shape of its type and version") from None


class _Tag(msgspec.Struct):
    type: str
