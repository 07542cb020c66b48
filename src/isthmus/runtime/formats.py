"""How a source's bytes become a message: content, type, control id. One function for each format.

A type is stored and shown as a name, so only what looks like one is taken for it: by fault or intent a sender can put
anything where a type should stand.

A file that every flow of its source works off piece by piece is read no further than its beginning here, so that it need
not be in memory; `pieces` reads the rest, and says what is wrong there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import msgspec

from ..flows import Flow
from ..kernel.errors import Misuse, PeerFault
from ..protocols import bai2, camt, cxml, delimited, hl7v2, nacha, safe_xml, x12

HEAD_BYTES = 64 << 10
"""How far a file that is worked off piece by piece is read at intake: envelopes and headers are smaller."""


class Read(NamedTuple):
    """content; message type; what identifies the message for the duplicate window (b"": nothing does)."""

    content: Any
    type: str
    control: bytes


Reader = Callable[[bytes], Read]

_HL7V2_TYPE = re.compile(r"([A-Z][A-Z0-9]{2})(\^[A-Z][A-Z0-9]{2})?")
"""HL7 v2 tables 0076 and 0003: three characters each."""

_JSON_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_.:/@-]{0,63}")
_XML_TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_X12_TYPE = re.compile(r"[0-9]{3}|TA1")
_X12_GUIDE = re.compile(r"[0-9]{6}[A-Z0-9]{0,6}")

_BROKEN = re.compile(
    r"(isa|gs|st|iea|ge|se)-(count|control-number)|no-(isa|gs|iea|ge|se)|unexpected-(iea|ge|se)|outside-.*"
)
"""Findings of an envelope that say that the interchange was cut off, altered or put together wrong."""


@lru_cache(maxsize=1024)
def hl7v2_type(declared: str) -> str:
    """A message type as far as it is one: "ADT^A01", "ADT" where no trigger event follows, "" for anything else."""
    whole = _HL7V2_TYPE.fullmatch(declared)
    code = whole or _HL7V2_TYPE.fullmatch(declared.partition("^")[0])
    return code[0] if code else ""


def read_hl7v2(raw: bytes) -> Read:
    message = hl7v2.parse(raw)
    header = message.header
    return Read(message, hl7v2_type(message.type), header[10] if len(header) > 10 else b"")


def read_json(raw: bytes) -> Read:
    try:
        content = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PeerFault("this is not JSON", rule=f"RFC 8259 ({type(error).__name__})") from None
    control = str(content.get("id") or "") if isinstance(content, dict) else ""
    return Read(content, json_type(content), control.encode())


def json_type(content: Any) -> str:
    """What a JSON object calls itself, as far as that is a name."""
    kind = str(content.get("type") or content.get("resourceType") or "") if isinstance(content, dict) else ""
    return kind if _JSON_TYPE.fullmatch(kind) else ""


def read_raw(raw: bytes) -> Read:
    return Read(raw, "", b"")


def read_xml(raw: bytes) -> Read:
    root = safe_xml.parse(raw)
    return Read(root, root.name if _XML_TYPE.fullmatch(root.name) else "", b"")


# ---- files of records


def layout_of(flows: Sequence[Flow]) -> tuple[str, delimited.Layout]:
    """Name and layout of what a source of delimited files gives. Raises `Misuse` unless its flows declare one."""
    names = {(flow.families or ("",))[0]: flow.layout for flow in flows}
    name, layout = next(iter(names.items()), ("", None))
    if len(names) != 1 or not name or layout is None:
        raise Misuse('the flows of a source of delimited files name one layout: accepts="delimited/NAME", layout=...')
    return name, layout


def read_delimited(name: str, layout: delimited.Layout, raw: bytes) -> Read:
    """content: the values of every detail, a mapping each. A bad row refuses the file."""
    strict = msgspec.structs.replace(layout, bad_rows="refuse")
    rows = delimited.Reader(strict).read(raw)
    return Read([row.values for row in rows if isinstance(row, delimited.Row) and row.part == "detail"], name, b"")


def head_of_delimited(name: str, layout: delimited.Layout, raw: bytes) -> Read:
    """Refuses a file whose header, or line of names, is not that of the layout."""
    reader = delimited.Reader(msgspec.structs.replace(layout, bad_rows="report"))
    for row in reader.feed(raw[:HEAD_BYTES]):
        if isinstance(row, delimited.BadRow) or row.part == "detail":
            break
    return Read(None, name, b"")


def read_ndjson(raw: bytes) -> Read:
    """content: the values, one of each line. A bad line refuses the file."""
    reader = delimited.JsonReader(bad_rows="refuse")
    return Read([row.value for row in (*reader.feed(raw), *reader.close())], "", b"")


def head_of_ndjson(raw: bytes) -> Read:
    return Read(None, "", b"")


# ---- interchanges and bank files


def read_x12(raw: bytes) -> Read:
    """content: the interchanges, which must be whole, with transaction sets of one type under one guide."""
    interchanges = x12.parse(raw)
    broken_envelope(interchanges.findings)
    kinds = {x12_type(one) for one in interchanges.transactions}
    if len(kinds) > 1:
        raise PeerFault("the file holds transaction sets of several types", rule="one type a file")
    control = b"\0".join(x12_control(interchange.header) for interchange in interchanges)
    return Read(interchanges, kinds.pop() if kinds else "TA1", control)


def broken_envelope(findings: Sequence[x12.Finding]) -> None:
    """Raises `PeerFault` for the first of the findings that says that an interchange is not whole."""
    for found in findings:
        if _BROKEN.fullmatch(found.rule):
            note = f"the interchange is not whole: {found.note}"
            raise x12.ParseError(
                note, segment=found.segment, element=found.element, offset=found.offset, rule=found.rule
            )


def x12_type(transaction: x12.Transaction) -> str:
    """ST01 and the implementation guide (ST03, else GS08) as a type: 835^005010X221A1."""
    return x12_type_of(transaction.type, transaction.version)


def x12_type_of(code: str, guide: str) -> str:
    if not _X12_TYPE.fullmatch(code):
        return ""
    return f"{code}^{guide}" if _X12_GUIDE.fullmatch(guide) else code


def x12_control(header: x12.Segment) -> bytes:
    """Sender (ISA05, ISA06) and interchange control number (ISA13): no sender uses a number twice."""
    return f"{header.element(5)}|{header.element(6).rstrip()}|{header.element(13)}".encode()


def head_of_x12(raw: bytes) -> Read:
    """Type and control id from the first ISA, GS and ST."""
    segments = x12.Reader().feed(raw[:HEAD_BYTES])
    header = next((one for one in segments if one.tag == "ISA"), None)
    first = next((one for one in segments if one.tag == "ST"), None)
    if header is None or first is None:
        raise x12.ParseError("No transaction set begins within the first 64 KiB", rule="X12.5 ST")
    guide = first.element(3) or next((one.element(8) for one in segments if one.tag == "GS"), "")
    return Read(None, x12_type_of(first.element(1), guide), x12_control(header))


def read_nacha(raw: bytes) -> Read:
    file = nacha.parse(raw)
    created = file.created.isoformat() if file.created else ""
    return Read(file, "ACH", "|".join((file.origin, file.destination, created, file.modifier, file.reference)).encode())


def read_bai2(raw: bytes) -> Read:
    file = bai2.parse(raw)
    return Read(file, "BAI2", "|".join((file.sender, file.created.isoformat(), file.time, file.id)).encode())


def read_camt(raw: bytes) -> Read:
    document = camt.parse(raw)
    return Read(document, document.kind, document.message_id.encode())


def read_cxml(raw: bytes) -> Read:
    document = cxml.parse(raw)
    kind = document.kind
    return Read(document, kind if _XML_TYPE.fullmatch(kind) else "", document.payload_id.encode())


_FORMATS: dict[str, Reader] = {
    "hl7v2": read_hl7v2,
    "json": read_json,
    "raw": read_raw,
    "xml": read_xml,
    "ndjson": read_ndjson,
    "x12": read_x12,
    "nacha": read_nacha,
    "bai2": read_bai2,
    "camt": read_camt,
    "cxml": read_cxml,
}
_HEADS: dict[str, Reader] = {"ndjson": head_of_ndjson, "x12": head_of_x12}
_BY_LAYOUT = "delimited"
FORMATS = (*_FORMATS, _BY_LAYOUT)
IN_PIECES = (*_HEADS, _BY_LAYOUT)
"""Formats of files that may be larger than memory."""


def reader(format: str, flows: Sequence[Flow] = ()) -> Reader:
    """The reader of a format, for the flows that take it. Raises `Misuse` for one that the hub does not know."""
    if format not in FORMATS:
        raise Misuse(f"there is no format {format!r}: use one of {', '.join(FORMATS)}")
    in_pieces = bool(flows) and all(flow.each for flow in flows)
    if format == _BY_LAYOUT:
        return partial(head_of_delimited if in_pieces else read_delimited, *layout_of(flows))
    return _HEADS[format] if in_pieces and format in _HEADS else _FORMATS[format]
