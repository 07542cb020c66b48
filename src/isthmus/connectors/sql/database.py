"""What source and sink ask of a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from ...ports import Context
from .settings import Reached


class Column(NamedTuple):
    """A column's type as SQL names it: `base` of any length, `full` with length or precision. "": no cast is needed."""

    base: str
    full: str


class Database(Protocol):
    """One connection. After an error other than `Permanent` and `Transient` it is of no use any more."""

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""

    async def columns(self, table: str) -> dict[str, Column]:
        """The columns of a table, named as in hub.toml. Raises `Unavailable` when there is no such table."""

    def placeholder(self, number: int) -> str:
        """SQL for the parameter `number` (from 1), of a type that the database finds by itself."""

    def value(self, number: int, column: Column) -> str:
        """SQL for the parameter `number` (from 1), which is given as text, as a value of the column."""

    def same(self, column: str, one: str, other: str, type: Column) -> str:
        """SQL that is true when two values of a column are the same, nulls included."""

    async def rows(self, name: str, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        """Run one statement, in a transaction of its own. `name` is the same for the same statement."""

    async def changed(self, name: str, sql: str, parameters: Sequence[Any]) -> int:
        """Run one statement, in a transaction of its own: how many rows it changed or returned."""

    async def close(self) -> None:
        """Drop the connection, whatever is under way on it."""


async def connect(reached: Reached, context: Context, *, read_only: bool) -> Database:
    """Raises `Unavailable`, and `Misuse` for plaintext without a waiver and for secrets that are of no use."""
    if reached.file:
        from .sqlite import SqliteDatabase

        return await SqliteDatabase.connect(reached, context, read_only=read_only)
    from .postgres import PostgresDatabase

    return await PostgresDatabase.connect(reached, context, read_only=read_only)
