"""Acknowledgements (HL7 v2 §2.9): writing them in the dialect of the message they answer, and reading them.

    MSH  sender and receiver exchanged; same delimiters, version, processing id and character set
    MSA  code, the other's control id, text (MSA-3; withdrawn in v2.7, where the text goes into ERR-8)
    ERR  one an error: ERR-2 location, ERR-3 code, ERR-4 severity, ERR-8 text (v2.5+), or all of them in ERR-1 before

Original mode answers AA, AE, AR. Enhanced mode (MSH-15 or MSH-16 valued) answers CA, CE, CR once the message is safe, and
AA, AE, AR later in a message of its own when MSH-16 asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from ...kernel import Misuse
from . import versions
from .charsets import choose
from .encoding import Encoding, encoding
from .envelope import unwrap
from .grammar import ABSENT, RECOMMENDED, ParseError, header_line, read_delimiters
from .message import Message
from .path import Path, path
from .reader import parse
from .segment import Segment
from .timestamp import write_timestamp
from .versions import ERRORS, Dialect

CODES = frozenset(("AA", "AE", "AR", "CA", "CE", "CR"))
"""HL7 table 0008."""

_UNREADABLE = b"MSH|" + RECOMMENDED + b"|"


class AckError(NamedTuple):
    """One error of an acknowledgement.

    code      HL7 table 0357 (`versions.ERRORS`): "101" required field missing, "207" application internal error ...
    message   for the people at the sender; no message content
    location  a path into the message that is answered, "" for the message as a whole
    severity  E error, W warning, I information (table 0516)
    """

    code: str = "207"
    message: str = ""
    location: str = ""
    severity: str = "E"


class Ack(NamedTuple):
    """What an acknowledgement says. control_id: of the message that it answers (MSA-2)."""

    code: str
    control_id: str
    text: str = ""
    errors: tuple[AckError, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.code in ("AA", "CA")


def ack(
    answered: Message | bytes,
    code: str = "AA",
    *,
    at: datetime,
    control_id: str,
    text: str = "",
    errors: Sequence[AckError] = (),
    of_its_own: bool = False,
) -> bytes:
    """The acknowledgement of a message, or of bytes that may be none: what their MSH tells is used as far as it goes.

    `control_id` is the acknowledgement's own MSH-10. One `of_its_own` is sent later as a message: it asks for an accept
    acknowledgement (MSH-15 AL) and for no application acknowledgement (MSH-16 NE). Raises Misuse for a code outside table
    0008.
    """
    if code not in CODES:
        raise Misuse(f"{code!r} is no acknowledgement code (HL7 table 0008): AA AE AR CA CE CR")
    fields = _header_of(answered)
    mark = fields[1]
    if len(fields) < 19:
        fields = fields + [b""] * (19 - len(fields))
    _, _, marks, *parties, _, _, kind, number, processing, version = fields[:13]
    same = (mark, marks, *parties, kind, processing, version, fields[18], of_its_own)
    before, between, behind, dialect = _shared.get(same) or _share(same)
    own = control_id.encode("ascii", "replace")
    plain = before + _stamp(at) + between + own + behind + code.encode("ascii") + mark + number
    if not text and not errors:
        return plain + b"\r"
    return plain + _reasons(fields, dialect, text, tuple(errors))


_Shared = tuple[bytes, bytes, bytes, Dialect]
"""What an acknowledgement says before MSH-7, between MSH-7 and MSH-10, and from there to MSA-1; the dialect of the rest."""

_shared: dict[tuple[Any, ...], _Shared] = {}
_SHARED_MAX = 256
_SHARED_BYTES_MAX = 1024


def _share(same: tuple[Any, ...]) -> _Shared:
    """What is the same in all acknowledgements of one sender's messages of a type; kept, since there are few of them."""
    mark, marks, application, facility, to_application, to_facility, answered, processing, version, charset, own = same
    kind, dialect = _ack_type(answered[:64], version[:16], marks[:1])
    before = mark.join((b"MSH", marks, to_application, to_facility, application, facility, b""))
    between = mark + mark + kind + mark
    rest = [b"", processing, version]
    if charset or own:
        rest += [b"", b"", *((b"AL", b"NE") if own else (b"", b""))]
    if charset:
        rest += [b"", charset]
    shared = before, between, mark.join(rest) + b"\rMSA" + mark, dialect
    if len(before) + len(answered) + len(shared[2]) <= _SHARED_BYTES_MAX:  # a peer's header may be as long as it likes
        if len(_shared) >= _SHARED_MAX:
            _shared.clear()
        _shared[same] = shared
    return shared


_stamped: tuple[datetime | None, bytes] = (None, b"")


def _stamp(at: datetime) -> bytes:
    """MSH-7. Whoever answers many messages passes the same object for all of a second: it is written once."""
    global _stamped
    if _stamped[0] is not at:
        _stamped = (at, write_timestamp(at).encode("ascii"))
    return _stamped[1]


def header(message: Message) -> bytes:
    """The bytes of MSH: what `ack` needs of a message that it shall answer later."""
    return header_line(_unwrapped(bytes(message)))


def _header_of(answered: Message | bytes) -> list[bytes]:
    """MSH split as in `rows`: [1] the field separator, [n] field n. To be read only."""
    if isinstance(answered, Message) and not answered.encoding.transcodes:
        return answered.header
    line = header_line(_unwrapped(bytes(answered)))
    try:
        read_delimiters(line)
    except ParseError:
        line = _UNREADABLE
    if not line.startswith(b"MSH"):
        line = _UNREADABLE
    fields = line.split(line[3:4])
    fields.insert(1, line[3:4])
    return fields


def _unwrapped(data: bytes) -> bytes:
    if data.startswith(b"MSH"):
        return data
    try:
        return unwrap(data)[1]
    except ParseError:
        return b""


@lru_cache(maxsize=1024)
def _ack_type(answered: bytes, version: bytes, component: bytes) -> tuple[bytes, Dialect]:
    """MSH-9 of the acknowledgement, and the dialect to write in."""
    dialect = versions.dialect(version.split(component or b"^", 1)[0].decode("ascii", "replace"))
    event = versions.message_type(answered, component or b"^")[1].encode("ascii", "replace")
    if not component or not event or not dialect.event_in_type:
        return b"ACK", dialect
    return component.join((b"ACK", event, b"ACK") if dialect.structure_in_type else (b"ACK", event)), dialect


def _reasons(fields: list[bytes], dialect: Dialect, text: str, errors: Sequence[AckError]) -> bytes:
    """What follows MSA-2: the text, and the ERR segments."""
    head = b"MSH" + fields[1] + fields[2] + fields[1]
    spoken = encoding(head[:10], choose(b"\xff", fields[18], read_delimiters(head), None))
    in_msa = text and dialect.text_in_msa
    if text and not in_msa and not errors:
        errors = (AckError(message=text),)
    rest = fields[1] + _leaf(text, spoken) if in_msa else b""
    if not dialect.error_location:
        located = spoken.delimiters.repetition.join(_eld(error, spoken) for error in errors)
        return rest + b"\r" + (b"ERR" + fields[1] + located + b"\r" if errors else b"")
    segments = [fields[1].join(_err(error, spoken)) for error in errors]
    return rest + b"\r" + b"".join(segment + b"\r" for segment in segments)


def _err(error: AckError, spoken: Encoding) -> list[bytes]:
    """ERR of v2.5 and later (§2.14.5)."""
    marks = spoken.delimiters
    code = marks.component.join((_leaf(error.code, spoken), _leaf(ERRORS.get(error.code, ""), spoken), b"HL70357"))
    location = marks.component.join(part.encode("ascii") for part in _location(error.location))
    return [b"ERR", b"", location, code, _leaf(error.severity, spoken), b"", b"", b"", _leaf(error.message, spoken)]


def _eld(error: AckError, spoken: Encoding) -> bytes:
    """One repetition of ERR-1 (ELD, before v2.5): segment, its number, field, and the code with its text."""
    marks = spoken.delimiters
    code = (_leaf(error.code, spoken), _leaf(error.message or ERRORS.get(error.code, ""), spoken), b"HL70357")
    coded = code[0] if marks.subcomponent == ABSENT else marks.subcomponent.join(code)
    located = [part.encode("ascii") for part in _location(error.location)[:3]]
    return marks.component.join([*located, *[b""] * (3 - len(located)), coded])


def _location(at: str) -> list[str]:
    """A path as ERL (§2A.3.28): segment, its number, field, repetition, component, sub-component."""
    if not at:
        return []
    p = path(at)
    repetition = "" if p.selector else str(p.repetition + 1)
    parts = [p.segment, str(p.occurrence + 1), str(p.field), repetition, str(p.component + 1), str(p.subcomponent + 1)]
    return parts[: (2, 3, 4, 5, 6)[p.depth]]


def _leaf(text: str, spoken: Encoding) -> bytes:
    """Text in the sender's character set; what it cannot say becomes "?"."""
    try:
        return spoken.to_wire(spoken.leaf(text)) if spoken.transcodes else spoken.leaf(text)
    except (UnicodeEncodeError, Misuse):
        return re.sub(rb"[^ .,:;()\w-]", b"?", text.encode("ascii", "replace"))


def read_ack(data: bytes, charset: str | None = None) -> Ack:
    """Read an acknowledgement. Raises ParseError when it is no message or has no MSA-1."""
    message = parse(data, charset)
    code = message["MSA-1"]
    if not code:
        raise ParseError("An acknowledgement has MSA-1, the acknowledgement code", rule="HL7 v2 §2.14.8")
    if "ERR" not in message:
        return Ack(code, message["MSA-2"], message["MSA-3"])
    errors = tuple(error for segment in message.segments("ERR") for error in _read_errors(segment))
    text = message["MSA-3"] or next((error.message for error in errors if error.message), "")
    return Ack(code, message["MSA-2"], text, errors)


def _read_errors(segment: Segment) -> list[AckError]:
    if segment["3"] or segment["4"]:
        text = segment["8"] or segment["7"] or segment["3.2"]
        return [AckError(segment["3"], text, _path_of([segment[f"2.{n}"] for n in range(1, 7)]), segment["4"])]
    return [AckError(one["4.1"], one["4.2"], _path_of([one["1"], one["2"], one["3"]])) for one in segment.all("1")]


def _path_of(location: list[str]) -> str:
    """ERL as a path; "" when it makes none (it is the peer's text, and may be anything)."""
    segment, number, field, repetition, component, subcomponent = [*location, "", "", ""][:6]
    text = segment + (f"({number})" if number not in ("", "1") else "")
    if field:
        text += f"-{field}" + (f"[{repetition}]" if repetition not in ("", "1") else "")
        text += "".join(f".{part}" for part in (component, subcomponent) if part)
    try:
        return Path(text).text
    except Misuse:
        return ""
