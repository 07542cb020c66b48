"""Tryton as a destination for journal entries, its books as a side of a control, and its accounts as master data.

    sink.py     post an entry once in effect: the delivery contract
    codes.py    codes of accounts, cost centres, journals, periods -> what Tryton calls them
    ledger.py   read balances and posted entries back, for controls
    source.py   accounts and cost centres as rows of reference tables
    rest.py     Tryton's REST and what its answers mean

Lives here: all that knows Tryton. May not: Tryton itself (GPL-3; it is a process behind HTTP), decisions of accounting.
Read first: `sink.py`.
"""

from .codes import EntryRefused
from .ledger import Balance, PostedEntry, TrytonLedger, books
from .settings import SinkSettings, SourceSettings
from .sink import TrytonSink, sink, split
from .source import TrytonSource, source

__all__ = [
    "Balance",
    "EntryRefused",
    "PostedEntry",
    "SinkSettings",
    "SourceSettings",
    "TrytonLedger",
    "TrytonSink",
    "TrytonSource",
    "books",
    "sink",
    "source",
    "split",
]
