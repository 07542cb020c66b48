"""What a person does with parked deliveries and undecided messages: one or many, always with a name and a reason.

    delivery   PARKED --resend, mend--> WAITING      --skip--> SKIPPED     --discard--> DISCARDED
                      --redirect--> REDIRECTED + a new delivery to the other destination, WAITING
    message    UNDECIDED, parked --retry, mend--> UNDECIDED, to be decided again     --skip, discard--> FILTERED
    task       open --close--> closed

Every verb is a function over a batch, to be run by `SqliteJournal.call`: all of it happens or none. Each closes the
worklist items, posts the change and adds a row to the audit. They return what changed, so that the lanes in memory can
follow. What cannot be done is refused as a whole, naming every id that is in the way. A caller with thousands of them
splits them (200 at a time hold the intake up for a few milliseconds).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..kernel.clock import NS_PER_HOUR
from ..kernel.errors import Misuse
from ..ports import Arrival, Decision, Entry, Settlement, State
from . import audit, claim, owed
from .batch import Batch
from .settle import close_item, settle

_NAMED_MAX = 10


def resend(batch: Batch, ids: Sequence[int], actor: str, reason: str) -> list[Entry]:
    """Parked deliveries wait again, in their old place; attempts are counted afresh."""
    return [_again(batch, entry, actor, reason, "resend") for entry in _parked(batch, ids, actor, reason)]


def mend(batch: Batch, id: int, body: bytes, actor: str, reason: str) -> Entry:
    """A parked delivery waits again with another body; the old one is kept beside it."""
    (entry,) = _parked(batch, [id], actor, reason)
    was_body, was_size = entry.body_id, entry.size
    entry.body_id, entry.size = batch.mend(entry.message_id, id, body, was_body, was_size)
    batch.flush()
    batch.store.db.execute("update delivery set body = ?, size = ? where id = ?", (entry.body_id, entry.size, id))
    return _again(batch, entry, actor, reason, "mend")


def redirect(batch: Batch, ids: Sequence[int], to: str, actor: str, reason: str) -> list[tuple[Entry, Entry]]:
    """Parked deliveries go to another destination: (the old one, the new one) each."""
    found = []
    for entry in _parked(batch, ids, actor, reason):
        if entry.destination == to:
            raise Misuse(f"delivery {entry.id} is parked at {to} already: resend it instead")
        new = Entry(
            to, entry.lanes, None, key=entry.key, headers=entry.headers, body_id=entry.body_id, waits=entry.waits
        )
        new.size = entry.size
        _settle(batch, entry, State.REDIRECTED, actor, reason, "redirect", follow=(new,), words={"to": to})
        found.append((entry, new))
    return found


def skip(batch: Batch, ids: Sequence[int], actor: str, reason: str) -> list[Entry]:
    """Parked deliveries that need not be made: the lane goes on without them."""
    return [_settle(batch, e, State.SKIPPED, actor, reason, "skip") for e in _parked(batch, ids, actor, reason)]


def discard(batch: Batch, ids: Sequence[int], actor: str, reason: str) -> list[Entry]:
    """Parked deliveries that must not be made: thrown away, and counted as that."""
    return [_settle(batch, e, State.DISCARDED, actor, reason, "discard") for e in _parked(batch, ids, actor, reason)]


def close_tasks(batch: Batch, items: Sequence[int], actor: str, reason: str) -> list[int]:
    """Tasks that are done; the ids of their deliveries. What the person did comes in as a message of its own."""
    named(actor, reason)
    found = {
        id: row
        for id in items
        for row in batch.store.rows(
            "select message, delivery from worklist where id = ? and kind = 'task' and closed_ns = 0", (id,)
        )
    }
    _refuse_unless([id for id in items if id not in found], "is no open task")
    for id, (message, delivery) in found.items():
        batch.store.db.execute("update worklist set closed_ns = ? where id = ?", (batch.now_ns, id))
        audit.record(batch, actor, "close task", message=message, delivery=delivery, reason=reason)
    return [delivery for _, delivery in found.values()]


def retry_messages(batch: Batch, ids: Sequence[int], actor: str, reason: str) -> list[Arrival]:
    """Messages that could not be decided are to be decided again, with the flows of today."""
    return _decide_again(batch, ids, actor, reason, "retry")


def mend_message(batch: Batch, id: int, raw: bytes, actor: str, reason: str) -> Arrival:
    """An undecided message is to be decided on other bytes. What the source sent is kept and stays its raw body."""
    _undecided(batch, [id], actor, reason)
    was = batch.store.db.execute("select body, size from message where id = ?", (id,)).fetchone()
    assert was is not None
    batch.mend(id, 0, raw, *claim.deciding_body(batch.store, id, was[0], was[1]))
    return _decide_again(batch, [id], actor, reason, "mend")[0]


def skip_messages(batch: Batch, ids: Sequence[int], actor: str, reason: str) -> list[Arrival]:
    """Undecided messages that need no processing: counted as filtered, their lanes go on."""
    return _filter(batch, ids, actor, reason, "skip")


def discard_messages(batch: Batch, ids: Sequence[int], actor: str, reason: str) -> list[Arrival]:
    """Undecided messages that must not be processed: counted as filtered, and audited as discarded."""
    return _filter(batch, ids, actor, reason, "discard", refused="it was discarded")


# ---- what the verbs share


def named(actor: str, reason: str) -> None:
    """Raises `Misuse` when it is not said who acts, or why."""
    if not actor.strip():
        raise Misuse("say who does this: the journal keeps it")
    if not reason.strip():
        raise Misuse("give a reason: the journal keeps it")


def _refuse_unless(wrong: Sequence[int], why: str) -> None:
    if wrong:
        listed = ", ".join(map(str, wrong[:_NAMED_MAX])) + (
            f" and {len(wrong) - _NAMED_MAX} more" if wrong[_NAMED_MAX:] else ""
        )
        raise Misuse(f"{listed} {why}: nothing was changed")


def _parked(batch: Batch, ids: Sequence[int], actor: str, reason: str) -> list[Entry]:
    """The parked deliveries of these ids, each once. Raises `Misuse` naming those that are none."""
    named(actor, reason)
    batch.flush()
    states = {id: batch.store.one("select state from delivery where id = ?", (id,)) for id in ids}
    _refuse_unless([id for id, state in states.items() if state is None], "is no delivery in the journal")
    _refuse_unless([id for id, state in states.items() if state != State.PARKED], "is not parked")
    return [claim.entry(batch.store, id) for id in states]


def _again(batch: Batch, entry: Entry, actor: str, reason: str, action: str) -> Entry:
    entry.attempts = 0
    return _settle(batch, entry, State.WAITING, actor, reason, action)


def _settle(
    batch: Batch,
    entry: Entry,
    state: State,
    actor: str,
    reason: str,
    action: str,
    *,
    follow: tuple[Entry, ...] = (),
    words: dict[str, str] | None = None,
) -> Entry:
    settle(
        batch, Settlement(entry, state, batch.now_ns, code=action.upper(), detail=reason, by=str(actor), follow=follow)
    )
    audit.record(batch, actor, action, message=entry.message_id, delivery=entry.id, reason=reason, words=words)
    return entry


def _undecided(batch: Batch, ids: Sequence[int], actor: str, reason: str) -> None:
    named(actor, reason)
    batch.flush()
    decisions = {id: batch.store.one("select decision from message where id = ?", (id,)) for id in ids}
    _refuse_unless([id for id, decision in decisions.items() if decision is None], "is no message in the journal")
    _refuse_unless(
        [id for id, decision in decisions.items() if decision != Decision.UNDECIDED], "does not stand undecided"
    )
    open_item = "select 1 from worklist where message = ? and kind = 'message' and closed_ns = 0"
    _refuse_unless(
        [id for id in decisions if not batch.store.one(open_item, (id,))], "is not parked: it is about to be decided"
    )


def _decide_again(batch: Batch, ids: Sequence[int], actor: str, reason: str, action: str) -> list[Arrival]:
    return _on_messages(batch, ids, actor, reason, action, lambda _: None)


def _filter(
    batch: Batch, ids: Sequence[int], actor: str, reason: str, action: str, *, refused: str = ""
) -> list[Arrival]:
    def take_out(id: int) -> None:
        row = batch.store.db.execute("select source, received_ns from message where id = ?", (id,)).fetchone()
        assert row is not None
        batch.store.db.execute("update message set decision = ? where id = ?", (Decision.FILTERED, id))
        batch.tally.decided(row[1] // NS_PER_HOUR, row[0], Decision.FILTERED)
        owed.decided(batch, id, refused=refused)

    return _on_messages(batch, ids, actor, reason, action, take_out)


def _on_messages(
    batch: Batch, ids: Sequence[int], actor: str, reason: str, action: str, change: Callable[[int], None]
) -> list[Arrival]:
    ids = list(dict.fromkeys(ids))
    _undecided(batch, ids, actor, reason)
    found = []
    for id in ids:
        ((arrival, _),) = claim.undecided(batch.store, id - 1, 1)
        close_item(batch, id)
        change(id)
        audit.record(batch, actor, action, message=id, reason=reason)
        found.append(arrival)
    return found


__all__ = [
    "close_tasks",
    "discard",
    "discard_messages",
    "mend",
    "mend_message",
    "named",
    "redirect",
    "resend",
    "retry_messages",
    "skip",
    "skip_messages",
]
