"""270 to EligibilityInquiry and back, 271 to EligibilityAnswer (005010X279A1): one event for each patient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from ..kernel import Message
from ..model import CoverageBenefit, EligibilityAnswer, EligibilityInquiry, EligibilityRejection
from ..protocols import x12
from ..protocols.x12 import views
from ..protocols.x12.views.eligibility_parties import Member
from .elements import Elements, days

SOURCE = {"payer_id": "id", "payer_name": "last_name"}
RECEIVER = {"provider_id": "id", "provider_id_kind": "id_qualifier", "provider_name": "last_name"}
PATIENT = {
    "family_name": "last_name", "given_name": "first_name", "birth_date": "birth_date", "sex": "sex",
    "relationship": "insured_relationship",
}  # fmt: skip
BENEFIT = {
    "information": "information", "coverage_level": "coverage_level", "service_types": "service_types",
    "insurance_type": "insurance_type", "plan": "plan", "period": "period", "amount": "amount", "percent": "percent",
    "quantity_kind": "quantity_qualifier", "quantity": "quantity", "authorization": "authorization",
    "network": "network", "procedure": "procedure", "messages": "messages",
}  # fmt: skip

DATES = ("291", "307", "472")
"""DTP01: plan, eligibility, service: which days are asked about, the first of them that is there."""


def eligibility_inquiries(message: Message, transaction: x12.Transaction) -> Iterator[EligibilityInquiry]:
    """What one 270 asks, patient by patient. Raises ParseError for another set."""
    document = views.EligibilityInquiry(transaction)
    elements = Elements(transaction)
    for person in document.patients:
        shared = _shared(document, person, elements)
        yield EligibilityInquiry(
            origin=elements.origin(message),
            **shared,
            **_asked(person.patient, elements),
            provenance=elements.account(),
        )


def eligibility_answers(message: Message, transaction: x12.Transaction) -> Iterator[EligibilityAnswer]:
    """What one 271 answers, patient by patient; one without patients where payer or provider were rejected before any.

    Raises ParseError for another set, and for amounts that are no numbers.
    """
    document = views.EligibilityAnswer(transaction)
    elements = Elements(transaction)
    for person in document.patients:
        shared = _shared(document, person, elements)
        yield EligibilityAnswer(
            origin=elements.origin(message),
            **shared,
            active=person.patient.is_active(),
            benefits=tuple(_benefit(one, elements, at) for at, one in enumerate(person.patient.benefits, 1)),
            rejections=_rejections(person.rejections, elements),
            provenance=elements.account(),
        )
    if not document.patients and document.rejections:
        yield EligibilityAnswer(
            origin=elements.origin(message),
            **elements.read(document, {"reference": "reference"}),
            **_around(document, elements),
            rejections=_rejections(document.rejections, elements),
            provenance=elements.account(),
        )


def inquiry_document(inquiry: EligibilityInquiry, *, created: datetime) -> views.EligibilityInquiry:
    """The 270 of one inquiry, to be written; `created` is BHT04 and BHT05."""
    insured = views.InquiredMember(
        role="IL",
        entity="1",
        id_qualifier="MI" if inquiry.member_id else "",
        id=inquiry.member_id,
        **({} if inquiry.dependent else _person(inquiry)),
    )
    traces = [views.Trace(number=inquiry.trace, originator=f"9{inquiry.provider_id}"[:10])] if inquiry.trace else []
    subscriber = views.SubscriberInquiry(member=insured, traces=[] if inquiry.dependent else traces)
    if inquiry.dependent:
        relationship = {"insured": "N", "insured_relationship": inquiry.relationship} if inquiry.relationship else {}
        dependent = views.InquiredMember(role="03", entity="1", **_person(inquiry) | relationship)
        subscriber = subscriber.replace(dependents=[views.DependentInquiry(member=dependent, traces=traces)])
    source = views.Source(role="PR", last_name=inquiry.payer_name, id_qualifier="PI", id=inquiry.payer_id)
    receiver = views.Receiver(
        role="1P",
        last_name=inquiry.provider_name,
        id_qualifier=inquiry.provider_id_kind,
        id=inquiry.provider_id,
    )
    asked = views.ReceiverInquiry(party=receiver, subscribers=[subscriber])
    return views.EligibilityInquiry(
        reference=inquiry.reference,
        created=created.date(),
        created_at=f"{created:%H%M}",
        sources=[views.SourceInquiry(party=source, receivers=[asked])],
    )


def _person(inquiry: EligibilityInquiry) -> dict[str, Any]:
    asked: list[views.BenefitInquiry] = []
    if inquiry.service_types:
        asked.append(views.BenefitInquiry(service_types=list(inquiry.service_types)))
    asked += [views.BenefitInquiry(procedure=one.split(":")) for one in inquiry.procedures]
    return {
        "last_name": inquiry.family_name,
        "first_name": inquiry.given_name,
        "birth_date": inquiry.birth_date,
        "sex": inquiry.sex,
        "dates": _dates(inquiry.service_from, inquiry.service_to),
        "inquiries": asked,
    }


def _dates(first: date | None, last: date | None) -> list[views.Dated]:
    return [] if first is None else [views.Dated(qualifier="291", when=views.Period(first, last))]


Person = views.PatientInquiry | views.PatientAnswer


def _shared(
    document: views.EligibilityInquiry | views.EligibilityAnswer, person: Person, elements: Elements
) -> dict[str, Any]:
    dependent = person.patient is not person.subscriber
    trace = next(iter(person.traces), None)
    return {
        **elements.read(document, {"reference": "reference"}),
        **elements.read(trace, {"trace": "number"}),
        **elements.read(person.source, SOURCE),
        **elements.read(person.receiver, RECEIVER),
        **elements.read(person.subscriber, {"member_id": "id"}),
        **elements.read(person.patient, PATIENT),
        "dependent": dependent,
    }


def _around(document: views.EligibilityAnswer, elements: Elements) -> dict[str, Any]:
    source = document.sources[0]
    receiver = next(iter(source.receivers), None)
    return elements.read(source.party, SOURCE) | elements.read(receiver.party if receiver else None, RECEIVER)


def _asked(patient: views.InquiredMember, elements: Elements) -> dict[str, Any]:
    types, procedures = [], []
    for number, asked in enumerate(patient.inquiries, 1):
        elements.note(f"inquiries[{number}]", asked, "service_types", "procedure")
        types += asked.service_types
        procedures += [":".join(asked.procedure)] * bool(asked.procedure)
    asked_period = next((one.service_period for one in patient.inquiries if one.service_period), None)
    return {
        "service_types": tuple(types),
        "procedures": tuple(procedures),
        **(_period(patient, elements) or days(asked_period)),
    }


def _period(patient: Member, elements: Elements) -> dict[str, Any]:
    by_qualifier = {one.qualifier: one for one in reversed(patient.dates)}
    found = next((by_qualifier[one] for one in DATES if one in by_qualifier), None)
    if found is None:
        return {}
    elements.note("service_from", found, "when")
    return days(found.when)


def _benefit(benefit: views.Benefit, elements: Elements, number: int) -> CoverageBenefit:
    return CoverageBenefit(**{"information": ""} | elements.read(benefit, BENEFIT, f"benefits[{number}]."))


def _rejections(found: list[views.Rejection], elements: Elements) -> tuple[EligibilityRejection, ...]:
    table = {"reason": "reason", "follow_up": "follow_up"}
    return tuple(
        EligibilityRejection(**{"reason": ""} | elements.read(one, table, f"rejections[{at}]."))
        for at, one in enumerate(found, 1)
    )
