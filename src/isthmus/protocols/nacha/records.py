"""Where each field stands (Nacha Operating Rules, Appendix Three): first and last position, both counted from 1.

1 file header   { 5 batch header  { 6 entry  { 7 addenda } }  8 batch control }   9 file control   9999... filler to a block of 10

kind   digits   ASCII digits, read as int         cents   digits, read as a Decimal with two places
       text     read without blanks around it     date    YYMMDD, blank or zeros when unknown
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

RECORD = 94
BLOCK = 10

Kind = Literal["digits", "cents", "text", "date"]
Value = str | int | Decimal | date | None
Fields = Mapping[str, "Field"]


class Field(NamedTuple):
    """One field of a record."""

    first: int
    last: int
    kind: Kind = "text"


FILE_HEADER: Fields = {
    "type": Field(1, 1),
    "priority": Field(2, 3),
    "destination": Field(4, 13),
    "origin": Field(14, 23),
    "created": Field(24, 29, "date"),
    "time": Field(30, 33),
    "modifier": Field(34, 34),
    "record_size": Field(35, 37),
    "blocking_factor": Field(38, 39),
    "format": Field(40, 40),
    "destination_name": Field(41, 63),
    "origin_name": Field(64, 86),
    "reference": Field(87, 94),
}

BATCH_HEADER: Fields = {
    "type": Field(1, 1),
    "service_class": Field(2, 4, "digits"),
    "company_name": Field(5, 20),
    "company_data": Field(21, 40),
    "company_id": Field(41, 50),
    "entry_class": Field(51, 53),
    "description": Field(54, 63),
    "descriptive_date": Field(64, 69),
    "effective": Field(70, 75, "date"),
    "settlement": Field(76, 78),
    "originator_status": Field(79, 79),
    "odfi": Field(80, 87),
    "number": Field(88, 94, "digits"),
}

ENTRY: Fields = {
    "type": Field(1, 1),
    "transaction_code": Field(2, 3, "digits"),
    "rdfi": Field(4, 11, "digits"),
    "check_digit": Field(12, 12, "digits"),
    "account": Field(13, 29),
    "amount": Field(30, 39, "cents"),
    "identification": Field(40, 54),
    "receiver": Field(55, 76),
    "data": Field(77, 78),
    "addenda_indicator": Field(79, 79),
    "number": Field(80, 94),
}

# Corporate trade exchange: the number of addenda takes the place of the name's beginning.
ENTRY_CTX: Fields = {**ENTRY, "addenda_count": Field(55, 58, "digits"), "receiver": Field(59, 74)}

ENTRY_IAT: Fields = {**ENTRY, "account": Field(40, 74), "identification": Field(75, 76), "receiver": Field(75, 76)}

ENTRY_ADV: Fields = {
    **ENTRY,
    "account": Field(13, 27),
    "amount": Field(28, 39, "cents"),
    "identification": Field(49, 53),
    "number": Field(80, 94),
}

ENTRIES: Mapping[str, Fields] = {"CTX": ENTRY_CTX, "IAT": ENTRY_IAT, "ADV": ENTRY_ADV}

ADDENDUM: Fields = {
    "type": Field(1, 1),
    "addenda_type": Field(2, 3),
    "information": Field(4, 83),
    "sequence": Field(84, 87),
    "entry_sequence": Field(88, 94),
}

BATCH_CONTROL: Fields = {
    "type": Field(1, 1),
    "service_class": Field(2, 4, "digits"),
    "entries": Field(5, 10, "digits"),
    "entry_hash": Field(11, 20, "digits"),
    "debit": Field(21, 32, "cents"),
    "credit": Field(33, 44, "cents"),
    "company_id": Field(45, 54),
    "authentication": Field(55, 73),
    "reserved": Field(74, 79),
    "odfi": Field(80, 87),
    "number": Field(88, 94, "digits"),
}

BATCH_CONTROL_ADV: Fields = {
    **BATCH_CONTROL,
    "debit": Field(21, 40, "cents"),
    "credit": Field(41, 60, "cents"),
    "company_id": Field(61, 79),
}

FILE_CONTROL: Fields = {
    "type": Field(1, 1),
    "batches": Field(2, 7, "digits"),
    "blocks": Field(8, 13, "digits"),
    "entries": Field(14, 21, "digits"),
    "entry_hash": Field(22, 31, "digits"),
    "debit": Field(32, 43, "cents"),
    "credit": Field(44, 55, "cents"),
}

FILE_CONTROL_ADV: Fields = {**FILE_CONTROL, "debit": Field(32, 51, "cents"), "credit": Field(52, 71, "cents")}


class Unreadable(ValueError):
    """A field that is not of its kind: its name is the argument."""


def read(fields: Fields, record: str) -> dict[str, Value]:
    """The values of a record of 94 characters. Raises Unreadable with the name of the field."""
    return {name: _read(name, field, record[field.first - 1 : field.last]) for name, field in fields.items()}


def _read(name: str, field: Field, text: str) -> Value:
    if field.kind == "text":
        return text.strip(" ")
    if field.kind == "date" and not text.strip(" 0"):
        return None
    if not (text.isascii() and text.isdigit()):
        raise Unreadable(name)
    if field.kind == "date":
        return _date(name, text)
    return int(text) if field.kind == "digits" else Decimal(int(text)).scaleb(-2)


def _date(name: str, text: str) -> date:
    """YYMMDD; ACH began in 1974, and a file is never dated far ahead, so all years are of this century."""
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise Unreadable(name) from None


def write(fields: Fields, values: Mapping[str, Value]) -> str:
    """A record of 94 characters: digits right-aligned with zeros, text left-aligned. Raises Unreadable with the field."""
    record = [" "] * RECORD
    for name, field in fields.items():
        width = field.last - field.first + 1
        text = _text(field, values.get(name), width)
        if len(text) != width or not text.isascii() or not text.isprintable():
            raise Unreadable(name)
        record[field.first - 1 : field.last] = text
    return "".join(record)


def _text(field: Field, value: Value, width: int) -> str:
    if isinstance(value, date):
        return f"{value:%y%m%d}"
    if field.kind == "cents" and isinstance(value, Decimal):
        cents = value.scaleb(2)
        return str(int(cents)).rjust(width, "0") if cents == cents.to_integral_value() else ""
    if field.kind == "digits":
        return str(value or 0).rjust(width, "0")
    return str(value or "").ljust(width)
