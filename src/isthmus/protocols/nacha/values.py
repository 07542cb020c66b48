"""What an ACH file says, in values. `line` is a record's number, from 1.

No repr shows content: accounts and names are as much a person's as a diagnosis is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from .grammar import Finding
from .trace import Trace, read_trace

CREDIT_CODES = frozenset({*range(20, 25), *range(30, 35), *range(40, 45), *range(50, 55), 81, 83, 85, 87})
"""Transaction codes that pay the receiver (Appendix Three); the others take from them. 81-88 are accounting advices."""


class _Value(msgspec.Struct, frozen=True):
    def __repr__(self) -> str:
        return f"<nacha.{type(self).__name__}>"


class Addendum(_Value, frozen=True, kw_only=True):
    """type: "05" payment information, "98" notification of change, "99" return ...; raw: the record's 94 characters."""

    line: int
    type: str
    information: str
    raw: str


class Entry(_Value, frozen=True, kw_only=True):
    """One payment. `amount` has no sign: `credit` says whether it pays the receiver.

    rdfi         the receiving bank's routing number, nine digits with its check digit
    number       the entry's own trace number: not the remittance's, which is in `trace`
    """

    line: int
    entry_class: str
    transaction_code: int
    rdfi: str
    account: str
    amount: Decimal
    identification: str
    receiver: str
    number: str
    addenda: tuple[Addendum, ...]
    raw: str

    @property
    def credit(self) -> bool:
        """Whether it pays the receiver."""
        return self.transaction_code in CREDIT_CODES

    @property
    def signed(self) -> Decimal:
        """The amount as the receiver's account sees it: a debit is negative."""
        return self.amount if self.credit else -self.amount

    @property
    def information(self) -> str:
        """The payment information of all its addenda of type 05, as one text."""
        if self.entry_class == "CTX":
            return "".join(one.raw[3:83] for one in self.addenda if one.type == "05").rstrip(" ")
        return "".join(one.information for one in self.addenda if one.type == "05")

    @property
    def trace(self) -> Trace | None:
        """The reassociation trace in its addenda."""
        return read_trace(self.information)


class Batch(_Value, frozen=True, kw_only=True):
    """Entries of one company, class and date. `debit` and `credit` are counted, not what the control record says."""

    line: int
    service_class: int
    company_name: str
    company_id: str
    entry_class: str
    description: str
    effective: date | None
    odfi: str
    number: int
    entries: tuple[Entry, ...]
    debit: Decimal
    credit: Decimal


class AchFile(_Value, frozen=True, kw_only=True):
    """A file. `findings`: what does not add up or breaks a rule; a file whose money does not add up is only given out
    when that was asked for."""

    destination: str
    origin: str
    created: date | None
    modifier: str
    reference: str
    batches: tuple[Batch, ...]
    findings: tuple[Finding, ...]
    raw: bytes

    def entries(self) -> Iterator[Entry]:
        """All entries, in order."""
        for batch in self.batches:
            yield from batch.entries

    @property
    def debit(self) -> Decimal:
        """The sum of all debits."""
        return sum((batch.debit for batch in self.batches), Decimal(0))

    @property
    def credit(self) -> Decimal:
        """The sum of all credits."""
        return sum((batch.credit for batch in self.batches), Decimal(0))

    def __bytes__(self) -> bytes:
        return self.raw
