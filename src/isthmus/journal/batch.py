"""The rows of one group commit, gathered from many operations and written table by table.

Invariants
 1. Ids and numbers are given in the order of the operations; a batch that fails gives them all back.
 2. What the ledger counts is derived from the rows of the same transaction, so the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from ..kernel.clock import NS_PER_HOUR
from ..ports import Arrival, Decision, Entry, Kind, Settlement, Staged, State, Work
from .counters import Counters
from .ledger import Tally
from .store import Store
from .view import BODY_BITS, CHUNK_BYTES, lane_key

_pack = msgspec.msgpack.encode

_APPENDED, _DUPLICATE, _WAITING = Kind.APPENDED, Kind.DUPLICATE, State.WAITING

WORKLIST = "worklist"
PROCESS = "process:"
"""What the names of processes begin with where they are destinations."""


def _beside(arrival: Arrival, decision: Decision) -> bytes:
    """What is kept beside a message: what an undecided one needs to be decided, and whatever there is to say of any."""
    if decision is not Decision.UNDECIDED and not arrival.error and not arrival.answers:
        return _origin(arrival.origin)
    record: dict[str, Any] = {"lanes": b"".join(arrival.lanes), "error": arrival.error, "origin": arrival.origin}
    if arrival.answers:
        record["answers"] = arrival.answers
    return _pack(record)


@lru_cache(maxsize=1024)
def _origin(origin: str) -> bytes:
    return _pack({"origin": origin})


def task_of(entry: Entry) -> Work:
    """The worklist item that a dispatch to the worklist asks for."""
    asked = entry.headers or {}
    return Work(
        "task",
        owner=str(asked.get("owner", "")),
        code=str(asked.get("name", "TASK")),
        text=str(asked.get("text", "")),
        deadline_ns=int(asked.get("deadline_ns", 0)),
        cents=int(asked.get("cents", 0)),
        lanes=entry.lanes,
        slot=entry.slot,
    )


class Batch:
    def __init__(self, store: Store, counters: Counters, now_ns: int) -> None:
        self.store = store
        self.counters = counters
        self.now_ns = now_ns
        self.accepted: list[tuple[int, int]] = []
        self._messages: list[tuple[Any, ...]] = []
        self._bodies: list[tuple[int, bytes]] = []
        self._deliveries: list[tuple[Any, ...]] = []
        self._settled: list[tuple[int, int, int, int, int]] = []
        self._postings: list[tuple[Any, ...]] = []
        self._work: list[tuple[Any, ...]] = []
        self._mends: list[tuple[int, ...]] = []
        self._was: list[tuple[Entry, State, int]] = []
        self.answers: list[Entry] = []  # acknowledgements that were owed, for whoever runs the lanes
        self.tally = Tally()
        self._intake = self.tally.intake
        self._dispatched = self.tally.dispatched

    # ---- rows

    def append(self, arrival: Arrival) -> None:
        store, counters = self.store, self.counters
        names = store.names
        source = names.get(("source", arrival.source)) or store.name("source", arrival.source)
        number = counters.numbers.get(source, 1)
        counters.numbers[source] = number + 1
        id = arrival.id = counters.message
        counters.message = id + 1
        arrival.number = number
        received_ns = arrival.received_ns
        segment = store.segment(arrival.retention, received_ns)
        kind, size = arrival.kind, arrival.size
        if kind is _DUPLICATE:
            body = 0
        elif arrival.staged is None:
            body = self.body(segment, arrival.raw)
        else:
            body = self._take_over(arrival.staged)
        decision = arrival.decision if kind is _APPENDED else Decision.NONE
        extra = None
        if decision is Decision.UNDECIDED or arrival.error or arrival.origin or arrival.answers:
            extra = store.seal(segment, b"m%d" % id, _beside(arrival, decision), received_ns)
        lanes = arrival.lanes
        lane, keeps = (lane_key(lanes[0]), 1) if lanes else (0, 0)
        if len(lanes) > 1:
            keeps = self._lane_also(id, lanes)
        version = arrival.version
        self._messages.append(
            (
                id,
                source,
                number,
                received_ns,
                kind,
                names.get(("type", arrival.type)) or store.name("type", arrival.type),
                lane,
                keeps,
                arrival.control,
                arrival.digest,
                size,
                body,
                (names.get(("version", version)) or store.name("version", version)) if version else 0,
                decision,
                len(arrival.entries),
                arrival.original or None,
                extra,
            )
        )
        hour = received_ns // NS_PER_HOUR
        counted = (hour, source, kind, decision)
        self._intake[counted] = self._intake.get(counted, 0) + 1
        if kind is _APPENDED:
            self.accepted.append((id, arrival.control))
        for entry in arrival.entries:
            entry.message_id = id
            entry.hour = hour
            if entry.shared:
                entry.body_id, entry.size = body, size
            if entry.slot:
                self.withdraw(entry.slot, received_ns)
            self.dispatch(entry, segment)
        if arrival.work:
            self.work(arrival.work, message=id, blocks=arrival.blocks, segment=segment)

    def _lane_also(self, message: int, lanes: tuple[bytes, ...]) -> int:
        """A merge must be found by each of its patients; how many lanes it keeps."""
        _, *others = keys = list(dict.fromkeys(map(lane_key, lanes)))
        self.store.db.executemany("insert into lane_also values (?, ?)", [(message, key) for key in others])
        return len(keys)

    def _take_over(self, staged: Staged) -> int:
        """The first row of a body that was stored ahead: it is its message's now."""
        self.store.db.execute("delete from staging where body = ?", (staged.body_id,))
        return staged.body_id

    def body(self, segment: int, raw: bytes) -> int:
        """Rows for a body; the id of its first."""
        if len(raw) <= CHUNK_BYTES:
            id = self.store.next_body(segment, 1)
            self._bodies.append((id, self.store.seal(segment, b"b%d" % id, raw, self.now_ns)))
            return id
        pieces = [raw[at : at + CHUNK_BYTES] for at in range(0, len(raw), CHUNK_BYTES)]
        first = self.store.next_body(segment, len(pieces))
        for id, piece in enumerate(pieces, first):
            self._bodies.append((id, self.store.seal(segment, b"b%d" % id, piece, self.now_ns)))
        return first

    def dispatch(self, entry: Entry, segment: int) -> None:
        """The row of a new delivery. Its body is stored unless it shares one that is (`shared`, or `body_id` alone)."""
        counters = self.counters
        id = entry.id = counters.delivery
        counters.delivery = id + 1
        # A dispatch that is tried again after a failed transaction finds the traces of the first try: they do not count.
        if not entry.shared and (entry.body is not None or not entry.body_id):
            entry.body_id = self.body(segment, entry.body or b"")
        if entry.destination == WORKLIST:
            entry.state = State.DELIVERED  # a task settles once it is on the worklist
        entry.posting = 0
        if entry.state is not _WAITING:
            entry.posting = self.post(id, 0, entry.state, self.now_ns)
        store = self.store
        name = entry.destination
        destination = store.names.get(("destination", name)) or store.name("destination", name)
        extra = None
        if entry.key is not None or entry.headers:
            extra = self.sealed(b"d%d" % id, [entry.key, entry.headers], segment)
        lanes = entry.lanes
        self._deliveries.append(
            (
                id,
                entry.message_id,
                entry.parent,
                destination,
                lanes[0] if len(lanes) == 1 else b"".join(lanes),
                entry.body_id,
                entry.size,
                entry.hour,
                entry.due_ns,
                entry.slot,
                entry.state,
                entry.attempts,
                entry.posting,
                entry.waits,
                extra,
            )
        )
        counted = (entry.hour, destination, entry.state)
        self._dispatched[counted] = self._dispatched.get(counted, 0) + 1
        if name == WORKLIST:
            self.work(task_of(entry), entry=entry, segment=segment)

    def post(
        self,
        delivery: int,
        previous: int,
        state: State,
        at_ns: int,
        follows: int = 0,
        code: str | None = None,
        extra: bytes | None = None,
    ) -> int:
        id = self.counters.posting
        self.counters.posting = id + 1
        self._postings.append((id, delivery, previous, state, at_ns, follows, code, extra))
        return id

    def settle(self, settlement: Settlement, was: State, follows: int = 0) -> None:
        """The state change itself; the deliveries that follow from it are the verb's business (settle.py)."""
        entry, state = settlement.entry, settlement.state
        extra = None
        if settlement.detail or settlement.reference or settlement.by or settlement.cursor is not None:
            words: dict[str, Any] = {
                "detail": settlement.detail, "reference": settlement.reference, "by": settlement.by,
            }  # fmt: skip
            if settlement.cursor is not None:
                words["cursor"] = settlement.cursor
            extra = self.sealed(b"p%d" % self.counters.posting, words, entry.body_id >> BODY_BITS)
        previous = entry.posting
        id = entry.posting = self.post(entry.id, previous, state, settlement.at_ns, follows, settlement.code, extra)
        self._was.append((entry, was, previous))
        self._settled.append((state, entry.attempts, id, entry.id, previous))
        self.tally.move(entry.hour, self.store.names["destination", entry.destination], was, state)

    def mend(self, message: int, delivery: int, body: bytes, was_body: int, was_size: int) -> tuple[int, int]:
        """Store a body that replaces another (delivery 0: the one a message is decided on); its first row and size."""
        id = self.counters.mend
        self.counters.mend = id + 1
        segment = self.store.home(was_body >> BODY_BITS, self.now_ns)
        first = self.body(segment, body)
        self._mends.append((id, message, delivery, self.now_ns, first, len(body), was_body, was_size))
        return first, len(body)

    def withdraw(self, slot: int, at_ns: int) -> None:
        """Settle what is open under a timer's or task's name as superseded."""
        self.flush()
        for id, message, destination, body, hour, attempts, posting in self.store.rows(
            "select id, message, destination, body, hour, attempts, posting from delivery "
            "where slot = ? and state = 0 and slot != 0",
            (slot,),
        ):
            entry = Entry(self.store.name_of[destination], (), None, message_id=message, body_id=body, hour=hour)
            entry.id, entry.attempts, entry.posting, entry.state = id, attempts, posting, State.SUPERSEDED
            self.settle(Settlement(entry, State.SUPERSEDED, at_ns, code="REPLACED"), State.WAITING)
        self.store.db.execute(
            "update worklist set closed_ns = ? where slot = ? and closed_ns = 0 and slot != 0 and kind = 'task'",
            (at_ns, slot),
        )

    def work(
        self, work: Work, *, message: int = 0, entry: Entry | None = None, blocks: bool = False, segment: int = 0
    ) -> int:
        """An item on the worklist; its kind follows from what it is about, whatever the caller called it."""
        id = self.counters.worklist
        self.counters.worklist = id + 1
        kind = "message" if entry is None else "delivery" if entry.state is State.PARKED else "task"
        words = {"text": work.text, "detail": work.detail}
        destination = self.store.name("destination", entry.destination) if entry else 0
        lanes = b"".join(entry.lanes if entry and not work.lanes else work.lanes)
        self._work.append(
            (
                id,
                kind,
                entry.id if entry else 0,
                entry.message_id if entry else message,
                destination,
                work.owner,
                work.code,
                self.now_ns,
                work.deadline_ns,
                work.cents,
                int(blocks),
                lanes,
                work.slot,
                0,
                self.sealed(b"w%d" % id, words, segment),
            )
        )
        return id

    def sealed(self, record: bytes, value: Mapping[str, Any] | list[Any], segment: int = 0) -> bytes:
        return self.store.seal(segment, record, _pack(value), self.now_ns)

    def take_answers(self) -> Callable[[], None] | None:
        """What hands on the acknowledgements gathered since the last call, once they are durable; None: there are none."""
        answers, acknowledger = self.answers, self.store.acknowledger
        if not answers or acknowledger is None:
            return None
        self.answers = []

        def hand_on() -> None:
            for entry in answers:
                acknowledger.offer(entry)

        return hand_on

    def mark(self) -> tuple[Counters, int, int]:
        """A point to which `discard` can return; everything before it is flushed."""
        self.flush()
        return self.counters.copy(), len(self._was), len(self.accepted)

    def discard(self, mark: tuple[Counters, int, int]) -> None:
        """Forget what was gathered since the mark and give its ids back; its rows are rolled back by the caller."""
        self.counters = mark[0]
        self.undo(mark[1])
        del self.accepted[mark[2] :]
        for gathered in (self._messages, self._bodies, self._deliveries, self._settled, self._postings, self._work):
            gathered.clear()
        self._mends.clear()
        self.answers.clear()
        self.tally.clear()
        self.store.forget_uncommitted()

    def undo(self, since: int = 0) -> None:
        """Put the states of the entries back to what they were: their change is not going to happen."""
        for entry, was, previous in reversed(self._was[since:]):
            entry.state, entry.posting = was, previous
        del self._was[since:]

    # ---- writing

    def flush(self) -> None:
        """Write what was gathered; afterwards a query sees it."""
        db = self.store.db
        for sql, rows in (
            ("insert into message values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._messages),
            ("insert into body values (?, ?)", self._bodies),
            ("insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._deliveries),
        ):
            if rows:
                db.executemany(sql, rows)
                rows.clear()
        if self._settled:
            before = db.total_changes()
            db.executemany(
                "update delivery set state = ?, attempts = ?, posting = ? where id = ? and posting = ?", self._settled
            )
            if db.total_changes() - before != len(self._settled):
                self._catch_up()
            self._settled.clear()
        for sql, rows in (
            ("insert into posting values (?, ?, ?, ?, ?, ?, ?, ?)", self._postings),
            ("insert into worklist values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._work),
            ("insert into mend values (?, ?, ?, ?, ?, ?, ?, ?)", self._mends),
        ):
            if rows:
                db.executemany(sql, rows)
                rows.clear()
        self.tally.flush(self.store)

    def _catch_up(self) -> None:
        """Outcomes of entries that moved on without their holder (a timer withdrawn while it was under way).

        They did happen, so they are posted, after what the journal holds; `verify` says whether the order is legal.
        """
        db = self.store.db
        first = self._postings[0][0]
        for (state, attempts, posting, id, _), (entry, was, _) in zip(
            self._settled, self._was[-len(self._settled) :], strict=True
        ):
            row = db.execute("select state, posting from delivery where id = ?", (id,)).fetchone()
            assert row is not None, f"delivery {id} is settled but was never dispatched"
            if row[1] == posting:
                continue
            db.execute(
                "update delivery set state = ?, attempts = ?, posting = ? where id = ?", (state, attempts, posting, id)
            )
            kept = self._postings[posting - first]
            self._postings[posting - first] = (*kept[:2], row[1], *kept[3:])
            destination = self.store.names["destination", entry.destination]
            self.tally.move(entry.hour, destination, was, state, -1)
            self.tally.move(entry.hour, destination, row[0], state)
