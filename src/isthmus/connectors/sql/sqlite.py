"""SQLite through apsw, in a thread: a file that several programs of one machine share.

A value is given as text or as a whole number, and the column's affinity decides what it becomes (SQLite, "Datatypes" §3), the
same when it is stored and when it is compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import apsw

from ...kernel.errors import Permanent, Transient, Unavailable
from ...ports import Context
from .database import Column
from .settings import Reached

BUSY_MS = 2000
"""How long another program's write is waited for before the delivery is tried again."""

_PERMANENT = (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError, apsw.RangeError)
_TRANSIENT = (apsw.BusyError, apsw.LockedError, apsw.InterruptError, apsw.SchemaChangeError)

T = TypeVar("T")


class SqliteDatabase:
    def __init__(self, connection: apsw.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self.lost = False

    @classmethod
    async def connect(cls, reached: Reached, context: Context, *, read_only: bool) -> SqliteDatabase:
        """See `database.connect`. The file must be there: a wrong name makes no new database."""

        def opened() -> apsw.Connection:
            connection = apsw.Connection(str(context.folder / reached.file), flags=apsw.SQLITE_OPEN_READWRITE)
            connection.set_busy_timeout(BUSY_MS)
            connection.execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
            connection.execute(f"PRAGMA query_only={int(read_only)}")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # it is a database, not just a file
            return connection

        with faults_of(context.name):
            return cls(await asyncio.to_thread(opened), context.name)

    async def columns(self, table: str) -> dict[str, Column]:
        schema, _, name = table.rpartition(".")
        found = await self.rows("columns", "SELECT name FROM pragma_table_info(?1, ?2)", (name, schema or None))
        if not found:
            raise Unavailable(f"the table of {self._name} is not there")
        return {row["name"]: Column("", "") for row in found}

    def placeholder(self, number: int) -> str:
        return f"?{number}"

    def value(self, number: int, column: Column) -> str:
        return f"?{number}"

    def same(self, column: str, one: str, other: str, type: Column) -> str:
        return f"{one} IS {other}"

    async def rows(self, name: str, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        def run(connection: apsw.Connection) -> list[dict[str, Any]]:
            cursor = connection.execute(sql, tuple(parameters))
            # While the rows are read: an empty result has no description.
            return [dict(zip((column[0] for column in cursor.description), row, strict=True)) for row in cursor]

        return await self._in_thread(run)

    async def changed(self, name: str, sql: str, parameters: Sequence[Any]) -> int:
        def run(connection: apsw.Connection) -> int:
            before = connection.total_changes()
            returned = len(connection.execute(sql, tuple(parameters)).fetchall())
            return max(returned, connection.total_changes() - before)

        return await self._in_thread(run)

    async def _in_thread(self, run: Callable[[apsw.Connection], T]) -> T:
        """Run in one transaction. Given up, the thread is interrupted and the connection not used again."""

        def within() -> T:
            with self._connection:
                found = run(self._connection)
            return found  # noqa: RET504 - for mypy, the `with` might swallow an error

        with faults_of(self._name):
            try:
                done = await asyncio.to_thread(within)
            except asyncio.CancelledError:
                self.lost = True
                self._connection.interrupt()
                raise
        return done

    async def close(self) -> None:
        if not self.lost:
            self.lost = True
            self._connection.close()


@contextmanager
def faults_of(name: str) -> Iterator[None]:
    """Within: apsw's errors become our own. SQLite's words go into the detail."""
    try:
        yield
    except _PERMANENT as error:
        raise Permanent(
            f"the database of {name} refused the values ({type(error).__name__})",
            detail=str(error),
            suggestion="see the database's words in the detail: mend what was sent, or the table",
        ) from None
    except _TRANSIENT as error:
        raise Transient(
            f"the database of {name} could not do it now ({type(error).__name__})", detail=str(error)
        ) from None
    except apsw.Error as error:
        raise Unavailable(
            f"the database of {name} cannot be worked with ({type(error).__name__})", detail=str(error)
        ) from None
