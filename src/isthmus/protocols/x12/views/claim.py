"""837 health care claim, professional and institutional: providers, subscribers, payers, patients, claims, lines.

    2000A HL 20 billing provider { 2000B HL 22 subscriber { 2300 CLM  2000C HL 23 patient { 2300 CLM { 2400 LX } } } }

Checks: claim total CLM02 = sum of SV102 or SV203 (SNIP 3), and the check digit of every National Provider Identifier.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from ..findings import Finding
from .adjustments import Adjustment, adjusted
from .claim_guide import GUIDE
from .claim_lines import Line
from .document import Document
from .fields import day, each, loops, number, one, period, text, within
from .health_codes import HealthCode, health_codes
from .parties import ClaimProvider, Insured, Note, Party, Provider, Specialty, Submitter
from .periods import Period
from .reading import ZERO
from .record import Record

PROFESSIONAL = "005010X222A1"
INSTITUTIONAL = "005010X223A2"


class OtherParty(ClaimProvider):
    """Loop 2330: subscriber, payer or provider of another insurance. `decided`: when the payer did (DTP*573)."""

    decided: date | None = day("DTP03", "573", default=None)


class OtherInsurance(Record):
    """Loop 2320: another payer of the same claim, its adjustments, and what it paid (AMT*D)."""

    responsibility: str = text("SBR01")
    relationship: str = text("SBR02", default="")
    group_number: str = text("SBR03", default="")
    group_name: str = text("SBR04", default="")
    filing_indicator: str = text("SBR09", default="")
    adjustments: list[Adjustment] = adjusted(default=[])
    paid: Decimal | None = number("AMT02", "D", default=None)
    not_covered: Decimal | None = number("AMT02", "A8", default=None)
    patient_owes: Decimal | None = number("AMT02", "EAF", default=None)
    benefits_assigned: str = text("OI03", default="")
    signature: str = text("OI04", default="")
    release: str = text("OI06", default="")
    parties: list[OtherParty] = loops("2330", OtherParty, default=[])


class Claim(Record):
    """Loop 2300. The parties around it are those of the levels that it stands in."""

    patient_control_number: str = text("CLM01")
    charge: Decimal = number("CLM02")
    facility_code: str = text("CLM05-1", default="")
    facility_qualifier: str = text("CLM05-2", default="")
    """B place of service (professional), A type of bill (institutional)."""

    frequency: str = text("CLM05-3", default="")
    """1 original, 7 replacement, 8 void."""

    signature: str = text("CLM06", default="")
    assignment: str = text("CLM07", default="")
    benefits_assigned: str = text("CLM08", default="")
    release: str = text("CLM09", default="")
    discharge_time: Period | None = period("DTP03", "096", default=None)
    statement_period: Period | None = period("DTP03", "434", default=None)
    admission: Period | None = period("DTP03", "435", default=None)
    onset: Period | None = period("DTP03", "431", default=None)
    admission_type: str = text("CL101", default="")
    admission_source: str = text("CL102", default="")
    patient_status: str = text("CL103", default="")
    patient_paid: Decimal | None = number("AMT02", "F5", default=None)
    authorization: str = text("REF02", "G1", default="")
    payer_control_number: str = text("REF02", "F8", default="")
    """REF*F8: the payer's number of the claim that this one replaces or voids."""

    clearinghouse_trace: str = text("REF02", "D9", default="")
    """REF*D9: the clearinghouse's number, which a 277CA gives back."""

    medical_record: str = text("REF02", "EA", default="")
    notes: list[Note] = each("NTE", Note, default=[])
    codes: list[list[HealthCode]] = health_codes(default=[])
    """Every HI with its codes."""

    providers: list[ClaimProvider] = loops("2310", ClaimProvider, default=[])
    """Loops 2310: rendering, referring, attending, operating …"""

    other_insurances: list[OtherInsurance] = loops("2320", OtherInsurance, default=[])
    lines: list[Line] = loops("2400", Line, default=[])

    @property
    def diagnoses(self) -> list[tuple[str, str]]:
        """Every code of every HI: (qualifier, code); ABK is the principal diagnosis, BH and BE are no diagnoses."""
        return [(code.qualifier, code.code) for codes in self.codes for code in codes]

    @property
    def difference(self) -> Decimal:
        """CLM02 - sum of the lines' charges: zero when the claim balances."""
        return self.charge - sum((line.charge for line in self.lines), ZERO)

    @property
    def billing_provider(self) -> Party | None:
        return self.levels.billing.provider

    @property
    def subscriber(self) -> Party | None:
        return self.levels.subscriber

    @property
    def patient(self) -> Party | None:
        """The subscriber, where no other patient is named."""
        return self.levels.patient or self.levels.subscriber

    @property
    def payer(self) -> Party | None:
        return self.levels.payer

    @property
    def levels(self) -> Levels:
        """The levels that it stands in; empty ones for a claim that was not taken out of a document."""
        found: Levels = self.__dict__.get("_levels") or Levels(BillingLevel(), None, None)
        return found

    def _standing_in(self, levels: Levels) -> Claim:
        """The same claim; not this value, which may stand in several documents."""
        claim = object.__new__(Claim)
        claim.__dict__.update(self.__dict__, _levels=levels)
        return claim


class PatientLevel(Record):
    """Loop 2000C: a patient who is not the subscriber."""

    level = "23"

    relationship: str = text("PAT01", default="")
    patient: Insured | None = one("2010CA", Insured, default=None)
    claims: list[Claim] = loops("2300", Claim, default=[])


class SubscriberLevel(Record):
    """Loop 2000B: an insurance, by its subscriber and payer."""

    level = "22"

    responsibility: str = text("SBR01", default="P")
    relationship: str = text("SBR02", default="")
    """SBR02: 18 self, when the subscriber is the patient."""

    group_number: str = text("SBR03", default="")
    group_name: str = text("SBR04", default="")
    filing_indicator: str = text("SBR09", default="")
    subscriber: Insured | None = one("2010BA", Insured, default=None)
    payer: Provider | None = one("2010BB", Provider, default=None)
    claims: list[Claim] = loops("2300", Claim, default=[])
    patients: list[PatientLevel] = loops("2000C", PatientLevel, default=[])


class BillingLevel(Record):
    """Loop 2000A. `patients` stands for those without a subscriber before them, which is an error of the sender."""

    level = "20"

    specialty: Specialty | None = within("PRV", Specialty, default=None)
    currency: str = text("CUR02", "85", default="")
    provider: Provider | None = one("2010AA", Provider, default=None)
    pay_to: Provider | None = one("2010AB", Provider, default=None)
    patients: list[PatientLevel] = loops("2000C", PatientLevel, default=[])
    subscribers: list[SubscriberLevel] = loops("2000B", SubscriberLevel, default=[])


class Levels(NamedTuple):
    """The levels around one claim."""

    billing: BillingLevel
    insurance: SubscriberLevel | None
    patient_level: PatientLevel | None

    @property
    def subscriber(self) -> Insured | None:
        return self.insurance.subscriber if self.insurance else None

    @property
    def payer(self) -> Provider | None:
        return self.insurance.payer if self.insurance else None

    @property
    def patient(self) -> Insured | None:
        """None when the subscriber is the patient."""
        return self.patient_level.patient if self.patient_level else None


class Claims(Document, init=False):
    """One 837. Claims are read when they are first asked for. Written as 005010X222A1 unless another is named."""

    type = "837"
    guide = GUIDE
    implementation = PROFESSIONAL

    structure: str = text("BHT01", default="0019")
    purpose: str = text("BHT02", default="00")
    reference: str = text("BHT03", default="")
    """BHT03: the batch's number, which a 277CA gives back."""

    created: date | None = day("BHT04", default=None)
    created_at: str = text("BHT05", default="")
    """HHMM or longer."""

    kind: str = text("BHT06", default="CH")
    convention: str = text("REF02", "87", default="")
    """REF*87: the guide's version, in 004010."""

    submitter: Submitter | None = one("1000A", Submitter, default=None)
    receiver: Party | None = one("1000B", Party, default=None)
    billing: list[BillingLevel] = loops("2000A", BillingLevel, default=[])

    @cached_property
    def claims(self) -> list[Claim]:
        """Every claim, in the order of the file."""
        return [claim for billing in self.billing for claim in _claims(billing)]

    def balances(self) -> list[Finding]:
        """Claims whose total is not the sum of their lines."""
        found = []
        for claim in self.claims:
            if claim.difference:
                head = claim.loop.segments[0] if claim.loop.segments else None
                number, offset = (head.number, head.offset) if head else (0, 0)
                note = f"The lines differ from the claim's total by {claim.difference:f}"
                found.append(Finding("claim-total", number, 2, offset, note))
        return found


def _claims(billing: BillingLevel) -> Iterator[Claim]:
    """A claim belongs to the subscriber and the patient whose HL stands before it."""
    for patient in billing.patients:
        yield from (claim._standing_in(Levels(billing, None, patient)) for claim in patient.claims)
    for insurance in billing.subscribers:
        yield from (claim._standing_in(Levels(billing, insurance, None)) for claim in insurance.claims)
        for patient in insurance.patients:
            yield from (claim._standing_in(Levels(billing, insurance, patient)) for claim in patient.claims)
