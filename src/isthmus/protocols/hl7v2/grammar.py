"""The delimiters of a message and the one error of this codec (HL7 v2 §2.5.4 message delimiters, §2.14.9 MSH-1, MSH-2).

    MSH | ^ ~ \\ & # |          1 field   2 component   3 repetition   4 escape   5 sub-component   6 truncation (2.7+)
        1 2 3 4 5 6

Delimiters are printable ASCII punctuation. A delimiter that MSH-2 leaves out is not in use; it is represented by
`ABSENT`, a carriage return, because that byte ends a segment and so can never stand inside a field.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kernel import PeerFault

# Headers are a few hundred bytes; the bound keeps a header without end from being copied for each look.
_HEADER_BYTES_MAX = 4096

ABSENT = b"\r"
RECOMMENDED = b"^~\\&"

# The double quote spells the null value and so cannot delimit.
_PUNCTUATION = frozenset(b"!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class ParseError(PeerFault):
    """These bytes are not an HL7 v2 message."""

    code = "HL7_PARSE"


class Delimiters(NamedTuple):
    """One byte each; `ABSENT` where the message does without it."""

    field: bytes
    component: bytes
    repetition: bytes
    escape: bytes
    subcomponent: bytes
    truncation: bytes


def read_delimiters(head: bytes, offset: int = 0) -> Delimiters:
    """The delimiters declared by a header segment (MSH, FHS, BHS) that starts with `head`.

    `offset` is where the header stands in its message, for the error. Raises ParseError when there is no usable field
    separator. Short, doubled and unusable characters in MSH-2 leave that delimiter absent; `findings` reports them.
    """
    field = head[3:4]
    if not field or field[0] not in _PUNCTUATION:
        raise ParseError(
            f"{head[:3].decode('ascii', 'replace')}-1 is not a field separator (punctuation)",
            offset=offset + 3,
            rule="HL7 v2 §2.5.4",
        )
    return Delimiters(field, *_roles(encoding_characters(head), field))


def encoding_characters(head: bytes) -> bytes:
    """MSH-2 as it stands, at most five characters."""
    return head[4:10].split(head[3:4])[0].split(b"\r")[0].split(b"\n")[0][:5]


def header_line(body: bytes) -> bytes:
    """The segment that `body` starts with, without its end."""
    return body[:_HEADER_BYTES_MAX].replace(b"\n", b"\r").split(b"\r", 1)[0]


def header_field(body: bytes, number: int) -> bytes:
    """A field of the header segment that `body` starts with, before anything else is split; b"" when it is not there."""
    fields = header_line(body).split(body[3:4], number)
    return fields[number - 1] if number <= len(fields) else b""


def _roles(declared: bytes, field: bytes) -> list[bytes]:
    taken = {field}
    roles = []
    for at in range(5):
        character = (declared or RECOMMENDED)[at : at + 1]
        usable = bool(character) and character[0] in _PUNCTUATION and character not in taken
        roles.append(character if usable else ABSENT)
        taken.add(character)
    return roles
