"""ISO 20022 cash management: camt.053 statements, camt.054 notifications, camt.052 reports.

    document = camt.parse(data)
    for entry in document.entries():
        entry.amount, entry.booked, entry.transactions
    bytes(document) == data

Lives here: entries with their references, balances, and what must add up. Not here: writing, the meaning of a bank's own
codes. Read first: `reader.py` (what the three have in common), then `checks.py`.
"""

from .grammar import Finding, ParseError
from .reader import parse
from .values import Balance, Document, Entry, Kind, Statement, Transaction

__all__ = ["Balance", "Document", "Entry", "Finding", "Kind", "ParseError", "Statement", "Transaction", "parse"]
