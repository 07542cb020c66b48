"""Metadata past its retention: messages by search run, then their deliveries and postings, always from the oldest on.

Only what is finished, sealed and without bodies is forgotten; the first message that is not holds up the rest, because
the numbers of what is kept must stay gap-free. `pruned` says how far each table has come.
"""

from __future__ import annotations

from ..kernel.clock import NS_PER_HOUR
from . import texts
from .store import Store
from .view import BODY_BITS

_ROWS = 2000


def step(store: Store, before_ns: int) -> bool:
    """Forget the next run of messages, or rows that belonged to forgotten ones; False: nothing is old enough."""
    done = _mark(store, "message")
    return (
        _rows(store, "posting", f"delivery > {_mark(store, 'delivery')}")
        or _rows(store, "delivery", f"message > {done}")
        or _rows(store, "worklist", f"message > {done}")
        or _rows(store, "mend", f"message > {done}")
        or _run(store, before_ns)
        or texts.forget(store)
    )


def _mark(store: Store, kind: str) -> int:
    return store.one("select last from pruned where kind = ? and party = 0", (kind,)) or 0


def _advance(store: Store, kind: str, last: int, party: int = 0) -> None:
    store.db.execute(
        "insert into pruned values (?, ?, ?) on conflict do update set last = max(last, excluded.last)",
        (kind, party, last),
    )


def _rows(store: Store, table: str, needed: str) -> bool:
    """Delete from the oldest row on, up to the first that is `needed`; never the last of the table."""
    after = _mark(store, table)
    last = store.one(
        f"select coalesce(min(case when {needed} then id end) - 1, max(id)) "
        f"from (select * from {table} where id > ? and id < (select max(id) from {table}) order by id limit {_ROWS})",
        (after,),
    )
    if last is None or last <= after:
        return False
    store.db.execute(f"delete from {table} where id > ? and id <= ?", (after, last))
    _advance(store, table, last)
    return True


def _run(store: Store, before_ns: int) -> bool:
    run = store.db.execute(
        "select id, first_message, last_message from run where to_ns < ?1 and first_message = "
        "(select min(first_message) from run) and last_message < (select max(id) from message) "
        "and last_message <= (select max(last_message) from seal)",
        (before_ns,),
    ).fetchone()
    if run is None or _unfinished(store, run[1], run[2]):
        return False
    id, first, last = run
    for source, number in store.rows(
        "select source, max(number) from message where id between ? and ? group by source", (first, last)
    ):
        _advance(store, "source", number, source)
    newest_ns = store.one("select max(received_ns) from message where id between ? and ?", (first, last))
    _advance(store, "hour", newest_ns // NS_PER_HOUR)
    _advance(store, "message", last)
    store.db.execute("delete from message where id between ? and ?", (first, last))
    store.db.execute("delete from proposal where message between ? and ?", (first, last))
    store.db.execute("delete from owed where message between ? and ?", (first, last))
    store.db.execute("delete from lane_also where message between ? and ?", (first, last))
    store.db.execute("delete from run_entry where run = ?", (id,))
    store.db.execute("delete from run where id = ?", (id,))
    store.db.execute("delete from filter where last_message <= ? and id < (select max(id) from filter)", (last,))
    return True


def _unfinished(store: Store, first: int, last: int) -> bool:
    """Whether a message of the range still has a body, something open, or a delivery that is not sealed."""
    dropped = "(select id from segment where dropped_ns is not null)"
    return (
        store.one(
            f"select 1 from message where id between ?1 and ?2 and (decision = 0 or (body != 0 and body >> {BODY_BITS} not in {dropped})) "
            "union all select 1 from delivery where message between ?1 and ?2 and (state in (0, 8) "
            f"or body >> {BODY_BITS} not in {dropped} or id > (select max(last_delivery) from seal) "
            "or posting > (select max(last_posting) from seal)) "
            "union all select 1 from worklist where message between ?1 and ?2 and closed_ns = 0 limit 1",
            (first, last),
        )
        is not None
    )
