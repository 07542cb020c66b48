"""The rows of tables that messages feed, as the journal holds them: one memory for each key, under `table:NAME`.

They are stored as cells of text and read by the declaration of the day, so a column that a flow adds (with a default) finds
its place in rows that came before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from ..flows import Table
from ..flows.tables.reading import key_of, value_of
from ..flows.tables.rows import Dated, Key, Rows, digest_of, sum_of, text_of, version_of
from ..kernel.errors import Misuse
from ..ports import Journal, Memory

PREFIX = "table:"
VERSION = 1


class StoredRow(msgspec.Struct, frozen=True, array_like=True):
    first: date
    last: date
    cells: dict[str, str]


class StoredKey(msgspec.Struct, frozen=True):
    """The rows of one key, as one memory holds them."""

    rows: tuple[StoredRow, ...]


def destination_of(table: str) -> str:
    return PREFIX + table


def reread(declared: Table[Any], held: Rows | None) -> Rows:
    """The rows that another declaration of the same table holds. Raises `Misuse` when they do not fit this one."""
    dated = [] if held is None else [one for _, one in held.all()]
    return _rows_of(declared, dated)


def _rows_of(declared: Table[Any], dated: Iterable[Dated]) -> Rows:
    by_key: dict[Key, list[Dated]] = {}
    for one in dated:
        value, faults = value_of(declared, one.cells)
        if faults:
            raise Misuse(
                f"a stored row of table {declared.name} does not fit its declaration: {faults[0].what}: give the "
                "column a default, or take the change back and feed the rows anew first"
            )
        fresh = one._replace(row=value)
        by_key.setdefault(key_of(declared, fresh), []).append(fresh)
    return Rows(by_key, version_of(total_of(by_key)), dated=True)


def total_of(by_key: Mapping[Key, Sequence[Dated]]) -> int:
    """What the version of a table's rows is made of."""
    return sum_of(0, *((0, digest_of(key, held)) for key, held in by_key.items()))


async def load(declared: Table[Any], journal: Journal) -> Rows:
    """The rows of a table as the journal holds them. Raises `Misuse` when they do not fit the declaration."""
    stored = [
        msgspec.json.decode(memory.data, type=StoredKey)
        for memory in await journal.memories(destination_of(declared.name))
        if memory.data is not None
    ]
    return _rows_of(declared, (Dated(None, row.first, row.last, 0, row.cells) for one in stored for row in one.rows))


def memory_of(table: str, key: Key, held: Sequence[Dated], journal: Journal) -> Memory:
    """The rows of a key for the journal; none left: the memory ends."""
    name = destination_of(table)
    mac = journal.mac("\0".join((name, *text_of(key))).encode())
    stored = StoredKey(tuple(StoredRow(one.first, one.last, dict(one.cells)) for one in held))
    return Memory(name, mac, VERSION, msgspec.json.encode(stored) if held else None)
