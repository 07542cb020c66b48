"""276, 277 (005010X212) and 277CA (005010X214) to what was asked about claims and what became of them.

276 -> ClaimStatusInquiry, one for each claim        277CA -> ClaimAcknowledgement, one for each batch
277 -> ClaimStatus, one for each claim
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..kernel import Message
from ..model import (
    AcknowledgedClaim,
    AcknowledgedProvider,
    ClaimAcknowledgement,
    ClaimStatus,
    ClaimStatusInquiry,
    StatusReason,
)
from ..model.claim_status import AcknowledgementOutcome
from ..protocols import x12
from ..protocols.x12 import views
from .elements import Elements

INQUIRY = {
    "trace": "trace", "account": "patient_control_number", "payer_control_number": "payer_control_number",
    "bill_type": "bill_type", "charge": "charge", "service_from": "service_period.start",
    "service_to": "service_period.end",
}  # fmt: skip
STATUS = {
    "trace": "trace", "account": "patient_control_number", "payer_control_number": "payer_control_number",
    "bill_type": "bill_type", "service_from": "service_period.start", "service_to": "service_period.end",
}  # fmt: skip
FIRST = {
    "effective": "effective", "charge": "charge", "paid": "paid", "remitted": "remitted", "check_number": "check_number",
}  # fmt: skip
ACKNOWLEDGED = {
    "account": "patient_control_number", "payer_control_number": "payer_control_number",
    "clearinghouse_trace": "clearinghouse_trace", "bill_type": "bill_type",
    "service_from": "service_period.start", "service_to": "service_period.end",
}  # fmt: skip
TOTALS = {
    "accepted": "accepted", "rejected": "rejected", "accepted_amount": "accepted_amount",
    "rejected_amount": "rejected_amount",
}  # fmt: skip


def claim_status_inquiries(message: Message, transaction: x12.Transaction) -> Iterator[ClaimStatusInquiry]:
    """The claims that one 276 asks about. Raises ParseError for another set."""
    elements = Elements(transaction)
    for one in views.StatusInquiry(transaction).claims:
        parties = _parties(one, elements)
        yield ClaimStatusInquiry(
            origin=elements.origin(message),
            **{"trace": ""} | elements.read(one.claim, INQUIRY),
            **parties,
            provenance=elements.account(),
        )


def claim_statuses(message: Message, transaction: x12.Transaction) -> Iterator[ClaimStatus]:
    """The claims that one 277 answers. Raises ParseError for another set, and for a 277CA."""
    elements = Elements(transaction)
    for one in views.StatusAnswer(transaction).claims:
        first = next(iter(one.claim.statuses), None)
        parties = _parties(one, elements)
        yield ClaimStatus(
            origin=elements.origin(message),
            **{"trace": ""} | elements.read(one.claim, STATUS),
            **elements.read(first, FIRST),
            **parties,
            state=first.state if first else "unknown",
            reasons=_reasons(one.claim.statuses, elements, ""),
            provenance=elements.account(),
        )


def claim_acknowledgements(message: Message, transaction: x12.Transaction) -> Iterator[ClaimAcknowledgement]:
    """The batches that one 277CA acknowledges. Raises ParseError for another set."""
    elements = Elements(transaction)
    for source in views.ClaimAcknowledgement(transaction).sources:
        for receiver in source.receivers:
            statuses = receiver.status.statuses if receiver.status else []
            receipt = elements.read(source.receipt, {"received": "received", "processed": "processed"})
            yield ClaimAcknowledgement(
                origin=elements.origin(message),
                outcome=_outcome(source, rejected=any(one.is_rejection for one in statuses)),
                **elements.read(source.party, {"source_id": "id", "source_name": "last_name"}),
                **receipt,
                **{"batch": ""} | elements.read(receiver.status, {"batch": "trace"} | TOTALS),
                reasons=_reasons(statuses, elements, ""),
                providers=tuple(_providers(source, receiver, elements)),
                claims=tuple(_acknowledged(source, receiver, elements)),
                provenance=elements.account(),
            )


def _providers(
    source: views.AcknowledgingSource, receiver: views.AcknowledgedReceiver, elements: Elements
) -> Iterator[AcknowledgedProvider]:
    for number, provider in enumerate(receiver.providers, 1):
        prefix = f"providers[{number}]."
        statuses = provider.status.statuses if provider.status else []
        yield AcknowledgedProvider(
            **{"provider_id": ""} | elements.read(provider.party, {"provider_id": "id"}, prefix),
            outcome=_outcome(source, rejected=any(one.is_rejection for one in statuses)),
            **elements.read(provider.status, TOTALS, prefix),
            reasons=_reasons(statuses, elements, prefix),
        )


def _acknowledged(
    source: views.AcknowledgingSource, receiver: views.AcknowledgedReceiver, elements: Elements
) -> Iterator[AcknowledgedClaim]:
    for number, claim in enumerate(receiver.claims, 1):
        prefix = f"claims[{number}]."
        charged = next((one for one in claim.statuses if one.charge is not None), None)
        yield AcknowledgedClaim(
            **{"account": ""} | elements.read(claim, ACKNOWLEDGED, prefix),
            **elements.read(charged, {"charge": "charge"}, prefix),
            outcome=_outcome(source, rejected=claim.is_rejection),
            reasons=_reasons(claim.statuses, elements, prefix),
        )


def _outcome(source: views.AcknowledgingSource, *, rejected: bool) -> AcknowledgementOutcome:
    if not rejected:
        return "accepted"
    by_clearinghouse = source.party is not None and source.party.is_clearinghouse
    return "rejected_by_clearinghouse" if by_clearinghouse else "rejected_by_payer"


def _reasons(statuses: list[views.Status], elements: Elements, prefix: str) -> tuple[StatusReason, ...]:
    reasons = []
    for status in statuses:
        reasons += [
            StatusReason(category=code.category, code=code.code, entity=code.entity, text=status.message)
            for code in status.codes
        ]
        elements.note(f"{prefix}reasons[{len(reasons)}]", status, "codes", "action", "message")
    return tuple(reasons)


def _parties(one: views.InquiredClaim | views.AnsweredClaim, elements: Elements) -> dict[str, Any]:
    return {
        **elements.read(one.payer, {"payer_id": "id"}),
        **elements.read(one.provider, {"provider_id": "id"}),
        **elements.read(one.subscriber, {"member_id": "id"}),
    }
