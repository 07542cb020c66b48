"""What is tried with a file of each kind: read it, read all of it, write it back, ask for what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from ...flows.x12_guides import x12_code_lists, x12_guide_of
from ...kernel.errors import Misuse, PeerFault
from ...protocols import bai2, camt, cxml, hl7v2, nacha, udi, x12
from ...protocols.x12 import snip
from ...protocols.x12.views import (
    ClaimAcknowledgement,
    Claims,
    EligibilityAnswer,
    EligibilityInquiry,
    Remittance,
    StatusAnswer,
    StatusInquiry,
)
from ...protocols.x12.views.supply import read_810, read_850, read_855, read_856


class Examined(NamedTuple):
    """documents: messages, transactions, statements ... that were read; same: what was written back is what was read,
    byte for byte or as values (None: the codec does not write the whole); rules: of all findings, each as often as it was
    found."""

    documents: int
    same: bool | None
    rules: tuple[str, ...] = ()


class Kind(NamedTuple):
    """title: for people; written: what is compared; examine: raises the codec's declared error, a `PeerFault`, for what it
    refuses."""

    title: str
    written: str
    examine: Callable[[bytes], Examined]


def _hl7v2(data: bytes) -> Examined:
    try:
        message = hl7v2.parse(data)
        found = [message]
        same = bytes(message) == data
    except hl7v2.ParseError:
        batch = hl7v2.split_batch(data)
        bodies = list(batch.messages)
        if not bodies:
            raise
        found = [hl7v2.parse(body) for body in bodies]
        same = all(bytes(one) == body for one, body in zip(found, bodies, strict=True))
    before = [bytes(one) for one in found]
    for one in found:
        one.tree()  # reads every field, component and escape
    same = same and [bytes(one) for one in found] == before
    return Examined(len(found), same, tuple(finding.rule for one in found for finding in one.findings))


_SUPPLY = {"810": read_810, "850": read_850, "855": read_855, "856": read_856}
_VIEWS = (Claims, Remittance, EligibilityInquiry, EligibilityAnswer, StatusInquiry, StatusAnswer, ClaimAcknowledgement)


def _x12(data: bytes) -> Examined:
    read = x12.parse(data)
    transactions = list(read.transactions)
    rules = [finding.rule for finding in read.findings]
    for one in transactions:
        for segment in one.segments:
            _ = segment.elements
        rules += _viewed(one)
        rules += (f"SNIP {issue.level}: {issue.rule}" for issue in validated(one).issues)
    return Examined(len(transactions), bytes(read) == data, tuple(rules))


def _viewed(transaction: x12.Transaction) -> Iterable[str]:
    """What the typed view of a set, where there is one, finds; a value that it cannot take is a finding here."""
    view = _view_of(transaction)
    if view is None:
        return ()
    try:
        seen = view(transaction)
        found = [seen.findings, getattr(seen, "balances", list)]
        return [finding.rule for ask in found for finding in ask()]
    except x12.ParseError as error:
        return [f"view: {error.rule}"]


def _view_of(transaction: x12.Transaction) -> Callable[[x12.Transaction], Any] | None:
    typed = next((view for view in _VIEWS if view.accepts(transaction)), None)
    return typed or _SUPPLY.get(transaction.type)


def validated(transaction: x12.Transaction, levels: tuple[int, ...] = (1, 2, 3, 4, 5)) -> snip.Report:
    """A set in levels, by the maps and lists of pyx12 where that is installed, else by the outlines alone."""
    try:
        guide, codes = x12_guide_of(transaction), x12_code_lists()
    except Misuse:
        guide, codes = snip.outline(transaction.version, transaction.type), {}
    return snip.validate(transaction, guide=guide, code_sets=codes, levels=levels)


def _nacha(data: bytes) -> Examined:
    read = nacha.parse(data, unbalanced="report")
    return Examined(sum(1 for _ in read.entries()), bytes(read) == data, tuple(one.rule for one in read.findings))


def _bai2(data: bytes) -> Examined:
    read = bai2.parse(data, unbalanced="report")
    return Examined(sum(1 for _ in read.accounts()), bytes(read) == data, tuple(one.rule for one in read.findings))


def _camt(data: bytes) -> Examined:
    read = camt.parse(data, unbalanced="report")
    return Examined(len(read.statements), bytes(read) == data, tuple(one.rule for one in read.findings))


def _cxml(data: bytes) -> Examined:
    read = cxml.parse(data)
    rules = [finding.rule for finding in (*read.findings(), *cxml.balances(read))]
    return Examined(1, cxml.parse(cxml.write(read)) == read, tuple(rules))


_UDI_MEMBERS = frozenset(("udi", "di", "primary_di", "deviceId"))
"""Where an answer of GUDID's interface holds a barcode, or the identifier in it."""

_UDI_YEAR = 2020


def _udi(data: bytes) -> Examined:
    try:
        answer = msgspec.json.decode(data)
    except msgspec.DecodeError:
        raise PeerFault("this is no answer of GUDID's interface: it is not JSON") from None
    found = [udi.parse(text, year=_UDI_YEAR, faulty="report") for text in _barcodes(answer)]
    return Examined(len(found), None, tuple(finding.rule for one in found for finding in one.findings))


def _barcodes(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _barcodes(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in _UDI_MEMBERS and isinstance(one, str) and (name == "udi" or one.isdigit()):
                yield one
            else:
                yield from _barcodes(one)


KINDS: dict[str, Kind] = {
    "hl7v2": Kind("HL7 v2", "bytes", _hl7v2),
    "x12": Kind("X12", "bytes", _x12),
    "x12-with-expected-ack": Kind("X12, answered", "bytes", _x12),
    "nacha": Kind("NACHA", "bytes", _nacha),
    "bai2": Kind("BAI2", "bytes", _bai2),
    "iso20022": Kind("ISO 20022 cash management", "bytes", _camt),
    "cxml": Kind("cXML", "values", _cxml),
    "udi-gudid": Kind("UDI, in GUDID's answers", "", _udi),
}
"""The kinds that have a codec."""
