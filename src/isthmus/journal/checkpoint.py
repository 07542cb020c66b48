"""Moving the write-ahead log into the database without standing in the way of commits.

SQLite's own checkpoint runs inside the commit that makes the log too long: a pause of tens of milliseconds for the
messages of that commit. Here a thread with a connection of its own copies most of the log while commits go on; the writer
then only copies what was added meanwhile, and the log starts over.

    log   |---------------- copied by the thread ----------------|- by the writer -|
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import apsw

LOG_PAGES = 4000
"""16 MiB of log between checkpoints: bounds the log, and what is read back after a crash."""

ROUNDS = 3
"""Each copies what was added during the one before, so that next to nothing is left for the writer."""

BUSY_MS = 5000


class Checkpointer:
    """Attached to the writer's connection; `after_commit` is called by whoever commits, in the same thread."""

    def __init__(self, path: Path, writer: apsw.Connection) -> None:
        self._path = path
        self._writer = writer
        self._pages = 0
        self._next = LOG_PAGES
        self._copying: threading.Thread | None = None
        self._copied = threading.Event()
        writer.set_wal_hook(self._grown)  # takes the place of the automatic checkpoint

    def _grown(self, connection: apsw.Connection, name: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK

    def after_commit(self) -> None:
        if self._copied.is_set():
            self._copied.clear()
            self._copying = None
            self._finish()
        elif self._pages >= self._next and self._copying is None:
            self._copying = threading.Thread(target=self._copy, name="journal-checkpoint", daemon=True)
            self._copying.start()

    def _copy(self) -> None:
        try:
            with contextlib.closing(apsw.Connection(str(self._path))) as own:
                own.set_busy_timeout(BUSY_MS)
                # Without this a closing connection that is the last would checkpoint again.
                own.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
                own.execute("select 1 from sqlite_schema").fetchall()  # before its first read it does not know the log
                for _ in range(ROUNDS):
                    own.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error:
            pass  # a full disk or a lock: the writer tries it itself
        finally:
            self._copied.set()

    def _finish(self) -> None:
        # What fails here (a lock, a full disk) fails again at the next commit, which says so.
        copied = False
        with contextlib.suppress(apsw.Error):
            pages, done = self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            copied = pages == done
        # While a long read holds on to the log it cannot start over: trying at every commit would only cost.
        self._next = LOG_PAGES if copied else self._pages + LOG_PAGES
        self._pages = 0

    def close(self) -> None:
        copying = self._copying
        if copying is not None:
            copying.join()
        self._writer.set_wal_hook(None)
