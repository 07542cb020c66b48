"""277CA health care claim acknowledgement (005010X214): which claims of an 837 went on, which came back, and why.

    2000A HL 20 source AY or PR { 2000B HL 21 receiver { 2000C HL 19 billing provider { 2000D HL PT patient { 2200D claim } } } }

Receiver and provider have totals of what was accepted and rejected, as counts and as amounts:
    2200B  QTY*90 accepted  QTY*AA rejected  AMT*YU accepted  AMT*YY rejected        2200C  QTY*QA  QTY*QC  AMT*YU  AMT*YY
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..envelope import Transaction
from ..findings import Finding
from .document import Document
from .fields import day, each, loops, number, one, period, text
from .parties import Party, Reference
from .periods import Period
from .reading import ZERO
from .record import Record
from .status_answer import is_acknowledgement
from .status_guide import ACKNOWLEDGEMENT_GUIDE
from .status_parties import Payer
from .statuses import LineStatus, Status


class Receipt(Record):
    """Loop 2200A: the source's number of the transmission, when it was received and processed."""

    trace_kind: str = text("TRN01", default="1")
    trace: str = text("TRN02")
    received: date | None = day("DTP03", "050", default=None)
    processed: date | None = day("DTP03", "009", default=None)


class BatchStatus(Record):
    """Loop 2200B: the whole batch. `trace` is BHT03 of the 837 that is acknowledged."""

    trace_kind: str = text("TRN01", default="2")
    trace: str = text("TRN02")
    statuses: list[Status] = each("STC", Status, default=[])
    accepted: Decimal | None = number("QTY02", "90", default=None)
    rejected: Decimal | None = number("QTY02", "AA", default=None)
    accepted_amount: Decimal | None = number("AMT02", "YU", default=None)
    rejected_amount: Decimal | None = number("AMT02", "YY", default=None)


class ProviderStatus(Record):
    """Loop 2200C: the claims of one billing provider."""

    trace_kind: str = text("TRN01", default="1")
    trace: str = text("TRN02")
    statuses: list[Status] = each("STC", Status, default=[])
    references: list[Reference] = each("REF", Reference, default=[])
    accepted: Decimal | None = number("QTY02", "QA", default=None)
    rejected: Decimal | None = number("QTY02", "QC", default=None)
    accepted_amount: Decimal | None = number("AMT02", "YU", default=None)
    rejected_amount: Decimal | None = number("AMT02", "YY", default=None)


class AcknowledgedClaim(Record):
    """Loop 2200D: one claim. `patient_control_number` (TRN02) is CLM01 of the claim that was sent."""

    trace_kind: str = text("TRN01", default="2")
    patient_control_number: str = text("TRN02")
    statuses: list[Status] = each("STC", Status, default=[])
    payer_control_number: str = text("REF02", "1K", default="")
    clearinghouse_trace: str = text("REF02", "D9", default="")
    bill_type: str = text("REF02", "BLT", default="")
    service_period: Period | None = period("DTP03", "472", default=None)
    lines: list[LineStatus] = loops("2220D", LineStatus, default=[])

    @property
    def is_rejection(self) -> bool:
        """A claim with any rejection is rejected."""
        return any(status.is_rejection for status in self.statuses)

    @property
    def charge(self) -> Decimal | None:
        """STC04 of its first status."""
        return next((status.charge for status in self.statuses if status.charge is not None), None)


class AcknowledgedPatient(Record):
    """Loop 2000D."""

    level = "PT"
    childless = True

    party: Party | None = one("2100D", Party, default=None)
    claims: list[AcknowledgedClaim] = loops("2200D", AcknowledgedClaim, default=[])


class AcknowledgedProvider(Record):
    """Loop 2000C."""

    level = "19"

    party: Party | None = one("2100C", Party, default=None)
    status: ProviderStatus | None = one("2200C", ProviderStatus, default=None)
    patients: list[AcknowledgedPatient] = loops("2000D", AcknowledgedPatient, default=[])

    @property
    def claims(self) -> list[AcknowledgedClaim]:
        return [claim for patient in self.patients for claim in patient.claims]


class AcknowledgedReceiver(Record):
    """Loop 2000B."""

    level = "21"

    party: Party | None = one("2100B", Party, default=None)
    status: BatchStatus | None = one("2200B", BatchStatus, default=None)
    providers: list[AcknowledgedProvider] = loops("2000C", AcknowledgedProvider, default=[])

    @property
    def claims(self) -> list[AcknowledgedClaim]:
        return [claim for provider in self.providers for claim in provider.claims]


class AcknowledgingSource(Record):
    """Loop 2000A."""

    level = "20"

    party: Payer | None = one("2100A", Payer, default=None)
    receipt: Receipt | None = one("2200A", Receipt, default=None)
    receivers: list[AcknowledgedReceiver] = loops("2000B", AcknowledgedReceiver, default=[])


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One claim with the levels around it."""

    source: AcknowledgingSource
    receiver: AcknowledgedReceiver
    provider: AcknowledgedProvider
    patient: Party | None
    claim: AcknowledgedClaim

    def __repr__(self) -> str:
        return "<Acknowledged>"


class ClaimAcknowledgement(Document, init=False):
    """One 277CA. Raises ParseError for another 277."""

    type = "277"
    guide = ACKNOWLEDGEMENT_GUIDE
    implementation = "005010X214"

    structure: str = text("BHT01", default="0085")
    purpose: str = text("BHT02", default="08")
    reference: str = text("BHT03", default="")
    created: date | None = day("BHT04", default=None)
    created_at: str = text("BHT05", default="")
    kind: str = text("BHT06", default="TH")
    sources: list[AcknowledgingSource] = loops("2000A", AcknowledgingSource, default=[])

    @classmethod
    def accepts(cls, transaction: Transaction) -> bool:
        return super().accepts(transaction) and is_acknowledgement(transaction)

    @property
    def claims(self) -> list[Acknowledged]:
        """Every claim, in the order of the file."""
        return [
            Acknowledged(source, receiver, provider, patient.party, claim)
            for source in self.sources
            for receiver in source.receivers
            for provider in receiver.providers
            for patient in provider.patients
            for claim in patient.claims
        ]

    def balances(self) -> list[Finding]:
        """Levels whose totals are not those of the claims below them.

        A level without claims below, such as a batch rejected as a whole, has nothing to compare with.
        """
        found = []
        for source in self.sources:
            for receiver in source.receivers:
                found += _unbalanced("receiver-total", receiver.status, receiver.claims)
                for provider in receiver.providers:
                    found += _unbalanced("provider-total", provider.status, provider.claims)
        return found


def _unbalanced(
    rule: str, status: BatchStatus | ProviderStatus | None, claims: Iterable[AcknowledgedClaim]
) -> list[Finding]:
    claims = list(claims)
    if status is None or not claims:
        return []
    found = []
    for is_rejection in (False, True):
        chosen = [claim for claim in claims if claim.is_rejection is is_rejection]
        said = (status.rejected, status.rejected_amount) if is_rejection else (status.accepted, status.accepted_amount)
        counted = (Decimal(len(chosen)), sum((claim.charge or ZERO for claim in chosen), ZERO))
        for total, sum_of_claims in zip(said, counted, strict=True):
            if total is not None and total != sum_of_claims:
                found.append(_finding(rule, status, total - sum_of_claims))
    return found


def _finding(rule: str, status: BatchStatus | ProviderStatus, difference: Decimal) -> Finding:
    segment = next(iter(status.loop.segments), None)
    number, offset = (segment.number, segment.offset) if segment else (0, 0)
    return Finding(rule, number, 0, offset, f"The level's total differs from its claims by {difference:f}")
