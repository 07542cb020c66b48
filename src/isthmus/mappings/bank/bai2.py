"""BAI2 files to statements: one for each account of each group.

The booked balances are types 010 and 015, the totals 100 and 400. A transaction whose type code names no direction, or
that has no amount, is none of the money. The day is the group's as-of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ...kernel import Message
from ...model import BankEntry, BankStatement, Origin
from ...protocols.bai2 import Account, Bai2File, Group, Transaction
from .trace import find_trace, is_claim_payment

_OPENING, _CLOSING, _CREDITS, _DEBITS = "010", "015", "100", "400"

_STATUS: dict[str, Literal["", "corrected", "withdrawn", "test"]] = {"2": "withdrawn", "3": "corrected", "4": "test"}


def statements(message: Message) -> Iterator[BankStatement]:
    """The statements of the BAI2 file in `message.content`."""
    file: Bai2File = message.content
    for group in file.groups:
        for account in group.accounts:
            yield _statement(message, file, group, account)


def _statement(message: Message, file: Bai2File, group: Group, account: Account) -> BankStatement:
    places = {"as_of": f"line {group.line}: 02", "account": f"line {account.line}: 03"}
    balances = {"opening": _OPENING, "closing": _CLOSING, "credits": _CREDITS, "debits": _DEBITS}
    found = {name: account.balance(code) for name, code in balances.items()}
    stated = {name: f"line {account.line}: 03 {balances[name]}" for name, value in found.items() if value is not None}
    entries = (_entry(group, account, one) for one in account.transactions)
    return BankStatement(
        origin=Origin(source=message.source, message_id=message.id, control_id=file.id, application=file.sender),
        kind="statement",
        status=_STATUS.get(group.status, ""),
        account=account.number,
        currency=account.currency,
        number=file.id,
        as_of=group.as_of,
        **found,
        entries=tuple(one for one in entries if one is not None),
        provenance=places | stated,
    )


def _entry(group: Group, account: Account, transaction: Transaction) -> BankEntry | None:
    if transaction.signed is None:
        return None
    trace = find_trace(transaction.text)
    place = f"line {transaction.line}: 16"
    places = {"amount": place, "booked": f"line {group.line}: 02"}
    if trace:
        places["trace"] = f"{place} text"
    return BankEntry(
        amount=transaction.signed,
        currency=account.currency,
        booked=group.as_of,
        value_date=transaction.funds.value_date,
        trace=trace,
        bank_reference=transaction.bank_reference,
        references=tuple(one for one in (transaction.customer_reference,) if one),
        claim_payment=trace is not None or is_claim_payment(transaction.text),
        code=transaction.type_code,
        provenance=places,
    )
