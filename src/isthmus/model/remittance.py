"""What a payer pays for claims, and why it does not pay the rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from .event import Event

ZERO = Decimal(0)


class PaymentAdjustment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why less was paid than charged. `group`: CO contractual, PR patient, OA other, PI payer; `reason`: CARC."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None = None

    def __repr__(self) -> str:
        return "<PaymentAdjustment>"


class PaidLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One service line. `control_number` is that of the claim's line."""

    charge: Decimal
    paid: Decimal
    code_kind: str = ""
    code: str = ""
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    units: Decimal | None = None
    service_date: date | None = None
    service_to: date | None = None
    control_number: str = ""
    allowed: Decimal | None = None
    adjustments: tuple[PaymentAdjustment, ...] = ()
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<PaidLine>"


class PaidClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One claim's payment.

    account   CLP01, the account that was billed        status   CLP02: 1 2 3 processed, 4 denied, 22 reversal …
    """

    account: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal | None = None
    payer_control_number: str = ""
    filing_indicator: str = ""
    facility_code: str = ""
    frequency: str = ""
    statement_from: date | None = None
    statement_to: date | None = None
    adjustments: tuple[PaymentAdjustment, ...] = ()
    lines: tuple[PaidLine, ...] = ()

    @property
    def is_denial(self) -> bool:
        """The payer decided against the claim: never the same as a rejection, which is no decision."""
        return self.status == "4"

    @property
    def is_reversal(self) -> bool:
        return self.status == "22"

    @property
    def difference(self) -> Decimal:
        """Charge less adjustments of claim and lines less payment: zero, or the claim must not be posted."""
        adjustments = [*self.adjustments, *(one for line in self.lines for one in line.adjustments)]
        return self.charge - sum((one.amount for one in adjustments), ZERO) - self.paid

    def __repr__(self) -> str:
        return f"<PaidClaim of {len(self.lines)} lines>"


class ProviderLevelAdjustment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changes the payment without being about a claim. `reason`: WO recovery, FB forwarded balance, L6 interest …"""

    provider: str
    reason: str
    amount: Decimal
    reference: str = ""
    period_end: date | None = None

    def __repr__(self) -> str:
        return "<ProviderLevelAdjustment>"


class Remittance(Event, frozen=True, kw_only=True):
    """One payment. `trace` (TRN02) and `payer_id` (TRN03) find it in the bank's statement."""

    amount: Decimal
    trace: str
    payer_id: str = ""
    method: str = ""
    payment_date: date | None = None
    production_date: date | None = None
    payer_name: str = ""
    payee_name: str = ""
    payee_id: str = ""
    claims: tuple[PaidClaim, ...] = ()
    provider_adjustments: tuple[ProviderLevelAdjustment, ...] = ()

    @property
    def key(self) -> str:
        """The business key of the payment."""
        return f"{self.payer_id}|{self.trace}"

    @property
    def difference(self) -> Decimal:
        """Payments of claims less provider level adjustments less the amount: zero, or nothing of it must be posted."""
        paid = sum((claim.paid for claim in self.claims), ZERO)
        return paid - sum((one.amount for one in self.provider_adjustments), ZERO) - self.amount
