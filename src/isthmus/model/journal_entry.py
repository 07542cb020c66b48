"""The document that goes to the ERP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from .event import Document

ZERO = Decimal(0)


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line: either `debit` or `credit` is zero, neither is negative; `charges` are the business keys behind it."""

    line: int
    account: str
    cost_centre: str | None = None
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    description: str = ""
    charges: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<EntryLine {self.line} of {len(self.charges)} charges>"


class JournalEntry(Document, frozen=True, kw_only=True, omit_defaults=False):
    """A balanced entry in one company, journal and currency.

    key       the business key: the same for every attempt, and the reference under which the ERP is asked for it
    reverses  the key of the entry that this one reverses, wholly or in part
    """

    key: str
    company: str
    journal: str
    posting_date: date
    currency: str
    description: str
    lines: tuple[EntryLine, ...]
    reverses: str | None = None

    @property
    def balance(self) -> Decimal:
        """Debits minus credits: zero, or the entry must not be sent."""
        return sum((line.debit - line.credit for line in self.lines), ZERO)

    def __repr__(self) -> str:
        return f"<JournalEntry of {len(self.lines)} lines>"
