"""270 health care eligibility inquiry (005010X279A1): who asks whom about whom, for which services, on which days.

2000A HL 20 source { 2000B HL 21 receiver { 2000C HL 22 subscriber { 2110C EQ  2000D HL 23 dependent { 2110D EQ } } } }
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .document import Document
from .eligibility_guide import INQUIRY_GUIDE
from .eligibility_parties import Member, Receiver, Source
from .fields import day, each, loops, number, one, parts, period, repeated, text
from .parties import Reference, Trace
from .periods import Period
from .record import Record


class BenefitInquiry(Record):
    """Loop 2110: one EQ. `service_types`: 30 is health benefit plan coverage (element 1365)."""

    service_types: list[str] = repeated("EQ01", default=[])
    procedure: list[str] = parts("EQ02", default=[])
    coverage_level: str = text("EQ03", default="")
    insurance_type: str = text("EQ04", default="")
    diagnosis_pointers: list[str] = parts("EQ05", default=[])
    spend_down: Decimal | None = number("AMT02", "R", default=None)
    spend_down_billed: Decimal | None = number("AMT02", "PB", default=None)
    place_of_service: str = text("III02", "ZZ", default="")
    references: list[Reference] = each("REF", Reference, default=[])
    service_period: Period | None = period("DTP03", "291", default=None)


class InquiredMember(Member):
    """Loop 2100C or 2100D with what is asked."""

    inquiries: list[BenefitInquiry] = loops("2110C 2110D", BenefitInquiry, default=[])


class DependentInquiry(Record):
    """Loop 2000D."""

    level = "23"

    traces: list[Trace] = each("TRN", Trace, default=[])
    member: InquiredMember | None = one("2100D", InquiredMember, default=None)


class SubscriberInquiry(Record):
    """Loop 2000C."""

    level = "22"

    traces: list[Trace] = each("TRN", Trace, default=[])
    member: InquiredMember | None = one("2100C", InquiredMember, default=None)
    dependents: list[DependentInquiry] = loops("2000D", DependentInquiry, default=[])


class ReceiverInquiry(Record):
    """Loop 2000B."""

    level = "21"

    party: Receiver | None = one("2100B", Receiver, default=None)
    subscribers: list[SubscriberInquiry] = loops("2000C", SubscriberInquiry, default=[])


class SourceInquiry(Record):
    """Loop 2000A."""

    level = "20"

    party: Source | None = one("2100A", Source, default=None)
    receivers: list[ReceiverInquiry] = loops("2000B", ReceiverInquiry, default=[])


@dataclass(frozen=True, slots=True)
class PatientInquiry:
    """What is asked about one person, with the parties around: `patient` is the dependent, or else the subscriber."""

    source: Source | None
    receiver: Receiver | None
    subscriber: InquiredMember | None
    patient: InquiredMember
    traces: list[Trace]

    def __repr__(self) -> str:
        return f"<PatientInquiry, {len(self.patient.inquiries)} inquiries>"


class EligibilityInquiry(Document, init=False):
    """One 270."""

    type = "270"
    guide = INQUIRY_GUIDE
    implementation = "005010X279A1"

    structure: str = text("BHT01", default="0022")
    purpose: str = text("BHT02", default="13")
    """13 request, 01 cancellation."""

    reference: str = text("BHT03", default="")
    created: date | None = day("BHT04", default=None)
    created_at: str = text("BHT05", default="")
    kind: str = text("BHT06", default="")
    sources: list[SourceInquiry] = loops("2000A", SourceInquiry, default=[])

    @property
    def patients(self) -> list[PatientInquiry]:
        """Everybody about whom something is asked, in the order of the file."""
        return list(self._patients())

    def _patients(self) -> Iterator[PatientInquiry]:
        for source in self.sources:
            for receiver in source.receivers:
                for subscriber in receiver.subscribers:
                    insured = subscriber.member
                    around = (source.party, receiver.party, insured)
                    if insured is not None and (insured.inquiries or not subscriber.dependents):
                        yield PatientInquiry(*around, insured, subscriber.traces)
                    for dependent in subscriber.dependents:
                        if dependent.member is not None:
                            yield PatientInquiry(*around, dependent.member, dependent.traces)
