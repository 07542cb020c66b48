"""What must add up in a camt document."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..safe_xml import Element
from .elements import read_amount, read_sign
from .grammar import Finding
from .values import Entry, Statement

_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_NET = ("TxsSummry/TtlNtries/TtlNetNtry", "TxsSummry/TtlNtries")
"""Where the net of all entries stands: from version 04 on in an element of its own."""


def check(element: Element, statement: Statement) -> Iterator[Finding]:
    """Everything in which a statement does not add up, and what was merely noticed."""
    yield from _balances(statement)
    yield from _summary(element, statement)
    yield from _net(element, statement)
    yield from _details(statement)


def _balances(statement: Statement) -> Iterator[Finding]:
    """Opening booked balance + booked entries = closing booked balance (ISO 20022 camt.053 usage of OPBD, CLBD)."""
    opening, closing = statement.balance(*_OPENING), statement.balance(*_CLOSING)
    if opening is None or closing is None:
        return
    booked = [one for one in statement.entries if one.status == "BOOK"]
    if {opening.currency, closing.currency, *(one.currency for one in booked)} != {opening.currency}:
        yield Finding("currencies", statement.line, "balances and entries are not of one currency", money=False)
    elif opening.amount + sum(one.amount for one in booked) != closing.amount:
        yield Finding("balance", statement.line, "the opening balance and the booked entries are not the closing one")


def _summary(element: Element, statement: Statement) -> Iterator[Finding]:
    """The transactions summary, where the bank gives one: counts, and sums without sign."""
    credits_ = [one.amount for one in statement.entries if not _negative(one)]
    debits = [-one.amount for one in statement.entries if _negative(one)]
    for name, amounts in (("TtlNtries", credits_ + debits), ("TtlCdtNtries", credits_), ("TtlDbtNtries", debits)):
        total = element.find(f"TxsSummry/{name}")
        if total is None:
            continue
        count, amount = total.read("NbOfNtries"), total.find("Sum")
        if count and not (count.isascii() and count.isdigit() and len(count) < 16 and int(count) == len(amounts)):
            yield Finding("entries-count", total.line, "a count of entries is not what the statement has")
        if amount is not None and read_amount(amount)[0] != sum(amounts):
            yield Finding("entries-total", total.line, "a total of entries is not what the statement has")


def _net(element: Element, statement: Statement) -> Iterator[Finding]:
    """The net of all entries, where the bank gives it. Noticed only: banks do not agree whether INFO entries are in it."""
    for path in _NET:
        total = element.find(path)
        amount = total.find("Amt") or total.find("TtlNetNtryAmt") if total is not None else None
        if total is None or amount is None:
            continue
        if read_amount(amount)[0] * read_sign(total) != sum((one.amount for one in statement.entries), Decimal(0)):
            yield Finding(
                "entries-net", total.line, "the net of the entries is not what the statement has", money=False
            )


def _details(statement: Statement) -> Iterator[Finding]:
    """The transactions of an entry come to its amount, unless one of them has none or is of another currency."""
    for entry in statement.entries:
        amounts = [
            one.amount for one in entry.transactions if one.amount is not None and one.currency == entry.currency
        ]
        if amounts and len(amounts) == len(entry.transactions) and sum(amounts) != entry.amount:
            yield Finding("details-total", entry.line, "an entry's transactions do not come to its amount", money=False)


def _negative(entry: Entry) -> bool:
    """By the indicator: an amount of zero has a side too."""
    return entry.element.read("CdtDbtInd") == "DBIT"
