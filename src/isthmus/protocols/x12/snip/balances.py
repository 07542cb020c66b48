"""SNIP 3: totals and counts that must say the same.

    835  line, claim and transaction, by the view        837  claim total, as the view has it
    850, 855, 810, 856   CTT01 = line items (856: hierarchical levels), CTT02 = sum of the lines' quantities

Where an amount cannot be read, the claims are balanced one by one, and only what holds that amount stays unbalanced.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ..findings import Finding
from ..grammar import ParseError
from ..loops import Loop, descend
from ..segment import Segment
from ..values import maybe_number
from ..views import Claims, Remittance, claim_payments
from .document import Document
from .issue import Issue

_NOTES = {
    "line-balance": "Charge less adjustments is not the payment of the service line",
    "claim-balance": "Charge less adjustments, of the claim and its lines, is not the payment of the claim",
    "transaction-balance": "The claims' payments less provider adjustments are not the payment of the remittance",
    "claim-total": "The claim's total is not the sum of its service lines",
    "amount": "This amount is missing or is no number: what holds it could not be balanced",
}


class _Counted(NamedTuple):
    """What CTT counts: the segment that begins a line item, the one with its quantity, and the quantity's element."""

    item: str
    quantity: str
    element: int


_COUNTED = {
    "850": _Counted("PO1", "PO1", 2),
    "855": _Counted("PO1", "PO1", 2),
    "810": _Counted("IT1", "IT1", 2),
    "856": _Counted("HL", "SN1", 2),
}
_BALANCED = ("835", "837")


def balances(document: Document) -> list[Issue]:
    """What does not add up. Never raises."""
    type = document.transaction.type
    if document.view is not None:
        return [_issue(document, finding) for finding in _of_view(document.view)]
    return list(_totals(document, _COUNTED[type])) if type in _COUNTED else []


def balanced_by(type: str) -> str:
    """What balances a set, "" when nothing does."""
    return f"balances of the {type}" if type in _BALANCED else "CTT" if type in _COUNTED else ""


def _of_view(view: Remittance | Claims) -> list[Finding]:
    if isinstance(view, Claims):
        return list(_claims(view))
    try:
        return view.balances()
    except ParseError:
        return list(_payments(view))


def _payments(view: Remittance) -> Iterator[Finding]:
    """Claim by claim; without the transaction, whose sum needs them all."""
    for loop in descend(view.root, "2100"):
        try:
            (claim,) = claim_payments(list(_segments(loop)))
        except ParseError as error:
            yield _unread(error)
            continue
        for line in claim.lines:
            if line.difference:
                yield _found("line-balance", line.loop.segments[0], 3)
        if claim.difference:
            yield _found("claim-balance", loop.segments[0], 4)


def _claims(view: Claims) -> Iterator[Finding]:
    """Claim by claim, from the loops: an amount that cannot be read leaves the others balanced."""
    for loop in descend(view.root, "2300"):
        total = maybe_number(loop.segments[0].element(2))
        charges = [_charge(line) for line in loop.inside("2400")]
        if total is None:
            yield _found("amount", loop.segments[0], 2)
        for line, charge in zip(loop.inside("2400"), charges, strict=True):
            if charge is None:
                yield _found("amount", line.segments[0], 0)
        known = [charge for charge in charges if charge is not None]
        if total is not None and len(known) == len(charges) and total != sum(known, Decimal(0)):
            yield _found("claim-total", loop.segments[0], 2)


def _charge(line: Loop) -> Decimal | None:
    for tag, element in (("SV1", 2), ("SV2", 3), ("SV3", 2)):
        if (found := line.first(tag)) is not None:
            return maybe_number(found.element(element))
    return None


def _segments(loop: Loop) -> Iterator[Segment]:
    """All of a loop, in the order of the file."""
    inner = [segment for child in loop.loops for segment in _segments(child)]
    yield from sorted((*loop.segments, *inner), key=lambda segment: segment.number)


def _totals(document: Document, counted: _Counted) -> Iterator[Issue]:
    total = document.transaction.first("CTT")
    if total is None:
        return
    segments = document.transaction.segments
    items = sum(1 for segment in segments if segment.elements[0] == counted.item)
    if maybe_number(total.element(1)) != items:
        yield document.unbalanced("line-count", total, 1, f"{items} were counted")
    quantities = [maybe_number(one.element(counted.element)) for one in segments if one.elements[0] == counted.quantity]
    said = maybe_number(total.element(2))
    known = [one for one in quantities if one is not None]
    if said is not None and len(known) == len(quantities) and said != sum(known):
        yield document.unbalanced("hash-total", total, 2, "It is not the sum of the lines' quantities")


def _issue(document: Document, finding: Finding) -> Issue:
    segment = document.segment(finding.segment)
    return document.unbalanced(finding.rule, segment, finding.element, _NOTES[finding.rule])


def _found(rule: str, segment: Segment, element: int) -> Finding:
    return Finding(rule, segment.number, element, segment.offset, "")


def _unread(error: ParseError) -> Finding:
    return Finding("amount", error.segment, error.element, error.offset or 0, "")
