"""Rotation of the hub key: the data keys are wrapped afresh; no record is touched.

Runs on a store that no hub has open (`isthmus run` is stopped for the second it takes). Afterwards the journal opens with
the new key only; the files of the keys are `runtime/rotation.py`'s business.
"""

from __future__ import annotations

from collections.abc import Callable

from ..security.vault import Vault
from . import audit
from .batch import Batch
from .counters import Counters
from .store import Store


def rotate(store: Store, old: Vault, new: Vault, now_ns: int, actor: str, reason: str) -> int:
    """`rewrap`, and a row in the audit that says so, in one transaction; how many keys there were."""

    def told() -> None:
        batch = Batch(store, Counters.read(store), now_ns)
        audit.record(batch, actor, "rotate key", reason=reason)
        batch.flush()

    return rewrap(store, old, new, told)


def rewrap(store: Store, old: Vault, new: Vault, before: Callable[[], None] = lambda: None) -> int:
    """Wrap every key that is not destroyed with the new hub key, in one transaction; how many there were.

    `before` is called first within it: what it seals is sealed under a key that is wrapped afresh like the others. Raises
    `Tampered` when `old` is not the key that the journal was made with; nothing is changed then.
    """
    store.db.execute("pragma secure_delete=on").fetchall()  # the old wrapping is not left behind in the pages
    with store.db:
        before()
        rows = store.rows("select id, segment, wrapped from data_key where length(wrapped) > 0")
        for id, segment, wrapped in rows:
            name = b"segment %d" % segment if id else b"mac"
            secret = old.unwrap(name, wrapped)
            fresh = new.wrap(name, secret)
            assert new.unwrap(name, fresh) == secret, "a key that cannot be opened again is never stored"
            store.db.execute("update data_key set wrapped = ? where id = ?", (fresh, id))
    store.db.execute("pragma secure_delete=off").fetchall()
    store.db.execute("pragma wal_checkpoint(truncate)").fetchall()
    return len(rows)
