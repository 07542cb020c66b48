"""PostgreSQL through asyncpg.

    SQLSTATE class (PostgreSQL, appendix A)                            means
    22 data, 23 constraint, 21, 27, 44, P0 raised by a trigger         Permanent: this delivery's
    40 rollback: serialization, deadlock; 55 lock; 57014 time-out      Transient
    everything else: 08 connection, 28 login, 42 no such table or      Unavailable: wrong for every delivery
    right, 53 no space or connections, 57 shutting down, XX ...

Each statement is prepared and run by itself, so it is a transaction of its own that one message to the server starts and
commits: a request that was delayed on its way holds no lock meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
import msgspec

from ...kernel.errors import IsthmusError, Permanent, Transient, Unavailable
from ...ports import Context
from ...security.transport import client_tls, require_protection, split_address
from .database import Column
from .settings import Reached, quoted_table

_PERMANENT = ("21", "22", "23", "27", "44", "P0")
_TRANSIENT = ("40", "55")
_CANCELED = "57014"

_COLUMNS = """
SELECT attname AS name, format_type(atttypid, NULL) AS base, format_type(atttypid, atttypmod) AS "full"
FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
"""


class PostgresDatabase:
    def __init__(self, connection: Any, name: str) -> None:
        self._connection = connection
        self._name = name
        self._prepared: dict[str, Any] = {}

    @classmethod
    async def connect(cls, reached: Reached, context: Context, *, read_only: bool) -> PostgresDatabase:
        """See `database.connect`."""
        options = _options(reached, context)
        # Empty and not None: asyncpg would look for one in the environment and files of whoever runs the hub.
        password = context.secrets.get(reached.password) if reached.password else ""
        with faults_of(context.name):
            async with asyncio.timeout(reached.connect_s):
                connection = await asyncpg.connect(
                    **options,
                    user=reached.user,
                    database=reached.database,
                    password=password,
                    server_settings={"default_transaction_read_only": "on" if read_only else "off"},
                )
                for type in ("json", "jsonb"):
                    await connection.set_type_codec(type, schema="pg_catalog", encoder=str, decoder=_raw_json)
        return cls(connection, context.name)

    @property
    def lost(self) -> bool:
        return bool(self._connection.is_closed())

    async def columns(self, table: str) -> dict[str, Column]:
        found = await self.rows("isthmus_columns", _COLUMNS, (quoted_table(table),))
        if not found:
            raise Unavailable(f"the table of {self._name} is not there, or may not be seen")
        return {row["name"]: Column(_of_any_length(row["base"]), row["full"]) for row in found}

    def placeholder(self, number: int) -> str:
        return f"${number}"

    def value(self, number: int, column: Column) -> str:
        return f"${number}::text::{column.base}" if column.base else f"(${number}::text)"

    def same(self, column: str, one: str, other: str, type: Column) -> str:
        # As text, because not every type can be compared (json); in full, because storing may have rounded.
        return f"({one})::text IS NOT DISTINCT FROM (({other})::{type.full})::text"

    async def rows(self, name: str, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        with faults_of(self._name):
            statement = await self._statement(name, sql)
            return [dict(row) for row in await statement.fetch(*_given(parameters))]

    async def changed(self, name: str, sql: str, parameters: Sequence[Any]) -> int:
        with faults_of(self._name):
            statement = await self._statement(name, sql)
            await statement.fetch(*_given(parameters))
            count = statement.get_statusmsg().rpartition(" ")[2]  # "INSERT 0 1", "SELECT 1", "CALL"
            return int(count) if count.isdecimal() else 1

    async def _statement(self, name: str, sql: str) -> Any:
        if name not in self._prepared:
            self._prepared[name] = await self._connection.prepare(sql, name=name)
        return self._prepared[name]

    async def close(self) -> None:
        self._connection.terminate()


def _options(reached: Reached, context: Context) -> dict[str, Any]:
    """Where, and how protected. Raises `Misuse` for plaintext beyond this machine that nobody answers for."""
    if reached.socket:
        return {"host": reached.socket, "port": 5432, "ssl": False}
    host, port = split_address(reached.address)
    require_protection(host, reached.tls is not None, reached.plaintext, context.name)
    tls = client_tls(reached.tls, context.folder) if reached.tls is not None else False
    return {"host": host, "port": port, "ssl": tls}


_ONE_LONG = {"character": "bpchar", "bit": "varbit"}
"""Types that mean a length of one when they are named without it: a cast would cut a value without a word."""


def _of_any_length(type: str) -> str:
    element = type.removesuffix("[]")
    return _ONE_LONG.get(element, element) + type[len(element) :]


def _given(parameters: Sequence[Any]) -> list[Any]:
    """Truth values as text, like all values that are cast to their column's type."""
    return [str(value).lower() if isinstance(value, bool) else value for value in parameters]


def _raw_json(text: str) -> msgspec.Raw:
    """A value that is JSON already goes into the message as it is."""
    return msgspec.Raw(text.encode())


@contextmanager
def faults_of(name: str) -> Iterator[None]:
    """Within: asyncpg's errors become our own. The server's words go into the detail: they may show values."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _fault_of(error, name) from None
    except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise Unavailable(f"the connection to the database of {name} failed ({type(error).__name__})") from None
    except TimeoutError:
        raise Unavailable(f"the database of {name} does not answer") from None
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise Unavailable(f"the database of {name} cannot be reached: {words}") from None


def _fault_of(error: asyncpg.PostgresError, name: str) -> IsthmusError:
    state: str = getattr(error, "sqlstate", None) or "XX000"
    what = f"{type(error).__name__.removesuffix('Error')}, SQLSTATE {state}"
    if state.startswith(_PERMANENT):
        return Permanent(
            f"the database of {name} refused the values ({what})",
            detail=str(error),
            suggestion="see the database's words in the detail: mend what was sent, or the table",
        )
    if state.startswith(_TRANSIENT) or state == _CANCELED:
        return Transient(f"the database of {name} could not do it now ({what})", detail=str(error))
    return Unavailable(f"the database of {name} cannot be worked with ({what})", detail=str(error))
