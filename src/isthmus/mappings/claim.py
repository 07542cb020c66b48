"""837 to Claim (005010X222A1 professional, 005010X223A2 institutional): every claim with the parties around it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..kernel import Message
from ..model import Claim, ClaimLine, ClaimParty, Diagnosis
from ..model.claim import ClaimKind
from ..protocols import x12
from ..protocols.x12 import views
from .elements import Elements
from .remittance import procedure

CLAIM = {
    "account": "patient_control_number", "charge": "charge", "frequency": "frequency", "facility_code": "facility_code",
    "replaces": "payer_control_number", "clearinghouse_trace": "clearinghouse_trace", "authorization": "authorization",
    "statement_from": "statement_period.start", "statement_to": "statement_period.end", "admitted": "admission.start",
    "admission_type": "admission_type", "admission_source": "admission_source", "patient_status": "patient_status",
    "signature": "signature", "assignment": "assignment", "benefits_assigned": "benefits_assigned",
    "release": "release",
}  # fmt: skip
INSURANCE = {
    "responsibility": "responsibility", "relationship": "relationship", "filing_indicator": "filing_indicator",
    "group_number": "group_number",
}  # fmt: skip
NAME = {"name": "last_name", "given_name": "first_name", "id": "id", "id_kind": "id_qualifier"}
ADDRESS = {"street": "street", "city": "city", "state": "state", "postal_code": "postal_code"}
PERSON = NAME | {"birth_date": "birth_date", "sex": "sex"}
LINE = {
    "number": "number", "service_from": "service_period.start", "service_to": "service_period.end",
    "control_number": "control_number",
}  # fmt: skip
SERVICE = {
    "charge": "charge", "units": "units", "unit": "unit", "revenue_code": "revenue_code",
    "diagnosis_pointers": "diagnosis_pointers",
}  # fmt: skip

KINDS: dict[type[Any], ClaimKind] = {views.Professional: "professional", views.Institutional: "institutional"}

TAX_ID = "EI"
"""REF01 of the billing provider's employer identification number."""


def claims(message: Message, transaction: x12.Transaction) -> Iterator[Claim]:
    """The claims of one 837. Raises ParseError for amounts that are no numbers, and for another set."""
    document = views.Claims(transaction)
    elements = Elements(transaction)
    for claim in document.claims:
        shared = _shared(document, claim, elements)
        yield Claim(
            origin=elements.origin(message),
            kind=_kind(claim),
            **{"account": ""} | _days(elements.read(claim, CLAIM)),
            **shared,
            diagnoses=_diagnoses(claim, elements),
            lines=tuple(_line(one, elements, at) for at, one in enumerate(claim.lines, 1)),
            provenance=elements.account(),
        )


def _kind(claim: views.Claim) -> ClaimKind:
    """By the lines: SV1 professional, SV2 institutional, SV3 dental; by CLM05-2 where there are none."""
    if claim.lines:
        return KINDS.get(type(claim.lines[0].service), "dental")
    return "institutional" if claim.facility_qualifier == "A" else "professional"


def _days(values: dict[str, Any]) -> dict[str, Any]:
    """Moments as their days: an admission may have its hour."""
    return {name: value.date() if isinstance(value, datetime) else value for name, value in values.items()}


def _shared(document: views.Claims, claim: views.Claim, elements: Elements) -> dict[str, Any]:
    levels = claim.levels
    group = document.transaction.group_header
    return {
        "sender": group.element(2) if group else "",
        **elements.read(document, {"batch": "reference"}),
        "billing_provider": _provider(levels.billing.provider, elements, "billing_provider."),
        **elements.read(levels.billing.specialty, {"specialty": "code"}),
        "subscriber": _party(levels.subscriber, PERSON, elements, "subscriber."),
        "payer": _party(levels.payer, NAME, elements, "payer."),
        "patient": _party(levels.patient, PERSON, elements, "patient.") if levels.patient_level else None,
        **elements.read(levels.insurance, INSURANCE),
        **elements.read(levels.patient_level, {"relationship": "relationship"}),
    }


def _party(
    party: views.Insured | views.Provider | None, table: dict[str, str], elements: Elements, prefix: str
) -> ClaimParty:
    address = party.address if party else None
    return ClaimParty(**elements.read(party, table, prefix), **elements.read(address, ADDRESS, prefix))


def _provider(provider: views.Provider | None, elements: Elements, prefix: str) -> ClaimParty:
    found = next((one for one in provider.references if one.qualifier == TAX_ID), None) if provider else None
    address = provider.address if provider else None
    return ClaimParty(
        **elements.read(provider, NAME, prefix),
        **elements.read(address, ADDRESS, prefix),
        **elements.read(found, {"tax_id": "value"}, prefix),
    )


def _diagnoses(claim: views.Claim, elements: Elements) -> tuple[Diagnosis, ...]:
    if claim.codes:
        elements.note("diagnoses", claim, "codes")
    return tuple(
        Diagnosis(
            kind=code.qualifier,
            code=code.code,
            present_on_admission=code.present_on_admission,
            amount=code.amount,
            when=code.when.start if code.when else None,
        )
        for codes in claim.codes
        for code in codes
    )


def _line(line: views.Line, elements: Elements, number: int) -> ClaimLine:
    prefix = f"lines[{number}]."
    table = {name: field for name, field in SERVICE.items() if hasattr(type(line.service), field)}
    drug = next((one for one in line.drugs if one.qualifier == "N4"), None)
    elements.note(f"{prefix}code", line.service, "procedure")
    return ClaimLine(
        **{"number": ""} | _days(elements.read(line, LINE, prefix)),
        **elements.read(line.service, table, prefix),
        **procedure(line.procedure),
        **elements.read(drug, {"drug_code": "code"}, prefix),
    )
