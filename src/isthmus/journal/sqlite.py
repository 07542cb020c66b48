"""The embedded journal: one SQLite file, one writer, group commit. The port `Journal`, put together from its verbs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from ..kernel.answer import Answer
from ..kernel.clock import Clock, SystemClock
from ..kernel.errors import IsthmusError, Misuse
from ..ports import (
    Acknowledger,
    Arrival,
    Decision,
    Done,
    Entry,
    Journal,
    Memory,
    Settlement,
    Staged,
    State,
    Text,
    Work,
)
from ..security.vault import Vault
from . import claim, owed, settle, stage
from . import texts as stored
from .batch import Batch
from .checkpoint import Checkpointer
from .commit import Call, Committer, Operation, WaitingThread, Writer
from .pace import Pace
from .store import Store
from .trail import CONTROL, find

T = TypeVar("T")

Answers = Callable[[], None] | None
"""Hands on the acknowledgements that an operation gave rise to, once they are durable."""

RETURNED = f"select 1 from delivery where message = ? and state = {int(State.RETURNED)}"


class Append:
    __slots__ = ("_answers", "arrival", "done")
    kept = False

    def __init__(self, arrival: Arrival, done: Done) -> None:
        self.arrival = arrival
        self.done = done
        self._answers: Answers = None

    def apply(self, batch: Batch) -> None:
        batch.append(self.arrival)
        if self.arrival.owed is not None:
            owed.owe(batch, self.arrival)
            self._answers = batch.take_answers()

    def finish(self, error: IsthmusError | None) -> None:
        self.done(error)
        if self._answers and not error:
            self._answers()


class Settle:
    __slots__ = ("_answers", "done", "settlement")
    kept = True  # the delivery did happen

    def __init__(self, settlement: Settlement, done: Done) -> None:
        self.settlement = settlement
        self.done = done
        self._answers: Answers = None

    def apply(self, batch: Batch) -> None:
        settle.settle(batch, self.settlement)
        self._answers = batch.take_answers() if batch.answers else None

    def finish(self, error: IsthmusError | None) -> None:
        self.done(error)
        if self._answers and not error:
            self._answers()


class Decide:
    __slots__ = ("_answers", "_arguments", "_refused", "done")
    kept = True  # the lane waits for it; decided again it would be the same

    def __init__(
        self,
        message_id: int,
        decision: Decision,
        version: str,
        entries: list[Entry],
        work: Work | None,
        blocks: bool,
        done: Done,
        answers: tuple[Answer, ...] = (),
    ) -> None:
        self._arguments = (message_id, decision, version, entries, work, blocks, answers)
        self._refused: Misuse | None = None
        self._answers: Answers = None
        self.done = done

    def apply(self, batch: Batch) -> None:
        self._refused = None
        try:
            settle.decide(batch, *self._arguments)
        except Misuse as error:  # decided already: nothing was written for it, and the others in the batch go on
            self._refused = error
        self._answers = batch.take_answers() if batch.answers else None

    def finish(self, error: IsthmusError | None) -> None:
        self.done(error or self._refused)
        if self._answers and not error:
            self._answers()


class SqliteJournal:
    partition = 0

    def __init__(
        self,
        committer: Committer,
        submit: Callable[[Operation, bool], None],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """`submit(operation, urgent)` hands an operation to whoever commits: the writer's thread, or a simulation."""
        self._committer = committer
        self._submit = submit
        self._close = close
        self._closed = False
        self.epoch = committer.store.epoch
        self.mac = committer.store.vault.mac
        self.running_mac = committer.store.vault.running_mac
        self.maybe_seen = committer.trail.maybe_seen

    @classmethod
    def open(
        cls,
        path: Path,
        vault: Vault,
        *,
        clock: Clock | None = None,
        duplicates_since_ns: int = 0,
        on_failure: Callable[[BaseException], None] = lambda error: None,
        on_defect: Callable[[BaseException], None] = lambda error: None,
        pace: Pace | None = None,
    ) -> SqliteJournal:
        """Open or create the journal and start its writer. Must be called with a running event loop.

        `on_failure`: nothing can be written any more; `on_defect`: one operation could not be, and its caller was told;
        `pace`: where commits wait for the disk.
        """
        clock = clock or SystemClock()
        store = Store(path, vault, clock.now_ns())
        try:
            committer = Committer(store, clock, duplicates_since_ns)
            loop = asyncio.get_running_loop()
            log = Checkpointer(path, store.db)
            writer = Writer(committer, loop, on_failure, WaitingThread(loop), log, pace or Pace(), on_defect)
        except BaseException:
            store.close()
            raise

        def close() -> None:
            writer.close()
            store.close()

        return cls(committer, writer.submit, close)

    @property
    def acknowledger(self) -> Acknowledger | None:
        return self._committer.store.acknowledger

    @acknowledger.setter
    def acknowledger(self, acknowledger: Acknowledger | None) -> None:
        self._committer.store.acknowledger = acknowledger

    @property
    def unable(self) -> str | None:
        """Why the journal cannot write right now; None: it can."""
        return self._committer.unable

    @property
    def commits(self) -> tuple[int, int, float]:
        """Since the start: transactions, operations in them, and seconds spent waiting for the disk."""
        committer = self._committer
        return committer.commits, committer.committed, committer.commit_s

    def append(self, arrival: Arrival, done: Done) -> None:
        self._submit(Append(arrival, done), True)

    def settle(self, settlement: Settlement, done: Done, *, urgent: bool = True) -> None:
        self._submit(Settle(settlement, done), urgent)

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
        self._submit(Decide(message_id, decision, version, entries, work, blocks, done, answers), True)

    def call(self, function: Callable[[Batch], T], then: Callable[[T], None] | None = None) -> asyncio.Future[T]:
        """Run a verb inside the next transaction; the future has its result once that is durable.

        `then` gets the result first: before the callbacks of later operations, and also when the caller has given up.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._submit(Call(function, future, then), True)
        return future

    async def probe(self) -> None:
        """A small real write. Raises `StorageUnable` while the disk is full or read-only."""
        await self.call(lambda batch: batch.store.db.execute("update fence set epoch = epoch").fetchall())

    async def find_original(self, source: str, control: int, digest: bytes, since_ns: int) -> tuple[int, bool]:
        def look(batch: Batch) -> tuple[int, bool]:
            store = batch.store
            party, reused = store.names.get(("source", source)), False
            for id in find(store, CONTROL, control, since_ns, among=self._committer.trail.where(control)):
                row = store.db.execute(
                    "select source, digest, received_ns, original from message where id = ?", (id,)
                ).fetchone()
                if (
                    row is None or row[0] != party or row[2] < since_ns or row[3] is not None
                ):  # a replay opens no window
                    continue
                if store.one(RETURNED, (id,)):  # the sender has it back: its repeat is a new message
                    continue
                if row[1] == digest:
                    return id, reused
                reused = True
            return 0, reused

        return await self.call(look)

    async def page(self, destination: str, after: int, limit: int) -> list[Entry]:
        return await self.call(lambda batch: claim.page(batch.store, destination, after, limit))

    async def load(self, entries: list[Entry], bytes_max: int) -> None:
        await self.call(lambda batch: claim.load(batch.store, entries, bytes_max))

    async def stage(self, staged: Staged, piece: bytes) -> None:
        staged.body_id = await self.call(lambda batch: stage.put(batch, staged, piece))
        staged.stored += len(piece)

    async def unstage(self, staged: Staged) -> None:
        if staged.body_id:
            await self.call(lambda batch: batch.store.throw_away(staged.body_id))

    async def read(self, delivery: int, offset: int, bytes_max: int) -> bytes:
        return await self.call(lambda batch: claim.read(batch.store, delivery, offset, bytes_max))

    async def cursor(self, delivery: int) -> bytes | None:
        return await self.call(lambda batch: claim.cursor(batch.store, delivery))

    async def due(self, before_ns: int, limit: int) -> list[Entry]:
        return await self.call(lambda batch: claim.due(batch.store, before_ns, limit))

    async def next_due(self) -> int:
        return await self.call(lambda batch: claim.next_due(batch.store))

    async def blocked(self) -> list[Entry]:
        return await self.call(lambda batch: claim.blocked(batch.store))

    async def undecided(self, after: int, limit: int) -> list[tuple[Arrival, bool]]:
        return await self.call(lambda batch: claim.undecided(batch.store, after, limit))

    async def memory(self, process: str, key: bytes) -> Memory | None:
        return await self.call(lambda batch: claim.memory(batch.store, process, key))

    def keep(self, texts: list[Text]) -> Awaitable[None]:
        return self.call(lambda batch: stored.keep(batch, texts))

    async def text(self, version: str) -> Text | None:
        return await self.call(lambda batch: stored.maybe_text(batch.store, version))

    async def memories(self, process: str) -> list[Memory]:
        return await self.call(lambda batch: claim.memories(batch.store, process))

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._close()


def _conforms(journal: SqliteJournal) -> Journal:
    return journal
