"""271 health care eligibility answer (005010X279A1): who is covered, by what, and what it costs.

    2000A HL 20 source { 2000B HL 21 receiver { 2000C HL 22 subscriber { 2110C EB  2000D HL 23 dependent { 2110D EB } } } }

An AAA at any level says why there is no answer below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .document import Document
from .eligibility_guide import ANSWER_GUIDE
from .eligibility_parties import Member, Receiver, Rejection, Source
from .fields import day, each, loops, number, one, parts, repeated, text, texts, within
from .parties import Address, Contact, Dated, Party, Reference, Specialty, Trace
from .record import Record

ACTIVE = frozenset("12345")
"""EB01: active coverage, with its variants."""

INACTIVE = frozenset("678")


class Delivery(Record):
    """One HSD: how many of a benefit in which time."""

    quantity_qualifier: str = text("HSD01", default="")
    quantity: Decimal | None = number("HSD02", default=None)
    unit: str = text("HSD03", default="")
    per: Decimal | None = number("HSD04", default=None)
    period: str = text("HSD05", default="")
    periods: Decimal | None = number("HSD06", default=None)
    frequency: str = text("HSD07", default="")
    pattern: str = text("HSD08", default="")


class AdditionalInformation(Record):
    """Loop 2115: III."""

    qualifier: str = text("III01", default="")
    code: str = text("III02", default="")
    category: str = text("III03", default="")
    body_part: str = text("III04", default="")


class RelatedEntity(Party):
    """Loop 2120: who else the benefit is about: primary care provider (P3), another payer (PR) …"""

    address: Address | None = within("N3 N4", Address, default=None)
    contacts: list[Contact] = each("PER", Contact, default=[])
    specialty: Specialty | None = within("PRV", Specialty, default=None)


class Benefit(Record):
    """Loop 2110: one EB.

    information   EB01: 1 active, 6 inactive, A coinsurance, B copayment, C deductible, F limitation, G out of pocket …
    period        EB06: 22 service year, 23 calendar year, 26 episode, 27 visit, 29 remaining …
    amount        EB07, in dollars        percent  EB08, 0.2 for 20 %        quantity  EB10, in what EB09 says
    authorization EB11, network EB12: Y, N, U unknown, W not applicable
    """

    information: str = text("EB01")
    coverage_level: str = text("EB02", default="")
    service_types: list[str] = repeated("EB03", default=[])
    insurance_type: str = text("EB04", default="")
    plan: str = text("EB05", default="")
    period: str = text("EB06", default="")
    amount: Decimal | None = number("EB07", default=None)
    percent: Decimal | None = number("EB08", default=None)
    quantity_qualifier: str = text("EB09", default="")
    quantity: Decimal | None = number("EB10", default=None)
    authorization: str = text("EB11", default="")
    network: str = text("EB12", default="")
    procedure: list[str] = parts("EB13", default=[])
    diagnosis_pointers: list[str] = parts("EB14", default=[])
    deliveries: list[Delivery] = each("HSD", Delivery, default=[])
    references: list[Reference] = each("REF", Reference, default=[])
    dates: list[Dated] = each("DTP", Dated, default=[])
    rejections: list[Rejection] = each("AAA", Rejection, default=[])
    messages: list[str] = texts("MSG01", default=[])
    additional: list[AdditionalInformation] = loops("2115C 2115D", AdditionalInformation, default=[])
    entities: list[RelatedEntity] = loops("2120C 2120D", RelatedEntity, bracket="2120", default=[])


class AnsweredMember(Member):
    """Loop 2100C or 2100D with what is answered."""

    benefits: list[Benefit] = loops("2110C 2110D", Benefit, default=[])

    def is_active(self, service_type: str = "") -> bool | None:
        """Whether coverage is active, for a service type or at all; None when neither is said.

        An inactive line weighs only where no line says active.
        """
        chosen = (one for one in self.benefits if not service_type or service_type in one.service_types)
        said = {one.information for one in chosen}
        return True if said & ACTIVE else False if said & INACTIVE else None


class DependentAnswer(Record):
    """Loop 2000D."""

    level = "23"

    traces: list[Trace] = each("TRN", Trace, default=[])
    member: AnsweredMember | None = one("2100D", AnsweredMember, default=None)


class SubscriberAnswer(Record):
    """Loop 2000C."""

    level = "22"

    traces: list[Trace] = each("TRN", Trace, default=[])
    member: AnsweredMember | None = one("2100C", AnsweredMember, default=None)
    dependents: list[DependentAnswer] = loops("2000D", DependentAnswer, default=[])


class ReceiverAnswer(Record):
    """Loop 2000B."""

    level = "21"

    party: Receiver | None = one("2100B", Receiver, default=None)
    subscribers: list[SubscriberAnswer] = loops("2000C", SubscriberAnswer, default=[])


class SourceAnswer(Record):
    """Loop 2000A."""

    level = "20"

    rejections: list[Rejection] = each("AAA", Rejection, default=[])
    party: Source | None = one("2100A", Source, default=None)
    receivers: list[ReceiverAnswer] = loops("2000B", ReceiverAnswer, default=[])


@dataclass(frozen=True, slots=True)
class PatientAnswer:
    """What is answered about one person. `rejections` are those of every level above and of the person."""

    source: Source | None
    receiver: Receiver | None
    subscriber: AnsweredMember | None
    patient: AnsweredMember
    traces: list[Trace]
    rejections: list[Rejection]

    def __repr__(self) -> str:
        return f"<PatientAnswer, {len(self.patient.benefits)} benefits>"


class EligibilityAnswer(Document, init=False):
    """One 271."""

    type = "271"
    guide = ANSWER_GUIDE
    implementation = "005010X279A1"

    structure: str = text("BHT01", default="0022")
    purpose: str = text("BHT02", default="11")
    reference: str = text("BHT03", default="")
    created: date | None = day("BHT04", default=None)
    created_at: str = text("BHT05", default="")
    sources: list[SourceAnswer] = loops("2000A", SourceAnswer, default=[])

    @property
    def rejections(self) -> list[Rejection]:
        """Every AAA, from the source down to the benefit."""
        found: list[Rejection] = []
        for source in self.sources:
            found += _rejections(source)
            for receiver in source.receivers:
                found += receiver.party.rejections if receiver.party else []
        own = [(one.patient.rejections, one.patient.benefits) for one in self.patients]
        for rejections, benefits in own:
            found += [*rejections, *(one for benefit in benefits for one in benefit.rejections)]
        return found

    @property
    def patients(self) -> list[PatientAnswer]:
        """Everybody about whom something is answered, in the order of the file."""
        return list(self._patients())

    def _patients(self) -> Iterator[PatientAnswer]:
        for source in self.sources:
            for receiver in source.receivers:
                above = [*_rejections(source), *(receiver.party.rejections if receiver.party else [])]
                for subscriber in receiver.subscribers:
                    yield from _people(source, receiver, subscriber, above)


def _rejections(source: SourceAnswer) -> list[Rejection]:
    return [*source.rejections, *(source.party.rejections if source.party else [])]


def _people(
    source: SourceAnswer, receiver: ReceiverAnswer, subscriber: SubscriberAnswer, above: list[Rejection]
) -> Iterator[PatientAnswer]:
    insured = subscriber.member
    around = (source.party, receiver.party, insured)
    if insured is not None and (insured.benefits or insured.rejections or not subscriber.dependents):
        yield PatientAnswer(*around, insured, subscriber.traces, [*above, *insured.rejections])
    inherited = [*above, *(insured.rejections if insured else [])]
    for dependent in subscriber.dependents:
        if (member := dependent.member) is not None:
            yield PatientAnswer(*around, member, dependent.traces, [*inherited, *member.rejections])
