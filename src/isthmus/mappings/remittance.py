"""835 to Remittance (005010X221A1): the payment, its claims and lines with their adjustments, and the provider's own.

Amounts are as they stand; whether they balance is asked of the value (`difference`), not decided here.
"""

from __future__ import annotations

from typing import Any

from ..kernel import Message
from ..model import PaidClaim, PaidLine, PaymentAdjustment, ProviderLevelAdjustment, Remittance
from ..protocols import x12
from ..protocols.x12 import views
from .elements import Elements

PAYMENT = {
    "amount": "amount", "trace": "trace", "payer_id": "payer_id", "method": "method", "payment_date": "payment_date",
    "production_date": "production_date",
}  # fmt: skip
CLAIM = {
    "account": "patient_control_number", "status": "status", "charge": "charge", "paid": "paid",
    "patient_responsibility": "patient_responsibility", "payer_control_number": "payer_control_number",
    "filing_indicator": "filing_indicator", "facility_code": "facility_code", "frequency": "frequency",
    "statement_from": "first_day", "statement_to": "last_day",
}  # fmt: skip
LINE = {
    "charge": "charge", "paid": "paid", "revenue_code": "revenue_code", "units": "units", "service_to": "last_day",
    "control_number": "control_number", "allowed": "allowed",
}  # fmt: skip


def remittance(message: Message, transaction: x12.Transaction) -> Remittance:
    """The remittance of one 835. Raises ParseError for amounts that are no numbers, and for another set."""
    document = views.Remittance(transaction)
    elements = Elements(transaction)
    adjustments = tuple(
        ProviderLevelAdjustment(
            provider=one.provider,
            reason=one.reason,
            reference=one.reference,
            amount=one.amount,
            period_end=one.period_end,
        )
        for one in document.provider_adjustments
    )
    if adjustments:
        elements.note("provider_adjustments", document, "provider_adjustments")
    return Remittance(
        origin=elements.origin(message),
        **{"trace": ""} | elements.read(document, PAYMENT),
        **elements.read(document.payer, {"payer_name": "name"}),
        **elements.read(document.payee, {"payee_name": "name", "payee_id": "id"}),
        claims=tuple(_claim(one, elements, f"claims[{number}].") for number, one in enumerate(document.claims, 1)),
        provider_adjustments=adjustments,
        provenance=elements.account(),
    )


def _claim(claim: views.ClaimPayment, elements: Elements, prefix: str) -> PaidClaim:
    return PaidClaim(
        **{"account": "", "status": ""} | elements.read(claim, CLAIM, prefix),
        adjustments=_adjustments(claim, elements, prefix),
        lines=tuple(_line(one, elements, f"{prefix}lines[{at}].") for at, one in enumerate(claim.lines, 1)),
    )


def _line(line: views.ServicePayment, elements: Elements, prefix: str) -> PaidLine:
    date_field = "service_day" if line.service_day else "first_day"
    return PaidLine(
        **elements.read(line, LINE | {"service_date": date_field}, prefix),
        **procedure(line.procedure),
        **_remarks(line, elements, prefix),
        adjustments=_adjustments(line, elements, prefix, procedure_noted=True),
    )


def procedure(parts: list[str]) -> dict[str, Any]:
    """A procedure's qualifier, code and modifiers (C003-1 to -6); a description after them is not part of it."""
    kind, code, *modifiers = [*parts, "", ""] if len(parts) < 2 else parts
    return {"code_kind": kind, "code": code, "modifiers": tuple(one for one in modifiers[:4] if one)}


def _remarks(line: views.ServicePayment, elements: Elements, prefix: str) -> dict[str, Any]:
    if not line.remarks:
        return {}
    elements.note(f"{prefix}remarks", line, "remarks")
    return {"remarks": tuple(one.code for one in line.remarks)}


def _adjustments(
    record: views.ClaimPayment | views.ServicePayment, elements: Elements, prefix: str, *, procedure_noted: bool = False
) -> tuple[PaymentAdjustment, ...]:
    if procedure_noted:
        elements.note(f"{prefix}code", record, "procedure")
    if record.adjustments:
        elements.note(f"{prefix}adjustments", record, "adjustments")
    return tuple(
        PaymentAdjustment(group=one.group, reason=one.reason, amount=one.amount, quantity=one.quantity)
        for one in record.adjustments
    )
