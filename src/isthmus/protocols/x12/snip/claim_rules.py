"""Rules of the 837 on who is who and what must accompany what. Dates: `claim_dates.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .claim_situations import (
    PROFESSIONAL,
    SINCE_5010,
    billing_providers,
    claims,
    named,
    npi,
    qualifiers,
    subscribers,
)
from .document import Document
from .issue import Issue
from .situations import INVALID_CODE, MISSING_ELEMENT, MISSING_SEGMENT, PATTERN, SEGMENT_NOT_USED, Rule

_SELF = "18"
_LATER_PAYER = frozenset("STABCDEFGH")
_ICD_9, _ICD_10 = frozenset(("BK", "BF", "BJ", "PR", "BN")), frozenset(("ABK", "ABF", "ABJ", "APR", "ABN"))
_POINTED_AT = frozenset(("BK", "BF", "ABK", "ABF"))
_NO_STREET = re.compile(r"\bP\.? ?O\.? ?BOX\b|\bPOST OFFICE BOX\b|\bLOCK ?BOX\b", re.IGNORECASE)
_REPLACES = {"7": "replaces", "8": "voids"}


def replaced_claim(document: Document) -> Iterator[Issue]:
    """A claim that replaces or voids another names it: REF*F8."""
    for claim in claims(document):
        does = _REPLACES.get(claim.frequency)
        if does and claim.loop.first("REF", "F8") is None:
            yield document.broken(
                claim.head,
                f"A claim that {does} another needs REF*F8 with the payer's control number of it",
                code=MISSING_SEGMENT,
                missing="REF",
                loop="2300",
                trigger=document.trigger(claim.head, 5, 3, "1325"),
            )


def subscriber_is_patient(document: Document) -> Iterator[Issue]:
    """SBR02 is 18 when the subscriber is the patient: then there is no patient level, and otherwise there must be one."""
    for subscriber in subscribers(document):
        insured = subscriber.first("SBR")
        if insured is None:
            continue
        if insured.element(2) == _SELF:
            trigger = document.trigger(insured, 2, reference="1069")
            for patient in subscriber.inside("2000C"):
                note = "SBR02 says that the subscriber is the patient, and a patient level follows"
                yield document.broken(
                    patient.segments[0],
                    note,
                    code=SEGMENT_NOT_USED,
                    trigger=trigger,
                )
        elif subscriber.inside("2300"):
            note = "Claims in the subscriber's level: SBR02 must say that the subscriber is the patient (18)"
            yield document.broken(
                insured,
                note,
                element=2,
                code=MISSING_ELEMENT,
                reference="1069",
            )


def patient_details(document: Document) -> Iterator[Issue]:
    """A subscriber who is the patient has address, sex and date of birth."""
    for subscriber in subscribers(document):
        insured, name = subscriber.first("SBR"), named(subscriber, "2010BA", "IL")
        if insured is None or name is None or insured.element(2) != _SELF:
            continue
        for tag in ("N3", "N4", "DMG"):
            if name.first(tag) is None:
                yield document.broken(
                    name.segments[0],
                    f"The subscriber is the patient: {tag} is required",
                    code=MISSING_SEGMENT,
                    missing=tag,
                    loop="2010BA",
                    trigger=document.trigger(insured, 2, reference="1069"),
                )


def level_without_claim(document: Document) -> Iterator[Issue]:
    """A subscriber's level without a patient level in it has a claim."""
    for subscriber in subscribers(document):
        if not subscriber.inside("2000C") and not subscriber.inside("2300"):
            yield document.broken(
                subscriber.segments[0],
                "A subscriber's level without patients in it has a claim",
                code=MISSING_SEGMENT,
                missing="CLM",
                loop="2300",
            )


def rendering_is_billing(document: Document) -> Iterator[Issue]:
    """The rendering provider is sent only when it is another than the billing provider."""
    for claim in claims(document):
        billing, rendering = claim.provider, named(claim.loop, "2310", "82")
        if billing and rendering and npi(billing) and npi(billing) == npi(rendering):
            note = "The rendering provider is the billing provider: it is sent only when it is another"
            yield document.broken(
                rendering.segments[0],
                note,
                code=SEGMENT_NOT_USED,
                trigger=document.trigger(billing.segments[0], 9, reference="67"),
            )


def billing_street(document: Document) -> Iterator[Issue]:
    """The billing provider's address is a street."""
    for party in billing_providers(document):
        for address in party.all("N3"):
            for element in (1, 2):
                if _NO_STREET.search(address.element(element)):
                    note = "The billing provider's address is a street; boxes stand in the pay-to address (2010AB)"
                    yield document.broken(address, note, element=element, code=PATTERN, reference="166")


def nine_digits(document: Document) -> Iterator[Issue]:
    """Billing provider and service facility have a ZIP code of nine digits."""
    facilities = (named(claim.loop, "2310", "77") for claim in claims(document))
    for party in (*billing_providers(document), *facilities):
        place = party.first("N4") if party else None
        if place is not None and not place.element(4) and len(place.element(3)) == 5:
            note = "Billing provider and service facility have a ZIP code of nine digits"
            yield document.broken(place, note, element=3, code=PATTERN, reference="116")


def accident_state(document: Document) -> Iterator[Issue]:
    """A claim after a car's accident says in which state it was."""
    for claim in claims(document):
        causes = claim.head.components(11)
        if "AA" in causes[:3] and not (*causes, "", "", "", "")[3]:
            note = "A car's accident: the state that it was in is required"
            yield document.broken(claim.head, note, element=11, component=4, code=MISSING_ELEMENT, reference="156")


def accident_date(document: Document) -> Iterator[Issue]:
    """A claim after an accident says when it was."""
    for claim in claims(document):
        related = {"AA", "OA"}.intersection(claim.head.components(11)[:3])
        if related and claim.loop.first("DTP", "439") is None:
            yield document.broken(
                claim.head,
                "An accident: DTP*439 is required",
                code=MISSING_SEGMENT,
                missing="DTP",
                loop="2300",
                trigger=document.trigger(claim.head, 11, 1, "1362"),
            )


def other_payers(document: Document) -> Iterator[Issue]:
    """A claim to a payer that is not the first names the others."""
    for claim in claims(document):
        insured = claim.subscriber.first("SBR") if claim.subscriber else None
        if insured is not None and insured.element(1) in _LATER_PAYER and not claim.loop.inside("2320"):
            yield document.broken(
                claim.head,
                "A claim to a payer that is not the primary one names the others: loop 2320",
                code=MISSING_SEGMENT,
                missing="SBR",
                loop="2320",
                trigger=document.trigger(insured, 1, reference="1138"),
            )


def diagnosis_pointers(document: Document) -> Iterator[Issue]:
    """SV107 points at diagnoses that the claim has."""
    for claim in claims(document):
        count = len([code for code in qualifiers(claim.loop) if code in _POINTED_AT])
        allowed = set(map(str, range(1, count + 1)))
        for line in claim.lines:
            service = line.first("SV1")
            if service is None:
                continue
            for component, pointer in enumerate(service.components(7), 1):
                if pointer and pointer not in allowed:
                    yield document.broken(
                        service,
                        "It points at a diagnosis that the claim does not have",
                        element=7,
                        component=component,
                        code=INVALID_CODE,
                        reference="1328",
                    )


def one_revision(document: Document) -> Iterator[Issue]:
    """The diagnoses of a claim are of one revision of the ICD."""
    for claim in claims(document):
        codes = set(qualifiers(claim.loop))
        if codes & _ICD_9 and codes & _ICD_10:
            segment = claim.loop.all("HI")[0]
            note = "The diagnoses of a claim are all ICD-9 or all ICD-10"
            yield document.broken(
                segment,
                note,
                element=1,
                component=1,
                code=INVALID_CODE,
                reference="1270",
            )


_KNOWN = "known to the field, not verified against the guide"
CLAIM_RULES = (
    Rule("replaced-claim", ("837",), "RFI 1538 and 2110: 2300 REF*F8", replaced_claim),
    Rule("subscriber-is-patient", ("837",), f"837 guides, 2000B SBR02 and 2000C; {_KNOWN}", subscriber_is_patient),
    Rule("patient-details", ("837",), f"837 guides, 2010BA N3, N4, DMG; {_KNOWN}", patient_details),
    Rule("level-without-claim", ("837",), f"837 guides, 2000B and 2300; {_KNOWN}", level_without_claim),
    Rule("rendering-is-billing", ("837",), "RFI 345: 2310B NM1", rendering_is_billing, PROFESSIONAL),
    Rule("billing-street", ("837",), "RFI 1451: 2010AA N3", billing_street, SINCE_5010),
    Rule(
        "zip-nine-digits",
        ("837",),
        "notices of clearinghouses on 005010: 2010AA and 2310 N403",
        nine_digits,
        SINCE_5010,
    ),
    Rule("accident-state", ("837",), f"837 guides, CLM11-4; {_KNOWN}", accident_state, PROFESSIONAL),
    Rule("accident-date", ("837",), f"837 guides, 2300 DTP*439; {_KNOWN}", accident_date, PROFESSIONAL),
    Rule("other-payers", ("837",), f"837 guides, 2320; {_KNOWN}", other_payers),
    Rule("diagnosis-pointer", ("837",), "RFI 433: 2400 SV107", diagnosis_pointers, PROFESSIONAL),
    Rule("one-icd-revision", ("837",), f"45 CFR 162.1002; {_KNOWN}", one_revision),
)
