"""Rules of the 837 on dates: which must be there, and in which order they stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..segment import Segment
from ..values import maybe_date
from .claim_situations import INSTITUTIONAL, PROFESSIONAL, ClaimAround, claims, days, qualifiers
from .document import Document
from .issue import Issue, Level
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
            yield _missing(
                document, claim, "admission-date", "An inpatient's claim has an admission date: DTP*435", "DTP"
            )


def admitting_diagnosis(document: Document) -> Iterator[Issue]:
    """Claims of inpatients have an admitting diagnosis."""
    for claim in claims(document):
        if claim.facility in _ADMITTING_DIAGNOSIS and not {"ABJ", "BJ"}.intersection(qualifiers(claim.loop)):
            note = "An inpatient's claim has an admitting diagnosis: HI*ABJ"
            yield _missing(document, claim, "admitting-diagnosis", note, "HI")


def hospital_visit(document: Document) -> Iterator[Issue]:
    """Professional services to inpatients say when the patient was admitted."""
    for claim in claims(document):
        places = {claim.facility, *(line.value("SV1", 5) for line in claim.lines)}
        if _INPATIENT_HOSPITAL in places and claim.loop.first("DTP", "435") is None:
            note = "Services to an inpatient: the admission date is required, DTP*435"
            yield _missing(document, claim, "admission-date", note, "DTP")


def ranges(document: Document) -> Iterator[Issue]:
    """The first day of a range is not after the last."""
    for segment in document.transaction.segments:
        if segment.elements[0] == "DTP" and segment.element(2) == "RD8":
            first, _, last = segment.element(3).partition("-")
            begin, end = maybe_date(first), maybe_date(last)
            if begin and end and begin > end:
                yield _wrong(document, "date-range", segment, "The range ends before it begins")


def statement_period(document: Document) -> Iterator[Issue]:
    """An admission is not after the period of the statement; services are in it."""
    for claim in claims(document):
        period, admitted = days(claim.loop, "434"), days(claim.loop, "435")
        if period is None:
            continue
        if admitted and admitted.first > period.last:
            note = "The admission is after the period of the statement"
            yield _wrong(document, "admission-order", admitted.segment, note)
        for line in claim.lines:
            served = days(line, "472")
            if served and (served.first < period.first or served.last > period.last):
                note = "The service is not in the period of the statement"
                yield _wrong(document, "service-in-period", served.segment, note)


def not_of_the_future(document: Document) -> Iterator[Issue]:
    """Services and births are not after the day on which the document was made (BHT04)."""
    header = document.transaction.first("BHT")
    made = maybe_date(header.element(4)) if header else None
    if made is None:
        return
    for segment in document.transaction.segments:
        tag = segment.elements[0]
        if tag == "DTP" and segment.element(1) == "472":
            at, kind = 3, "service"
        elif tag == "DMG":
            at, kind = 2, "birth"
        else:
            continue
        day = maybe_date(segment.element(at)[:8])
        if day and day > made:
            yield _wrong(
                document, f"{kind}-in-future", segment, f"The {kind} is after the day of the document (BHT04)", at
            )


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
            yield document.issue(
                Level.SITUATION,
                "icd-of-the-day",
                principal,
                note,
                element=1,
                component=1,
                code=INVALID_CODE,
                reference="1270",
            )


def _missing(document: Document, claim: ClaimAround, rule: str, note: str, tag: str) -> Issue:
    return document.issue(
        Level.SITUATION,
        rule,
        claim.head,
        note,
        code=MISSING_SEGMENT,
        missing=tag,
        loop="2300",
        trigger=document.trigger(claim.head, 5, 1, "1331"),
    )


def _wrong(document: Document, rule: str, segment: Segment, note: str, element: int = 3) -> Issue:
    return document.issue(Level.SITUATION, rule, segment, note, element=element, code=INVALID_DATE, reference="1251")


_KNOWN = "known to the field, not verified against the guide"
_WITH_BIRTHS = ("837", "270", "276")
DATE_RULES = (
    Rule("admission-date", ("837",), "RFI 1520: 2300 DTP*435", admission, INSTITUTIONAL),
    Rule("admitting-diagnosis", ("837",), "RFI 1479: 2300 HI*ABJ", admitting_diagnosis, INSTITUTIONAL),
    Rule("admission-date", ("837",), "RFI 154 and 2130: 2300 DTP*435", hospital_visit, PROFESSIONAL),
    Rule("date-range", ("837", "270", "271", "276", "277"), "what a range is", ranges),
    Rule(
        "statement-period", ("837",), f"2300 DTP*434, DTP*435, 2400 DTP*472; {_KNOWN}", statement_period, INSTITUTIONAL
    ),
    Rule("not-of-the-future", _WITH_BIRTHS, f"2400 DTP*472, DMG02; {_KNOWN}", not_of_the_future),
    Rule("icd-of-the-day", ("837",), "45 CFR 162.1002(c)", revision_of_the_day),
)
