"""A small engine for tests: runs declared processes in memory, in order, with a clock that tests move by hand.

Follows the rules of the real one: state and what follows commit together; a step that raises `Permanent` parks its
event and leaves the state; timers are named within their instance.
"""

from collections import deque
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from isthmus.flows import Cancel
from isthmus.kernel import Permanent
from isthmus.model import (
    CATALOGUE,
    AdmissionCancelled,
    ChargePosted,
    DischargeCancelled,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterUpdated,
    Event,
    Identifier,
    Origin,
    Patient,
    PatientsMerged,
)
from isthmus.packs import revenue

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 18, tzinfo=UTC)
CROSSWALK = revenue.Crosswalk.of(
    departments=[
        {"facility": "*", "department": "LAB", "account": "4110", "cost_centre": "CC110"},
        {"facility": "*", "department": "RAD", "account": "4120", "cost_centre": "CC120"},
        {"facility": "EAST", "department": "RAD", "account": "4120", "cost_centre": "CC121"},
    ],
    payers=[
        {"financial_class": "MCR", "payer_class": "MEDICARE", "receivable_account": "1210"},
        {"financial_class": "COM", "payer_class": "COMMERCIAL", "receivable_account": "1230"},
        {"financial_class": "BC", "payer_class": "COMMERCIAL", "receivable_account": "1230"},
    ],
    companies=[{"facility": "MAIN", "company": "SBRH"}, {"facility": "EAST", "company": "SBRH"}],
)


class Engine:
    def __init__(self, processes):
        self.processes, self.states, self.timers = processes, {}, {}
        self.sent, self.tasks, self.parked, self.events, self.now_ns = [], {}, [], [], 0

    def publish(self, *events):
        queue = deque(events)
        while queue:
            event = queue.popleft()
            self.events.append(event)
            event = CATALOGUE.decode(CATALOGUE.encode(event))
            for process in self.processes:
                for key in process.keys(event):
                    step, _ = process.steps[type(event).__name__]
                    queue += self._step(
                        process, key, event, lambda state, step=step, e=event: step(state, e, self.now_ns)
                    )

    def fire(self, due_ns=None):
        """Run every timer that is due by then (None: every one), earliest first."""
        while ready := [(due, place) for place, due in self.timers.items() if due_ns is None or due <= due_ns]:
            due, (process, key, name) = min(ready, key=lambda one: one[0])
            del self.timers[process, key, name]
            self.now_ns = max(self.now_ns, due)
            step = process.timers[name]
            self.publish(*self._step(process, key, name, lambda state, step=step: step(state, self.now_ns)))

    def resend(self):
        """What a person does after mending a table: every parked event once more, in order."""
        parked, self.parked = self.parked, []
        for process, event, _ in parked:
            step, key = process.steps[type(event).__name__]
            self.publish(
                *self._step(process, key(event), event, lambda state, s=step, e=event: s(state, e, self.now_ns))
            )

    def state(self, process_name, key):
        process = next(one for one in self.processes if one.name == process_name)
        return self.states.get((process, key), process.state())

    def _step(self, process, key, cause, run):
        before = self.states.get((process, key), process.state())
        try:
            state, follows = run(before)
        except Permanent as error:
            self.parked.append((process, cause, error))
            return []
        self.states[process, key] = msgspec.json.decode(msgspec.json.encode(state), type=process.state)
        return [one for one in follows if not self._take(process, key, one)]

    def _take(self, process, key, follow):
        if isinstance(follow, Event):
            return False
        place = (process, key, follow.name)
        if isinstance(follow, Cancel):
            self.timers.pop(place, None)
            self.tasks.pop(place, None)  # a task that was opened with a key of its own is not found by its name
        elif follow.to == "timer":
            self.timers[place] = follow.due_ns
        elif follow.to == "worklist":
            self.tasks[place if follow.key is None else (process, follow.key, follow.name)] = follow
        else:
            self.sent.append(follow)
        return True

    @property
    def entries(self):
        return [CATALOGUE.decode(one.body) for one in self.sent]


def engine(crosswalk=CROSSWALK, **policies):
    return Engine(revenue.processes(crosswalk, **policies))


def charge(charge_id="T1", amount="10.00", kind="CG", **changes):
    fields = {
        "origin": Origin(source="ehr", message_id=1, application="EHR"), "facility": "MAIN", "account": "A1",
        "charge_id": charge_id, "kind": kind, "amount": Decimal(amount), "currency": "USD", "department": "LAB",
        "financial_class": "MCR", "posting_date": DAY, "service_date": DAY,
        "original": charge_id if kind == "CD" else "",
    }  # fmt: skip
    return ChargePosted(**(fields | changes))


def credit(charge_id="T1", amount="10.00", **changes):
    return charge(charge_id, amount, "CD", **changes)


def _encounter(type, account="A1", mrn="M1", **more):
    patient = Patient(mrn=Identifier(mrn, "MAIN", "MR"))
    return type(facility="MAIN", patient=patient, account=account, occurred_at=NOON, **more)


def admitted(account="A1", mrn="M1"):
    return _encounter(EncounterAdmitted, account, mrn)


def updated(account="A1", mrn="M1"):
    return _encounter(EncounterUpdated, account, mrn)


def discharged(account="A1", mrn="M1", at=NOON):
    return _encounter(EncounterDischarged, account, mrn, discharged_at=at).replace(occurred_at=at)


def discharge_cancelled(account="A1", mrn="M1"):
    return _encounter(DischargeCancelled, account, mrn)


def admission_cancelled(account="A1", mrn="M1"):
    return _encounter(AdmissionCancelled, account, mrn)


def merged(prior, surviving, prior_account=""):
    return PatientsMerged(
        facility="MAIN", prior=Identifier(prior, "MAIN", "MR"), surviving=Identifier(surviving, "MAIN", "MR"),
        occurred_at=NOON, prior_account=prior_account,
    )  # fmt: skip
