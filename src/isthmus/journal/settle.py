"""Settle: an outcome, and everything that follows from it, in one transaction."""

from __future__ import annotations

from ..kernel.answer import Answer
from ..kernel.clock import NS_PER_HOUR
from ..kernel.errors import Misuse
from ..ports import Decision, Entry, Memory, Settlement, State, Work
from .answers import record
from .batch import Batch
from .carry import carry
from .claim import deciding_body
from .owed import decided, settling
from .view import BODY_BITS


def settle(batch: Batch, settlement: Settlement) -> None:
    entry = settlement.entry
    if batch.store.leaving:
        _stay(batch, settlement)
    children = settlement.follow
    if batch.store.owes:
        children = (*children, *settling(batch, settlement))
    was, entry.state = entry.state, settlement.state
    batch.settle(settlement, was, len(children))
    if was is State.PARKED:
        batch.store.db.execute(
            "update worklist set closed_ns = ? where delivery = ? and delivery != 0 and closed_ns = 0",
            (batch.now_ns, entry.id),
        )
    if settlement.cancel:
        for slot in settlement.cancel:
            batch.withdraw(slot, settlement.at_ns)
    if settlement.memory:
        remember(batch, settlement.memory)
    for memory in settlement.memories:
        remember(batch, memory)
    if settlement.work:
        batch.work(settlement.work, entry=entry, blocks=settlement.blocks, segment=entry.body_id >> BODY_BITS)
    if children:
        segment = batch.store.segment("standard", settlement.at_ns)
        for child in children:
            follow(batch, entry, child, segment, settlement.at_ns)


def _stay(batch: Batch, settlement: Settlement) -> None:
    """While segments leave: what this outcome leaves open is carried, and the entry learns where its body lies now."""
    entry, store = settlement.entry, batch.store
    opens = settlement.follow or settlement.state in (State.WAITING, State.PARKED)
    if entry.body_id >> BODY_BITS in store.leaving or (store.surveyed and opens):
        carry(batch, entry.message_id)
        entry.body_id = store.one("select body from delivery where id = ?", (entry.id,))


def follow(batch: Batch, parent: Entry, child: Entry, segment: int, at_ns: int) -> None:
    child.parent = parent.id
    child.message_id = parent.message_id
    child.hour = parent.hour
    if child.shared:
        child.body_id, child.size = parent.body_id, parent.size
    if child.slot:
        batch.withdraw(child.slot, at_ns)  # naming a timer or task replaces what is open under that name
    batch.dispatch(child, segment)


def remember(batch: Batch, memory: Memory) -> None:
    store = batch.store
    process = store.name("process", memory.process)
    stored = store.one("select 1 from state where process = ? and key = ?", (process, memory.key)) is not None
    if memory.data is None:
        store.db.execute("delete from state where process = ? and key = ?", (process, memory.key))
    else:
        sealed = batch.store.seal(0, b"s%d:" % process + memory.key, memory.data, batch.now_ns)
        store.db.execute(
            "insert into state values (?, ?, ?, ?) on conflict do update set version = excluded.version, x = excluded.x",
            (process, memory.key, memory.version, sealed),
        )
    batch.tally.live(process, (memory.data is not None) - stored)


def decide(
    batch: Batch,
    message_id: int,
    decision: Decision,
    version: str,
    entries: list[Entry],
    work: Work | None,
    blocks: bool,
    answers: tuple[Answer, ...] = (),
) -> None:
    """The decision of a message that stood undecided; with `work` it stays undecided, for a person.

    Raises `Misuse` before anything is written when it was decided already (a person may have been faster).
    """
    batch.flush()
    store = batch.store
    row = store.db.execute(
        "select source, received_ns, body, decision, size from message where id = ?", (message_id,)
    ).fetchone()
    if row is None or row[3] != Decision.UNDECIDED:
        raise Misuse(f"message {message_id} does not stand undecided: its decision is not taken twice")
    source, received_ns, body, _, size = row
    if body >> BODY_BITS in store.leaving:
        carry(batch, message_id)
        body = store.one("select body from message where id = ?", (message_id,))
    segment = body >> BODY_BITS
    close_item(batch, message_id)
    if work:
        batch.work(work, message=message_id, blocks=blocks, segment=segment)
        return
    store.db.execute(
        "update message set decision = ?, version = ?, dispatches = ? where id = ?",
        (decision, store.name("version", version) if version else 0, len(entries), message_id),
    )
    if answers:
        record(batch, message_id, answers, segment)
    hour = received_ns // NS_PER_HOUR
    batch.tally.decided(hour, source, decision)
    body, size = deciding_body(store, message_id, body, size)
    for entry in entries:
        entry.message_id, entry.hour = message_id, hour
        if entry.shared:
            entry.body_id, entry.size = body, size
        if entry.slot:
            batch.withdraw(entry.slot, batch.now_ns)
        batch.dispatch(entry, segment)
    decided(batch, message_id)


def close_item(batch: Batch, message_id: int) -> None:
    """Close the worklist item of an undecided message."""
    batch.store.db.execute(
        "update worklist set closed_ns = ? where message = ? and kind = 'message' and closed_ns = 0",
        (batch.now_ns, message_id),
    )
