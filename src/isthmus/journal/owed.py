"""What senders are owed: the acknowledgement of a message, once its outcome is known, as a delivery of its own.

    append --owed--> [a row] --last settlement, or a decision that gives systems nothing--> a delivery, and no row

A message has its outcome when it is decided and each of its deliveries to a system is settled for good: delivered, already
there, skipped, discarded or returned. A delivery that was redirected or divided has the outcome of those that took its
place. A parked one has none yet: a person will see to it. Processes and tasks are not awaited, nor what they send: they
may take days. When one delivery was discarded or returned, the verdict is that the message was not processed.

The acknowledgement is written and stored in the transaction of that outcome, so a crash leaves both or neither.
"""

from __future__ import annotations

from ..kernel.clock import NS_PER_HOUR
from ..ports import Acknowledger, Arrival, Decision, Entry, Owed, Settlement, State, Verdict
from .batch import PROCESS, WORKLIST, Batch
from .view import split_lanes

TIMER = "timer"
"""The destination of a process's timers."""

_FINAL = (State.DELIVERED, State.ALREADY_THERE, State.SKIPPED, State.DISCARDED, State.RETURNED)
_GIVEN_UP: dict[int, str] = {State.DISCARDED: "discarded", State.RETURNED: "returned"}


def owe(batch: Batch, arrival: Arrival) -> None:
    """Remember what a message that was just appended is owed; when it was decided that no system gets it, answer it."""
    owed, message_id, store = arrival.owed, arrival.id, batch.store
    assert owed is not None
    words = {"condition": owed.condition, "head": owed.head}
    store.db.execute(
        "insert into owed values (?, ?, ?, ?)",
        (
            message_id,
            store.name("destination", owed.to),
            b"".join(owed.lanes),
            batch.sealed(b"o%d" % message_id, words),
        ),
    )
    store.owes = True
    if arrival.decision is not Decision.UNDECIDED and not any(map(to_system, arrival.entries)):
        decided(batch, message_id)


def to_system(entry: Entry) -> bool:
    return is_system(entry.destination)


def is_system(destination: str) -> bool:
    """Whether a delivery there goes to a system: not to a person, the future or a process."""
    return destination not in (WORKLIST, TIMER) and not destination.startswith(PROCESS)


def decided(batch: Batch, message_id: int, *, refused: str = "") -> None:
    """After a decision: answer when it gave no system anything. `refused`: why it was given up."""
    found = _asked(batch, message_id)
    if found is None or _own(batch, message_id):
        return
    owed, acknowledger = found
    entry = _answer(batch, acknowledger, owed, Verdict(not refused, batch.now_ns, refused))
    if entry is not None:
        ((received_ns, dispatches),) = batch.store.rows(
            "select received_ns, dispatches from message where id = ?", (message_id,)
        )
        entry.message_id, entry.hour = message_id, received_ns // NS_PER_HOUR
        batch.store.db.execute("update message set dispatches = ? where id = ?", (dispatches + 1, message_id))
        batch.dispatch(entry, batch.store.segment("standard", batch.now_ns))


def settling(batch: Batch, settlement: Settlement) -> tuple[Entry, ...]:
    """Before an outcome is stored: the acknowledgement that follows from it, when it is the message's last."""
    entry, state = settlement.entry, settlement.state
    if not batch.store.owes or state not in _FINAL or any(map(to_system, settlement.follow)):
        return ()
    found = _asked(batch, entry.message_id)
    if found is None:
        return ()
    own = _own(batch, entry.message_id)
    if entry.id not in own:
        return ()  # a process sent it
    own[entry.id] = (state, entry.destination)
    if any(was in (State.WAITING, State.PARKED) for was, _ in own.values()):
        return ()
    owed, acknowledger = found
    answer = _answer(batch, acknowledger, owed, _verdict(own, settlement.at_ns))
    return () if answer is None else (answer,)


def _own(batch: Batch, message_id: int) -> dict[int, tuple[int, str]]:
    """State and destination of a message's deliveries to systems: of its decision, and in the place of those; not what a
    process made of it."""
    own: dict[int, tuple[int, str]] = {}
    names = batch.store.name_of
    for id, parent, state, party in batch.store.db.execute(
        "select id, parent, state, destination from delivery where message = ? order by id", (message_id,)
    ):
        if (not parent or parent in own) and is_system(names[party]):
            own[id] = (state, names[party])
    return own


def _verdict(own: dict[int, tuple[int, str]], at_ns: int) -> Verdict:
    for state, destination in own.values():
        if state in _GIVEN_UP:
            return Verdict(False, at_ns, f"its delivery to {destination} was {_GIVEN_UP[state]}")
    return Verdict(True, at_ns)


def _asked(batch: Batch, message_id: int) -> tuple[Owed, Acknowledger] | None:
    """What a message is owed and who writes it; None where nothing is."""
    store = batch.store
    acknowledger = store.acknowledger
    if acknowledger is None or not store.owes:
        return None
    row = store.db.execute("select destination, lanes, x from owed where message = ?", (message_id,)).fetchone()
    if row is None:
        return None
    batch.flush()
    words = store.words(b"o%d" % message_id, row[2])
    source = store.name_of[store.one("select source from message where id = ?", (message_id,))]
    owed = Owed(
        store.name_of[row[0]],
        split_lanes(row[1]),
        words["condition"],
        words["head"],
        message_id=message_id,
        source=source,
    )
    return owed, acknowledger


def _answer(batch: Batch, acknowledger: Acknowledger, owed: Owed, verdict: Verdict) -> Entry | None:
    """The delivery of the acknowledgement, not dispatched yet; the debt is gone either way."""
    body = acknowledger.write(owed, verdict)
    batch.store.db.execute("delete from owed where message = ?", (owed.message_id,))
    if body is None:
        return None
    entry = Entry(owed.to, owed.lanes, body, waits=False)
    batch.answers.append(entry)
    return entry
