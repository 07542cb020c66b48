"""Carry forward: what an unfinished message holds in leaving segments moves into today's, sealed afresh.

A message is unfinished while it stands undecided, has a delivery that waits or is parked, or an item open on the
worklist. Its raw bytes, the bodies of its open deliveries and everything sealed beside them move together, so that
whoever mends it sees what it was about.
"""

from __future__ import annotations

from .batch import Batch
from .view import BODY_BITS, body_rows, key_id


def carry(batch: Batch, message_id: int) -> None:
    """Move one message out of the leaving segments. What is not there, or was moved before, is left alone."""
    batch.flush()
    store = batch.store
    row = store.db.execute("select body, size, x from message where id = ?", (message_id,)).fetchone()
    if row is None:
        return
    moved: dict[int, int] = {}

    def move(body: int, size: int) -> None:
        if body not in moved and body >> BODY_BITS in store.leaving:
            moved[body] = copied(batch, body, size)

    open_deliveries = store.rows(
        "select id, body, size, posting, x from delivery where message = ?1 and (state in (0, 8) "
        "or id in (select delivery from worklist where message = ?1 and closed_ns = 0))",
        (message_id,),
    )
    if row[0]:
        move(row[0], row[1])
    for _, body, size, _, _ in open_deliveries:
        move(body, size)
    for body, size in store.rows("select body, size from mend where message = ? and delivery = 0", (message_id,)):
        move(body, size)
    for was, now in moved.items():
        store.db.execute("update message set body = ? where id = ? and body = ?", (now, message_id, was))
        store.db.execute("update delivery set body = ? where message = ? and body = ?", (now, message_id, was))
        for column in ("body", "was_body"):
            store.db.execute(f"update mend set {column} = ? where message = ? and {column} = ?", (now, message_id, was))
    _reseal(batch, "message", b"m", message_id, row[2])
    for id, _, _, posting, x in open_deliveries:
        _reseal(batch, "delivery", b"d", id, x)
        while posting:
            ((previous, words),) = store.rows("select previous, x from posting where id = ?", (posting,))
            _reseal(batch, "posting", b"p", posting, words)
            posting = previous
    for item, words in store.rows("select id, x from worklist where message = ? and closed_ns = 0", (message_id,)):
        _reseal(batch, "worklist", b"w", item, words)


def copied(batch: Batch, body: int, size: int) -> int:
    """A body once more, in today's segment of its class, a row at a time; its first row."""
    store = batch.store
    home = store.home(body >> BODY_BITS, batch.now_ns)
    first = store.next_body(home, body_rows(size))
    for id, piece in enumerate(store.body_pieces(body, size), first):
        store.db.execute("insert into body values (?, ?)", (id, store.seal(home, b"b%d" % id, piece, batch.now_ns)))
    return first


def _reseal(batch: Batch, table: str, letter: bytes, id: int, x: bytes | None) -> None:
    if x is None:
        return
    store = batch.store
    segment = store.one("select segment from data_key where id = ?", (key_id(x),))
    if segment in store.leaving:
        record = letter + b"%d" % id
        sealed = store.seal(store.home(segment, batch.now_ns), record, store.unseal(record, x), batch.now_ns)
        store.db.execute(f"update {table} set x = ? where id = ?", (sealed, id))
