"""From charges to posted revenue: four processes, each a few pure steps.

    ADT  -> identity   one per patient record: which accounts move when records merge           identity.py
         -> account    one per patient account: open, discharged, ready to bill, reopened       account.py
                         ^ RevenueRecognised
    DFT  -> charge     one per transaction: each charge and credit taken once                   charge.py
                         | RevenueRecognised   ^ ChargeJournaled
                         v                     |
            batch      one per facility, payer class, posting date: freezes a journal entry     batch.py  -> ERP

    processes.py       all four declared, for a hub's flows
    standing.py        which charges a waiting delivery or a state holds
    register.py        the source's day-end register, kept for control C0
    totals.py          deliveries and states -> the totals of control C0
    crosswalk.py       the reference tables: department -> account and cost centre, payers, companies

Invariants
 1. Only FT1-6 CG and CD make revenue.
 2. A charge is posted once, whatever message brings it and however often; a credit is an entry of its own that names
    the entry it reverses. Nothing that was sent is edited.
 3. Everything decided about a posting (accounts, date, amount) is decided when the charge is taken and never again.
 4. A step either returns or raises `Permanent`: then this one charge parks and everything else goes on.
Read first: `charge.py`.
"""

from .account import Account, AccountPolicy
from .batch import Batch, BatchPolicy
from .charge import Charge, NotPostable
from .crosswalk import Crosswalk, Unmapped, reference_tables
from .identity import Record
from .processes import processes
from .register import Kept, day_end_registers, register_of
from .standing import charges_in
from .totals import totals

__all__ = [
    "Account",
    "AccountPolicy",
    "Batch",
    "BatchPolicy",
    "Charge",
    "Crosswalk",
    "Kept",
    "NotPostable",
    "Record",
    "Unmapped",
    "charges_in",
    "day_end_registers",
    "processes",
    "reference_tables",
    "register_of",
    "totals",
]
