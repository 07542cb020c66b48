"""What a BAI2 file says, in values. `line` is a line of the file, from 1. No repr shows content."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from .grammar import Finding


class _Value(msgspec.Struct, frozen=True):
    def __repr__(self) -> str:
        return f"<bai2.{type(self).__name__}>"


class Funds(_Value, frozen=True, kw_only=True):
    """When money can be used. type: Z unknown, 0 at once, 1 and 2 days later, S or D spread over days, V by value date.

    spread       (days, amount), for S and D; the last of S means two days or more
    value_date   for V
    """

    type: str
    spread: tuple[tuple[int, Decimal], ...] = ()
    value_date: date | None = None
    value_time: str = ""


class Balance(_Value, frozen=True, kw_only=True):
    """A status (type codes 001-099) or a summary (100-799): 010 opening ledger, 015 closing ledger, 040 opening available,
    045 closing available, 100 total credits, 400 total debits. `amount` None: not reported."""

    type_code: str
    amount: Decimal | None
    items: int | None
    funds: Funds


class Transaction(_Value, frozen=True, kw_only=True):
    """One transaction. `amount` as the bank wrote it: a debit has no minus; `signed` has."""

    line: int
    type_code: str
    amount: Decimal | None
    funds: Funds
    bank_reference: str
    customer_reference: str
    text: str

    @property
    def signed(self) -> Decimal | None:
        """The amount as the account sees it: type codes 400 to 699 are debits. None for codes that say neither."""
        if self.amount is None or not "100" <= self.type_code <= "699":
            return None
        return self.amount if self.type_code < "400" else -self.amount


class Account(_Value, frozen=True, kw_only=True):
    """An account on a day."""

    line: int
    number: str
    currency: str
    balances: tuple[Balance, ...]
    transactions: tuple[Transaction, ...]

    def balance(self, type_code: str) -> Decimal | None:
        """The first balance of a type, None when it is not reported."""
        return next((one.amount for one in self.balances if one.type_code == type_code), None)


class Group(_Value, frozen=True, kw_only=True):
    """Accounts of one bank as of one date. status: 1 update, 2 deletion, 3 correction, 4 test only."""

    line: int
    receiver: str
    originator: str
    status: str
    as_of: date
    as_of_time: str
    currency: str
    accounts: tuple[Account, ...]


class Bai2File(_Value, frozen=True, kw_only=True):
    """A file. `findings`: what was tolerated, and what does not add up when that was asked for."""

    sender: str
    receiver: str
    created: date
    time: str
    id: str
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    raw: bytes

    def accounts(self) -> Iterator[Account]:
        """All accounts, in order."""
        for group in self.groups:
            yield from group.accounts

    def __bytes__(self) -> bytes:
        return self.raw
