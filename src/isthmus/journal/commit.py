"""Group commit: many operations, one transaction, one fsync.

    loop thread                     writer thread
    submit(op) ---> queue ---> take all, apply each, commit ---> finish(op) for each, on the loop

An operation is `apply(batch)` inside the transaction and `finish(error)` on the loop. What must not be lost with a failed
transaction (outcomes of deliveries that did happen) is `kept`: it stays at the head of the queue until it is stored.

Invariants
 1. `finish(None)` is called after the commit returned, with synchronous=FULL: after the fsync of the log.
 2. Operations are applied and finished in the order of submission.
 3. Before anything is written the epoch is compared in the same transaction; a stranger's epoch ends the writer.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import apsw

from ..kernel.clock import Clock
from ..kernel.errors import IsthmusError, Misuse, StorageUnable
from .batch import Batch, Counters
from .store import STORAGE_ERRORS, Store
from .trail import RUN_MESSAGES, Trail

RETRY_S = 0.25
"""How long a full disk is left alone before what must be stored is tried again."""

RIDE_S = 0.004
"""How long an outcome that nobody waits for may wait for a commit to ride with: it costs no fsync of its own."""

T = TypeVar("T")


class Operation(Protocol):
    kept: bool

    def apply(self, batch: Batch) -> None: ...

    def finish(self, error: IsthmusError | None) -> None: ...


class Call(Generic[T]):
    """A function over the batch (a query, or a verb of its own); its result goes to a future."""

    __slots__ = ("_error", "_function", "_result", "future")

    kept = False

    def __init__(self, function: Callable[[Batch], T], future: asyncio.Future[T]) -> None:
        self._function = function
        self.future = future
        self._result: Any = None
        self._error: BaseException | None = None

    def apply(self, batch: Batch) -> None:
        self._result = self._error = None
        mark = batch.mark()
        try:
            with batch.store.db:  # a savepoint: a failing call takes only its own writes back
                self._result = self._function(batch)
                batch.flush()
        except STORAGE_ERRORS:
            raise
        except Exception as error:
            batch.discard(mark)
            self._error = error

    def finish(self, error: IsthmusError | None) -> None:
        if self.future.done():
            return
        if error or self._error:
            self.future.set_exception(error or self._error)  # type: ignore[arg-type]
        else:
            self.future.set_result(self._result)


class Committer:
    """One transaction after another over a store. Knows nothing of threads."""

    def __init__(self, store: Store, clock: Clock, duplicates_since_ns: int) -> None:
        self.store = store
        self.clock = clock
        self.counters = Counters.read(store)
        self.trail = Trail(store, duplicates_since_ns)
        self.unable: str | None = None

    def commit(self, operations: list[Any]) -> IsthmusError | None:
        """Apply and commit; None, or why nothing of it is stored (the operations can then be tried again)."""
        store = self.store
        batch = Batch(store, self.counters.copy(), self.clock.now_ns())
        try:
            store.db.execute("begin immediate")
            epoch = store.db.execute("select epoch from fence where partition = ?", (store.partition,)).fetchone()
            if epoch is None or epoch[0] != store.epoch:
                raise Misuse("another process has taken over this journal: this hub stops writing")
            for operation in operations:
                operation.apply(batch)
            batch.flush()
            while batch.counters.message - 1 - self.trail.run_end >= RUN_MESSAGES:
                self.trail.extend()
            store.db.execute("commit")
        except STORAGE_ERRORS as error:
            self._roll_back(batch)
            self.unable = _words(error)
            return StorageUnable(f"the journal cannot write ({self.unable}): nothing is acknowledged until it can")
        except BaseException:
            self._roll_back(batch)
            raise
        self.counters = batch.counters
        add = self.trail.add
        for id, control in batch.accepted:
            add(id, control)
        self.unable = None
        return None

    def _roll_back(self, batch: Batch) -> None:
        if self.store.db.in_transaction:
            with contextlib.suppress(apsw.Error):
                self.store.db.execute("rollback")
        batch.undo()
        with contextlib.suppress(*STORAGE_ERRORS):
            self.store.forget_uncommitted()
            self.trail.reload()


def _words(error: Exception) -> str:
    kinds = {
        "FullError": "the disk is full",
        "ReadOnlyError": "the disk is read-only",
        "CantOpenError": "the file cannot be opened",
    }
    return kinds.get(type(error).__name__, "the disk reports an error")


class Writer:
    """The thread that commits, and its queue."""

    def __init__(
        self, committer: Committer, loop: asyncio.AbstractEventLoop, on_failure: Callable[[BaseException], None]
    ):
        self._committer = committer
        self._loop = loop
        self._on_failure = on_failure
        self._queue: list[Any] = []
        self._wake = threading.Condition()
        self._urgent = False
        self._closing = False
        self._riding = False
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def submit(self, operation: Operation, urgent: bool = True) -> None:
        with self._wake:
            self._queue.append(operation)
            if urgent:
                if not self._urgent:
                    self._urgent = True
                    self._wake.notify()
            elif not self._riding:
                self._riding = True
                self._loop.call_later(RIDE_S, self._ride)

    def _ride(self) -> None:
        with self._wake:
            self._riding = False
            if self._queue and not self._urgent:
                self._urgent = True
                self._wake.notify()

    def _run(self) -> None:
        try:
            while True:
                with self._wake:
                    while not self._urgent and not self._closing:
                        self._wake.wait()
                    operations, self._queue = self._queue, []
                    self._urgent = False
                    if self._closing and not operations:
                        return
                self._commit(operations)
        except BaseException as error:
            self._loop.call_soon_threadsafe(self._on_failure, error)

    def _commit(self, operations: list[Any]) -> None:
        error = self._committer.commit(operations)
        finished = operations
        if error:
            kept = [operation for operation in operations if operation.kept]
            finished = [operation for operation in operations if not operation.kept]
            with self._wake:
                self._queue[:0] = kept
                if kept and not self._closing:
                    self._wake.wait(RETRY_S)
                    self._urgent = True
        if finished:
            self._loop.call_soon_threadsafe(_finish, finished, error)

    def close(self) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()


def _finish(operations: list[Any], error: IsthmusError | None) -> None:
    for operation in operations:
        operation.finish(error)
