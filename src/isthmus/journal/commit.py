"""Group commit: many operations, one transaction, one fsync.

    event loop                                     loop or thread  event loop
    submit(op) ---> queue ---> apply all of them ---> commit, fsync ---> finish(op) for each

A commit begins when a look at the network has brought nothing more. On a quick disk the loop waits for it, on a slow one a
thread does (pace.py).

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
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

import apsw

from ..kernel.clock import Clock
from ..kernel.errors import IsthmusError, Misuse, StorageUnable
from .batch import Batch
from .counters import Counters
from .pace import Pace
from .store import STORAGE_ERRORS, Store
from .trail import RUN_MESSAGES, Trail

RETRY_S = 0.25
"""How long a full disk is left alone before what must be stored is tried again."""

RIDE_S = 0.004
"""How long an outcome that nobody waits for may wait for a commit to ride with: it costs no fsync of its own."""

GATHERED_MAX = 128
"""So many operations are committed without another look at the network."""

ALONE = 2
"""A message, and the outcome of the one before it: what a single sender makes."""

T = TypeVar("T")


class Operation(Protocol):
    kept: bool

    def apply(self, batch: Batch) -> None: ...

    def finish(self, error: IsthmusError | None) -> None: ...


class Call(Generic[T]):
    """A function over the batch (a query, or a verb of its own); its result goes to a future, and before that to `then`:
    in the order of the operations, and also when nobody waits for the future any more."""

    __slots__ = ("_answers", "_error", "_function", "_result", "_then", "future")

    kept = False

    def __init__(
        self, function: Callable[[Batch], T], future: asyncio.Future[T], then: Callable[[T], None] | None = None
    ) -> None:
        self._function = function
        self._then = then
        self.future = future
        self._result: Any = None
        self._error: BaseException | None = None
        self._answers: Callable[[], None] | None = None

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
        self._answers = batch.take_answers()

    def finish(self, error: IsthmusError | None) -> None:
        if self._then is not None and not (error or self._error):
            self._then(self._result)
        if self._answers and not error:
            self._answers()
        if self.future.done():
            return
        if error or self._error:
            self.future.set_exception(error or self._error)  # type: ignore[arg-type]
        else:
            self.future.set_result(self._result)


class Unapplied(Exception):
    """An operation that cannot be applied, whatever the disk does: a defect. `cause`: what it raised."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.cause = cause


class Committer:
    """One transaction after another over a store. Knows nothing of threads."""

    def __init__(self, store: Store, clock: Clock, duplicates_since_ns: int) -> None:
        self.store = store
        self.clock = clock
        self.counters = Counters.read(store)
        self.trail = Trail(store, duplicates_since_ns)
        self.unable: str | None = None
        self.commits = self.committed = 0
        self.commit_s = 0.0
        self._batch: Batch
        self._applied = 0

    def commit(self, operations: list[Any]) -> IsthmusError | None:
        """Apply and commit; None, or why nothing of it is stored (the operations can then be tried again)."""
        return self.prepare(operations) or self.conclude(self.write())

    def prepare(self, operations: list[Any]) -> IsthmusError | None:
        """Begin a transaction and apply the operations; None, or why nothing of it is stored.

        Raises `Unapplied` when one of them cannot be, whatever the disk does; nothing of it is stored.
        """
        store = self.store
        batch = self._batch = Batch(store, self.counters.copy(), self.clock.now_ns())
        try:
            store.db.execute("begin immediate")
            epoch = store.db.execute("select epoch from fence where partition = ?", (store.partition,)).fetchone()
            if epoch is None or epoch[0] != store.epoch:
                raise Misuse("another process has taken over this journal: this hub stops writing")
            self._apply(batch, operations)
        except STORAGE_ERRORS as error:
            return self._failed(error)
        except BaseException:
            self._roll_back(batch)
            raise
        return None

    def _apply(self, batch: Batch, operations: list[Any]) -> None:
        try:
            for operation in operations:
                operation.apply(batch)
            self._applied = len(operations)
            batch.flush()
        except STORAGE_ERRORS:
            raise
        except Exception as error:
            raise Unapplied(error) from error

    def write(self) -> BaseException | None:
        """The commit itself: writes and fsyncs. Touches nothing but the connection, so a thread may wait for the disk.

        Long work in plain SQL that belongs into the transaction (a run of the trail) is done here for the same reason.
        """
        began = time.perf_counter()
        try:
            while self._batch.counters.message - 1 - self.trail.run_end >= RUN_MESSAGES:
                self.trail.extend()
            self.store.db.execute("commit")
        except BaseException as error:
            return error
        self.commit_s += time.perf_counter() - began
        return None

    def conclude(self, failure: BaseException | None) -> IsthmusError | None:
        """After `write`: take over the new counters, or take everything back."""
        batch = self._batch
        if failure is not None:
            if isinstance(failure, STORAGE_ERRORS):
                return self._failed(failure)
            self._roll_back(batch)
            raise failure
        self.commits += 1
        self.committed += self._applied
        self.counters = batch.counters
        add = self.trail.add
        for id, control in batch.accepted:
            add(id, control)
        self.unable = None
        return None

    def _failed(self, error: Exception) -> StorageUnable:
        self._roll_back(self._batch)
        self.unable = _words(error)
        return StorageUnable(f"the journal cannot write ({self.unable}): nothing is acknowledged until it can")

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


Write = Callable[[], "BaseException | None"]


class Waiter(Protocol):
    """Who waits for the disk while the loop goes on: a thread, or simulated time."""

    def begin(self, write: Write, written: Callable[[], None]) -> None:
        """Have `write` done elsewhere and `written` called on the loop after it. One at a time."""

    def result(self) -> BaseException | None:
        """What the write under way came to; waits for it."""

    def close(self) -> None: ...


class WaitingThread:
    """A thread that does the writes handed to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._orders: SimpleQueue[tuple[Write, Callable[[], None]] | None] = SimpleQueue()
        self._results: SimpleQueue[BaseException | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def begin(self, write: Write, written: Callable[[], None]) -> None:
        self._orders.put((write, written))

    def result(self) -> BaseException | None:
        return self._results.get()

    def _run(self) -> None:
        while order := self._orders.get():
            write, written = order
            self._results.put(write())
            with contextlib.suppress(RuntimeError):  # the loop is closed: `close` takes the result
                self._loop.call_soon_threadsafe(written)

    def close(self) -> None:
        self._orders.put(None)
        self._thread.join()


class Log(Protocol):
    """Who copies the write-ahead log into the database: see checkpoint.py."""

    def after_commit(self) -> None: ...

    def close(self) -> None: ...


class Writer:
    """The queue in front of a committer.

    Operations are applied on the event loop and at most the commit leaves it, on a slow disk (pace.py): two threads that
    both run Python would hand the interpreter lock to and fro for each row, which costs more than the rows.
    """

    def __init__(
        self,
        committer: Committer,
        loop: asyncio.AbstractEventLoop,
        on_failure: Callable[[BaseException], None],
        waiter: Waiter,
        log: Log,
        pace: Pace,
        on_defect: Callable[[BaseException], None] = lambda error: None,
    ):
        """`on_failure`: nothing can be written any more; `on_defect`: one operation could not be, and its caller was told."""
        self._committer = committer
        self._loop = loop
        self._on_failure = on_failure
        self._on_defect = on_defect
        self._waiter = waiter
        self._log = log
        self._pace = pace
        self._queue: list[Any] = []
        self._writing: list[Any] = []
        self._scheduled = False
        self._gathered = 0  # operations seen at the latest look at the network
        self._together = 0  # operations of the latest commit
        self._urgent = False
        self._ride: asyncio.TimerHandle | None = None
        self._closed = False

    def submit(self, operation: Operation, urgent: bool = True) -> None:
        self._queue.append(operation)
        if urgent:
            self._urgent = True
            if not self._writing and not self._scheduled:
                self._scheduled = True
                self._loop.call_soon(self._gather)
        elif self._ride is None:
            self._ride = self._loop.call_later(RIDE_S, self._ridden)

    def _ridden(self) -> None:
        """Nothing came by to ride with: go alone. While a commit is under way nothing can have come by yet."""
        self._ride = self._loop.call_later(RIDE_S, self._ridden) if self._writing else None
        if self._queue and not self._writing:
            self._urgent = True
            if not self._scheduled:
                self._begin()

    def _gather(self) -> None:
        """Commit when a look at the network brings nothing more: what comes together is synced together. What was alone
        the last time is taken to be alone again, and does not wait for the look."""
        gathered = len(self._queue)
        alone = gathered <= self._together <= ALONE
        if self._gathered < gathered < GATHERED_MAX and not alone and not self._writing:
            self._gathered = gathered
            self._loop.call_soon(self._gather)
        else:
            self._begin()

    def _begin(self) -> None:
        self._scheduled = False
        self._gathered = 0
        if self._writing or not self._queue or self._closed:
            return
        operations, self._queue = self._queue, []
        self._together = len(operations)
        self._urgent = False
        if self._ride is not None:
            self._ride.cancel()
            self._ride = None
        try:
            error = self._committer.prepare(operations)
        except Unapplied:
            self._one_by_one(operations)
            return
        except BaseException as failure:
            self._on_failure(failure)
            return
        if error:
            self._finish(operations, error)
        elif self._pace.on_loop():
            self._writing = operations
            self._conclude(self._commit_on_loop())
        else:
            self._writing = operations
            self._waiter.begin(self._commit, self._written)

    def _one_by_one(self, operations: list[Any]) -> None:
        """One of them cannot be applied: it alone fails, and the others are stored as if it had not been there. What
        must not be lost (`kept`) and cannot be stored ends the writer."""
        for operation in operations:
            try:
                error = self._committer.commit([operation])
            except Unapplied as unapplied:
                if operation.kept:
                    self._on_failure(unapplied.cause)
                    return
                self._on_defect(unapplied.cause)
                error = Misuse(f"the journal failed on this ({unapplied}): the hub's log says where")
            except BaseException as failure:
                self._on_failure(failure)
                return
            self._finish([operation], error)
        if self._urgent and not self._scheduled:
            self._begin()

    def _commit(self) -> BaseException | None:
        failure = self._committer.write()
        if failure is None:
            self._log.after_commit()
        return failure

    def _commit_on_loop(self) -> BaseException | None:
        before_s = self._committer.commit_s
        failure = self._commit()
        self._pace.took(self._committer.commit_s - before_s, len(self._writing))
        return failure

    def _written(self) -> None:
        if self._closed:
            return
        self._conclude(self._waiter.result())
        if self._urgent and not self._scheduled:
            self._begin()

    def _conclude(self, failure: BaseException | None) -> None:
        operations, self._writing = self._writing, []
        try:
            error = self._committer.conclude(failure)
        except BaseException as broken:
            self._on_failure(broken)
            return
        self._finish(operations, error)

    def _finish(self, operations: list[Any], error: IsthmusError | None) -> None:
        if error and not self._closed:
            kept = [operation for operation in operations if operation.kept]
            operations = [operation for operation in operations if not operation.kept]
            if kept:
                self._queue[:0] = kept
                self._urgent = self._scheduled = True
                self._loop.call_later(RETRY_S, self._begin)
        for operation in operations:
            operation.finish(error)

    def close(self) -> None:
        """Commit what was submitted, without the loop's help; what cannot be stored any more is told so."""
        self._closed = True
        if self._writing:
            self._conclude(self._waiter.result())
        while self._queue:
            operations, self._queue = self._queue, []
            self._finish(operations, self._committer.commit(operations))
        self._waiter.close()
        self._log.close()
