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
from ..ports import Decision, Kind, State
from .store import Store


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

    @staticmethod
    def of_kind(kind: int) -> int:
        return 1 + kind

    @staticmethod
    def of_decision(decision: int) -> int:
        return 4 + decision

    @staticmethod
    def of_state(state: int) -> int:
        return 20 + state


SOURCE_ACCOUNTS = ("frames", "appended", "duplicate", "refused", "undecided", "filtered", "decided")
DESTINATION_ACCOUNTS = ("dispatched", *(state.name.lower() for state in State))


def rows(store: Store, since_ns: int = 0) -> list[dict[str, Any]]:
    """The counters by hour and party: {"hour", "kind", "party", account: n ...}, oldest first."""
    kinds = {id: kind for (kind, _), id in store.names.items()}
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for hour, party, account, n in store.rows(
        "select hour, party, account, n from ledger where hour >= ? order by hour, party, account",
        (since_ns // NS_PER_HOUR,),
    ):
        row = found.setdefault(
            (hour, party), {"hour": iso(hour * NS_PER_HOUR), "kind": kinds[party], "party": store.name_of[party]}
        )
        row[Account(account).name.lower()] = n
    for row in found.values():
        for account_name in SOURCE_ACCOUNTS if row["kind"] == "source" else DESTINATION_ACCOUNTS:
            row.setdefault(account_name, 0)
    return list(found.values())


def totals(store: Store, since_ns: int = 0) -> dict[tuple[str, str], dict[str, int]]:
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


__all__ = ["DESTINATION_ACCOUNTS", "SOURCE_ACCOUNTS", "Account", "Decision", "Kind", "imbalances", "rows", "totals"]
