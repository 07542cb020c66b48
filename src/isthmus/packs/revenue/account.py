"""One patient account (facility and account number), from the first message about it to the bill.

    unknown --A01 A04 A08--> open --A03--> discharged --hold runs out--> ready
                              ^  ^             | A13          | A13
                              |  +-------------+              |
                              +-- billing withdrawn ----------+
    any --A11--> cancelled, and a task for a person when charges stand on it

A13 withdraws what the discharge triggered (the hold's timer, the task, the draft that "ready" made possible) and
reverses no charge: the services were rendered and the patient is still there. Any event may come in any state.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...flows import cancel, task, timer
from ...model import (
    AccountReadyToBill,
    AccountRelinked,
    AdmissionCancelled,
    BillingWithdrawn,
    DischargeCancelled,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterEvent,
    EncounterRegistered,
    Origin,
    RevenueRecognised,
)
from ..step import Follows

Phase = Literal["unknown", "open", "discharged", "ready", "cancelled"]
BILL_HOLD, ENCOUNTER_MISSING = "bill-hold", "encounter-missing"
ZERO_CHARGES, CHARGES_LEFT, NO_ENCOUNTER = (
    "discharge-without-charges",
    "cancelled-with-charges",
    "charges-without-encounter",
)
NS_PER_HOUR = 3600 * 1_000_000_000


class AccountPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How long a discharged account is held for late charges, and who is asked when something is odd."""

    bill_hold_h: float = 72
    encounter_missing_h: float = 24
    owner: str = "revenue-integrity"


class Account(msgspec.Struct, frozen=True):
    """State of one account.

    discharge  the business key of the discharge that stands
    charges    charges and credits recognised so far; `amount` is what stands of them

    Tasks are named and have no key of their own: the instance tells them apart, and `cancel` finds them by name.
    """

    phase: Phase = "unknown"
    facility: str = ""
    account: str = ""
    patient: str = ""
    discharge: str = ""
    hold_until_ns: int = 0
    charges: int = 0
    amount: Decimal = Decimal(0)
    origin: Origin = Origin()

    @property
    def key(self) -> str:
        return f"{self.facility}|{self.account}"

    def __repr__(self) -> str:
        return f"<Account {self.phase}: {self.charges} charges>"


Step = tuple[Account, list[Follows]]


def encountered(state: Account, event: EncounterEvent, at_ns: int) -> Step:
    """Admitted, registered or updated (A01, A04, A08): the account is known; a discharge that stands is not undone.

    Only an admission or registration brings a cancelled stay back; an update does not.
    """
    state, follows = _known(state, event)
    if state.phase == "cancelled" and isinstance(event, EncounterAdmitted | EncounterRegistered):
        state = msgspec.structs.replace(state, phase="open")
    return state, follows


def discharged(state: Account, event: EncounterDischarged, at_ns: int, policy: AccountPolicy) -> Step:
    """A03: hold the account for late charges. The same discharge reported again changes nothing."""
    state, follows = _known(state, event)
    if state.discharge == event.discharge_key:
        return state, follows
    withdrawn = _drafts_withdrawn(state)
    hold_until_ns = at_ns + _ns(policy.bill_hold_h)
    state = msgspec.structs.replace(
        state, phase="discharged", discharge=event.discharge_key, hold_until_ns=hold_until_ns, origin=event.origin
    )
    return state, [*follows, *withdrawn, timer(BILL_HOLD, due_ns=hold_until_ns)]


def hold_ended(state: Account, at_ns: int, policy: AccountPolicy) -> Step:
    """The hold ran out: ready to bill; a discharge without a single charge is looked at by a person."""
    if state.phase != "discharged":
        return state, []
    if at_ns < state.hold_until_ns:  # the timer of an earlier discharge, or the clock was set back
        return state, [timer(BILL_HOLD, due_ns=state.hold_until_ns)]
    ready = AccountReadyToBill(
        origin=state.origin, facility=state.facility, account=state.account, discharge=state.discharge
    )
    follows: list[Follows] = [ready]
    if not state.charges:
        text = f"Account {state.account} at {state.facility} was discharged and nothing was charged."
        follows.append(task(ZERO_CHARGES, owner=policy.owner, text=text))
    return msgspec.structs.replace(state, phase="ready"), follows


def discharge_cancelled(state: Account, event: DischargeCancelled, at_ns: int) -> Step:
    """A13: back to open; what the discharge triggered is withdrawn, no charge is reversed."""
    state, follows = _known(state, event)
    state, withdrawn = _withdraw(state)
    return msgspec.structs.replace(state, phase="open"), [*follows, *withdrawn]


def admission_cancelled(state: Account, event: AdmissionCancelled, at_ns: int, policy: AccountPolicy) -> Step:
    """A11: the stay never was. Charges on it are not taken back by a machine: a person decides."""
    state, follows = _known(state, event)
    state, withdrawn = _withdraw(state)
    state = msgspec.structs.replace(state, phase="cancelled")
    return state, [*follows, *withdrawn, *_charges_left(state, policy)]


def charged(state: Account, event: RevenueRecognised, at_ns: int, policy: AccountPolicy) -> Step:
    """Revenue was recognised, once for each charge; on a cancelled or unknown stay it is a person's business."""
    first = state.charges == 0
    state = msgspec.structs.replace(
        state,
        facility=event.facility,
        account=event.account,
        charges=state.charges + 1,
        amount=state.amount + event.amount,
    )
    if state.phase == "cancelled":
        return state, _charges_left(state, policy) or [cancel(CHARGES_LEFT)]
    if state.phase == "unknown" and first:
        return state, [timer(ENCOUNTER_MISSING, due_ns=at_ns + _ns(policy.encounter_missing_h))]
    return state, []


def encounter_missing(state: Account, at_ns: int, policy: AccountPolicy) -> Step:
    """Charges came, and still no message about the stay."""
    if state.phase != "unknown":
        return state, []
    text = f"Account {state.account} at {state.facility} has {state.charges} charges and no admission or registration."
    return state, [task(NO_ENCOUNTER, owner=policy.owner, text=text, cents=_cents(state.amount))]


def relinked(state: Account, event: AccountRelinked, at_ns: int) -> Step:
    """A40: the account belongs to the surviving record; its charges stay where they are."""
    state = msgspec.structs.replace(state, facility=event.facility, account=event.account, patient=event.patient.key)
    return state, []


def _known(state: Account, event: EncounterEvent) -> Step:
    late = state.phase == "unknown" and state.charges > 0
    follows: list[Follows] = [cancel(ENCOUNTER_MISSING), cancel(NO_ENCOUNTER)] if late else []
    return msgspec.structs.replace(
        state,
        phase="open" if state.phase == "unknown" else state.phase,
        facility=event.facility,
        account=event.account,
        patient=state.patient or event.patient.mrn.key,
    ), follows


def _withdraw(state: Account) -> Step:
    """Take back what the standing discharge triggered."""
    follows: list[Follows] = [cancel(BILL_HOLD)] if state.phase == "discharged" else _drafts_withdrawn(state)
    return msgspec.structs.replace(state, discharge="", hold_until_ns=0), follows


def _drafts_withdrawn(state: Account) -> list[Follows]:
    """Of an account that was ready: no draft made for its discharge may go out, and nobody has to look for charges."""
    if state.phase != "ready":
        return []
    withdrawn = BillingWithdrawn(
        origin=state.origin, facility=state.facility, account=state.account, discharge=state.discharge
    )
    return [withdrawn, cancel(ZERO_CHARGES)]


def _charges_left(state: Account, policy: AccountPolicy) -> list[Follows]:
    """A task while money stands on the account; named, so that a later one replaces it with the new amount."""
    if not state.amount:
        return []
    text = (
        f"The admission of account {state.account} at {state.facility} was cancelled, and charges of {state.amount} "
        f"stand on it. Move them to the right account or have them credited; nothing was taken back."
    )
    return [task(CHARGES_LEFT, owner=policy.owner, text=text, cents=_cents(state.amount))]


def _cents(amount: Decimal) -> int:
    return int(amount * 100)


def _ns(hours: float) -> int:
    return int(hours * NS_PER_HOUR)
