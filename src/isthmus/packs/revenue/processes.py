"""The four processes, declared: what a hub's flows file takes over in one line.

identity, account, charge, batch = revenue.processes(crosswalk)
"""

from __future__ import annotations

from functools import partial

from ...flows import Process, process
from ...model import (
    AccountMoved,
    AccountRelinked,
    AdmissionCancelled,
    ChargeJournaled,
    ChargePosted,
    DischargeCancelled,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterEvent,
    EncounterRegistered,
    EncounterUpdated,
    PatientsMerged,
    RevenueRecognised,
)
from . import account, batch, charge, identity
from .account import Account, AccountPolicy
from .batch import Batch, BatchPolicy
from .charge import Charge
from .crosswalk import Crosswalk
from .identity import Record

ENCOUNTERS = (
    EncounterAdmitted,
    EncounterRegistered,
    EncounterUpdated,
    EncounterDischarged,
    DischargeCancelled,
    AdmissionCancelled,
)


def processes(
    crosswalk: Crosswalk,
    *,
    batches: BatchPolicy = BatchPolicy(),  # noqa: B008  (frozen)
    accounts: AccountPolicy = AccountPolicy(),  # noqa: B008
    owner: str = "finance",
) -> tuple[Process, Process, Process, Process]:
    """Identity, account, charge and batch, with a site's tables and policies."""
    return _identity(), _account(accounts), _charge(crosswalk, owner), _batch(batches, owner)


def _identity() -> Process:
    declared = process("patient-identity", owner="patient-access", state=Record, when_parked="wait")
    declared.on(*ENCOUNTERS, key=identity.encounter_key)(identity.seen)
    declared.on(PatientsMerged, key=identity.prior_key)(identity.merged)
    declared.on(AccountMoved, key=identity.moved_key)(identity.moved)
    return declared


def _account(policy: AccountPolicy) -> Process:
    declared = process("patient-account", owner=policy.owner, state=Account, when_parked="wait")
    on_account = partial(declared.on, key=_account_key)
    on_account(EncounterAdmitted, EncounterRegistered, EncounterUpdated)(account.encountered)
    on_account(EncounterDischarged)(partial(account.discharged, policy=policy))
    on_account(DischargeCancelled)(account.discharge_cancelled)
    on_account(AdmissionCancelled)(partial(account.admission_cancelled, policy=policy))
    on_account(RevenueRecognised)(partial(account.charged, policy=policy))
    on_account(AccountRelinked)(account.relinked)
    declared.on_timer(account.BILL_HOLD)(partial(account.hold_ended, policy=policy))
    declared.on_timer(account.ENCOUNTER_MISSING)(partial(account.encounter_missing, policy=policy))
    return declared


def _charge(crosswalk: Crosswalk, owner: str) -> Process:
    """A parked charge holds nobody up: its credits park for themselves, everything else has another instance."""
    declared = process("charge", owner=owner, state=Charge, when_parked="go_on")
    declared.on(ChargePosted, key=_transaction_key)(partial(charge.post, crosswalk=crosswalk))
    declared.on(ChargeJournaled, key=_transaction_key)(charge.journaled)
    return declared


def _batch(policy: BatchPolicy, owner: str) -> Process:
    declared = process("revenue-batch", owner=owner, state=Batch, when_parked="wait")
    declared.on(RevenueRecognised, key=_batch_key)(partial(batch.add, policy=policy))
    declared.on_timer(batch.CLOSE)(partial(batch.close, policy=policy))
    return declared


def _account_key(event: EncounterEvent | RevenueRecognised | AccountRelinked) -> str | None:
    """None for an event that names no account: there is no account to follow."""
    return event.account_key if event.account else None


def _transaction_key(event: ChargePosted | ChargeJournaled) -> str | None:
    """None for payments, adjustments and co-payments: they are no revenue."""
    if isinstance(event, ChargePosted) and event.kind not in ("CG", "CD"):
        return None
    return event.transaction_key


def _batch_key(event: RevenueRecognised) -> str:
    return event.batch_key
