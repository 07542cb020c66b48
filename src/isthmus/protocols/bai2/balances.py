"""What an account's transactions should come to, besides the control totals.

    opening ledger (010) + transactions  =  closing ledger (015)
    credits  =  total credits (100)      debits  =  total debits (400)

Noticed only, never refused: a bank may detail some of its transactions only, and one report may be a supplement to another.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .grammar import Finding
from .values import Account

_OPENING, _CLOSING, _CREDITS, _DEBITS = "010", "015", "100", "400"


def check_account(account: Account) -> Iterator[Finding]:
    """Everything in which an account with transactions does not come to its balances and summaries."""
    if not account.transactions:
        return
    signed = [one.signed for one in account.transactions if one.signed is not None]
    opening, closing = account.balance(_OPENING), account.balance(_CLOSING)
    if opening is not None and closing is not None and opening + sum(signed) != closing:
        note = "the opening balance and the transactions are not the closing one: some may not be detailed"
        yield Finding("account-balance", account.line, note, money=False)
    credits_ = sum((one for one in signed if one > 0), Decimal(0))
    debits = -sum((one for one in signed if one < 0), Decimal(0))
    for rule, code, total in (("account-credits", _CREDITS, credits_), ("account-debits", _DEBITS, debits)):
        if account.balance(code) not in (None, total):
            note = f"the transactions do not come to the summary {code}: some may not be detailed"
            yield Finding(rule, account.line, note, money=False)
