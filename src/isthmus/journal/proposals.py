"""Mends that want a second person: proposed by one, in effect only when another approves.

    propose --> open --approve, by another--> mended, as if the one who proposed it had done it
                     --refuse, by anybody---> nothing is changed
                     --the item is closed---> overtaken (a trigger of the schema: whoever closes it)

Who is another is decided by the names: that they are proven is the caller's business. The proposed body is sealed under a
key outside of the retention segments, and forgotten when the proposal is closed: what came of it stands beside the item.
"""

from __future__ import annotations

from typing import NamedTuple

from ..kernel.errors import Misuse
from ..ports import Arrival, Entry
from . import audit, operate
from .batch import Batch
from .view import View


class Proposal(NamedTuple):
    """An open proposal. `was_cents` and `cents`: money in the body as it is, and as it would be, in hundredths."""

    id: int
    item: int
    message: int
    delivery: int
    at_ns: int
    actor: str
    was_cents: int
    cents: int
    reason: str
    body: bytes


_COLUMNS = "id, item, message, delivery, at_ns, actor, was_cents, cents, x"


def propose(batch: Batch, item: int, body: bytes, was_cents: int, cents: int, actor: str, reason: str) -> int:
    """Propose a mend of an open item; it takes the place of one that is open already. Its number.

    Raises `Misuse` when the item is not open, or is a task.
    """
    operate.named(actor, reason)
    batch.flush()
    store = batch.store
    row = store.db.execute(
        "select kind, message, delivery from worklist where id = ? and closed_ns = 0", (item,)
    ).fetchone()
    if row is None or row[0] == "task":
        raise Misuse(f"item {item} cannot be mended: it is closed, or a task")
    _, message, delivery = row
    _close(batch, item, "overtaken")
    store.db.execute(
        "insert into proposal (item, message, delivery, at_ns, actor, was_cents, cents, outcome, closed_ns) "
        "values (?, ?, ?, ?, ?, ?, ?, '', 0)",
        (item, message, delivery, batch.now_ns, str(actor), was_cents, cents),
    )
    id = store.db.last_insert_rowid()
    sealed = batch.sealed(b"q%d" % id, {"reason": reason, "body": body})
    store.db.execute("update proposal set x = ? where id = ?", (sealed, id))
    words = {"proposal": id, "was_cents": was_cents, "cents": cents}
    audit.record(batch, actor, "propose mend", message=message, delivery=delivery, reason=reason, words=words)
    return id


def approve(batch: Batch, item: int, actor: str, reason: str) -> Entry | Arrival:
    """Carry out what another person proposed for an item: the delivery that waits again, or the message.

    Raises `Misuse` when nothing is proposed, or the same person did.
    """
    operate.named(actor, reason)
    batch.flush()
    found = _required(batch, item)
    if found.actor == actor:
        raise Misuse(f"{actor} proposed the mend of item {item}: another person has to approve it")
    _close(batch, item, "approved")
    words = {"proposal": found.id, "proposed_by": found.actor, "was_cents": found.was_cents, "cents": found.cents}
    about = {"message": found.message, "delivery": found.delivery}
    audit.record(batch, actor, "approve mend", **about, reason=reason, words=words)
    if found.delivery:
        return operate.mend(batch, found.delivery, found.body, found.actor, found.reason)
    return operate.mend_message(batch, found.message, found.body, found.actor, found.reason)


def refuse(batch: Batch, item: int, actor: str, reason: str) -> int:
    """Set aside what was proposed for an item, which stays open as it is; the proposal's number."""
    operate.named(actor, reason)
    batch.flush()
    found = _required(batch, item)
    _close(batch, item, "refused")
    words = {"proposal": found.id, "proposed_by": found.actor}
    about = {"message": found.message, "delivery": found.delivery}
    audit.record(batch, actor, "refuse mend", **about, reason=reason, words=words)
    return found.id


def maybe_open(view: View, item: int) -> Proposal | None:
    """What is proposed for an item."""
    row = view.db.execute(f"select {_COLUMNS} from proposal where item = ? and closed_ns = 0", (item,)).fetchone()
    if row is None:
        return None
    *shown, x = row
    words = view.words(b"q%d" % row[0], x)
    return Proposal._make((*shown, words["reason"], words["body"]))


def _required(batch: Batch, item: int) -> Proposal:
    found = maybe_open(batch.store, item)
    if found is None:
        raise Misuse(f"no mend is proposed for item {item} (any more)")
    return found


def _close(batch: Batch, item: int, outcome: str) -> None:
    batch.store.db.execute(
        "update proposal set outcome = ?, closed_ns = ?, x = null where item = ? and closed_ns = 0",
        (outcome, batch.now_ns, item),
    )
