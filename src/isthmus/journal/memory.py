"""The journal's twin in memory: plain Python, obviously right, and forgotten when the process ends.

It is what the SQLite journal is held against (the conformance suite and a state-machine test run over both), and what a
test of a hub uses that does not care for durability. It has no search, no pruning and no verbs for operators.
"""

from __future__ import annotations

import asyncio
import copy
import hmac
from collections import Counter
from collections.abc import Callable

from ..kernel.answer import Answer
from ..kernel.clock import NS_PER_HOUR
from ..kernel.errors import Misuse
from ..ports import (
    Acknowledger,
    Arrival,
    Decision,
    Done,
    Entry,
    Journal,
    Kind,
    Memory,
    Owed,
    RunningMac,
    Settlement,
    Staged,
    State,
    Text,
    Verdict,
    Work,
)
from .batch import WORKLIST, task_of
from .owed import to_system


class Shelf:
    """What outlives a `MemoryJournal`: hand it to the next one to reopen the journal."""

    def __init__(self) -> None:
        self.epoch = 0
        self.messages: list[Arrival] = []
        self.deliveries: list[Entry] = []
        self.bodies: dict[int, bytes] = {}
        self.items: list[Item] = []
        self.memories: dict[tuple[str, bytes], Memory] = {}
        self.postings: list[tuple[int, State]] = []
        self.owed: dict[int, Owed] = {}
        self.texts: dict[str, Text] = {}
        self.cursors: dict[int, bytes] = {}
        self.staged: dict[int, bytes] = {}

    def totals(self) -> dict[tuple[str, str], Counter[str]]:
        """What the ledger must say, counted from the rows: {(kind, party): {account: n}}."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for message in self.messages:
            counts = found.setdefault(("source", message.source), Counter())
            counts.update(("frames", message.kind.name.lower()))
            if message.kind is Kind.APPENDED:
                counts.update((message.decision.name.lower(),))
        for entry in self.deliveries:
            found.setdefault(("destination", entry.destination), Counter()).update(
                ("dispatched", entry.state.name.lower())
            )
        return found


class Item:
    """A worklist item. `open` until what it is about is settled."""

    def __init__(self, work: Work, message: int, delivery: int, blocks: bool, slot: int) -> None:
        self.work, self.message, self.delivery, self.blocks, self.slot = work, message, delivery, blocks, slot
        self.open = True


class _RunningMac:
    def __init__(self, mac: Callable[[bytes], bytes]) -> None:
        self._mac = mac
        self._pieces = b""

    def update(self, piece: bytes) -> None:
        self._pieces += piece

    def digest(self) -> bytes:
        return self._mac(self._pieces)


class MemoryJournal:
    partition = 0

    def __init__(self, shelf: Shelf | None = None, later: Callable[[Callable[[], None]], object] | None = None) -> None:
        """`later` runs a callback when the caller has returned; left out, the running event loop does."""
        self.shelf = shelf or Shelf()
        self.shelf.epoch += 1
        self.epoch = self.shelf.epoch
        self._later = later or (lambda callback: asyncio.get_running_loop().call_soon(callback))
        self._closed = False
        self.acknowledger: Acknowledger | None = None

    def mac(self, value: bytes) -> bytes:
        return hmac.digest(b"a journal in memory", value, "sha256")[:16]

    def running_mac(self) -> RunningMac:
        return _RunningMac(self.mac)

    # ---- what changes something

    async def stage(self, staged: Staged, piece: bytes) -> None:
        staged.body_id = staged.body_id or len(self.shelf.staged) + 1
        self.shelf.staged[staged.body_id] = self.shelf.staged.get(staged.body_id, b"") + piece
        staged.stored += len(piece)

    async def unstage(self, staged: Staged) -> None:
        self.shelf.staged[staged.body_id] = b""

    def append(self, arrival: Arrival, done: Done) -> None:
        if not self._fenced(done):
            shelf = self.shelf
            arrival.id = len(shelf.messages) + 1
            arrival.number = sum(message.source == arrival.source for message in shelf.messages) + 1
            stored = copy.copy(arrival)
            if arrival.staged is not None:
                stored.raw, stored.staged = shelf.staged[arrival.staged.body_id], None
            if stored.kind is not Kind.APPENDED:
                stored.decision = Decision.NONE
            shelf.messages.append(stored)
            self._dispatch(arrival.id, arrival.received_ns, stored.raw, arrival.entries)
            if arrival.work:
                shelf.items.append(Item(arrival.work, arrival.id, 0, arrival.blocks, 0))
            if arrival.owed:
                arrival.owed.message_id, arrival.owed.source = arrival.id, arrival.source
                shelf.owed[arrival.id] = arrival.owed
            answer = self._answer(arrival.id, arrival.received_ns)
            self._done(done)
            self._offer(answer)

    def decide(
        self,
        message_id: int,
        decision: Decision,
        version: str,
        entries: list[Entry],
        work: Work | None,
        done: Done,
        *,
        blocks: bool = True,
        answers: tuple[Answer, ...] = (),
    ) -> None:
        if self._fenced(done):
            return
        message = self.shelf.messages[message_id - 1] if message_id <= len(self.shelf.messages) else None
        if message is None or message.decision is not Decision.UNDECIDED:
            error = Misuse(f"message {message_id} does not stand undecided: its decision is not taken twice")
            self._later(lambda: done(error))
            return
        for item in self.shelf.items:
            item.open = item.open and not (item.message == message_id and not item.delivery)
        if work:
            self.shelf.items.append(Item(work, message_id, 0, blocks, 0))
        else:
            message.decision, message.version, message.answers = decision, version, answers
            self._dispatch(message_id, message.received_ns, message.raw, entries)
        answer = self._answer(message_id, message.received_ns)
        self._done(done)
        self._offer(answer)

    def settle(self, settlement: Settlement, done: Done, *, urgent: bool = True) -> None:
        if self._fenced(done):
            return
        entry, shelf = settlement.entry, self.shelf
        self._post(entry.id, settlement.state, entry.attempts)
        entry.state = settlement.state
        for slot in settlement.cancel:
            self._withdraw(slot)
        for memory in (*([settlement.memory] if settlement.memory else ()), *settlement.memories):
            shelf.memories.pop((memory.process, memory.key), None)
            if memory.data is not None:
                shelf.memories[memory.process, memory.key] = memory
        if settlement.cursor is not None:
            shelf.cursors[entry.id] = settlement.cursor
        if settlement.work:
            shelf.items.append(Item(settlement.work, entry.message_id, entry.id, settlement.blocks, 0))
        for child in settlement.follow:
            child.parent = entry.id
        self._dispatch(entry.message_id, entry.hour * NS_PER_HOUR, shelf.bodies[entry.id], settlement.follow)
        answer = self._answer(entry.message_id, settlement.at_ns, parent=entry.id)
        self._done(done)
        self._offer(answer)

    def _answer(self, message_id: int, at_ns: int, *, parent: int = 0) -> Entry | None:
        """What a message is owed, once its decision is made and every delivery of its own to a system is settled."""
        shelf = self.shelf
        owed, message = shelf.owed.get(message_id), shelf.messages[message_id - 1]
        own = self._own(message_id)
        if owed is None or self.acknowledger is None or message.decision is Decision.UNDECIDED:
            return None
        if any(entry.state in (State.WAITING, State.PARKED) for entry in own):
            return None
        del shelf.owed[message_id]
        given_up = [entry for entry in own if entry.state in (State.DISCARDED, State.RETURNED)]
        text = f"its delivery to {given_up[0].destination} was {given_up[0].state.name.lower()}" if given_up else ""
        body = self.acknowledger.write(owed, Verdict(not given_up, at_ns, text))
        if body is None:
            return None
        answer = Entry(owed.to, owed.lanes, body, parent=parent, waits=False)
        self._dispatch(message_id, message.received_ns, b"", [answer])
        return answer

    def _own(self, message_id: int) -> list[Entry]:
        """Deliveries of a message to systems: of its decision, and in the place of those."""
        own: dict[int, Entry] = {}
        for entry in self.shelf.deliveries:
            if entry.message_id == message_id and to_system(entry) and (not entry.parent or entry.parent in own):
                own[entry.id] = entry
        return list(own.values())

    def _offer(self, answer: Entry | None) -> None:
        acknowledger = self.acknowledger
        if answer is not None and acknowledger is not None:
            self._later(lambda: acknowledger.offer(answer))

    def _dispatch(
        self, message: int, received_ns: int, shared: bytes, entries: tuple[Entry, ...] | list[Entry]
    ) -> None:
        shelf = self.shelf
        for entry in entries:
            if entry.slot:
                self._withdraw(entry.slot)
            body = shared if entry.shared else entry.body or b""
            entry.message_id, entry.hour, entry.size = message, received_ns // NS_PER_HOUR, len(body)
            entry.id = len(shelf.deliveries) + 1
            shelf.bodies[entry.id] = body
            stored = copy.copy(entry)
            stored.body = None
            shelf.deliveries.append(stored)
            if entry.destination == WORKLIST:
                entry.state = State.DELIVERED
                self._post(entry.id, State.DELIVERED, 0)
                shelf.items.append(Item(task_of(entry), message, entry.id, False, entry.slot))

    def _post(self, delivery: int, state: State, attempts: int) -> None:
        stored = self.shelf.deliveries[delivery - 1]
        for item in self.shelf.items:  # what a person had to look at is settled
            item.open = item.open and not (item.delivery == delivery and stored.state is State.PARKED)
        stored.state, stored.attempts = state, attempts
        self.shelf.postings.append((delivery, state))

    def _withdraw(self, slot: int) -> None:
        for entry in self.shelf.deliveries:
            if entry.slot == slot and entry.state is State.WAITING:
                self._post(entry.id, State.SUPERSEDED, entry.attempts)
        for item in self.shelf.items:
            item.open = item.open and not (item.slot == slot and item.slot)

    def _fenced(self, done: Done) -> bool:
        """Once another has opened the shelf nothing more is written, and nothing is told to be."""
        return self._closed or self.epoch != self.shelf.epoch

    def _done(self, done: Done) -> None:
        self._later(lambda: done(None))

    # ---- what reads

    def maybe_seen(self, control: int) -> bool:
        return any(m.kind is Kind.APPENDED and m.control == control for m in self.shelf.messages)

    async def find_original(self, source: str, control: int, digest: bytes, since_ns: int) -> tuple[int, bool]:
        reused = False
        for message in self.shelf.messages:
            accepted = message.kind is Kind.APPENDED and not message.original
            if not accepted or message.source != source or message.control != control or message.received_ns < since_ns:
                continue
            if any(e.message_id == message.id and e.state is State.RETURNED for e in self.shelf.deliveries):
                continue
            if message.digest == digest:
                return message.id, reused
            reused = True
        return 0, reused

    async def page(self, destination: str, after: int, limit: int) -> list[Entry]:
        found = [e for e in self._waiting() if e.destination == destination and not e.due_ns and e.id > after]
        return [copy.copy(entry) for entry in found[:limit]]

    async def load(self, entries: list[Entry], bytes_max: int) -> None:
        for at, entry in enumerate(entries):
            bytes_max -= entry.size
            if at and bytes_max < 0:
                return
            entry.body = self.shelf.bodies[entry.id]

    async def read(self, delivery: int, offset: int, bytes_max: int) -> bytes:
        return self.shelf.bodies[delivery][offset : offset + bytes_max]

    async def cursor(self, delivery: int) -> bytes | None:
        return self.shelf.cursors.get(delivery)

    async def due(self, before_ns: int, limit: int) -> list[Entry]:
        timers = sorted((e.due_ns, e.id) for e in self._waiting() if 0 < e.due_ns <= before_ns)
        found = [copy.copy(self.shelf.deliveries[id - 1]) for _, id in timers[:limit]]
        await self.load(found, 1 << 62)
        return found

    async def next_due(self) -> int:
        return min((entry.due_ns for entry in self._waiting() if entry.due_ns), default=0)

    async def blocked(self) -> list[Entry]:
        blocking = sorted(item.delivery for item in self.shelf.items if item.open and item.blocks and item.delivery)
        return [copy.copy(self.shelf.deliveries[id - 1]) for id in blocking]

    async def undecided(self, after: int, limit: int) -> list[tuple[Arrival, bool]]:
        parked = {item.message: item.blocks for item in self.shelf.items if item.open and not item.delivery}
        found: list[tuple[Arrival, bool]] = []
        for message in self.shelf.messages[after:]:
            if message.decision is Decision.UNDECIDED and len(found) < limit:
                arrival = copy.copy(message)
                arrival.blocks = parked.get(message.id, False)
                found.append((arrival, message.id in parked))
        return found

    async def memory(self, process: str, key: bytes) -> Memory | None:
        return self.shelf.memories.get((process, key))

    async def keep(self, texts: list[Text]) -> None:
        for text in texts:
            self.shelf.texts.setdefault(text.version, text)

    async def text(self, version: str) -> Text | None:
        return self.shelf.texts.get(version)

    async def memories(self, process: str) -> list[Memory]:
        held = [memory for (name, _), memory in self.shelf.memories.items() if name == process]
        return sorted(held, key=lambda memory: memory.key)

    def _waiting(self) -> list[Entry]:
        return [entry for entry in self.shelf.deliveries if entry.state is State.WAITING]

    def close(self) -> None:
        self._closed = True


def _conforms(journal: MemoryJournal) -> Journal:
    return journal
