"""Stage: a body larger than memory may hold, stored in bounded transactions ahead of the message that it belongs to.

    piece, piece, piece ... --each durable--> append (the message refers to the rows)
                                 `-- given up, or a crash --> the rows are thrown away

Invariants
 1. The rows of a body are consecutive: all of them are reserved with the first piece, whose transaction writes the last
    row, too, so that nothing can be put in between.
 2. What is staged stands in `staging` until its message is appended; whoever opens the journal throws away what does.
"""

from __future__ import annotations

from ..ports import Staged
from .batch import Batch
from .view import BODY_BITS, CHUNK_BYTES, body_rows

_PUT = "insert or replace into body values (?, ?)"


def put(batch: Batch, staged: Staged, piece: bytes) -> int:
    """Store the next piece; the first row of the body."""
    store = batch.store
    first = staged.body_id or _reserve(batch, staged)
    id = first + staged.stored // CHUNK_BYTES
    store.db.execute(_PUT, (id, store.seal(id >> BODY_BITS, b"b%d" % id, piece, batch.now_ns)))
    return first


def _reserve(batch: Batch, staged: Staged) -> int:
    store, rows = batch.store, body_rows(staged.size)
    segment = store.segment(staged.retention, staged.received_ns)
    first = store.next_body(segment, rows)
    last = first + rows - 1
    store.db.execute("insert into staging values (?, ?)", (first, rows))
    store.db.execute(_PUT, (last, store.seal(segment, b"b%d" % last, b"", batch.now_ns)))
    return first
