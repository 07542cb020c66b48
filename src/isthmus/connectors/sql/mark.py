"""The high-water mark of a source: the last row that was acknowledged, kept across restarts.

Where: in a file of the hub's data folder, sealed under the hub key, because a row's key may identify a patient. Not in the
source's database, where the hub should need no right to write; not in the journal, which knows messages and no rows. The
file may lag behind the journal by one batch after a crash: those rows come again, and the duplicate window knows them by
mark, key and bytes. It never runs ahead: it is written after the receipts.

    {"mark": [type, text], "key": [[type, text], ...]}, sealed, written to a temporary name, synced, renamed
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ...kernel.errors import Misuse, Tampered, Unavailable
from ...security import Vault

_NAME = b"isthmus sql mark "

_READ: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "UUID": UUID,
}
"""Types that a mark or a key may have: those that are ordered in SQL and come back from text as they were."""


class Position(NamedTuple):
    """The values of the mark's column and of the key's columns, of one row."""

    mark: Any
    key: tuple[Any, ...]

    @property
    def values(self) -> tuple[Any, ...]:
        return (self.mark, *self.key)


def written(position: Position) -> bytes:
    """Raises `Misuse` for a type that cannot be a mark or key, null among them."""
    values = [_tagged(value) for value in position.values]
    return msgspec.json.encode({"mark": values[0], "key": values[1:]})


def _tagged(value: Any) -> list[str]:
    type = next((base.__name__ for base in value.__class__.__mro__ if base.__name__ in _READ), "")
    if not type or isinstance(value, bool):
        raise Misuse(
            f"a mark or key column holds a value of type {value.__class__.__name__}, which has no place in an order"
        )
    return [type, value.isoformat() if isinstance(value, date | datetime | time) else str(value)]


def read(text: bytes) -> Position:
    """The inverse of `written`."""
    held = msgspec.json.decode(text, type=dict[str, Any])
    values = [_READ[type](value) for type, value in (held["mark"], *held["key"])]
    return Position(values[0], tuple(values[1:]))


class MarkFile:
    """One source's file, which one process at a time may have open."""

    def __init__(self, path: Path, name: str, vaults: list[Vault]) -> None:
        """`vaults`: the first seals, any of them opens (rotation)."""
        self._path = path
        self._name = name
        self._record = _NAME + name.encode()
        self._vaults = vaults
        self._lock: int | None = None

    def open(self) -> None:
        """Raises `Unavailable` when another process has it, or its folder cannot be written to."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise Unavailable(f"another process reads the rows of {self._name}") from None
        except OSError as error:
            self.close()
            raise Unavailable(f"the mark of {self._name} cannot be kept: {error.strerror}") from None

    def close(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def load(self) -> Position | None:
        """None: nothing was read yet. Raises `Misuse` when it cannot be opened with the keys that are given."""
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return None
        for vault in self._vaults:
            try:
                return read(vault.unwrap(self._record, sealed))
            except Tampered:
                continue
        raise Misuse(
            f"the mark of {self._name} ({self._path.name}) does not open with its mark_keys: add the key that it was "
            "sealed with, or remove the file to read from the beginning"
        )

    def store(self, position: Position) -> None:
        """Durable when it returns. Raises OSError."""
        unfinished = self._path.with_name(self._path.name + ".tmp")
        sealed = self._vaults[0].wrap(self._record, written(position))
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
