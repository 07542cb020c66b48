"""Retention: bodies leave by segment, metadata later by search run, and the space goes back to the file system.

    segment  live --expired--> leaving --survivors carried--> dropped: keys destroyed --bodies deleted--> empty

Everything happens in steps of a few milliseconds, each a transaction among others; a step that a crash undoes is simply
taken again. Nothing that is unfinished is ever dropped: what waits, is parked, stands undecided or is an open task is
carried into today's segment first, and what becomes unfinished meanwhile is carried by whoever makes it so (settle.py).

What stays for good: ledger, seals, audit, names, and the last row of each table, so that no number is given twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..kernel.clock import NS_PER_DAY
from . import forget
from .batch import Batch
from .carry import carry
from .store import Store
from .view import BODY_BITS

ROWS_MAX = 50
"""Open things that one step looks at: 0.02 ms each, 0.1 ms when they are carried."""

_DELETED_ROWS = 500
_DELETED_BYTES = 4 << 20
"""Of bodies in one step: freeing a page costs about 2 µs."""

_VACUUM_PAGES = 200
_SPARE_PAGES = 512
"""Free pages (4 MiB) that stay in the file for the messages to come."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept, in days after the day of receipt.

    bodies_days    of a class of which nothing is said in `classes`
    metadata_days  who, when, what became of it; never less than the bodies
    """

    bodies_days: int = 30
    metadata_days: int = 400
    classes: Mapping[str, int] = field(default_factory=dict)

    def bodies(self, retention: str) -> int:
        return self.classes.get(retention, self.bodies_days)


# What is open, in the order of the indexes that know it: deliveries that wait, timers, parked ones; messages that stand
# undecided; items of the worklist. A row is (major, minor, message), and (major, minor) is where the next look begins.
_OPEN = (
    "select {major}, id, message from delivery where {open} and {major} = ?1 and id > ?2 "
    "union all select {major}, id, message from delivery where {open} and {major} > ?1 order by 1, 2"
)
_PHASES = (
    _OPEN.format(major="destination", open="state = 0 and due_ns = 0"),
    _OPEN.format(major="due_ns", open="state = 0 and due_ns > 0"),
    _OPEN.format(major="destination", open="state = 8"),
    "select ?1, id, id from message where decision = 0 and id > ?2 order by id",
    "select ?1, id, message from worklist where closed_ns = 0 and id > ?2 order by id",
)


def prune_step(batch: Batch, policy: Retention, now_ns: int, rows_max: int = ROWS_MAX) -> bool:
    """The next bounded step; False: there is nothing to do until another day begins."""
    batch.flush()
    return (
        _delete_bodies(batch.store)
        or _leave(batch, policy, now_ns, rows_max)
        or forget.step(batch.store, now_ns - policy.metadata_days * NS_PER_DAY)
        or _give_back(batch.store)
    )


def _leave(batch: Batch, policy: Retention, now_ns: int, rows_max: int) -> bool:
    """Bring the oldest expired segment one step nearer to its end."""
    store = batch.store
    today = now_ns // NS_PER_DAY
    for id, retention, day, leaving_ns in store.rows(
        "select id, class, day, leaving_ns from segment where dropped_ns is null order by leaving_ns is null, day, id"
    ):
        if leaving_ns is not None:
            if not _survey(batch, id, rows_max):
                store.destroy_keys(id)
                store.db.execute("delete from survey where segment = ?", (id,))
                store.db.execute("update segment set dropped_ns = ? where id = ?", (batch.now_ns, id))
                store.load_leaving()
            return True
        if today - day > policy.bodies(retention):
            store.db.execute("update segment set leaving_ns = ? where id = ?", (batch.now_ns, id))
            store.db.execute("insert into survey values (?, 0, 0, 0)", (id,))
            store.load_leaving()
            return True
    return False


def _survey(batch: Batch, segment: int, rows_max: int) -> bool:
    """Carry what of the next open things lies in a leaving segment; False: all were looked at."""
    store = batch.store
    ((phase, major, minor),) = store.rows("select phase, major, minor from survey where segment = ?", (segment,))
    rows = store.rows(f"{_PHASES[phase]} limit ?3", (major, minor, rows_max))
    for message in {message for _, _, message in rows}:
        carry(batch, message)
    ended = len(rows) < rows_max
    at = (phase + 1, 0, 0) if ended else (phase, *rows[-1][:2])
    store.db.execute("update survey set phase = ?, major = ?, minor = ? where segment = ?", (*at, segment))
    return not ended or phase + 1 < len(_PHASES)


def _delete_bodies(store: Store) -> bool:
    for (segment,) in store.rows(
        "select id from segment s where dropped_ns is not null "
        f"and exists (select 1 from body where id >= s.id << {BODY_BITS} and id < (s.id + 1) << {BODY_BITS})"
    ):
        last = left = 0
        for id, size in store.db.execute(
            "select id, length(x) from body where id >= ? and id < ? order by id limit ?",
            (segment << BODY_BITS, (segment + 1) << BODY_BITS, _DELETED_ROWS),
        ):
            last, left = id, left + size
            if left > _DELETED_BYTES:
                break
        store.db.execute("delete from body where id >= ? and id <= ?", (segment << BODY_BITS, last))
        return True
    return False


def _give_back(store: Store) -> bool:
    """Return free pages to the file system: the file shrinks with the next checkpoint."""
    free = store.one("pragma freelist_count")
    if free <= _SPARE_PAGES:
        return False
    store.db.execute(f"pragma incremental_vacuum({min(_VACUUM_PAGES, free - _SPARE_PAGES)})").fetchall()
    return True
