"""From what the journal holds to the totals of control C0.

Whoever runs the control hands over every delivery of a canonical value, with its state, and the memories of the charge
and batch processes; this says what each of them means for the money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ...model import ChargePosted, DayEndRegister, JournalEntry
from ...ports import State
from ...reconcile import ChargesToLedger, Seen, Taken
from .standing import charges_in

TAKEN = (State.DELIVERED, State.ALREADY_THERE)


def totals(
    register: DayEndRegister,
    ledger: Mapping[tuple[str, str | None], Decimal],
    seen: Iterable[Seen],
    memories: Iterable[object],
    unread: tuple[int, ...] = (),
) -> ChargesToLedger:
    """The totals for `reconcile.CHARGES_TO_LEDGER`.

    A delivery that a person skipped, discarded or sent elsewhere is neither posted nor parked nor on its way: its
    charges come out as breaks until someone has explained them.
    """
    charges: list[tuple[Taken, State]] = []
    entries: list[tuple[JournalEntry, State]] = []
    in_flight = [key for memory in memories for key in charges_in(memory)]
    for value, state, received_ns in seen:
        if isinstance(value, ChargePosted):
            charges.append((Taken(value, received_ns), state))
        elif isinstance(value, JournalEntry):
            entries.append((value, state))
        if state is State.WAITING:
            in_flight += charges_in(value)
    return ChargesToLedger(
        register=register,
        taken=[charge for charge, _ in charges],
        parked=[taken.charge for taken, state in charges if state is State.PARKED],
        in_flight=in_flight,
        posted=[entry for entry, state in entries if state in TAKEN],
        held=[entry for entry, state in entries if state is State.PARKED],
        ledger=ledger,
        unread=unread,
    )
