"""Who did what, and who looked at what: a chain in which every row seals the one before.

    row n:  hash = HMAC(chain key, hash of n-1, id | time | actor | action | message | delivery | sealed words)

Without the hub's key no row can be altered, left out or put in without the chain saying so. Reasons and particulars are
sealed; who, when and what stand open, so that an audit can be listed without the key.
"""

from __future__ import annotations

from typing import Any

import msgspec

from .batch import Batch
from .view import View

_pack = msgspec.msgpack.encode


def record(
    batch: Batch,
    actor: str,
    action: str,
    *,
    message: int = 0,
    delivery: int = 0,
    reason: str = "",
    words: dict[str, Any] | None = None,
) -> int:
    """Add a row to the chain, in the transaction of what it tells of; its id."""
    store = batch.store
    id = batch.counters.audit
    batch.counters.audit = id + 1
    before = store.one("select hash from audit where id = ?", (id - 1,)) or b""
    x = batch.sealed(b"a%d" % id, {"reason": reason, **(words or {})})
    row = (id, batch.now_ns, str(actor), action, message, delivery, x)
    store.db.execute("insert into audit values (?, ?, ?, ?, ?, ?, ?, ?)", (*row, link(store, before, row)))
    return id


def link(view: View, before: bytes, row: tuple[Any, ...]) -> bytes:
    """The hash that a row must have after `before`."""
    return view.vault.chain(before, _pack(row))


def of_message(view: View, message: int) -> list[dict[str, Any]]:
    """What was done with one message and its deliveries, oldest first."""
    return [
        {"at_ns": at_ns, "actor": actor, "action": action, "delivery": delivery, **view.words(b"a%d" % id, x)}
        for id, at_ns, actor, action, delivery, x in view.rows(
            "select id, at_ns, actor, action, delivery, x from audit where message = ? order by id", (message,)
        )
    ]


def page(view: View, after: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """The audit in order, from the row after `after`."""
    return [
        {
            "id": id,
            "at_ns": at_ns,
            "actor": actor,
            "action": action,
            "message": message,
            "delivery": delivery,
            **view.words(b"a%d" % id, x),
        }
        for id, at_ns, actor, action, message, delivery, x in view.rows(
            "select id, at_ns, actor, action, message, delivery, x from audit where id > ? order by id limit ?",
            (after, limit),
        )
    ]
