"""Rules of the 837 on dates: which must be there, and in which order they stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..segment import Segment
from ..values import maybe_date
from .claim_situations import INSTITUTIONAL, PROFESSIONAL, ClaimAround, claims, days, qualifiers
from .document import Document
from .issue import Issue
from .situations import INVALID_CODE, INVALID_DATE, MISSING_SEGMENT, Rule

_ADMITTED = frozenset(("11", "18", "21", "33"))
"""CLM05-1 of 837I whose claims have an admission date. 33 (home health) counts as inpatient for this date only (RFI 1520)."""

_ADMITTING_DIAGNOSIS = frozenset(("11", "12", "18", "21", "22"))
"""CLM05-1 of 837I whose claims have an admitting diagnosis (RFI 1479)."""

_INPATIENT_HOSPITAL = "21"
"""CLM05-1 and SV105 of 837P: place of service."""

ICD_10_SINCE = date(2015, 10, 1)
"""45 CFR 162.1002(c): services and discharges from this day on are coded in ICD-10."""

_PRINCIPAL_9, _PRINCIPAL_10 = "BK", "ABK"


def admission(document: Document) -> Iterator[Issue]:
    """Claims of inpatients have an admission date."""
    for claim in claims(document):
        if claim.facility in _ADMITTED and claim.loop.first("DTP", "435") is None:
            yield _missing(document, claim, "An inpatient's claim has an admission date: DTP*435", "DTP")


def admitting_diagnosis(document: Document) -> Iterator[Issue]:
    """Claims of inpatients have an admitting diagnosis."""
    for claim in claims(document):
        if claim.facility in _ADMITTING_DIAGNOSIS and not {"ABJ", "BJ"}.intersection(qualifiers(claim.loop)):
            note = "An inpatient's claim has an admitting diagnosis: HI*ABJ"
            yield _missing(document, claim, note, "HI")


def hospital_visit(document: Document) -> Iterator[Issue]:
    """Professional services to inpatients say when the patient was admitted."""
    for claim in claims(document):
        places = {claim.facility, *(line.value("SV1", 5) for line in claim.lines)}
        if _INPATIENT_HOSPITAL in places and claim.loop.first("DTP", "435") is None:
            note = "Services to an inpatient: the admission date is required, DTP*435"
            yield _missing(document, claim, note, "DTP")


def ranges(document: Document) -> Iterator[Issue]:
    """The first day of a range is not after the last."""
    for segment in document.transaction.segments:
        if segment.elements[0] == "DTP" and segment.element(2) == "RD8":
            first, _, last = segment.element(3).partition("-")
            begin, end = maybe_date(first), maybe_date(last)
            if begin and end and begin > end:
                yield _wrong(document, segment, "The range ends before it begins")


def admission_order(document: Document) -> Iterator[Issue]:
    """An admission is not after the period of the statement."""
    for claim in claims(document):
        period, admitted = days(claim.loop, "434"), days(claim.loop, "435")
        if period and admitted and admitted.first > period.last:
            yield _wrong(document, admitted.segment, "The admission is after the period of the statement")


def service_in_period(document: Document) -> Iterator[Issue]:
    """Services are in the period of the statement."""
    for claim in claims(document):
        period = days(claim.loop, "434")
        for line in claim.lines if period else ():
            served = days(line, "472")
            if period and served and (served.first < period.first or served.last > period.last):
                yield _wrong(document, served.segment, "The service is not in the period of the statement")


def service_in_future(document: Document) -> Iterator[Issue]:
    """A service is not after the day on which the document was made (BHT04)."""
    made = document.once(_made)
    for segment in document.transaction.all("DTP", "472") if made else ():
        day = maybe_date(segment.element(3)[:8])
        if made and day and day > made:
            yield _wrong(document, segment, "The service is after the day of the document (BHT04)")


def birth_in_future(document: Document) -> Iterator[Issue]:
    """A birth is not after the day on which the document was made (BHT04)."""
    made = document.once(_made)
    for segment in document.transaction.all("DMG") if made else ():
        day = maybe_date(segment.element(2)[:8])
        if made and day and day > made:
            yield _wrong(document, segment, "The birth is after the day of the document (BHT04)", 2)


def _made(document: Document) -> date | None:
    header = document.transaction.first("BHT")
    return maybe_date(header.element(4)) if header else None


def revision_of_the_day(document: Document) -> Iterator[Issue]:
    """Services since October 2015 are coded in ICD-10, earlier ones in ICD-9."""
    for claim in claims(document):
        served = days(claim.loop, "434") or next(filter(None, (days(line, "472") for line in claim.lines)), None)
        principal = claim.loop.first("HI")
        if served is None or principal is None:
            continue
        wrong = _PRINCIPAL_9 if served.last >= ICD_10_SINCE else _PRINCIPAL_10
        if principal.components(1)[0] == wrong:
            note = "Services since 1 October 2015 are coded in ICD-10-CM, earlier ones in ICD-9-CM"
            yield document.broken(
                principal,
                note,
                element=1,
                component=1,
                code=INVALID_CODE,
                reference="1270",
            )


def _missing(document: Document, claim: ClaimAround, note: str, tag: str) -> Issue:
    return document.broken(
        claim.head,
        note,
        code=MISSING_SEGMENT,
        missing=tag,
        loop="2300",
        trigger=document.trigger(claim.head, 5, 1, "1331"),
    )


def _wrong(document: Document, segment: Segment, note: str, element: int = 3) -> Issue:
    return document.broken(segment, note, element=element, code=INVALID_DATE, reference="1251")


_KNOWN = "known to the field, not verified against the guide"
DATE_RULES = (
    Rule("admission-date", ("837",), "RFI 1520: 2300 DTP*435", admission, INSTITUTIONAL),
    Rule("admitting-diagnosis", ("837",), "RFI 1479: 2300 HI*ABJ", admitting_diagnosis, INSTITUTIONAL),
    Rule("admission-date", ("837",), "RFI 154 and 2130: 2300 DTP*435", hospital_visit, PROFESSIONAL),
    Rule("date-range", ("837", "270", "271", "276", "277"), "what a range is", ranges),
    Rule("admission-order", ("837",), f"2300 DTP*434 and DTP*435; {_KNOWN}", admission_order, INSTITUTIONAL),
    Rule("service-in-period", ("837",), f"2300 DTP*434, 2400 DTP*472; {_KNOWN}", service_in_period, INSTITUTIONAL),
    Rule("service-in-future", ("837", "276"), f"2400 DTP*472; {_KNOWN}", service_in_future),
    Rule("birth-in-future", ("837", "270", "276"), f"DMG02; {_KNOWN}", birth_in_future),
    Rule("icd-of-the-day", ("837",), "45 CFR 162.1002(c)", revision_of_the_day),
)
