"""What a camt document says, in values. No repr shows content."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from ..safe_xml import Element
from .grammar import Finding

Kind = Literal["camt.052", "camt.053", "camt.054"]


class _Value(msgspec.Struct, frozen=True):
    def __repr__(self) -> str:
        return f"<camt.{type(self).__name__}>"


class Balance(_Value, frozen=True, kw_only=True):
    """type: OPBD and CLBD booked, OPAV and CLAV available, PRCD the one before, ITBD interim; amount: negative is a debit."""

    type: str
    amount: Decimal
    currency: str
    on: date


class Transaction(_Value, frozen=True, kw_only=True):
    """One of the transactions behind an entry. `amount` has its sign, None when the bank gives none for it.

    remittance   unstructured lines; reference: the creditor's structured reference; text: the bank's additional information
    """

    amount: Decimal | None
    currency: str
    end_to_end_id: str
    instruction_id: str
    transaction_id: str
    bank_reference: str
    reference: str
    remittance: tuple[str, ...]
    debtor: str
    creditor: str
    text: str
    element: Element


class Entry(_Value, frozen=True, kw_only=True):
    """One movement on the account. `amount`: negative is a debit. status: BOOK, PDNG or INFO.

    code   domain/family/sub-family of ISO's bank transaction codes, or the bank's own
    """

    line: int
    reference: str
    amount: Decimal
    currency: str
    status: str
    reversal: bool
    booked: date | None
    value_date: date | None
    bank_reference: str
    code: str
    text: str
    transactions: tuple[Transaction, ...]
    element: Element


class Statement(_Value, frozen=True, kw_only=True):
    """One account's part of a document. account: IBAN, or the bank's own number.

    created           the day on which the bank made it, None where it does not say
    credits, debits   the bank's own totals of the entries, without sign; None where it gives none
    """

    line: int
    id: str
    account: str
    currency: str
    balances: tuple[Balance, ...]
    entries: tuple[Entry, ...]
    created: date | None = None
    credits: Decimal | None = None
    debits: Decimal | None = None

    def balance(self, *types: str) -> Balance | None:
        """The first balance of one of these types, None when it is not there."""
        return next((one for wanted in types for one in self.balances if one.type == wanted), None)


class Document(_Value, frozen=True, kw_only=True):
    """A camt document. `findings`: what does not add up, when that was asked for, and what was merely noticed."""

    kind: Kind
    namespace: str
    message_id: str
    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...]
    raw: bytes

    def entries(self) -> Iterator[Entry]:
        """All entries, in order."""
        for statement in self.statements:
            yield from statement.entries

    def __bytes__(self) -> bytes:
        return self.raw
