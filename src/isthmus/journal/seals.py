"""Closing hours: what was appended, dispatched and posted in them is sealed in a chain of hashes that outlives pruning.

    seal n:  rows_hash = HMAC(chain key, messages | deliveries | postings of its ranges, without what may still change)
             hash      = HMAC(chain key, hash of n-1, id | hour | ends of its ranges | rows_hash)

Each range begins where the one before ended, so a row belongs to exactly one seal. A seal covers a bounded number of
rows: after a busy hour several steps are needed, and none of them holds up the intake.

What may change and is therefore not covered: the decision of a message, the state of a delivery (its postings are
covered), where a body lies and what is sealed with the keys of its segment (pruning moves survivors).
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..kernel.clock import NS_PER_HOUR
from .batch import Batch
from .view import View

ROWS_MAX = 2000
"""Rows of each kind in one seal: about 5 ms of hashing."""

_pack = msgspec.msgpack.encode

# The columns that are covered: those that never change.
_MESSAGES = "id, source, number, received_ns, kind, type, lane, lanes, control, digest, size, original"
_DELIVERIES = "id, message, parent, destination, lanes, hour, due_ns, slot, waits"
_POSTINGS = "id, delivery, previous, state, at_ns, follows, code"


def seal_closed(batch: Batch, now_ns: int, rows_max: int = ROWS_MAX) -> bool:
    """Seal what the closed hours hold, at most `rows_max` rows of each kind; True: call again, there is more."""
    store = batch.store
    open_ns = now_ns // NS_PER_HOUR * NS_PER_HOUR
    last = store.db.execute(
        "select last_message, last_delivery, last_posting, hash from seal order by id desc limit 1"
    ).fetchone() or (0, 0, 0, b"")
    messages = _until(store, "message", "received_ns", last[0], open_ns, now_ns, rows_max)
    deliveries = _until(store, "delivery", "hour", last[1], open_ns // NS_PER_HOUR, now_ns, rows_max)
    postings = _until(store, "posting", "at_ns", last[2], open_ns, now_ns, rows_max)
    ends = (messages, deliveries, postings)
    if ends == last[:3]:
        return False
    id = batch.counters.seal
    batch.counters.seal = id + 1
    row = (id, open_ns // NS_PER_HOUR - 1, *ends, rows_hash(store, last[:3], ends))
    store.db.execute("insert into seal values (?, ?, ?, ?, ?, ?, ?)", (*row, link(store, last[3], row)))
    return any(end - start >= rows_max for start, end in zip(last[:3], ends, strict=True))


def _until(view: View, table: str, column: str, after: int, opened: int, now: int, rows_max: int) -> int:
    """The id up to which rows were written before the open hour. Times in the future (a clock was wrong) do not wait."""
    first_open = view.one(
        f"select min(id) from (select id, {column} as at from {table} where id > ? order by id limit ?) "
        "where at between ? and ?",
        (after, rows_max, opened, now),
    )
    if first_open is not None:
        return int(first_open) - 1
    return (
        view.one(f"select max(id) from (select id from {table} where id > ? order by id limit ?)", (after, rows_max))
        or after
    )


def rows_hash(view: View, after: tuple[int, int, int], ends: tuple[int, int, int]) -> bytes:
    """The hash over the rows of three ranges of ids, each from after the first bound to the second."""
    covered = [
        view.rows(f"select {columns} from {table} where id > ? and id <= ? order by id", (start, end))
        for (table, columns), start, end in zip(
            (("message", _MESSAGES), ("delivery", _DELIVERIES), ("posting", _POSTINGS)), after, ends, strict=True
        )
    ]
    return view.vault.chain(b"", _pack(covered))


def link(view: View, before: bytes, row: tuple[Any, ...]) -> bytes:
    """The hash that a seal must have after the one whose hash is `before`."""
    return view.vault.chain(before, _pack(row))
