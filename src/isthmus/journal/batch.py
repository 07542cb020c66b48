"""The rows of one group commit, gathered from many operations and written table by table.

Invariants
 1. Ids and numbers are given in the order of the operations; a batch that fails gives them all back.
 2. What the ledger counts is derived from the rows of the same transaction, so the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..kernel.clock import NS_PER_HOUR
from ..ports import Arrival, Decision, Entry, Kind, Settlement, State, Work
from .ledger import Account
from .store import Store

CHUNK_BYTES = 1 << 20
"""A body row holds at most 1 MiB: SQLite reads and writes a row whole."""

_NO_FRAME = -1

_pack = msgspec.msgpack.encode


WORKLIST = "worklist"


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


class Counters:
    """The next free ids. Copied before a batch, so that a roll-back restores them."""

    __slots__ = ("audit", "delivery", "message", "numbers", "posting", "worklist")

    def __init__(self, message: int, delivery: int, posting: int, worklist: int, audit: int, numbers: dict[int, int]):
        self.message = message
        self.delivery = delivery
        self.posting = posting
        self.worklist = worklist
        self.audit = audit
        self.numbers = numbers

    def copy(self) -> Counters:
        return Counters(self.message, self.delivery, self.posting, self.worklist, self.audit, dict(self.numbers))

    @classmethod
    def read(cls, store: Store) -> Counters:
        after = {
            t: (store.one(f"select max(id) from {t}") or 0) + 1
            for t in ("message", "delivery", "posting", "worklist", "audit")
        }
        numbers = {}
        for (kind, _), source in store.names.items():
            if kind == "source":
                last = store.one("select number from message where source = ? order by id desc limit 1", (source,))
                numbers[source] = (last or 0) + 1
        return cls(**after, numbers=numbers)


class Batch:
    def __init__(self, store: Store, counters: Counters, now_ns: int) -> None:
        self.store = store
        self.counters = counters
        self.now_ns = now_ns
        self.accepted: list[tuple[int, int]] = []
        self._messages: list[tuple[Any, ...]] = []
        self._bodies: list[tuple[int, bytes]] = []
        self._deliveries: list[tuple[Any, ...]] = []
        self._settled: list[tuple[int, int, int, int]] = []
        self._postings: list[tuple[Any, ...]] = []
        self._work: list[tuple[Any, ...]] = []
        self._was: list[tuple[Entry, State]] = []
        self._intake: dict[tuple[int, int, int, int], int] = {}
        self._dispatched: dict[tuple[int, int, int], int] = {}
        self._moved: dict[tuple[int, int, int, int], int] = {}

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
        kind = arrival.kind
        body = 0 if kind is Kind.DUPLICATE else self.body(segment, arrival.raw)
        decision = arrival.decision if kind is Kind.APPENDED else Decision.NONE
        extra = None
        if decision is Decision.UNDECIDED or arrival.error or arrival.origin:
            record = {"lanes": b"".join(arrival.lanes), "error": arrival.error, "origin": arrival.origin}
            extra = store.seal(segment, b"m%d" % id, _pack(record), received_ns)
        lane = int.from_bytes(arrival.lanes[0][:8], "big", signed=True) if arrival.lanes else 0
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
                arrival.control,
                arrival.digest,
                len(arrival.raw),
                body,
                (names.get(("version", version)) or store.name("version", version)) if version else 0,
                decision,
                arrival.original or None,
                extra,
            )
        )
        hour = received_ns // NS_PER_HOUR
        counted = (hour, source, kind, decision)
        self._intake[counted] = self._intake.get(counted, 0) + 1
        if kind is Kind.APPENDED:
            self.accepted.append((id, arrival.control))
        for entry in arrival.entries:
            entry.message_id = id
            entry.hour = hour
            if entry.shared:
                entry.body_id = body
            self.dispatch(entry, segment)
        if arrival.work:
            self.work(arrival.work, message=id, blocks=arrival.blocks)

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
        counters = self.counters
        id = entry.id = counters.delivery
        counters.delivery = id + 1
        if entry.destination == WORKLIST:
            entry.state = State.DELIVERED  # a task settles once it is on the worklist
        if not entry.body_id:
            entry.body_id = self.body(segment, entry.body or b"")
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
                0,
                entry.waits,
                extra,
            )
        )
        counted = (entry.hour, destination, entry.state)
        self._dispatched[counted] = self._dispatched.get(counted, 0) + 1
        if entry.state is not State.WAITING:
            self.post(id, entry.state, self.now_ns)
        if name == WORKLIST:
            self.work(task_of(entry), entry=entry, segment=segment)

    def post(self, delivery: int, state: int, at_ns: int, code: str | None = None, extra: bytes | None = None) -> None:
        id = self.counters.posting
        self.counters.posting = id + 1
        self._postings.append((id, delivery, state, at_ns, code, extra))

    def settle(self, settlement: Settlement, was: State) -> None:
        """The state change itself; what follows from it is the verb's business (settle.py)."""
        entry, state = settlement.entry, settlement.state
        extra = None
        if settlement.detail or settlement.reference or settlement.by:
            words = {"detail": settlement.detail, "reference": settlement.reference, "by": settlement.by}
            extra = self.sealed(b"p%d" % self.counters.posting, words, entry.body_id >> 40)
        self._was.append((entry, was))
        self._settled.append((state, entry.attempts, settlement.at_ns, entry.id))
        self.post(entry.id, state, settlement.at_ns, settlement.code, extra)
        destination = self.store.names["destination", entry.destination]
        counted = (entry.hour, destination, was, state)
        self._moved[counted] = self._moved.get(counted, 0) + 1

    def work(
        self, work: Work, *, message: int = 0, entry: Entry | None = None, blocks: bool = False, segment: int = 0
    ) -> int:
        id = self.counters.worklist
        self.counters.worklist = id + 1
        words = {"text": work.text, "detail": work.detail}
        destination = self.store.name("destination", entry.destination) if entry else 0
        lanes = b"".join(entry.lanes if entry and not work.lanes else work.lanes)
        self._work.append(
            (
                id,
                work.kind,
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

    def decided(self, hour: int, source: int, decision: Decision) -> None:
        """Count a message out of `undecided`."""
        for account, n in ((Decision.UNDECIDED, -1), (decision, 1)):
            counted = (hour, source, _NO_FRAME, account)
            self._intake[counted] = self._intake.get(counted, 0) + n

    def mark(self) -> tuple[Counters, int]:
        """A point to which `discard` can return; everything before it is flushed."""
        self.flush()
        return self.counters.copy(), len(self._was)

    def discard(self, mark: tuple[Counters, int]) -> None:
        """Forget what was gathered since the mark and give its ids back; its rows are rolled back by the caller."""
        self.counters = mark[0]
        self.undo(mark[1])
        for gathered in (self._messages, self._bodies, self._deliveries, self._settled, self._postings, self._work):
            gathered.clear()
        for counted in (self._intake, self._dispatched, self._moved):
            counted.clear()
        self.store.forget_uncommitted()

    def undo(self, since: int = 0) -> None:
        """Put the states of the entries back to what they were: their change is not going to happen."""
        for entry, was in reversed(self._was[since:]):
            entry.state = was
        del self._was[since:]

    # ---- writing

    def flush(self) -> None:
        """Write what was gathered; afterwards a query sees it."""
        db = self.store.db
        for sql, rows in (
            ("insert into message values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._messages),
            ("insert into body values (?, ?)", self._bodies),
            ("insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._deliveries),
            ("update delivery set state = ?, attempts = ?, settled_ns = ? where id = ?", self._settled),
            ("insert into posting values (?, ?, ?, ?, ?, ?)", self._postings),
            ("insert into worklist values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._work),
        ):
            if rows:
                db.executemany(sql, rows)
                rows.clear()
        self._flush_ledger()

    def _flush_ledger(self) -> None:
        totals: dict[tuple[int, int, int], int] = {}

        def add(hour: int, party: int, account: int, n: int) -> None:
            totals[hour, party, account] = totals.get((hour, party, account), 0) + n

        for (hour, source, kind, decision), n in self._intake.items():
            if kind >= 0:
                add(hour, source, Account.FRAMES, n)
                add(hour, source, Account.of_kind(kind), n)
            if decision != Decision.NONE:
                add(hour, source, Account.of_decision(decision), n)
        for (hour, destination, state), n in self._dispatched.items():
            add(hour, destination, Account.DISPATCHED, n)
            add(hour, destination, Account.of_state(state), n)
        for (hour, destination, was, state), n in self._moved.items():
            add(hour, destination, Account.of_state(was), -n)
            add(hour, destination, Account.of_state(state), n)
        for counted in (self._intake, self._dispatched, self._moved):
            counted.clear()
        if totals:
            self.store.db.executemany(
                "insert into ledger values (?, ?, ?, ?) on conflict do update set n = n + excluded.n",
                [(*key, n) for key, n in totals.items() if n],
            )
