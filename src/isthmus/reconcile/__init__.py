"""Controls: proof, to the cent, that two or three independent accounts of the same money agree.

Lives here: controls as values, and the pure functions behind them. May not: fetch a total itself (who runs a control
hands it the totals: `sides.py`), read a wire format, or mend what it finds.
At least one side of a control never passed through the hub's own parser, otherwise a wrong mapping ties with itself.
Read first: `control.py`, then `charges_to_ledger.py`.
"""

from .charges_to_ledger import CHARGES_TO_LEDGER, ChargesToLedger, Taken
from .control import Break, Control, Result, Row
from .sides import DeclaredControl, Seen, Sides, totals_for

__all__ = [
    "CHARGES_TO_LEDGER",
    "Break",
    "ChargesToLedger",
    "Control",
    "DeclaredControl",
    "Result",
    "Row",
    "Seen",
    "Sides",
    "Taken",
    "totals_for",
]
