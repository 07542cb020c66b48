"""One journal file: its connection, lock, migrations, names, segments and keys.

Used by one thread at a time: the writer's while the hub runs. Verbs (append, settle, page, ...) are functions in their
own files over the `Store`; no verb lives here.
"""

from __future__ import annotations

import fcntl
import importlib.resources
import os
from pathlib import Path
from typing import Any

import apsw

from ..kernel.clock import NS_PER_DAY
from ..kernel.errors import Misuse, StorageUnable
from ..security.vault import KEY_BYTES, MAC_BYTES, DataKey, Vault

PAGE_BYTES = 8192
"""Two pages for most HL7 v2 messages would waste half of them: bodies of 1-3 KB fill 8 KiB pages well."""

BODY_BITS = 40
"""Body rows of a segment: 2^40; the segment's number stands above."""

KEY_RECORDS_MAX = 1 << 31
"""A data key is replaced long before the 2^32 records that NIST SP 800-38D allows to the weakest construction."""

CHECKPOINT_PAGES = 2000
"""16 MiB of log between checkpoints: bounds the log and the read back after a crash."""

CACHE_KIB = 16 * 1024

STORAGE_ERRORS = (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.NoMemError)


class Store:
    def __init__(self, path: Path, vault: Vault, now_ns: int, *, vfs: str | None = None, lock: bool = True) -> None:
        """Open or create the journal at `path` and take over its partition.

        Raises `Misuse` when another process holds it, `Tampered` when the hub key is another one.
        """
        self.path = path
        self.vault = vault
        self.partition = 0
        self._lock = self._take_lock() if lock else None
        try:
            self.db = apsw.Connection(str(path), vfs=vfs)
        except apsw.CantOpenError:
            raise StorageUnable(f"the journal {path} cannot be opened: is the folder there and writable?") from None
        self.db.set_busy_timeout(5000)
        for pragma in (
            f"page_size={PAGE_BYTES}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "auto_vacuum=INCREMENTAL",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
            f"cache_size=-{CACHE_KIB}",
            "temp_store=MEMORY",
            "foreign_keys=OFF",
        ):
            self.db.execute("pragma " + pragma).fetchall()
        migrate(self.db)
        self.epoch = self._take_over()
        self.names: dict[tuple[str, str], int] = {}
        self.name_of: dict[int, str] = {}
        self.load_names()
        self._keys: dict[int, DataKey] = {}
        self._open_mac_key(now_ns)
        self._own: dict[int, DataKey] = {}
        self._segments: dict[tuple[str, int], int] = {}
        self._bodies: dict[int, int] = {}

    def _take_lock(self) -> int:
        handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(handle, 32).decode().strip() or "unknown"
            os.close(handle)
            raise Misuse(f"process {owner} already runs a hub on {self.path.parent}: stop it first") from None
        os.truncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        return handle

    def one(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.db.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, parameters).fetchall()

    def _take_over(self) -> int:
        self.db.execute(
            "insert into fence values (?, 1) on conflict do update set epoch = epoch + 1", (self.partition,)
        )
        return int(self.one("select epoch from fence where partition = ?", (self.partition,)))

    def load_names(self) -> None:
        """Read the names afresh: at start, and after a roll-back that may have taken new ones with it."""
        self.names = {(kind, name): id for id, kind, name in self.db.execute("select id, kind, name from name")}
        self.name_of = {id: name for (_, name), id in self.names.items()}

    def name(self, kind: str, name: str) -> int:
        """The small number that stands for a name; given on first use."""
        found = self.names.get((kind, name))
        if found is None:
            self.db.execute("insert into name (kind, name) values (?, ?)", (kind, name))
            found = self.names[kind, name] = self.db.last_insert_rowid()
            self.name_of[found] = name
        return found

    def forget_uncommitted(self) -> None:
        """After a roll-back: what was cached of the lost transaction is read again when next needed."""
        self.load_names()
        self._own.clear()
        self._segments.clear()
        self._bodies.clear()

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

    def unseal(self, record: bytes, sealed: bytes) -> bytes:
        """Plain text of a record. Raises `Tampered`; `Misuse` when its segment was dropped with its keys."""
        id = int.from_bytes(sealed[:4], "big")
        key = self._keys.get(id)
        if key is None:
            row = self.db.execute("select segment, wrapped from data_key where id = ?", (id,)).fetchone()
            if row is None:
                raise Misuse("this record's segment was pruned and its key destroyed")
            key = self._keys[id] = DataKey(id, self.vault.unwrap(b"segment %d" % row[0], row[1]))
        return key.open(record, sealed[4:])

    # ---- segments and bodies

    def segment(self, retention: str, now_ns: int) -> int:
        day = now_ns // NS_PER_DAY
        found = self._segments.get((retention, day))
        if found is None:
            self.db.execute("insert or ignore into segment (class, day) values (?, ?)", (retention, day))
            found = int(self.one("select id from segment where class = ? and day = ?", (retention, day)))
            self._segments = {k: v for k, v in self._segments.items() if k[1] >= day - 1} | {(retention, day): found}
        return found

    def next_body(self, segment: int, rows: int) -> int:
        """The id of the first of `rows` consecutive body rows."""
        at = self._bodies.get(segment)
        if at is None:
            low, high = segment << BODY_BITS, (segment + 1) << BODY_BITS
            at = (self.one("select max(id) from body where id >= ? and id < ?", (low, high)) or low) + 1
        self._bodies[segment] = at + rows
        return at

    def close(self) -> None:
        self.db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def migrate(db: apsw.Connection) -> None:
    """Bring the schema to the newest version, one numbered script and one transaction at a time.

    Raises `Misuse` when the journal is newer than this program.
    """
    scripts = sorted(
        (int(entry.name.split("_")[0]), entry)
        for entry in (importlib.resources.files(__package__) / "sql").iterdir()
        if entry.name.endswith(".sql")
    )
    version = db.execute("pragma user_version").fetchone()[0]  # type: ignore[index]
    if version > scripts[-1][0]:
        raise Misuse(f"the journal has schema {version}, this program knows {scripts[-1][0]}: use a newer isthmus")
    for number, script in scripts:
        if number > version:
            with db:
                db.execute(script.read_text())
                db.execute(f"pragma user_version={number}")


def split_lanes(lanes: bytes) -> tuple[bytes, ...]:
    return tuple(lanes[at : at + MAC_BYTES] for at in range(0, len(lanes), MAC_BYTES))
