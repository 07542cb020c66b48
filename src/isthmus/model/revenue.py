"""The steps between a charge and its journal entry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .event import Event


class RevenueRecognised(Event, frozen=True, kw_only=True):
    """A charge or credit with everything decided that its posting needs; nothing of it changes afterwards.

    charge    the business key of the charge or credit
    amount    signed: what revenue gains (a credit is negative)
    reverses  the key of the journal entry that holds the original charge, for a credit
    """

    charge: str
    facility: str
    account: str
    company: str
    payer_class: str
    posting_date: date
    currency: str
    amount: Decimal
    department: str
    receivable_account: str
    revenue_account: str
    cost_centre: str
    reverses: str = ""

    @property
    def account_key(self) -> str:
        return f"{self.facility}|{self.account}"

    @property
    def batch_key(self) -> str:
        """Company, facility, payer class, posting date; credits batch by the entry that they reverse."""
        date = self.posting_date.isoformat()
        return "|".join((self.company, self.facility, self.payer_class, self.currency, date, self.reverses))


class ChargeJournaled(Event, frozen=True, kw_only=True):
    """A charge's batch was frozen: `entry` is the key of the journal entry that carries it."""

    charge: str
    facility: str
    entry: str

    @property
    def transaction_key(self) -> str:
        """As in `ChargePosted`: a charge's own key without its kind."""
        return f"{self.facility}|{self.charge.rpartition('|')[0]}"
