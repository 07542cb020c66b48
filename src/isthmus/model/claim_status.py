"""What became of a claim: acknowledged or rejected on its way, pending, paid or denied by the payer.

A rejection is no decision: nobody adjudicated the claim, it is corrected and sent again as a new one. A denial is the payer's
decision, and is appealed. They are never one state; who rejected is said too.

    sent -> accepted | rejected_by_clearinghouse | rejected_by_payer          acknowledgement (277CA)
    accepted -> pending -> paid | denied                                      status (277), remittance (835)
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from .event import Event

AcknowledgementOutcome = Literal["accepted", "rejected_by_clearinghouse", "rejected_by_payer"]
ClaimState = Literal[
    "acknowledged", "rejected", "pending", "wanted", "paid", "denied", "finalised", "unanswered", "unknown"
]


class StatusReason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`category` (code list 507), `code` (508), `entity` whom it is about, `text` in the sender's words."""

    category: str
    code: str = ""
    entity: str = ""
    text: str = ""

    def __repr__(self) -> str:
        return f"<StatusReason {self.category[:3]}>"


class ClaimStatusInquiry(Event, frozen=True, kw_only=True):
    """What became of this claim? `trace` comes back with the answer."""

    trace: str
    account: str = ""
    payer_control_number: str = ""
    payer_id: str = ""
    provider_id: str = ""
    member_id: str = ""
    bill_type: str = ""
    charge: Decimal | None = None
    service_from: date | None = None
    service_to: date | None = None


class ClaimStatus(Event, frozen=True, kw_only=True):
    """The payer's answer about one claim, by its first status; `reasons` are all of its statuses."""

    trace: str
    state: ClaimState
    account: str = ""
    payer_control_number: str = ""
    payer_id: str = ""
    provider_id: str = ""
    member_id: str = ""
    bill_type: str = ""
    effective: date | None = None
    charge: Decimal | None = None
    paid: Decimal | None = None
    remitted: date | None = None
    check_number: str = ""
    service_from: date | None = None
    service_to: date | None = None
    reasons: tuple[StatusReason, ...] = ()


class AcknowledgedClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One claim of an acknowledgement. `account` is CLM01 of the claim that was sent."""

    account: str
    outcome: AcknowledgementOutcome
    payer_control_number: str = ""
    clearinghouse_trace: str = ""
    bill_type: str = ""
    charge: Decimal | None = None
    service_from: date | None = None
    service_to: date | None = None
    reasons: tuple[StatusReason, ...] = ()

    def __repr__(self) -> str:
        return f"<AcknowledgedClaim {self.outcome}>"


class AcknowledgedProvider(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One billing provider of a batch: a rejected one also has all its claims rejected that are not named."""

    provider_id: str
    outcome: AcknowledgementOutcome
    accepted: Decimal | None = None
    rejected: Decimal | None = None
    accepted_amount: Decimal | None = None
    rejected_amount: Decimal | None = None
    reasons: tuple[StatusReason, ...] = ()

    def __repr__(self) -> str:
        return f"<AcknowledgedProvider {self.outcome}>"


class ClaimAcknowledgement(Event, frozen=True, kw_only=True):
    """What a clearinghouse or payer did with one batch of claims, before anybody decided on them.

    batch     BHT03 of the 837        outcome   of the batch as a whole: rejected also rejects the claims not named
    accepted, rejected                the sender's own totals, None where it gives none
    """

    batch: str
    outcome: AcknowledgementOutcome
    source_id: str = ""
    source_name: str = ""
    received: date | None = None
    processed: date | None = None
    accepted: Decimal | None = None
    rejected: Decimal | None = None
    accepted_amount: Decimal | None = None
    rejected_amount: Decimal | None = None
    reasons: tuple[StatusReason, ...] = ()
    providers: tuple[AcknowledgedProvider, ...] = ()
    claims: tuple[AcknowledgedClaim, ...] = ()

    def count(self, *outcomes: AcknowledgementOutcome) -> int:
        """How many of its claims have one of these outcomes."""
        return sum(1 for claim in self.claims if claim.outcome in outcomes)
