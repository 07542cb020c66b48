"""Rotation of the hub key: the data keys are wrapped afresh; no record is touched.

Runs on a store that no hub has open (`isthmus run` is stopped for the second it takes). Afterwards the journal opens with
the new key only, so the secret that hub.toml refers to is changed next.
"""

from __future__ import annotations

from ..security.vault import Vault
from .store import Store


def rewrap(store: Store, old: Vault, new: Vault) -> int:
    """Wrap every key that is not destroyed with the new hub key, in one transaction; how many there were.

    Raises `Tampered` when `old` is not the key that the journal was made with; nothing is changed then.
    """
    store.db.execute("pragma secure_delete=on").fetchall()  # the old wrapping is not left behind in the pages
    with store.db:
        rows = store.rows("select id, segment, wrapped from data_key where length(wrapped) > 0")
        for id, segment, wrapped in rows:
            name = b"segment %d" % segment if id else b"mac"
            store.db.execute(
                "update data_key set wrapped = ? where id = ?", (new.wrap(name, old.unwrap(name, wrapped)), id)
            )
    store.db.execute("pragma secure_delete=off").fetchall()
    store.db.execute("pragma wal_checkpoint(truncate)").fetchall()
    return len(rows)
