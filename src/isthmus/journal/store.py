"""One journal file: its connection, lock, migrations, names, segments and keys.

Used by one thread at a time: the writer's while the hub runs. Verbs (append, settle, page, ...) are functions in their
own files over the `Store`; no verb lives here.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from importlib.resources.abc import Traversable
from pathlib import Path

import apsw

from ..kernel.clock import NS_PER_DAY
from ..kernel.errors import Misuse, StorageUnable
from ..ports import Acknowledger
from ..security.vault import KEY_BYTES, DataKey, Vault
from .checkpoint import LOG_PAGES
from .migrate import migrate, shipped
from .view import BODY_BITS, View

PAGE_BYTES = 4096
"""Each commit writes every page that it touches: larger pages hold bodies more tightly, and cost more than they save."""

CHECKPOINT_PAGES = LOG_PAGES
"""Where nobody checkpoints beside the commits (a simulation, a tool), the commit does."""

LOG_BYTES_MAX = 64 << 20
"""A log that a long read has let grow is cut back to this by the next checkpoint."""

CACHE_KIB = 16 * 1024

BUSY_MS = 5000

STORAGE_ERRORS = (
    apsw.FullError,
    apsw.IOError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.NoMemError,
    apsw.BusyError,  # another program holds the file (a back-up, a shell): it passes, and nothing was written
)


class Store(View):
    def __init__(
        self,
        path: Path,
        vault: Vault,
        now_ns: int,
        *,
        vfs: str | None = None,
        lock: bool = True,
        scripts: Traversable | None = None,
    ) -> None:
        """Open or create the journal at `path` and take over its partition.

        With a `vfs` of its own (a simulated disk) the file is held exclusively, because such a disk has no shared
        memory; nothing else can then read it at the same time.

        Raises `Misuse` when another process holds it, `Tampered` when the hub key is another one, `StorageUnable`
        when the disk does not let it be opened.
        """
        self.path = path
        self.partition = 0
        self._lock = self._take_lock() if lock else None
        try:
            super().__init__(self._connect(vfs), vault)
            try:
                migrate(self.db, scripts or shipped())
                self.epoch = self._take_over()
                self.load_names()
                self._open_mac_key(now_ns)
                self.throw_away()
            except BaseException:
                self.db.close()
                raise
        except STORAGE_ERRORS:
            self._release_lock()
            raise StorageUnable(
                f"the journal {path} cannot be opened: is the folder there, writable, not full?"
            ) from None
        except BaseException:
            self._release_lock()
            raise
        self._own: dict[int, DataKey] = {}
        self._segments: dict[tuple[str, int], int] = {}
        self._bodies: dict[int, int] = {}
        self.leaving: set[int] = set()
        self.surveyed = False
        self.load_leaving()
        self.acknowledger: Acknowledger | None = None
        self.owes = self.one("select 1 from owed") is not None  # whether a message may be owed an acknowledgement

    def _connect(self, vfs: str | None) -> apsw.Connection:
        db = apsw.Connection(str(self.path), vfs=vfs)
        try:
            db.set_busy_timeout(BUSY_MS)
            for pragma in (
                *(["locking_mode=EXCLUSIVE"] if vfs else []),
                f"page_size={PAGE_BYTES}",
                "auto_vacuum=INCREMENTAL",  # before WAL: that writes the header, and the choice is then final
                "journal_mode=WAL",
                "synchronous=FULL",
                f"wal_autocheckpoint={CHECKPOINT_PAGES}",
                f"journal_size_limit={LOG_BYTES_MAX}",
                f"cache_size=-{CACHE_KIB}",
                "temp_store=MEMORY",
                "foreign_keys=OFF",
            ):
                db.execute("pragma " + pragma).fetchall()
        except BaseException:
            db.close()
            raise
        return db

    def _take_lock(self) -> int:
        try:
            handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnable(f"the folder {self.path.parent} cannot be used: {error.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(handle, 32).decode().strip() or "unknown"
            os.close(handle)
            raise Misuse(f"process {owner} already runs a hub on {self.path.parent}: stop it first") from None
        os.truncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        return handle

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_over(self) -> int:
        self.db.execute(
            "insert into fence values (?, 1) on conflict do update set epoch = epoch + 1", (self.partition,)
        )
        return int(self.one("select epoch from fence where partition = ?", (self.partition,)))

    def name(self, kind: str, name: str) -> int:
        """The small number that stands for a name; given on first use."""
        found = self.names.get((kind, name))
        if found is None:
            self.db.execute("insert into name (kind, name) values (?, ?)", (kind, name))
            found = self.names[kind, name] = self.db.last_insert_rowid()
            self.name_of[found] = name
        return found

    def load_leaving(self) -> None:
        """The segments into which nothing may be written any more; whether survivors of one are being looked for."""
        self.leaving = {id for (id,) in self.db.execute("select id from segment where leaving_ns is not null")}
        self.surveyed = self.one("select 1 from survey") is not None
        self._segments = {k: v for k, v in self._segments.items() if v not in self.leaving}

    def forget_uncommitted(self) -> None:
        """After a roll-back: what was cached of the lost transaction is read again when next needed."""
        self.load_names()
        self._own.clear()
        self._segments.clear()
        self._bodies.clear()
        self.load_leaving()

    # ---- keys

    def _open_mac_key(self, now_ns: int) -> None:
        wrapped = self.one("select wrapped from data_key where id = 0")
        if wrapped is None:
            secret = os.urandom(KEY_BYTES)
            self.db.execute("insert into data_key values (0, 0, ?, ?)", (self.vault.wrap(b"mac", secret), now_ns))
        else:
            secret = self.vault.unwrap(b"mac", wrapped)
        self.vault.use_mac_key(secret)

    def own_key(self, segment: int, now_ns: int) -> DataKey:
        """The key that this process writes with in a segment (0: outside of segments)."""
        key = self._own.get(segment)
        if key is None:
            secret = os.urandom(KEY_BYTES)
            self.db.execute(
                "insert into data_key (segment, wrapped, made_ns) values (?, ?, ?)",
                (segment, self.vault.wrap(b"segment %d" % segment, secret), now_ns),
            )
            key = DataKey(self.db.last_insert_rowid(), secret)
            self._own[segment] = self._keys[key.id] = key
        return key

    def seal(self, segment: int, record: bytes, plain: bytes, now_ns: int) -> bytes:
        """Ciphertext for a record: the key's id (4 bytes), nonce, text, tag."""
        key = self._own.get(segment) or self.own_key(segment, now_ns)
        return key.id.to_bytes(4, "big") + key.seal(record, plain)

    def destroy_keys(self, segment: int) -> None:
        """Make what was sealed in a segment unreadable for good; its keys' numbers stay, so that this is known."""
        self.db.execute("pragma secure_delete=on").fetchall()  # no copy of a key stays behind in the page
        for (id,) in self.rows("select id from data_key where segment = ?", (segment,)):
            self._keys.pop(id, None)
            self.db.execute("update data_key set wrapped = zeroblob(0) where id = ?", (id,))
        self.db.execute("pragma secure_delete=off").fetchall()
        self._own.pop(segment, None)

    # ---- segments and bodies

    def segment(self, retention: str, now_ns: int) -> int:
        day = now_ns // NS_PER_DAY
        found = self._segments.get((retention, day))
        if found is None:
            found = self.one(
                "select id from segment where class = ? and day = ? and leaving_ns is null", (retention, day)
            )
            if found is None:
                self.db.execute("insert into segment (class, day) values (?, ?)", (retention, day))
                found = self.db.last_insert_rowid()
            self._segments = {k: v for k, v in self._segments.items() if k[1] >= day - 1} | {(retention, day): found}
        return found

    def home(self, segment: int, now_ns: int) -> int:
        """Today's segment of the same retention class: where what survives a segment goes."""
        return self.segment(self.one("select class from segment where id = ?", (segment,)) or "standard", now_ns)

    def next_body(self, segment: int, rows: int) -> int:
        """The id of the first of `rows` consecutive body rows."""
        at = self._bodies.get(segment)
        if at is None:
            low, high = segment << BODY_BITS, (segment + 1) << BODY_BITS
            at = (self.one("select max(id) from body where id >= ? and id < ?", (low, high)) or low) + 1
        self._bodies[segment] = at + rows
        return at

    def throw_away(self, staged: int = 0) -> None:
        """Delete the body that was staged at a row; 0: all that no message was appended for."""
        for body, rows in self.rows("select body, rows from staging where ? in (0, body)", (staged,)):
            self.db.execute("delete from body where id >= ? and id < ?", (body, body + rows))
            self.db.execute("delete from staging where body = ?", (body,))

    def close(self) -> None:
        with contextlib.suppress(
            *STORAGE_ERRORS
        ):  # a disk that fails now has lost nothing: the log is read at the next start
            self.db.close()
        self._release_lock()
