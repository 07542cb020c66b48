"""What a body says about money: for the ranking of the worklist, and to notice a mend that changes an amount.

    HL7 v2           each FT1: FT1-6 (kind), FT1-10 (quantity), FT1-11 (extended amount), FT1-12 (unit amount)
    X12              amounts of claims, remittances, invoices and orders (money_x12.py); at stake: CLM02, BPR02, TDS01
    canonical JSON   every decimal of the document, with its currency and kind; at stake: its amount, an entry's debits
    other JSON       the fields that `money` of its source or destination names
    any other        what the destination's connector says in its own `money_of`, else nothing

Bodies of which money is expected and cannot be read count as different from any other: nobody can say that a mend of
them leaves the amounts as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, DecimalException
from typing import Any

import msgspec

from ..kernel.errors import IsthmusError, PeerFault
from ..model import CATALOGUE, JournalEntry
from ..model.event import Document
from ..ports import Money
from ..protocols import hl7v2
from . import money_x12

MoneyOf = Callable[[bytes], Money]

NONE = Money()
_FT1 = ("6.1", "10.1", "11.1.1", "11.1.2", "12.1.1", "12.1.2")
_TELLING = ("currency", "kind")
_json = msgspec.json.Decoder(float_hook=Decimal)


def reader_of(fields: Sequence[str] = (), own: MoneyOf | None = None) -> MoneyOf:
    """What tells the money of the bodies of one source or destination. `own`: the connector's, asked first."""

    def money_of(body: bytes) -> Money:
        try:
            return own(body) if own else _money_of(body, fields)
        except Exception:  # it is asked while a delivery is being parked, which must not fail for this
            return _unreadable(body)

    return money_of


def _money_of(body: bytes, fields: Sequence[str]) -> Money:
    if body[:3] == b"MSH":
        return _of_hl7v2(body)
    if body.lstrip()[:3] == b"ISA":
        return _of_x12(body)
    if body[:9] == b'{"type":"':
        document = _maybe_document(body)
        if document is not None:
            return _of_document(document)
    return _of_json(body, fields) if fields else NONE


def _unreadable(body: bytes) -> Money:
    return Money(0, (hashlib.sha256(body).hexdigest(),))


def _of_hl7v2(body: bytes) -> Money:
    try:
        transactions = hl7v2.parse(body).segments("FT1")
        said = tuple(
            f"FT1({number})-{place} {_plain(segment[place])}"
            for number, segment in enumerate(transactions, 1)
            for place in _FT1
        )
        return Money(_cents(_number(segment["11.1.1"]) for segment in transactions), said)
    except PeerFault:
        return _unreadable(body)


def _of_x12(body: bytes) -> Money:
    try:
        told = list(money_x12.told(body))
    except PeerFault:
        return _unreadable(body)
    said = tuple(f"{one.place} {_plain(one.text)}" for one in told)
    return Money(_cents(_number(one.text) for one in told if one.at_stake), said)


def _maybe_document(body: bytes) -> Document | None:
    try:
        return CATALOGUE.decode(body)
    except IsthmusError:
        return None


def _of_document(document: Document) -> Money:
    said = tuple(f"{place} {_plain(str(value))}" for place, value in _told(document, type(document).__name__))
    if isinstance(document, JournalEntry):
        return Money(_cents(line.debit for line in document.lines), said)
    amount = getattr(document, "amount", None)
    return Money(_cents([amount]) if isinstance(amount, Decimal) else 0, said)


def _told(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Decimals, and what tells how they are meant, each with its place."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            inner = getattr(value, field)
            if field in _TELLING:
                yield f"{place}.{field}", inner
            else:
                yield from _told(inner, f"{place}.{field}")
    elif isinstance(value, (tuple, list)):
        for at, inner in enumerate(value):
            yield from _told(inner, f"{place}[{at}]")
    elif isinstance(value, Decimal):
        yield place, value


def _of_json(body: bytes, fields: Sequence[str]) -> Money:
    try:
        content = _json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _unreadable(body)
    found = [(place, value) for field in fields for place, value in _at(content, field.split("."), field)]
    said = tuple(f"{place} {_plain(str(value))}" for place, value in found)
    return Money(_cents(_number(str(value)) for _, value in found), said)


def _at(value: Any, path: list[str], place: str) -> Iterator[tuple[str, Any]]:
    """What stands at a path of names; a list on the way means each of its items."""
    if isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _at(inner, path, f"{place}[{at}]")
    elif not path:
        yield place, value
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:], place)


def _plain(text: str) -> str:
    """A number however it was written; anything else as it stands."""
    number = _number(text)
    return text if number is None else format(number.normalize(), "f")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except DecimalException:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 100 else None


def _cents(amounts: Any) -> int:
    """The sum of what can be read, as the worklist ranks it: without sign, within what a column holds."""
    total = sum((abs(amount) for amount in amounts if amount is not None), Decimal(0))
    return min(int(total * 100), (1 << 63) - 1)
