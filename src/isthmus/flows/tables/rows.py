"""Rows of a table, and the days on which they hold.

The version of rows is a hash of what they say. That of a file is the hash of its bytes; that of rows which messages feed
is a sum of one hash for each key, so that a change costs what it changes and not the size of the table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

VALID_FROM, VALID_TO = "valid_from", "valid_to"
Row = Mapping[str, str]
Key = tuple[Hashable, ...]
_MODULUS = 1 << 256


class Fault(NamedTuple):
    """What is wrong with a table's file; line 0: with the file as a whole."""

    line: int
    what: str
    mend: str


class Dated(NamedTuple):
    """A row and the days on which it holds, both included. `cells`: what it was read from; `line`: where, 0 nowhere."""

    row: Any
    first: date
    last: date
    line: int = 0
    cells: Row = {}  # noqa: RUF012 - never changed

    def holds(self, on: date | None) -> bool:
        return on is None or self.first <= on <= self.last


class Rows:
    """The rows of a table by key, under a version. Never changed: a change makes new ones."""

    __slots__ = ("_begins", "by_key", "dated", "version")

    def __init__(self, by_key: Mapping[Any, Sequence[Dated]], version: str, *, dated: bool) -> None:
        self.by_key: Mapping[Key, Sequence[Dated]] = by_key
        self.version = version
        self.dated = dated
        self._begins: dict[int, dict[Key, list[Dated]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self.by_key.values()))

    def all(self) -> Iterator[tuple[Key, Dated]]:
        for key, held in self.by_key.items():
            for one in held:
                yield key, one

    def beginning(self, prefix: Key) -> Sequence[Dated]:
        """The rows whose key begins with a prefix; indexed at the first use of its length."""
        index = self._begins.get(len(prefix))
        if index is None:
            index = {}
            for key, one in self.all():
                index.setdefault(key[: len(prefix)], []).append(one)
            self._begins[len(prefix)] = index
        return index.get(prefix, ())


def overlapping(one: Dated, held: Iterable[Dated]) -> Dated | None:
    """A row that holds on a day on which `one` does."""
    return next((other for other in held if one.first <= other.last and other.first <= one.last), None)


def text_of(key: Key) -> tuple[str, ...]:
    """A key in texts that are the same for equal values: 10 and 10.0 are one."""
    return tuple(str(part.normalize() + 0) if isinstance(part, Decimal) else str(part) for part in key)


def digest_of(key: Key, held: Sequence[Dated]) -> int:
    """What a key's rows add to the version of a table: nothing when there are none."""
    if not held:
        return 0
    said = list(text_of(key))
    for one in sorted(held, key=lambda one: one.first):
        said += [one.first.isoformat(), one.last.isoformat(), *(f"{k}={v}" for k, v in sorted(one.cells.items()) if v)]
    return int.from_bytes(hashlib.sha256("\0".join(said).encode()).digest(), "big")


def sum_of(before: int, *changes: tuple[int, int]) -> int:
    """A sum of digests after some have given way to others: (old, new)."""
    return (before + sum(new - old for old, new in changes)) % _MODULUS


def version_of(total: int) -> str:
    """The version of the rows whose digests add up to `total`."""
    return hashlib.sha256(total.to_bytes(32, "big")).hexdigest()[:12]
