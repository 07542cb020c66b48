"""Which charges stand in a value of this pack: what a control needs to know what is on its way."""

from __future__ import annotations

from ...model import ChargePosted, JournalEntry, RevenueRecognised
from .batch import Batch
from .charge import Charge


def charges_in(value: object) -> tuple[str, ...]:
    """The business keys of the charges that a waiting delivery's value or a process state holds.

    Anything else holds none: events that only speak of charges (`ChargeJournaled`), accounts, records.
    """
    match value:
        case ChargePosted():
            return (value.key,) if value.kind in ("CG", "CD") else ()
        case RevenueRecognised():
            return (value.charge,)
        case JournalEntry():
            return tuple(charge for line in value.lines for charge in line.charges)
        case Batch():
            return tuple(charge for postings in value.revenue for charge in postings.charges)
        case Charge():
            return tuple(credit.charge for credit in value.waiting)
        case _:
            return ()
