"""/metrics in the Prometheus text format, version 0.0.4.

The figures are the ledger's own, read when asked: nothing is counted a second time, so metrics and ledger cannot
disagree, and the hot path carries no counters. That is also why no metrics library is used: it would keep its own.

Labels are names of the configuration and of events. No message content, no ids, no addresses.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ... import __version__
from ...journal.ledger import Account
from ...journal.view import View
from ...kernel.clock import NS_PER_S
from ..hub import Hub
from ..operator import Operator
from ..settings import JOURNAL_FILE

Sample = tuple[dict[str, str], float]


class Family(NamedTuple):
    """One metric and its samples."""

    name: str
    kind: str
    help: str
    samples: list[Sample]


class Figures(NamedTuple):
    """What the journal says: counters by party, receipt of the oldest waiting delivery, open worklist items by kind."""

    accounts: dict[tuple[str, str], dict[str, int]]
    oldest_ns: dict[str, int]
    worklist: dict[str, int]


async def metrics_text(operator: Operator) -> str:
    return written(families(operator.hub, await operator.look(figures)))


def figures(view: View) -> Figures:
    view.load_names()
    kinds = {id: kind for (kind, _), id in view.names.items()}
    accounts: dict[tuple[str, str], dict[str, int]] = {}
    for party, account, n in view.rows("select party, account, sum(n) from ledger where hour > 0 group by 1, 2"):
        accounts.setdefault((kinds[party], view.name_of[party]), {})[Account(account).name.lower()] = n
    oldest = {
        name: view.one(
            "select m.received_ns from delivery d join message m on m.id = d.message "
            "where d.destination = ? and d.state = 0 and d.due_ns = 0 order by d.id limit 1",
            (id,),
        )
        or 0
        for (kind, name), id in view.names.items()
        if kind == "destination"
    }
    worklist = dict(view.rows("select kind, count(*) from worklist where closed_ns = 0 group by kind"))
    return Figures(accounts, oldest, {kind: worklist.get(kind, 0) for kind in ("delivery", "message", "task")})


_FINAL = ("delivered", "already_there", "skipped", "discarded", "redirected", "returned", "superseded")


def families(hub: Hub, figures: Figures) -> Iterator[Family]:
    sources = {name: held for (kind, name), held in figures.accounts.items() if kind == "source"}
    destinations = {name: held for (kind, name), held in figures.accounts.items() if kind == "destination"}
    yield Family("isthmus_info", "gauge", "The running program.", [({"version": __version__}, 1)])
    yield Family("isthmus_ready", "gauge", "1: messages are taken in.", [({}, hub.accepting)])
    yield Family(
        "isthmus_frames_total",
        "counter",
        "Frames that sources handed in, by what became of them.",
        _by(sources, "source", "outcome", ("appended", "duplicate", "refused")),
    )
    yield Family(
        "isthmus_decisions_total",
        "counter",
        "Messages that flows decided.",
        _by(sources, "source", "decision", ("decided", "filtered")),
    )
    yield Family(
        "isthmus_undecided",
        "gauge",
        "Messages that stand undecided.",
        [({"source": name}, held.get("undecided", 0)) for name, held in sources.items()],
    )
    yield Family(
        "isthmus_dispatched_total",
        "counter",
        "Deliveries that were asked for.",
        [({"destination": name}, held.get("dispatched", 0)) for name, held in destinations.items()],
    )
    yield Family(
        "isthmus_settled_total",
        "counter",
        "Deliveries by their final state.",
        _by(destinations, "destination", "state", _FINAL),
    )
    yield Family(
        "isthmus_open",
        "gauge",
        "Deliveries that wait or are parked.",
        _by(destinations, "destination", "state", ("waiting", "parked")),
    )
    now_ns = hub.clock.now_ns()
    yield Family(
        "isthmus_oldest_waiting_seconds",
        "gauge",
        "Age of the message whose delivery has waited longest; 0: none waits.",
        [
            ({"destination": name}, max(0.0, (now_ns - at_ns) / NS_PER_S) if at_ns else 0)
            for name, at_ns in figures.oldest_ns.items()
        ],
    )
    yield from _live(hub, figures)
    yield from _process(hub)


def _live(hub: Hub, figures: Figures) -> Iterator[Family]:
    boxes = hub.outboxes.items()
    yield Family(
        "isthmus_worklist_open",
        "gauge",
        "What waits for a person.",
        [({"kind": kind}, n) for kind, n in figures.worklist.items()],
    )
    yield Family(
        "isthmus_in_memory",
        "gauge",
        "Deliveries in the lanes that are held in memory.",
        [({"destination": name}, len(box.lanes)) for name, box in boxes],
    )
    yield Family(
        "isthmus_source_up",
        "gauge",
        "0: the source's last look for messages failed.",
        [({"source": name}, watch.cause is None) for name, watch in hub.watches.items()],
    )
    yield Family(
        "isthmus_destination_up",
        "gauge",
        "0: the destination cannot be reached.",
        [
            ({"destination": name}, not (box.unavailable_because or hub.lookups.away_because(name)))
            for name, box in boxes
        ],
    )
    yield Family(
        "isthmus_destination_held",
        "gauge",
        "1: a person holds it.",
        [({"destination": name}, box.held) for name, box in boxes],
    )
    yield Family("isthmus_incidents_open", "gauge", "Open incidents.", [({}, len(hub.observer.incidents))])
    yield Family(
        "isthmus_events_total",
        "counter",
        "Events, as they stand in the log.",
        [({"event": name}, n) for name, n in sorted(hub.observer.counts.items())],
    )


def _process(hub: Hub) -> Iterator[Family]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    path = hub.settings.data / JOURNAL_FILE
    stored = sum(p.stat().st_size for p in (path, path.with_name(path.name + "-wal")) if p.exists())
    disk = os.statvfs(hub.settings.data)
    commits, operations, seconds = getattr(hub.journal, "commits", (0, 0, 0.0))
    yield Family("isthmus_commits_total", "counter", "Transactions: one fsync each.", [({}, commits)])
    yield Family("isthmus_commit_operations_total", "counter", "Operations in them.", [({}, operations)])
    yield Family("isthmus_commit_seconds_total", "counter", "Time spent waiting for the disk.", [({}, seconds)])
    yield Family("isthmus_journal_bytes", "gauge", "The journal's size on disk.", [({}, stored)])
    yield Family(
        "isthmus_disk_free_bytes", "gauge", "Free on the journal's disk.", [({}, disk.f_bavail * disk.f_frsize)]
    )
    yield Family("process_resident_memory_bytes", "gauge", "Resident memory.", [({}, resident)])
    yield Family("process_cpu_seconds_total", "counter", "CPU time.", [({}, used.ru_utime + used.ru_stime)])
    yield Family("process_scrape_timestamp_seconds", "gauge", "When this was read.", [({}, round(time.time(), 3))])


def _by(parties: dict[str, dict[str, int]], label: str, of: str, accounts: Iterable[str]) -> list[Sample]:
    return [
        ({label: name, of: account}, held.get(account, 0)) for name, held in parties.items() for account in accounts
    ]


def written(found: Iterable[Family]) -> str:
    """The text of metric families."""
    lines = []
    for family in found:
        lines.append(f"# HELP {family.name} {family.help}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        for labels, value in family.samples:
            inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            lines.append(f"{family.name}{'{' + inside + '}' if inside else ''} {_number(value)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
