"""Search: what a person asks of the journal, over a read-only connection beside the writer's.

Keys that identify a person come as MACs (`Reader.mac`), so a search never writes them anywhere. Exact keys are found by
the search runs, times by the bounds of the runs, states by partial indexes: a million messages do not slow a search
down. Only a filter that hardly anything passes (a rare type over all time) reads every row, once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from ..kernel.errors import IsthmusError, Misuse, StorageUnable
from ..ports import Decision, Kind, State
from ..security.vault import Vault
from .migrate import schema
from .trail import CONTROL, LANE, find, run_end
from .view import View, lane_key

BUSY_MS = 5000
_FEW = 5000
"""Up to so many open deliveries are looked up by themselves; beyond, messages are asked one by one."""

_FOREVER = 1 << 62

STATES = ("waiting", "parked", "undecided", "filtered", "decided", "refused", "duplicate")


class Reader(View):
    """A second, read-only look at a journal. Used by one thread at a time; every query sees the latest commit."""

    def __init__(self, path: Path, vault: Vault, vfs: str | None = None) -> None:
        try:
            db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=vfs)
            db.set_busy_timeout(BUSY_MS)
            version = schema(db)
        except apsw.Error as error:
            raise _unopened(path, error) from None
        super().__init__(db, vault)
        self.path = path
        try:
            if not version:
                raise Misuse(f"the journal at {path} is empty: has the hub run here?")
            self.vault.use_mac_key(self.vault.unwrap(b"mac", self.one("select wrapped from data_key where id = 0")))
            self.load_names()
        except BaseException:
            db.close()
            raise

    def mac(self, value: bytes) -> bytes:
        """What stands for a personal key in lanes and searches."""
        return self.vault.mac(value)

    def control(self, control_id: bytes) -> int:
        """What stands for a control id in searches."""
        return lane_key(self.vault.mac(control_id))

    def close(self) -> None:
        self.db.close()


def _unopened(path: Path, error: Exception) -> IsthmusError:
    """Why a journal cannot be looked at, in words."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Misuse(f"there is no journal at {path}: has the hub run here?")
    except OSError as refused:
        return StorageUnable(f"the journal at {path} cannot be read: {refused.strerror}")
    if isinstance(error, apsw.NotADBError):
        return Misuse(f"what is at {path} is no journal")
    # Beside a running hub, and after one that was killed, SQLite shares its log through files of the same folder.
    return StorageUnable(f"the journal at {path} cannot be read: may this user read it and write to its folder?")


def open_read(path: Path, vault: Vault) -> Reader:
    """A reader of the journal at `path`, beside a running hub or without one.

    Raises `Misuse` when there is none, `StorageUnable` when it cannot be read, `Tampered` when the hub key is another one.
    """
    return Reader(path, vault)


@dataclass(frozen=True, slots=True)
class Query:
    """Which messages. Everything that is given must hold.

    from_ns, to_ns   received in [from, to); 0: no bound
    type             "ADT" finds every trigger event, "ADT^A01" one
    version          of the flows that decided it; "ehr-adt" finds every version of that name ("ehr-adt@...")
    destination      has a delivery to it (in the given state, if `state` is waiting or parked)
    lane             MAC of a lane's key
    control          of a control id, as `Reader.control` gives it
    replays          False: leave out what is itself a replay
    after            the last message of the page before; 0: the first page
    """

    from_ns: int = 0
    to_ns: int = 0
    source: str = ""
    type: str = ""
    version: str = ""
    state: str = ""
    destination: str = ""
    lane: bytes = b""
    control: int = 0
    replays: bool = True
    after: int = 0
    limit: int = 50
    newest_first: bool = True


class Summary(NamedTuple):
    """One message in a list. `deliveries` counts by state."""

    id: int
    source: str
    number: int
    received_ns: int
    kind: str
    type: str
    version: str
    decision: str
    size: int
    original: int
    deliveries: dict[str, int]


def messages(view: View, query: Query) -> list[Summary]:
    """A page of messages. Raises `Misuse` for a state that does not exist."""
    where, parameters = conditions(view, query)
    if query.after:
        where += f" and m.id {'<' if query.newest_first else '>'} ?"
        parameters.append(query.after)
    order = "desc" if query.newest_first else "asc"
    rows = view.rows(
        "select m.id, m.source, m.number, m.received_ns, m.kind, m.type, m.version, m.decision, m.size, m.original "
        f"from message m where {where} order by m.id {order} limit ?",
        (*parameters, query.limit),
    )
    return [
        Summary(
            id,
            view.name_of.get(source, ""),
            number,
            received_ns,
            Kind(kind).name.lower(),
            view.name_of.get(type, ""),
            view.name_of.get(version, ""),
            Decision(decision).name.lower(),
            size,
            original or 0,
            delivery_states(view, id),
        )
        for id, source, number, received_ns, kind, type, version, decision, size, original in rows
    ]


def delivery_states(view: View, message: int) -> dict[str, int]:
    return {
        State(state).name.lower(): n
        for state, n in view.rows(
            "select state, count(*) from delivery where message = ? group by state order by state", (message,)
        )
    }


def conditions(view: View, query: Query) -> tuple[str, list[Any]]:
    """The SQL that says which rows of `message m` a query means, and its parameters."""
    view.load_names()
    terms: list[str] = ["1"]
    parameters: list[Any] = []

    def term(sql: str, *values: Any) -> None:
        terms.append(sql)
        parameters.extend(values)

    if query.source:
        term("m.source = ?", view.names.get(("source", query.source), 0))
    if query.type:
        term(f"m.type in ({_named(view, 'type', query.type, '^')})")
    if query.version:
        term(f"m.version in ({_named(view, 'version', query.version, '@')})")
    if not query.replays:
        term("(m.original is null or m.kind != 0)")
    if query.from_ns or query.to_ns:
        from_ns, to_ns = query.from_ns, query.to_ns or _FOREVER
        low, high = _between(view, from_ns, to_ns)
        term("m.received_ns >= ? and m.received_ns < ? and m.id between ? and ?", from_ns, to_ns, low, high)
    for kind, key in ((LANE, lane_key(query.lane) if query.lane else 0), (CONTROL, query.control)):
        if key:
            term("m.id in (select value from json_each(?))", json.dumps(_with_key(view, kind, key, query)))
    if query.state in STATES or not query.state:
        term(
            _in_state(
                view, query.state, view.names.get(("destination", query.destination), 0) if query.destination else None
            )
        )
    else:
        raise Misuse(f"there is no state {query.state!r}: use one of {', '.join(STATES)}")
    return " and ".join(terms), parameters


def _named(view: View, kind: str, name: str, separator: str) -> str:
    """Numbers of a name and of those that it begins up to a separator."""
    return ", ".join(
        str(id)
        for (of, known), id in view.names.items()
        if of == kind and (known == name or known.startswith(name + separator))
    )


def _between(view: View, from_ns: int, to_ns: int) -> tuple[int, int]:
    """Between which ids the messages of a time lie; wider when the clock was set back in between."""
    low, high = view.rows(
        "select min(case when to_ns >= ?1 and from_ns < ?2 then first_message end), "
        "max(case when to_ns >= ?1 and from_ns < ?2 then last_message end) from run",
        (from_ns, to_ns),
    )[0]
    first, last = view.rows(
        "select min(id), max(id) from message where id > ? and received_ns >= ? and received_ns < ?",
        (run_end(view), from_ns, to_ns),
    )[0]
    ends = [end for end in (low, high, first, last) if end is not None]
    return (min(ends), max(ends)) if ends else (1, 0)


def _with_key(view: View, kind: int, key: int, query: Query) -> list[int]:
    found = find(view, kind, key, query.from_ns, query.to_ns or _FOREVER)
    # The runs list the first lane of accepted messages; further lanes, and what was refused or repeated, are few.
    also = "select message from lane_also where key = ?1" if kind == LANE else "select 0 where 0"
    column = "lane" if kind == LANE else "control"
    found += [
        id for (id,) in view.rows(f"{also} union all select id from message where kind != 0 and {column} = ?1", (key,))
    ]
    return found


_OF_MESSAGE = {
    "": "1",
    "undecided": "m.decision = 0",
    "filtered": "m.decision = 1",
    "decided": "m.decision = 2",
    "refused": "m.kind = 2 and m.kind != 0",  # twice, so that the partial index is seen to fit
    "duplicate": "m.kind = 1 and m.kind != 0",
}
_OF_DELIVERY = {
    "waiting": ("d.state = 0 and d.due_ns = 0", "d.state = 0 and d.due_ns > 0"),
    "parked": ("d.state = 8",),
}


def _in_state(view: View, state: str, destination: int | None) -> str:
    to = "1" if destination is None else f"d.destination = {destination}"
    if state in _OF_MESSAGE:
        of_message = _OF_MESSAGE[state]
        if destination is None:
            return of_message
        return f"{of_message} and exists (select 1 from delivery d where d.message = m.id and {to})"
    open_ones = [f"select d.message from delivery d where {term} and {to}" for term in _OF_DELIVERY[state]]
    if state == "parked" and destination is None:
        open_ones.append("select message from worklist where closed_ns = 0 and kind = 'message'")
    all_of_them = " union all ".join(open_ones)
    if view.one(f"select count(*) from (select 1 from ({all_of_them}) limit {_FEW})") < _FEW:
        return f"m.id in ({all_of_them})"
    either = " or ".join(_OF_DELIVERY[state])
    return f"exists (select 1 from delivery d where d.message = m.id and ({either}) and {to})"
