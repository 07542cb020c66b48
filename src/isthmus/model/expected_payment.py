"""The money that a remittance advice announces."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .event import Event

NO_PAYMENT = "NON"


class ExpectedPayment(Event, frozen=True, kw_only=True):
    """What one remittance advice says will be paid: all that is needed to find its money.

    reference   the number of the EFT or check (TRN02)
    payer       who pays, as the trace names him (TRN03)
    amount      what the provider gains (BPR02); negative when the payer takes it back (BPR03 D)
    method      BPR04: ACH, CHK, FWT, BOP; NON when no money moves
    due         when the money moves (BPR16)
    document    which of the message's documents it is: the transaction set's control number
    """

    reference: str
    payer: str
    amount: Decimal
    currency: str = "USD"
    method: str = ""
    due: date | None = None
    payer_name: str = ""
    document: str = ""

    @property
    def moves_money(self) -> bool:
        return self.amount != 0 and self.method != NO_PAYMENT
