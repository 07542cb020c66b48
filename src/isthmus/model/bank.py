"""What a bank says about an account, whatever format said it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from .event import Event

StatementKind = Literal["statement", "report", "advice"]


class TraceNumber(msgspec.Struct, frozen=True, omit_defaults=True):
    """The reassociation trace of a payment, as its remittance has it too (X12 TRN02 and TRN03).

    payer   the payer's identifier, "" where the bank does not say it
    cut     whether the bank's text ends within `reference`: then it is only the beginning
    """

    reference: str
    payer: str = ""
    cut: bool = False

    def __repr__(self) -> str:
        return f"<TraceNumber of {len(self.reference)} characters>"


class BankEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One movement on an account.

    amount          what the account gains: a debit is negative
    settled         whether the money is on the account, not only announced
    booked          the day it is on the bank's books; value_date: the day from which it counts
    bank_reference  the bank's own number of it
    references      numbers by which its sender may have named the remittance, other than a trace
    claim_payment   whether the bank's text marks it as a health care claim payment (HCCLAIMPMT, or a trace)
    payer_name      the sender, as the bank writes it
    provenance      field -> place in the document
    """

    amount: Decimal
    currency: str
    settled: bool = True
    booked: date | None = None
    value_date: date | None = None
    trace: TraceNumber | None = None
    bank_reference: str = ""
    references: tuple[str, ...] = ()
    claim_payment: bool = False
    payer_name: str = ""
    code: str = ""
    provenance: dict[str, str] = {}

    @property
    def day(self) -> date | None:
        """When the money came: booked, else its value date."""
        return self.booked or self.value_date

    def __repr__(self) -> str:
        return f"<BankEntry{'' if self.settled else ', not settled'}>"


class BankStatement(Event, frozen=True, kw_only=True):
    """One account's part of a bank's document.

    kind      statement: the bank's books of a day; report: of a day that is not over; advice: payments on their way or
              just come, without balances
    status    corrected: it takes the place of an earlier one; withdrawn, test: its entries are no money
    account   the bank's number of it, as the document has it
    as_of     the day
    opening, closing    booked balances, None where the bank does not say them
    credits, debits     the bank's own totals of the entries, without sign, None where it does not say them
    """

    kind: StatementKind
    account: str
    currency: str
    status: Literal["", "corrected", "withdrawn", "test"] = ""
    number: str = ""
    as_of: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    credits: Decimal | None = None
    debits: Decimal | None = None
    entries: tuple[BankEntry, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether its entries are money."""
        return self.status in ("", "corrected")

    @property
    def settled(self) -> tuple[BankEntry, ...]:
        """The entries that are on the account, in the statement's own currency."""
        return tuple(one for one in self.entries if one.settled and one.currency == self.currency)

    @property
    def difference(self) -> Decimal | None:
        """Opening balance and settled entries minus the closing balance: zero, or it does not add up. None without both."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening + sum((one.amount for one in self.settled), Decimal(0)) - self.closing
