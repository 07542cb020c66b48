"""Controls: proof, to the cent, that two or three independent accounts of the same money agree.

Lives here: controls as values, and the pure functions behind them. May not: fetch a total itself (who runs a control
hands it the totals: `sides.py`), read a wire format, or mend what it finds.
At least one side of a control never passed through the hub's own parser, otherwise a wrong mapping ties with itself.
Read first: `control.py`, then `charges_to_ledger.py`; for money at the bank `remittances_to_bank.py`.
"""

from .bank_money import Received, Stated
from .bank_statements import BANK_STATEMENTS, BankStatements
from .charges_to_ledger import CHARGES_TO_LEDGER, ChargesToLedger, Taken
from .control import Break, Control, Result, Row
from .reassociation import Remitted
from .remittances_to_bank import REMITTANCES_TO_BANK, RemittancesToBank
from .sides import DeclaredControl, Seen, Sides, totals_for

__all__ = [
    "BANK_STATEMENTS",
    "CHARGES_TO_LEDGER",
    "REMITTANCES_TO_BANK",
    "BankStatements",
    "Break",
    "ChargesToLedger",
    "Control",
    "DeclaredControl",
    "Received",
    "RemittancesToBank",
    "Remitted",
    "Result",
    "Row",
    "Seen",
    "Sides",
    "Stated",
    "Taken",
    "totals_for",
]
