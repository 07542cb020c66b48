"""Rules of the 835 between its segments."""

from __future__ import annotations

from collections.abc import Iterator

from ..loops import Loop, descend
from ..segment import Segment
from ..values import maybe_date, maybe_number
from .document import Document
from .issue import Issue
from .situations import (
    ELEMENT_NOT_USED,
    INVALID_CODE,
    INVALID_DATE,
    MISSING_ELEMENT,
    MISSING_SEGMENT,
    PATTERN,
    Rule,
)

_REVERSAL = "22"
_ACCOUNTS = {5: "812", 6: "506", 7: "507", 8: "569", 9: "508", 10: "509", 12: "506", 13: "507", 14: "569", 15: "508"}
"""BPR05 to BPR15 that a payment by ACH needs, and their data elements."""

_PERIODS = (("232", "233"), ("150", "151"))


def without_money(document: Document) -> Iterator[Issue]:
    """A remittance for information moves no money: H and NON stand together, with an amount of zero."""
    payment = document.transaction.first("BPR")
    if payment is None:
        return
    informs, none = payment.element(1) == "H", payment.element(4) == "NON"
    if informs != none:
        note = "BPR01 H (information only) and BPR04 NON (no payment) stand together"
        yield document.broken(payment, note, element=4, code=INVALID_CODE, reference="591")
    if none and maybe_number(payment.element(2)):
        note = "Without a payment (BPR04 NON) the amount is zero"
        yield document.broken(payment, note, element=2, code=PATTERN, reference="782")


def accounts(document: Document) -> Iterator[Issue]:
    """A payment by ACH names both banks and both accounts."""
    payment = document.transaction.first("BPR")
    if payment is None or payment.element(4) != "ACH":
        return
    for element, reference in _ACCOUNTS.items():
        if not payment.element(element):
            note = "A payment by ACH names the format, the banks and the accounts"
            yield document.broken(
                payment,
                note,
                element=element,
                code=MISSING_ELEMENT,
                reference=reference,
            )


def reversals(document: Document) -> Iterator[Issue]:
    """A reversal takes back what was said: its charge is not positive."""
    for claim in _claims(document):
        head = claim.segments[0]
        charge = maybe_number(head.element(3))
        if head.element(2) == _REVERSAL and charge is not None and charge > 0:
            note = "A reversal (CLP02 22) negates the charge of the claim that it takes back"
            yield document.broken(head, note, element=3, code=PATTERN, reference="782")


def reversed_responsibility(document: Document) -> Iterator[Issue]:
    """In 004010 a reversal has no amount that the patient owes."""
    for claim in _claims(document):
        head = claim.segments[0]
        if head.element(2) == _REVERSAL and head.element(5):
            note = "A reversal (CLP02 22) has no patient responsibility amount"
            yield document.broken(
                head,
                note,
                element=5,
                code=ELEMENT_NOT_USED,
                reference="782",
            )


def service_dates(document: Document) -> Iterator[Issue]:
    """The days of service are said by the claim or by every line."""
    for claim in _claims(document):
        if claim.first("DTM", "232") is not None:
            continue
        for line in claim.inside("2110"):
            if line.first("DTM", "472") is None and line.first("DTM", "150") is None:
                yield document.broken(
                    line.segments[0],
                    "Neither the claim nor this line says when the service was: DTM*232 or DTM*472",
                    code=MISSING_SEGMENT,
                    missing="DTM",
                    loop="2110",
                )


def periods(document: Document) -> Iterator[Issue]:
    """A period does not end before it begins."""
    for claim in _claims(document):
        for loop in (claim, *claim.inside("2110")):
            for begin, end in _PERIODS:
                last = loop.first("DTM", end)
                first = loop.first("DTM", begin) if last else None
                if first and last and _before(last, first):
                    note = "The period ends before it begins"
                    yield document.broken(last, note, element=2, code=INVALID_DATE, reference="373")


def _before(one: Segment, other: Segment) -> bool:
    days = maybe_date(one.element(2)), maybe_date(other.element(2))
    return days[0] is not None and days[1] is not None and days[0] < days[1]


def _claims(document: Document) -> list[Loop]:
    return document.once(_all_claims)


def _all_claims(document: Document) -> list[Loop]:
    return list(descend(document.root, "2100"))


_KNOWN = "known to the field, not verified against the guide"
REMITTANCE_RULES = (
    Rule("without-money", ("835",), "RFI 352: BPR01, BPR02, BPR04", without_money),
    Rule("ach-accounts", ("835",), f"835 guides, BPR05 to BPR15; {_KNOWN}", accounts),
    Rule("reversal-sign", ("835",), "RFI 1147 and 1429: section 1.10.2.8", reversals, ("005010",)),
    Rule("reversal-responsibility", ("835",), "RFI 319: section 2.2.8", reversed_responsibility, ("004010",)),
    Rule("service-date", ("835",), "RFI 2055: 2100 DTM and 2110 DTM", service_dates),
    Rule("date-range", ("835",), "what a period is", periods),
)
