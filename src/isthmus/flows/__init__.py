"""What a hub's author writes: flows, processes, cases, reference tables, look-ups, and the dispatches that handlers yield.

Lives here: declarations, as values, and pure decisions over them. May not: I/O (other than the data of
an installed package, `x12_guides.py`), clocks, the journal. A declaration does
nothing when it is imported: whoever loads a hub's folder looks for the values that its modules hold.
Read first: `declaration.py`.
"""

from .case import Case
from .declaration import ALL, Flow, Process, flow, process
from .dispatch import Cancel, cancel, forward, send, task, timer
from .lookup import Lookup, lookup
from .tables import Table, table

__all__ = [
    "ALL",
    "Cancel",
    "Case",
    "Flow",
    "Lookup",
    "Process",
    "Table",
    "cancel",
    "flow",
    "forward",
    "lookup",
    "process",
    "send",
    "table",
    "task",
    "timer",
]
