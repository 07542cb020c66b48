"""The real journal on a simulated disk: real SQLite, the real committer and writer; only the thread is simulated.

prepare (at once) ---- fsync takes its time ----> write ---- the loop hears of it ----> conclude
                ^ a crash here: nothing is stored      ^ a crash here: stored, and nobody was told
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import apsw

from ...journal import SqliteJournal
from ...journal.commit import Committer, Write, Writer
from ...journal.pace import Pace
from ...journal.store import Store
from ...kernel.clock import NS_PER_DAY, Clock
from ...security import Vault
from ..disk import Disk
from .clock import START_NS
from .loop import SimulatedLoop

PATH = Path("/journal.db")
HUB_KEY = "c2ltdWxhdGlvbi1zaW11bGF0aW9uLXNpbXVsYXRpb24="
_MAC_KEY = b"the same in every run of a seed!"
DUPLICATES_DAYS = 7.0


@cache
def fresh() -> dict[str, bytes]:
    """A disk with an empty journal, laid down once. Its MAC key is fixed, so that a seed gives the same lanes each time."""
    disk = Disk()
    vault = Vault(HUB_KEY)
    store = Store(PATH, vault, START_NS, vfs=disk.name, lock=False)
    store.db.execute("update data_key set wrapped = ? where id = 0", (vault.wrap(b"mac", _MAC_KEY),))
    store.close()
    return disk.image()


class SimulatedPace(Pace):
    """The disk is as quick as the seed says: real time must not decide anything."""

    def __init__(self, quick: bool) -> None:
        super().__init__()
        self._quick = quick

    def on_loop(self) -> bool:
        return self._quick


class SimulatedCheckpointer:
    """Copies the log into the database between two commits, where the real one has a thread that does most of it."""

    def __init__(self, db: apsw.Connection, every_pages: int) -> None:
        self._db = db
        self._every_pages = every_pages
        self._pages = 0
        db.set_wal_hook(self._grown)

    def _grown(self, connection: apsw.Connection, name: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK

    def after_commit(self) -> None:
        if self._pages >= self._every_pages:
            with contextlib.suppress(apsw.Error):
                self._db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def close(self) -> None:
        self._db.set_wal_hook(None)


class SimulatedWaiter:
    """Simulated time in place of the thread that waits for the disk."""

    def __init__(self, loop: SimulatedLoop, latency_s: Callable[[], float]) -> None:
        self._loop = loop
        self._latency_s = latency_s
        self._write: Write | None = None
        self._outcome: list[BaseException | None] = []
        self._closed = False

    @property
    def in_flight(self) -> bool:
        """A transaction is prepared and not written yet."""
        return self._write is not None

    def begin(self, write: Write, written: Callable[[], None]) -> None:
        self._write = write
        self._loop.call_later(self._latency_s(), self._synced, written)

    def _synced(self, written: Callable[[], None]) -> None:
        if self._write is not None and not self._closed:
            self._outcome.append(self.result())
            self._loop.call_later(0.0001, written)

    def result(self) -> BaseException | None:
        if self._write is None:
            return self._outcome.pop()
        write, self._write = self._write, None
        return write()

    def close(self) -> None:
        self._closed = True


class Storage:
    """One host's disk, and whoever has the journal open on it."""

    def __init__(self, loop: SimulatedLoop, clock: Clock, chance: random.Random) -> None:
        self.disk = Disk(fresh())
        self.slow = 1.0
        self._loop = loop
        self._clock = clock
        self._chance = chance
        self._usual_s = chance.choice((0.0003, 0.001, 0.004))
        self._quick = chance.random() < 0.2
        self._checkpoint_pages = chance.choice((20, 200, 4000))
        self.waiter: SimulatedWaiter | None = None
        self.journal: SqliteJournal | None = None
        self.store: Store | None = None

    def _latency_s(self) -> float:
        return self._usual_s * self.slow * (0.5 + self._chance.random()) * (30 if self._chance.random() < 0.01 else 1)

    def open(self, on_failure: Callable[[BaseException], None]) -> SqliteJournal:
        """Open the journal as a hub does at its start. Raises `StorageUnable` while the disk does not let it."""
        now_ns = self._clock.now_ns()
        store = Store(PATH, Vault(HUB_KEY), now_ns, vfs=self.disk.name, lock=False)
        try:
            committer = Committer(store, self._clock, now_ns - int(DUPLICATES_DAYS * NS_PER_DAY))
        except BaseException:
            store.close()
            raise
        waiter = SimulatedWaiter(self._loop, self._latency_s)
        log = SimulatedCheckpointer(store.db, self._checkpoint_pages)
        writer = Writer(committer, self._loop, on_failure, waiter, log, SimulatedPace(self._quick))

        def close() -> None:
            writer.close()
            store.close()

        self.store, self.waiter = store, waiter
        self.journal = SqliteJournal(committer, writer.submit, close)
        return self.journal

    def reopen(self) -> None:
        """Open the journal's file once more, to look into it."""
        self.store = Store(PATH, Vault(HUB_KEY), self._clock.now_ns(), vfs=self.disk.name, lock=False)

    def crash(self, *, power: bool) -> None:
        """The process is gone, at any moment of a write that is under way; with `power`, so is what was not synced."""
        old = self.disk
        if self.waiter is not None and self.waiter.in_flight and self._chance.random() < 0.7:
            old.power_lasts = self._chance.randrange(8)
            self.waiter.result()
        self.disk = old.power_loss(self._chance) if power else old.killed()
        self.disk.bytes_max, self.disk.read_only, self.disk.sync_fails = old.bytes_max, old.read_only, old.sync_fails
        if self.store is not None:
            self.store.close()
        self.store = self.waiter = self.journal = None
