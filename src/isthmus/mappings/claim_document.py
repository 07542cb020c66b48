"""Claim to 837: one batch of claims of one kind as a document that is ready to be written.

Claims of one billing provider, and of one subscriber at one payer within it, share their levels, in the order in which they
come. The codes of a professional claim stand in one HI, those of an institutional claim in one for each kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from ..kernel import Misuse
from ..model import Claim, ClaimLine, ClaimParty, Diagnosis
from ..protocols.x12 import views
from ..protocols.x12.views.claim import INSTITUTIONAL, PROFESSIONAL
from .claim import TAX_ID

IMPLEMENTATIONS = {"professional": PROFESSIONAL, "institutional": INSTITUTIONAL}
_FACILITY_QUALIFIERS = {"professional": "B", "institutional": "A"}


def claims_document(
    claims: Sequence[Claim], *, reference: str, created: datetime, submitter: views.Submitter, receiver: views.Party
) -> tuple[views.Claims, str]:
    """The document, and the implementation (ST03, GS08) to write it as.

    Raises Misuse for no claims, for claims of several kinds, for dental ones, and for one that does not balance.
    """
    kinds = {claim.kind for claim in claims}
    if len(kinds) != 1 or not kinds <= IMPLEMENTATIONS.keys():
        raise Misuse("A batch holds claims of one kind, professional or institutional")
    if any(claim.difference for claim in claims):
        raise Misuse("A claim's charge is not that of its lines: it must not be sent")
    document = views.Claims(
        reference=reference,
        created=created.date(),
        created_at=f"{created:%H%M}",
        submitter=submitter,
        receiver=receiver,
        billing=[_billing(list(group)) for _, group in groupby(claims, _provider_of)],
    )
    return document, IMPLEMENTATIONS[kinds.pop()]


def _provider_of(claim: Claim) -> tuple[Any, ...]:
    return (claim.billing_provider, claim.specialty)


def _insurance_of(claim: Claim) -> tuple[Any, ...]:
    own = None if claim.patient else claim.relationship
    insurance = (claim.responsibility, own, claim.filing_indicator, claim.group_number)
    return (claim.subscriber, claim.payer, *insurance)


def _billing(claims: list[Claim]) -> views.BillingLevel:
    first = claims[0]
    provider = first.billing_provider
    specialty = views.Specialty(role="BI", qualifier="PXC", code=first.specialty) if first.specialty else None
    return views.BillingLevel(
        specialty=specialty,
        provider=views.Provider(
            role="85",
            entity="1" if provider.given_name else "2",
            references=[views.Reference(qualifier=TAX_ID, value=provider.tax_id)] if provider.tax_id else [],
            **_named(provider),
        ),
        subscribers=[_subscriber(list(group)) for _, group in groupby(claims, _insurance_of)],
    )


def _subscriber(claims: list[Claim]) -> views.SubscriberLevel:
    first = claims[0]
    return views.SubscriberLevel(
        responsibility=first.responsibility or "P",
        relationship="" if first.patient else first.relationship,
        group_number=first.group_number,
        filing_indicator=first.filing_indicator,
        subscriber=_insured("IL", first.subscriber),
        payer=views.Provider(role="PR", **_named(first.payer)),
        claims=[_claim(claim) for claim in claims if claim.patient is None],
        patients=_patients([claim for claim in claims if claim.patient is not None]),
    )


def _patients(claims: list[Claim]) -> list[views.PatientLevel]:
    return [_patient(list(group)) for _, group in groupby(claims, lambda one: (one.patient, one.relationship))]


def _patient(claims: list[Claim]) -> views.PatientLevel:
    first = claims[0]
    assert first.patient is not None
    patient = _insured("QC", first.patient)
    claims_of_patient = [_claim(claim) for claim in claims]
    return views.PatientLevel(relationship=first.relationship, patient=patient, claims=claims_of_patient)


def _insured(role: str, person: ClaimParty) -> views.Insured:
    return views.Insured(role=role, entity="1", birth_date=person.birth_date, sex=person.sex, **_named(person))


def _named(party: ClaimParty) -> dict[str, Any]:
    address = views.Address(street=party.street, city=party.city, state=party.state, postal_code=party.postal_code)
    return {
        "last_name": party.name,
        "first_name": party.given_name,
        "id_qualifier": party.id_kind,
        "id": party.id,
        "address": address if party.street or party.city else None,
    }


def _claim(claim: Claim) -> views.Claim:
    return views.Claim(
        patient_control_number=claim.account,
        charge=claim.charge,
        facility_code=claim.facility_code,
        facility_qualifier=_FACILITY_QUALIFIERS[claim.kind],
        frequency=claim.frequency,
        signature=claim.signature,
        assignment=claim.assignment,
        benefits_assigned=claim.benefits_assigned,
        release=claim.release,
        statement_period=_period(claim.statement_from, claim.statement_to),
        admission=_period(claim.admitted, None),
        admission_type=claim.admission_type,
        admission_source=claim.admission_source,
        patient_status=claim.patient_status,
        authorization=claim.authorization,
        payer_control_number=claim.replaces,
        clearinghouse_trace=claim.clearinghouse_trace,
        codes=_codes(claim),
        lines=[_line(line, claim) for line in claim.lines],
    )


def _period(first: date | None, last: date | None) -> views.Period | None:
    return None if first is None else views.Period(first, last)


def _codes(claim: Claim) -> list[list[views.HealthCode]]:
    by_kind = [list(group) for _, group in groupby(claim.diagnoses, lambda one: one.kind)]
    segments = by_kind if claim.kind == "institutional" else [list(claim.diagnoses)] * bool(claim.diagnoses)
    return [[_code(one) for one in codes[at : at + 12]] for codes in segments for at in range(0, len(codes), 12)]


def _code(one: Diagnosis) -> views.HealthCode:
    return views.HealthCode(one.kind, one.code, _period(one.when, None), one.amount, one.present_on_admission)


def _line(line: ClaimLine, claim: Claim) -> views.Line:
    procedure = [line.code_kind, line.code, *line.modifiers] if line.code else []
    shared: dict[str, Any] = {
        "procedure": procedure,
        "charge": line.charge,
        "unit": line.unit or "UN",
        "units": line.units,
    }
    service: views.Professional | views.Institutional
    if claim.kind == "institutional":
        service = views.Institutional(revenue_code=line.revenue_code, **shared)
    else:
        service = views.Professional(diagnosis_pointers=list(line.diagnosis_pointers), **shared)
    return views.Line(
        number=line.number,
        service=service,
        service_period=_period(line.service_from, line.service_to),
        control_number=line.control_number,
        drugs=[views.Drug(code=line.drug_code)] if line.drug_code else [],
    )
