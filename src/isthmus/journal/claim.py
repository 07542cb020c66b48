"""Claim: what waits, read back in order: after a restart, and for lanes longer than memory allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..kernel.errors import Misuse
from ..ports import Arrival, Entry, Kind, Memory, State
from .view import View, split_lanes

_COLUMNS = "id, message, parent, destination, lanes, body, size, hour, due_ns, slot, state, attempts, posting, waits, x"


def entry_of(store: View, row: tuple[Any, ...], read: Callable[[bytes, bytes], Any] | None = None) -> Entry:
    id, message, parent, destination, lanes, body, size, hour, due_ns, slot, state, attempts, posting, waits, x = row
    read = read or store.words
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
    entry.id, entry.size, entry.attempts, entry.posting = id, size, attempts, posting
    if x is not None:
        entry.key, entry.headers = read(b"d%d" % id, x) or (None, None)
    return entry


def entry(store: View, id: int) -> Entry:
    """One delivery, whatever its state, without its body; key and headers are None when they were pruned.

    Raises `Misuse` when there is none of this id.
    """
    row = store.db.execute(f"select {_COLUMNS} from delivery where id = ?", (id,)).fetchone()
    if row is None:
        raise Misuse(f"there is no delivery {id} in the journal")
    return entry_of(store, row, store.maybe_words)


def page(store: View, destination: str, after: int, limit: int) -> list[Entry]:
    """Waiting deliveries of one destination, in commit order, without bodies."""
    party = store.names.get(("destination", destination))
    if party is None:
        return []
    return [
        entry_of(store, row)
        for row in store.rows(
            f"select {_COLUMNS} from delivery where destination = ? and state = 0 and due_ns = 0 and id > ? "
            "order by id limit ?",
            (party, after, limit),
        )
    ]


def load(store: View, entries: list[Entry], bytes_max: int) -> None:
    """Read bodies back into entries, in order, until `bytes_max` is used up; the first one always."""
    for at, entry in enumerate(entries):
        bytes_max -= entry.size
        if at and bytes_max < 0:
            return
        entry.body_id = store.one("select body from delivery where id = ?", (entry.id,)) or entry.body_id
        entry.body = store.body(entry.body_id, entry.size)


def read(store: View, delivery: int, offset: int, bytes_max: int) -> bytes:
    """A part of a delivery's body. Raises `Misuse` when there is no such delivery."""
    row = store.db.execute("select body, size from delivery where id = ?", (delivery,)).fetchone()
    if row is None:
        raise Misuse(f"there is no delivery {delivery} in the journal")
    body, size = row
    return store.body_part(body, size, offset, bytes_max)


def cursor(store: View, delivery: int) -> bytes | None:
    """The latest cursor among a delivery's postings: it may have been parked and sent again since."""
    posting = store.one("select posting from delivery where id = ?", (delivery,))
    while posting:
        words = store.maybe_words(b"p%d" % posting, store.one("select x from posting where id = ?", (posting,)))
        if words and words.get("cursor") is not None:
            return bytes(words["cursor"])
        posting = store.one("select previous from posting where id = ?", (posting,))
    return None


def due(store: View, before_ns: int, limit: int) -> list[Entry]:
    """Timers that are due, earliest first, with their bodies."""
    entries = [
        entry_of(store, row)
        for row in store.rows(
            f"select {_COLUMNS} from delivery where state = 0 and due_ns > 0 and due_ns <= ? order by due_ns, id limit ?",
            (before_ns, limit),
        )
    ]
    for entry in entries:
        entry.body = store.body(entry.body_id, entry.size)
    return entries


def next_due(store: View) -> int:
    """When the earliest timer is due; 0: none is set."""
    return int(store.one("select min(due_ns) from delivery where state = 0 and due_ns > 0") or 0)


def blocked(store: View) -> list[Entry]:
    """Parked deliveries whose lanes wait behind them, in order."""
    return [
        entry_of(store, row)
        for row in store.rows(
            f"select {', '.join('d.' + c for c in _COLUMNS.split(', '))} from worklist w join delivery d on d.id = w.delivery "
            "where w.closed_ns = 0 and w.blocks = 1 and w.kind = 'delivery' order by d.id"
        )
    ]


def undecided(store: View, after: int, limit: int) -> list[tuple[Arrival, bool]]:
    """Messages that stand undecided, in order, each with whether it is parked for a person and holds its lanes."""
    found = []
    for id, source, received_ns, type, control, digest, size, body, x, parked in store.rows(
        "select m.id, m.source, m.received_ns, m.type, m.control, m.digest, m.size, m.body, m.x, w.blocks from message m "
        "left join worklist w on w.message = m.id and w.kind = 'message' and w.closed_ns = 0 "
        "where m.decision = 0 and m.id > ? order by m.id limit ?",
        (after, limit),
    ):
        extra = store.words(b"m%d" % id, x)
        arrival = Arrival(
            store.name_of[source],
            received_ns,
            store.body(*deciding_body(store, id, body, size)),
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


def deciding_body(store: View, message_id: int, body: int, size: int) -> tuple[int, int]:
    """First row and size of what a message is decided on: what a person put right, or what the source sent."""
    mended = store.db.execute(
        "select body, size from mend where message = ? and delivery = 0 order by id desc limit 1", (message_id,)
    ).fetchone()
    return (mended[0], mended[1]) if mended else (body, size)


def memory(store: View, process: str, key: bytes) -> Memory | None:
    party = store.names.get(("process", process))
    if party is None:
        return None
    row = store.db.execute("select version, x from state where process = ? and key = ?", (party, key)).fetchone()
    return None if row is None else Memory(process, key, row[0], store.unseal(b"s%d:" % party + key, row[1]))


def memories(store: View, process: str) -> list[Memory]:
    party = store.names.get(("process", process))
    if party is None:
        return []
    found = store.rows("select key, version, x from state where process = ? order by key", (party,))
    return [Memory(process, key, version, store.unseal(b"s%d:" % party + key, x)) for key, version, x in found]
