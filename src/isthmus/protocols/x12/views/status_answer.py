"""277 health care claim status answer (005010X212): statuses of claims and lines, or why receiver or provider gets none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ..envelope import Transaction
from .document import Document
from .fields import day, each, loops, one, period, text
from .parties import Party
from .periods import Period
from .record import Record
from .status_guide import ANSWER_GUIDE
from .status_parties import Payer
from .statuses import LineStatus, Status


class LevelStatus(Record):
    """Loop 2200B or 2200C: there is no answer below, and why."""

    trace_kind: str = text("TRN01", default="2")
    trace: str = text("TRN02")
    statuses: list[Status] = each("STC", Status, default=[])


class ClaimStatus(Record):
    """Loop 2200D or 2200E: one claim. `trace` is the inquiry's TRN02."""

    trace_kind: str = text("TRN01", default="2")
    trace: str = text("TRN02")
    statuses: list[Status] = each("STC", Status, default=[])
    payer_control_number: str = text("REF02", "1K", default="")
    bill_type: str = text("REF02", "BLT", default="")
    patient_control_number: str = text("REF02", "EJ", default="")
    prescription: str = text("REF02", "XZ", default="")
    voucher: str = text("REF02", "VV", default="")
    clearinghouse_trace: str = text("REF02", "D9", default="")
    service_period: Period | None = period("DTP03", "472", default=None)
    lines: list[LineStatus] = loops("2220D 2220E", LineStatus, default=[])


class DependentStatuses(Record):
    """Loop 2000E."""

    level = "23"
    childless = True

    party: Party | None = one("2100E", Party, default=None)
    claims: list[ClaimStatus] = loops("2200E", ClaimStatus, default=[])


class SubscriberStatuses(Record):
    """Loop 2000D."""

    level = "22"

    party: Party | None = one("2100D", Party, default=None)
    claims: list[ClaimStatus] = loops("2200D", ClaimStatus, default=[])
    dependents: list[DependentStatuses] = loops("2000E", DependentStatuses, default=[])


class ProviderStatuses(Record):
    """Loop 2000C."""

    level = "19"

    parties: list[Party] = loops("2100C", Party, default=[])
    status: LevelStatus | None = one("2200C", LevelStatus, default=None)
    subscribers: list[SubscriberStatuses] = loops("2000D", SubscriberStatuses, default=[])


class ReceiverStatuses(Record):
    """Loop 2000B."""

    level = "21"

    party: Party | None = one("2100B", Party, default=None)
    status: LevelStatus | None = one("2200B", LevelStatus, default=None)
    providers: list[ProviderStatuses] = loops("2000C", ProviderStatuses, default=[])


class PayerStatuses(Record):
    """Loop 2000A."""

    level = "20"

    party: Payer | None = one("2100A", Payer, default=None)
    receivers: list[ReceiverStatuses] = loops("2000B", ReceiverStatuses, default=[])


@dataclass(frozen=True, slots=True)
class AnsweredClaim:
    """One claim's answer, with the parties around: `patient` is the dependent, or else the subscriber."""

    payer: Payer | None
    provider: Party | None
    subscriber: Party | None
    patient: Party | None
    claim: ClaimStatus

    def __repr__(self) -> str:
        return "<AnsweredClaim>"


class StatusAnswer(Document, init=False):
    """One 277 that answers a 276. Raises ParseError for a 277CA, which is a `ClaimAcknowledgement`."""

    type = "277"
    guide = ANSWER_GUIDE
    implementation = "005010X212"

    structure: str = text("BHT01", default="0010")
    purpose: str = text("BHT02", default="08")
    reference: str = text("BHT03", default="")
    created: date | None = day("BHT04", default=None)
    created_at: str = text("BHT05", default="")
    kind: str = text("BHT06", default="DG")
    payers: list[PayerStatuses] = loops("2000A", PayerStatuses, default=[])

    @classmethod
    def accepts(cls, transaction: Transaction) -> bool:
        return super().accepts(transaction) and not is_acknowledgement(transaction)

    @property
    def level_statuses(self) -> list[Status]:
        """Why a receiver or a provider got no answers."""
        receivers = [receiver for payer in self.payers for receiver in payer.receivers]
        levels = [one for receiver in receivers for one in (receiver.status, *(p.status for p in receiver.providers))]
        return [status for level in levels if level for status in level.statuses]

    @property
    def claims(self) -> list[AnsweredClaim]:
        """Every claim that is answered, in the order of the file."""
        return [
            one
            for payer in self.payers
            for receiver in payer.receivers
            for provider in receiver.providers
            for subscriber in provider.subscribers
            for one in _claims(payer, provider, subscriber)
        ]


def is_acknowledgement(transaction: Transaction) -> bool:
    """Whether a 277 is a 277CA: BHT01 0085, or the version of its guide."""
    return transaction.type == "277" and (transaction["BHT01"] == "0085" or transaction.version[:10] == "005010X214")


def _claims(
    payer: PayerStatuses, provider: ProviderStatuses, subscriber: SubscriberStatuses
) -> Iterator[AnsweredClaim]:
    around = (payer.party, next(iter(provider.parties), None), subscriber.party)
    for claim in subscriber.claims:
        yield AnsweredClaim(*around, subscriber.party, claim)
    for dependent in subscriber.dependents:
        for claim in dependent.claims:
            yield AnsweredClaim(*around, dependent.party, claim)
