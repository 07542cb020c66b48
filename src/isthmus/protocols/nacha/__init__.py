"""ACH files in Nacha's format: the money that a remittance advice speaks of.

    file = nacha.parse(data)
    for entry in file.entries():
        entry.amount, entry.credit, entry.trace      trace: the TRN that an 835 carries too, in its own TRN segment
    bytes(file) == data

Lives here: records, batches, their totals, addenda and the trace in them; `write` makes a file. Not here: which remittance
a payment belongs to (that needs both), IAT's address addenda as values (they stay reachable as text).
Read first: `records.py` (where each field stands), then `reader.py`.
"""

from .grammar import Finding, ParseError
from .reader import parse
from .trace import Trace, read_trace
from .values import AchFile, Addendum, Batch, Entry
from .writer import NewBatch, NewEntry, NewFile, write

__all__ = [
    "AchFile",
    "Addendum",
    "Batch",
    "Entry",
    "Finding",
    "NewBatch",
    "NewEntry",
    "NewFile",
    "ParseError",
    "Trace",
    "parse",
    "read_trace",
    "write",
]
