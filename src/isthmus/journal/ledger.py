"""The ledger's accounts: two equations that hold for every hour of receipt, source and destination.

frames     = appended + duplicate + refused          (source)
appended   = undecided + filtered + decided          (source)
dispatched = delivered + already there + skipped + discarded + redirected + returned + superseded + parked + waiting
                                                     (destination)
"""

from __future__ import annotations

import enum
from typing import Any

from ..kernel.clock import NS_PER_HOUR, iso
from ..ports import Decision, State
from .store import Store
from .view import View


class Account(enum.IntEnum):
    FRAMES = 0
    APPENDED = 1
    DUPLICATE = 2
    REFUSED = 3
    UNDECIDED = 4
    FILTERED = 5
    DECIDED = 6
    DISPATCHED = 10
    WAITING = 20
    DELIVERED = 21
    ALREADY_THERE = 22
    SKIPPED = 23
    DISCARDED = 24
    REDIRECTED = 25
    RETURNED = 26
    SUPERSEDED = 27
    PARKED = 28
    LIVE = 40


# Plain integers: the hot path adds to them, and an enum's members are slow to add to.
_FRAMES, _DISPATCHED, _LIVE = int(Account.FRAMES), int(Account.DISPATCHED), int(Account.LIVE)
_OF_KIND, _OF_DECISION, _OF_STATE = int(Account.APPENDED), int(Account.UNDECIDED), int(Account.WAITING)
_NONE = int(Decision.NONE)

_NO_FRAME = -1
"""In place of a kind: the decision of a message whose frame was counted before."""


class Tally:
    """What one batch moves in the ledger, gathered beside its rows.

    intake      (hour, source, kind, decision): messages
    dispatched  (hour, destination, state at birth): deliveries
    moved       (hour, destination, state before, state after): deliveries
    instances   process: instances begun less instances ended; counted in hour 0
    """

    __slots__ = ("dispatched", "instances", "intake", "moved")

    def __init__(self) -> None:
        self.intake: dict[tuple[int, int, int, int], int] = {}
        self.dispatched: dict[tuple[int, int, int], int] = {}
        self.moved: dict[tuple[int, int, int, int], int] = {}
        self.instances: dict[int, int] = {}

    def decided(self, hour: int, source: int, decision: Decision) -> None:
        """Count a message out of `undecided`."""
        for account, n in ((Decision.UNDECIDED, -1), (decision, 1)):
            counted = (hour, source, _NO_FRAME, account)
            self.intake[counted] = self.intake.get(counted, 0) + n

    def move(self, hour: int, destination: int, was: int, state: int, n: int = 1) -> None:
        counted = (hour, destination, was, state)
        self.moved[counted] = self.moved.get(counted, 0) + n

    def live(self, process: int, n: int) -> None:
        self.instances[process] = self.instances.get(process, 0) + n

    def clear(self) -> None:
        for counted in (self.intake, self.dispatched, self.moved, self.instances):
            counted.clear()

    def flush(self, store: Store) -> None:
        """Add what was gathered to the stored counters."""
        totals: dict[tuple[int, int, int], int] = {}
        for (hour, source, kind, decision), n in self.intake.items():
            if kind != _NO_FRAME:
                for account in (_FRAMES, _OF_KIND + kind):
                    totals[hour, source, account] = totals.get((hour, source, account), 0) + n
            if decision != _NONE:
                account = _OF_DECISION + decision
                totals[hour, source, account] = totals.get((hour, source, account), 0) + n
        for (hour, destination, state), n in self.dispatched.items():
            for account in (_DISPATCHED, _OF_STATE + state):
                totals[hour, destination, account] = totals.get((hour, destination, account), 0) + n
        for (hour, destination, was, state), n in self.moved.items():
            for account, moved in ((_OF_STATE + was, -n), (_OF_STATE + state, n)):
                totals[hour, destination, account] = totals.get((hour, destination, account), 0) + moved
        for process, n in self.instances.items():
            totals[0, process, _LIVE] = n
        self.clear()
        changed = [(*key, n) for key, n in totals.items() if n]
        if changed:
            store.db.executemany(
                "insert into ledger values (?, ?, ?, ?) on conflict do update set n = n + excluded.n", changed
            )


SOURCE_ACCOUNTS = ("frames", "appended", "duplicate", "refused", "undecided", "filtered", "decided")
DESTINATION_ACCOUNTS = ("dispatched", *(state.name.lower() for state in State))


def rows(store: View, since_ns: int = 0) -> list[dict[str, Any]]:
    """The counters by hour and party: {"hour", "kind", "party", account: n ...}, oldest first."""
    kinds = {id: kind for (kind, _), id in store.names.items()}
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for hour, party, account, n in store.rows(
        "select hour, party, account, n from ledger where hour >= ? order by hour, party, account",
        (max(1, since_ns // NS_PER_HOUR),),  # hour 0 counts process instances
    ):
        row = found.setdefault(
            (hour, party), {"hour": iso(hour * NS_PER_HOUR), "kind": kinds[party], "party": store.name_of[party]}
        )
        row[Account(account).name.lower()] = n
    for row in found.values():
        for account_name in SOURCE_ACCOUNTS if row["kind"] == "source" else DESTINATION_ACCOUNTS:
            row.setdefault(account_name, 0)
    return list(found.values())


def totals(store: View, since_ns: int = 0) -> dict[tuple[str, str], dict[str, int]]:
    """The same, summed over hours: {(kind, party): {account: n}}."""
    summed: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows(store, since_ns):
        into = summed.setdefault((row["kind"], row["party"]), {})
        for account, n in row.items():
            if isinstance(n, int):
                into[account] = into.get(account, 0) + n
    return summed


def imbalances(row: dict[str, Any]) -> list[str]:
    """What does not add up in one row of counters."""
    if row["kind"] == "source":
        sides: list[tuple[str, tuple[str, ...]]] = [
            ("frames", ("appended", "duplicate", "refused")),
            ("appended", ("undecided", "filtered", "decided")),
        ]
    else:
        sides = [("dispatched", DESTINATION_ACCOUNTS[1:])]
    return [
        f"{row['hour']} {row['party']}: {whole} {row[whole]} is not the {sum(row[p] for p in parts)} of its parts"
        for whole, parts in sides
        if row[whole] != sum(row[p] for p in parts)
    ]
