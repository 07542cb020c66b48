"""One line of a charge message."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from .event import Event

ChargeKind = Literal["CG", "CD", "PY", "AJ", "CO"]


class ChargePosted(Event, frozen=True, kw_only=True):
    """One financial transaction of the EHR (one FT1).

    kind             HL7 table 0017: CG charge, CD credit, PY payment, AJ adjustment, CO co-payment
    amount           the extended amount (quantity times unit amount); of a credit: what is given back, not negative
    charge_id        FT1-2; credits may carry the id of the charge that they give back
    original         the charge_id of the charge that a credit gives back
    service_date     when it was rendered, at the facility
    posting_date     the accounting date, at the facility, frozen when the message was decided
    """

    facility: str
    account: str
    charge_id: str
    kind: ChargeKind
    amount: Decimal
    currency: str
    department: str
    financial_class: str
    posting_date: date
    service_date: date
    patient_key: str = ""
    visit: str = ""
    code: str = ""
    description: str = ""
    quantity: Decimal = Decimal(1)
    original: str = ""

    @property
    def key(self) -> str:
        """The business key: source application, FT1-2 and FT1-6, because credits may reuse FT1-2."""
        return f"{self.origin.application}|{self.charge_id}|{self.kind}"

    @property
    def transaction_key(self) -> str:
        """What a charge and its credits share: the process that follows them is one per transaction."""
        return f"{self.facility}|{self.origin.application}|{self.original or self.charge_id}"

    @property
    def account_key(self) -> str:
        return f"{self.facility}|{self.account}"

    @property
    def revenue(self) -> Decimal:
        """The effect on revenue: only charges and credits have one (FT1-6 CG, CD)."""
        if self.kind == "CG":
            return self.amount
        return -self.amount if self.kind == "CD" else Decimal(0)

    @property
    def content(self) -> str:
        """What makes two sendings under one key the same charge.

        Not the posting date, the payer or the account: they may change between one sending and the next.
        """
        numbers = (_plain(self.amount), _plain(self.quantity))
        return "|".join((*numbers, self.currency, self.department, self.code, self.service_date.isoformat()))


def _plain(number: Decimal) -> str:
    """The number itself, however many zeros it was written with."""
    return format(number.normalize(), "f")
