"""Claim: what waits, read back in order: after a restart, and for lanes longer than memory allows."""

from __future__ import annotations

from typing import Any

import msgspec

from ..kernel.errors import Misuse
from ..ports import Arrival, Entry, Kind, Memory, State
from .batch import CHUNK_BYTES
from .store import Store, split_lanes

_unpack = msgspec.msgpack.decode

_COLUMNS = "id, message, parent, destination, lanes, body, size, hour, due_ns, slot, state, attempts, waits, x"


def entry_of(store: Store, row: tuple[Any, ...]) -> Entry:
    id, message, parent, destination, lanes, body, size, hour, due_ns, slot, state, attempts, waits, x = row
    entry = Entry(
        store.name_of[destination],
        split_lanes(lanes),
        None,
        due_ns=due_ns,
        slot=slot,
        parent=parent,
        message_id=message,
        hour=hour,
        body_id=body,
        state=State(state),
        waits=bool(waits),
    )
    entry.id, entry.size, entry.attempts = id, size, attempts
    if x is not None:
        entry.key, entry.headers = _unpack(store.unseal(b"d%d" % id, x))
    return entry


def page(store: Store, destination: str, after: int, limit: int, bytes_max: int) -> list[Entry]:
    """Waiting deliveries of one destination, in commit order; bodies until `bytes_max` is used up."""
    party = store.names.get(("destination", destination))
    if party is None:
        return []
    entries = [
        entry_of(store, row)
        for row in store.rows(
            f"select {_COLUMNS} from delivery where destination = ? and state = 0 and due_ns = 0 and id > ? "
            "order by id limit ?",
            (party, after, limit),
        )
    ]
    for entry in entries:
        bytes_max -= entry.size
        if bytes_max < 0:
            break
        entry.body = read_body(store, entry.body_id, entry.size)
    return entries


def read_body(store: Store, first: int, size: int) -> bytes:
    """The plain body that starts at row `first`. Raises `Tampered`, `Misuse` when pruned."""
    rows = max(1, -(-size // CHUNK_BYTES))
    pieces = []
    for id in range(first, first + rows):
        sealed = store.one("select x from body where id = ?", (id,))
        if sealed is None:
            raise Misuse("the body is no longer stored: its retention segment was pruned")
        pieces.append(store.unseal(b"b%d" % id, sealed))
    return pieces[0] if rows == 1 else b"".join(pieces)


def due(store: Store, before_ns: int, limit: int) -> list[Entry]:
    """Timers that are due, earliest first, with their bodies."""
    entries = [
        entry_of(store, row)
        for row in store.rows(
            f"select {_COLUMNS} from delivery where state = 0 and due_ns > 0 and due_ns <= ? order by due_ns, id limit ?",
            (before_ns, limit),
        )
    ]
    for entry in entries:
        entry.body = read_body(store, entry.body_id, entry.size)
    return entries


def next_due(store: Store) -> int:
    """When the earliest timer is due; 0: none is set."""
    return int(store.one("select min(due_ns) from delivery where state = 0 and due_ns > 0") or 0)


def blocked(store: Store) -> list[Entry]:
    """Parked deliveries whose lanes wait behind them, in order."""
    return [
        entry_of(store, row)
        for row in store.rows(
            f"select {', '.join('d.' + c for c in _COLUMNS.split(', '))} from worklist w join delivery d on d.id = w.delivery "
            "where w.closed_ns = 0 and w.blocks = 1 and w.kind = 'delivery' order by d.id"
        )
    ]


def undecided(store: Store, after: int, limit: int) -> list[tuple[Arrival, bool]]:
    """Messages that stand undecided, in order, each with whether it is parked for a person and holds its lanes."""
    found = []
    for id, source, received_ns, type, control, digest, size, body, x, parked in store.rows(
        "select m.id, m.source, m.received_ns, m.type, m.control, m.digest, m.size, m.body, m.x, w.blocks from message m "
        "left join worklist w on w.message = m.id and w.kind = 'message' and w.closed_ns = 0 "
        "where m.decision = 0 and m.id > ? order by m.id limit ?",
        (after, limit),
    ):
        extra = _unpack(store.unseal(b"m%d" % id, x))
        arrival = Arrival(
            store.name_of[source],
            received_ns,
            read_body(store, body, size),
            kind=Kind.APPENDED,
            type=store.name_of[type],
            lanes=split_lanes(extra["lanes"]),
            control=control,
            digest=digest,
            origin=extra["origin"],
            blocks=bool(parked),
        )
        arrival.id = id
        found.append((arrival, parked is not None))
    return found


def memory(store: Store, process: str, key: bytes) -> Memory | None:
    party = store.names.get(("process", process))
    row = store.db.execute("select version, x from state where process = ? and key = ?", (party, key)).fetchone()
    return None if row is None else Memory(process, key, row[0], store.unseal(b"s" + key, row[1]))
