"""Settle: an outcome, and everything that follows from it, in one transaction."""

from __future__ import annotations

from ..kernel.clock import NS_PER_HOUR
from ..ports import Decision, Entry, Memory, Settlement, State, Work
from .batch import Batch
from .store import BODY_BITS


def settle(batch: Batch, settlement: Settlement) -> None:
    entry = settlement.entry
    was, entry.state = entry.state, settlement.state
    batch.settle(settlement, was)
    if settlement.cancel:
        for slot in settlement.cancel:
            withdraw(batch, slot, settlement.at_ns)
    if settlement.memory:
        remember(batch, settlement.memory)
    if settlement.work:
        batch.work(settlement.work, entry=entry, blocks=settlement.blocks, segment=entry.body_id >> BODY_BITS)
    if settlement.follow:
        segment = batch.store.segment("standard", settlement.at_ns)
        for child in settlement.follow:
            follow(batch, entry, child, segment, settlement.at_ns)


def follow(batch: Batch, parent: Entry, child: Entry, segment: int, at_ns: int) -> None:
    child.parent = parent.id
    child.message_id = parent.message_id
    child.hour = parent.hour
    if child.shared:
        child.body_id, child.size = parent.body_id, parent.size
    if child.slot:
        withdraw(batch, child.slot, at_ns)  # naming a timer or task replaces what is open under that name
    batch.dispatch(child, segment)


def withdraw(batch: Batch, slot: int, at_ns: int) -> None:
    """Settle what waits under a timer's or task's name as superseded."""
    batch.flush()
    db = batch.store.db
    for id, message, destination, body, hour in batch.store.rows(
        "select id, message, destination, body, hour from delivery where slot = ? and state = 0 and slot != 0", (slot,)
    ):
        entry = Entry(batch.store.name_of[destination], (), None, message_id=message, body_id=body, hour=hour)
        entry.id = id
        settle(batch, Settlement(entry, State.SUPERSEDED, at_ns, code="REPLACED"))
    db.execute("update worklist set closed_ns = ? where slot = ? and closed_ns = 0 and kind = 'task'", (at_ns, slot))


def remember(batch: Batch, memory: Memory) -> None:
    store = batch.store
    process = store.name("process", memory.process)
    if memory.data is None:
        store.db.execute("delete from state where process = ? and key = ?", (process, memory.key))
        return
    sealed = batch.store.seal(0, b"s" + memory.key, memory.data, batch.now_ns)
    store.db.execute(
        "insert into state values (?, ?, ?, ?) on conflict do update set version = excluded.version, x = excluded.x",
        (process, memory.key, memory.version, sealed),
    )


def decide(
    batch: Batch,
    message_id: int,
    decision: Decision,
    version: str,
    entries: list[Entry],
    work: Work | None,
    blocks: bool,
) -> None:
    """The decision of a message that stood undecided; with `work` it stays undecided, for a person."""
    batch.flush()
    store = batch.store
    row = store.db.execute(
        "select source, received_ns, body, decision, size from message where id = ?", (message_id,)
    ).fetchone()
    assert row is not None and row[3] == Decision.UNDECIDED
    source, received_ns, body, _, size = row
    if work:
        batch.work(work, message=message_id, blocks=blocks, segment=body >> BODY_BITS)
        return
    store.db.execute(
        "update message set decision = ?, version = ? where id = ?",
        (decision, store.name("version", version) if version else 0, message_id),
    )
    store.db.execute(
        "update worklist set closed_ns = ? where message = ? and kind = 'message' and closed_ns = 0",
        (batch.now_ns, message_id),
    )
    batch.decided(received_ns // NS_PER_HOUR, source, decision)
    segment = store.segment("standard", batch.now_ns)
    for entry in entries:
        entry.message_id, entry.hour = message_id, received_ns // NS_PER_HOUR
        if entry.shared:
            entry.body_id, entry.size = body, size
        if entry.slot:
            withdraw(batch, entry.slot, batch.now_ns)
        batch.dispatch(entry, segment)
