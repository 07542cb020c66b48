"""One patient record (facility and MRN): which accounts it holds, and where they go when it is merged away.

    holds accounts --PatientsMerged--> merged: every account, now and later, goes to the surviving record

ADT keeps using the prior number for a while, and merges come in chains; an account follows the chain to its end. Bad
data can close a chain to a circle: after `HOPS_MAX` moves a person is asked.
"""

from __future__ import annotations

import msgspec

from ...flows import task
from ...model import AccountMoved, AccountRelinked, EncounterEvent, Identifier, PatientsMerged
from ..step import Follows

HOPS_MAX = 8
"""Longer chains of merges than this do not happen to one person; a circle has no end at all."""


class Record(msgspec.Struct, frozen=True):
    """State of one patient record."""

    accounts: tuple[str, ...] = ()
    merged_into: Identifier | None = None

    def __repr__(self) -> str:
        return f"<Record: {len(self.accounts)} accounts>"


Step = tuple[Record, list[Follows]]


def encounter_key(event: EncounterEvent) -> str:
    return f"{event.facility}|{event.patient.mrn.key}"


def prior_key(event: PatientsMerged) -> str:
    return f"{event.facility}|{event.prior.key}"


def moved_key(event: AccountMoved) -> str:
    return f"{event.facility}|{event.patient.key}"


def seen(state: Record, event: EncounterEvent, at_ns: int) -> Step:
    """An account is in use under this record."""
    moved = AccountMoved(origin=event.origin, facility=event.facility, account=event.account, patient=event.patient.mrn)
    return _hold(state, moved) if event.account else (state, [])


def moved(state: Record, event: AccountMoved, at_ns: int) -> Step:
    """An account comes over from a record that was merged into this one."""
    if event.hops > HOPS_MAX:
        text = f"The merges of patient records go in a circle; account {event.account} is left where it is."
        return state, [task("merge-circle", owner="patient-access", text=text, key=f"{event.facility}|{event.account}")]
    return _hold(state, event)


def merged(state: Record, event: PatientsMerged, at_ns: int) -> Step:
    """This record is merged into another one: its accounts go there."""
    if event.surviving == event.prior:
        return state, []
    accounts = dict.fromkeys((*state.accounts, *([event.prior_account] if event.prior_account else [])))
    state = Record(merged_into=event.surviving)
    follows: list[Follows] = []
    for account in accounts:
        one = AccountMoved(origin=event.origin, facility=event.facility, account=account, patient=event.prior)
        state, more = _hold(state, one)
        follows += more
    return state, follows


def _hold(state: Record, event: AccountMoved) -> Step:
    """Keep the account here, or send it on to the record that this one was merged into."""
    if state.merged_into is None:
        if event.account in state.accounts:
            return state, []
        return msgspec.structs.replace(state, accounts=(*state.accounts, event.account)), []
    onward = event.replace(patient=state.merged_into, hops=event.hops + 1)
    link = AccountRelinked(
        origin=event.origin, facility=event.facility, account=event.account, patient=state.merged_into
    )
    return state, [link, onward]
