"""What a supplier bills."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from .event import Event
from .trade import ZERO, Operation, Party, PaymentTerms, PriceAdjustment, PricedLine, TaxAmount, TradeReference

InvoiceKind = Literal["invoice", "credit_memo", "debit_memo"]


class InvoiceLine(PricedLine, frozen=True, kw_only=True):
    """One line. order_number, order_line: what it bills; "" where that is the invoice's own order."""

    order_number: str = ""
    order_line: str = ""
    lot: str = ""
    taxes: tuple[TaxAmount, ...] = ()
    adjustments: tuple[PriceAdjustment, ...] = ()


class SupplierInvoice(Event, frozen=True, kw_only=True):
    """An invoice, or a memo that corrects one. Amounts have the sign that the supplier gave them, also in a credit memo.

    total   lines, adjustments and taxes; before a discount for paying early
    """

    number: str
    kind: InvoiceKind = "invoice"
    operation: Operation = "new"
    invoiced_on: date
    invoiced_at: datetime | None = None
    order_number: str = ""
    ordered_on: date | None = None
    currency: str = ""
    total: Decimal | None = None
    contract: str = ""
    shipped_on: date | None = None
    terms: tuple[PaymentTerms, ...] = ()
    parties: tuple[Party, ...] = ()
    adjustments: tuple[PriceAdjustment, ...] = ()
    taxes: tuple[TaxAmount, ...] = ()
    references: tuple[TradeReference, ...] = ()
    comments: tuple[str, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()

    @property
    def subtotal(self) -> Decimal:
        """The lines that have a price, not rounded."""
        return sum((line.amount or ZERO for line in self.lines), ZERO)

    @property
    def extras(self) -> Decimal:
        """Adjustments and taxes, of the document and of its lines.

        Taxes of the document that come to the same as those of its lines repeat them, and are counted once.
        """
        lines = sum((one.amount for line in self.lines for one in line.taxes), ZERO)
        summary = sum((one.amount for one in self.taxes), ZERO)
        adjusted = [*self.adjustments, *(one for line in self.lines for one in line.adjustments)]
        return sum((one.amount for one in adjusted), ZERO) + (summary if summary == lines else summary + lines)

    @property
    def difference(self) -> Decimal:
        """What its parts come to, less its total: zero, but for what rounding to the cent moves."""
        return self.subtotal + self.extras - (self.total or ZERO)
