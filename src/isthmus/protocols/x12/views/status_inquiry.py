"""276 health care claim status inquiry (005010X212): what became of these claims?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .document import Document
from .fields import day, loops, number, one, parts, period, text
from .parties import Party
from .periods import Period
from .record import Record
from .status_guide import INQUIRY_GUIDE
from .status_parties import Payer


class InquiredLine(Record):
    """Loop 2210: one service line that is asked about."""

    procedure: list[str] = parts("SVC01")
    charge: Decimal = number("SVC02")
    revenue_code: str = text("SVC04", default="")
    units: Decimal | None = number("SVC07", default=None)
    control_number: str = text("REF02", "FJ", default="")
    service_period: Period | None = period("DTP03", "472", default=None)


class ClaimInquiry(Record):
    """Loop 2200: one claim. `trace` comes back in the answer as TRN02."""

    trace_kind: str = text("TRN01", default="1")
    trace: str = text("TRN02")
    payer_control_number: str = text("REF02", "1K", default="")
    bill_type: str = text("REF02", "BLT", default="")
    location: str = text("REF02", "LU", default="")
    group_number: str = text("REF02", "6P", default="")
    patient_control_number: str = text("REF02", "EJ", default="")
    prescription: str = text("REF02", "XZ", default="")
    clearinghouse_trace: str = text("REF02", "D9", default="")
    charge: Decimal | None = number("AMT02", "T3", default=None)
    service_period: Period | None = period("DTP03", "472", default=None)
    lines: list[InquiredLine] = loops("2210D 2210E", InquiredLine, default=[])


class DependentClaims(Record):
    """Loop 2000E."""

    level = "23"
    childless = True

    birth_date: date | None = day("DMG02", default=None)
    sex: str = text("DMG03", default="")
    party: Party | None = one("2100E", Party, default=None)
    claims: list[ClaimInquiry] = loops("2200E", ClaimInquiry, default=[])


class SubscriberClaims(Record):
    """Loop 2000D."""

    level = "22"

    birth_date: date | None = day("DMG02", default=None)
    sex: str = text("DMG03", default="")
    party: Party | None = one("2100D", Party, default=None)
    claims: list[ClaimInquiry] = loops("2200D", ClaimInquiry, default=[])
    dependents: list[DependentClaims] = loops("2000E", DependentClaims, default=[])


class ProviderClaims(Record):
    """Loop 2000C."""

    level = "19"

    parties: list[Party] = loops("2100C", Party, default=[])
    subscribers: list[SubscriberClaims] = loops("2000D", SubscriberClaims, default=[])


class ReceiverClaims(Record):
    """Loop 2000B."""

    level = "21"

    party: Party | None = one("2100B", Party, default=None)
    providers: list[ProviderClaims] = loops("2000C", ProviderClaims, default=[])


class PayerClaims(Record):
    """Loop 2000A."""

    level = "20"

    party: Payer | None = one("2100A", Payer, default=None)
    receivers: list[ReceiverClaims] = loops("2000B", ReceiverClaims, default=[])


@dataclass(frozen=True, slots=True)
class InquiredClaim:
    """One claim that is asked about, with the parties around: `patient` is the dependent, or else the subscriber."""

    payer: Payer | None
    provider: Party | None
    subscriber: Party | None
    patient: Party | None
    claim: ClaimInquiry

    def __repr__(self) -> str:
        return "<InquiredClaim>"


class StatusInquiry(Document, init=False):
    """One 276."""

    type = "276"
    guide = INQUIRY_GUIDE
    implementation = "005010X212"

    structure: str = text("BHT01", default="0010")
    purpose: str = text("BHT02", default="13")
    reference: str = text("BHT03", default="")
    created: date | None = day("BHT04", default=None)
    created_at: str = text("BHT05", default="")
    payers: list[PayerClaims] = loops("2000A", PayerClaims, default=[])

    @property
    def claims(self) -> list[InquiredClaim]:
        """Every claim that is asked about, in the order of the file."""
        return [
            one
            for payer in self.payers
            for receiver in payer.receivers
            for provider in receiver.providers
            for subscriber in provider.subscribers
            for one in _claims(payer, provider, subscriber)
        ]


def _claims(payer: PayerClaims, provider: ProviderClaims, subscriber: SubscriberClaims) -> Iterator[InquiredClaim]:
    around = (payer.party, next(iter(provider.parties), None), subscriber.party)
    for claim in subscriber.claims:
        yield InquiredClaim(*around, subscriber.party, claim)
    for dependent in subscriber.dependents:
        for claim in dependent.claims:
            yield InquiredClaim(*around, dependent.party, claim)
