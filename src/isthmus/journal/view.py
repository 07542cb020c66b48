"""The reading side of a journal file: rows, names and the keys that open sealed records.

The writer's `Store` and the read-only `Reader` of searches are both views, so every query is written once. Used by one
thread at a time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import apsw
import msgspec

from ..kernel.errors import Misuse, Tampered
from ..ports import PIECE_BYTES
from ..security.vault import MAC_BYTES, DataKey, Vault

BODY_BITS = 40
"""Body rows of a segment: 2^40; the segment's number stands above."""

CHUNK_BYTES = PIECE_BYTES
"""A body row holds at most 1 MiB: SQLite reads and writes a row whole."""

_KEY_ID_BYTES = 4

_unpack = msgspec.msgpack.decode


class Pruned(Misuse):
    """The content is no longer stored: its retention segment was pruned and its key destroyed."""


class View:
    def __init__(self, db: apsw.Connection, vault: Vault) -> None:
        self.db = db
        self.vault = vault
        self.names: dict[tuple[str, str], int] = {}
        self.name_of: dict[int, str] = {}
        self._keys: dict[int, DataKey] = {}

    def one(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.db.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, parameters).fetchall()

    def load_names(self) -> None:
        """Read the names afresh."""
        self.names = {(kind, name): id for id, kind, name in self.db.execute("select id, kind, name from name")}
        self.name_of = {id: name for (_, name), id in self.names.items()}

    def unseal(self, record: bytes, sealed: bytes) -> bytes:
        """Plain text of a record. Raises `Tampered`; `Pruned` when its segment was dropped with its keys."""
        id = int.from_bytes(sealed[:_KEY_ID_BYTES], "big")
        key = self._keys.get(id)
        if key is None:
            row = self.db.execute("select segment, wrapped from data_key where id = ?", (id,)).fetchone()
            if row is None:
                raise Tampered("the key of a stored record is missing")
            if not row[1]:
                raise Pruned
            key = self._keys[id] = DataKey(id, self.vault.unwrap(b"segment %d" % row[0], row[1]))
        return key.open(record, sealed[_KEY_ID_BYTES:])

    def words(self, record: bytes, sealed: bytes) -> Any:
        """The value of a sealed record."""
        return _unpack(self.unseal(record, sealed))

    def body(self, first: int, size: int) -> bytes:
        """The plain body that starts at row `first`. Raises `Tampered`, `Pruned`."""
        pieces = list(self.body_pieces(first, size))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def body_pieces(self, first: int, size: int) -> Iterator[bytes]:
        """The same, a row at a time."""
        return map(self.body_row, range(first, first + body_rows(size)))

    def body_part(self, first: int, size: int, offset: int, bytes_max: int) -> bytes:
        """A part of a body, without the rows around it. Raises as `body` does."""
        end = min(size, offset + bytes_max)
        if offset >= end:
            return b""
        begin = offset // CHUNK_BYTES
        rows = range(first + begin, first + (end - 1) // CHUNK_BYTES + 1)
        part = b"".join(map(self.body_row, rows))
        return part[offset - begin * CHUNK_BYTES : end - begin * CHUNK_BYTES]

    def body_row(self, id: int) -> bytes:
        """One row of a body."""
        sealed = self.one("select x from body where id = ?", (id,))
        if sealed is None:
            if self.one("select dropped_ns from segment where id = ?", (id >> BODY_BITS,)) is not None:
                raise Pruned
            raise Tampered("a stored body is missing")
        return self.unseal(b"b%d" % id, sealed)

    def maybe_words(self, record: bytes, sealed: bytes | None) -> Any:
        """The value of a sealed record; None when there is none, or it was pruned."""
        try:
            return None if sealed is None else self.words(record, sealed)
        except Pruned:
            return None

    def maybe_body(self, first: int, size: int) -> bytes | None:
        """A body; None when none was kept (`first` is 0), or it was pruned."""
        try:
            return self.body(first, size) if first else None
        except Pruned:
            return None


def body_rows(size: int) -> int:
    """How many rows a body of `size` bytes takes; an empty one takes one."""
    return max(1, -(-size // CHUNK_BYTES))


def key_id(sealed: bytes) -> int:
    """The data key that a record was sealed with."""
    return int.from_bytes(sealed[:_KEY_ID_BYTES], "big")


_lane_key = struct.Struct(">q").unpack_from


def lane_key(lane: bytes) -> int:
    """What a lane is searched by: the first 8 bytes of its MAC as a signed integer."""
    key: int = _lane_key(lane)[0]
    return key


def split_lanes(lanes: bytes) -> tuple[bytes, ...]:
    return tuple(lanes[at : at + MAC_BYTES] for at in range(0, len(lanes), MAC_BYTES))
