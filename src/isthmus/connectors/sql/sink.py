"""A row for each business key, or a declared statement.

    INSERT ... ON CONFLICT (key) DO NOTHING ──new──> delivered
        └─the key is there──> compare the declared columns ──equal──> already there
                                                            └─other──> Conflict, or (when_different = "amend") changed

Invariants
 1. What takes effect is one statement, and so one transaction: all of it, or nothing. An attempt that was given up and is
    carried out later finds the key.
 2. With "conflict" a row that is there is never changed. With "amend" only the declared columns are, and a row that is equal
    already is not written. A late attempt may then put older content over newer: the database cannot know which is which.
"""

from __future__ import annotations

import re
from typing import Literal

from ...kernel.errors import Conflict, Misuse, Permanent, Transient
from ...ports import Context, Delivery, Outcome
from .database import Column, Database, connect
from .settings import Reached, check, quoted, quoted_table
from .values import Member, read_members, values


class SinkSettings(Reached, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """address: "HOST:PORT" of a PostgreSQL.

    socket          or the folder of its Unix socket
    file            or a SQLite database, relative to the hub's folder
    database        its name, with PostgreSQL
    user            who may write there, with PostgreSQL
    password        the reference of the user's password
    connect_s       for the connection alone, TLS included
    table           TABLE or SCHEMA.TABLE that gets a row for each business key
    key_column      the column that holds the business key; it is unique
    columns         what stands in which column: "COLUMN", or "COLUMN=MEMBER.MEMBER" of the JSON body, "=." for the whole body, with
                    "?" behind it where it may be missing; with `statement`: its parameters
    when_different  other content under the key: "conflict" parks the delivery, "amend" changes the row
    statement       or one statement with named parameters (":amount"), ":key" being the business key
    when_no_row     a statement that changes and returns no row: "refuse" parks the delivery, "already_there" is content
    """

    table: str = ""
    key_column: str = ""
    columns: tuple[str, ...] = ()
    when_different: Literal["conflict", "amend"] = "conflict"
    statement: str = ""
    when_no_row: Literal["refuse", "already_there"] = "refuse"


class SqlSink:
    """One connection."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        check(settings, context.name)
        if bool(settings.statement) == bool(settings.table and settings.key_column):
            raise Misuse(f"{context.name} needs table and key_column, or a statement")
        self._settings = settings
        self._context = context
        self._members = read_members(settings.columns, context.name)
        self._database: Database | None = None
        self._put = (
            _Statement(settings, self._members, context.name) if settings.statement else _Row(settings, self._members)
        )

    async def open(self) -> None:
        """Connect, and see that the table is there. Raises `Unavailable`, and `Misuse` for settings that cannot work."""
        await self.close()
        database = await connect(self._settings, self._context, read_only=False)
        try:
            await self._put.prepare(database, self._context.name)
        except BaseException:
            await database.close()
            raise
        self._database = database

    async def close(self) -> None:
        """Release. Safe before `open` and twice."""
        database, self._database = self._database, None
        if database is not None:
            await database.close()

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Put the row, or run the statement.

        Raises `Permanent` for a body or values that do not fit, `Conflict`, `Transient` (a deadlock, a lock) and `Unavailable`.
        """
        given = values(delivery.body, self._members)
        if self._database is None or self._database.lost:
            await self.open()
        assert self._database is not None
        try:
            return await self._put.run(self._database, delivery.key, given)
        except (Permanent, Transient):
            raise
        except BaseException:
            await self.close()  # also when it was cancelled: a late answer must not meet the next one
            raise


class _Row:
    """A row for each business key; the statements are made once the columns' types are known."""

    def __init__(self, settings: SinkSettings, members: tuple[Member, ...]) -> None:
        self._settings = settings
        self._amend = settings.when_different == "amend"
        self._table, self._key = quoted_table(settings.table), quoted(settings.key_column)
        self._names = [member.column for member in members]
        self._insert = self._compare = ""

    async def prepare(self, database: Database, name: str) -> None:
        types = await database.columns(self._settings.table)
        for column in (self._settings.key_column, *self._names):
            if column not in types:
                raise Misuse(f"the table of {name} has no column {column}")
        columns = {column: types[column] for column in self._names}
        given = {column: database.value(number, types[column]) for number, column in enumerate(self._names, 2)}
        key = database.value(1, types[self._settings.key_column])
        self._insert = self._insert_sql(database, columns, key, given)
        same = [database.same(column, quoted(column), given[column], columns[column]) for column in self._names]
        self._compare = f"SELECT ({' AND '.join(same) or 'TRUE'}) AS same FROM {self._table} WHERE {self._key} = {key}"

    def _insert_sql(self, database: Database, columns: dict[str, Column], key: str, given: dict[str, str]) -> str:
        names = ", ".join([self._key, *map(quoted, columns)])
        insert = f"INSERT INTO {self._table} AS held ({names}) VALUES ({', '.join([key, *given.values()])})"
        if not (self._amend and columns):
            return f"{insert} ON CONFLICT ({self._key}) DO NOTHING RETURNING 1 AS done"
        put = ", ".join(f"{quoted(column)} = excluded.{quoted(column)}" for column in columns)
        same = (
            database.same(column, f"held.{quoted(column)}", f"excluded.{quoted(column)}", type)
            for column, type in columns.items()
        )
        return f"{insert} ON CONFLICT ({self._key}) DO UPDATE SET {put} WHERE NOT ({' AND '.join(same)}) RETURNING 1 AS done"

    async def run(self, database: Database, key: str, given: list[str | bool | None]) -> Outcome:
        if await database.rows("isthmus_put", self._insert, (key, *given)):
            return Outcome(reference=key)
        if self._amend:
            return Outcome(already_there=True, reference=key)
        found = await database.rows("isthmus_compare", self._compare, (key, *given))
        if not found:
            raise Transient("the row of this key was removed while it was being compared")
        if not found[0]["same"]:
            raise Conflict(
                "the table holds other content under this key",
                suggestion="compare both; then remove the row and send this delivery again, or discard it",
            )
        return Outcome(already_there=True, reference=key)


_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|::|:(?P<name>[A-Za-z_]\w*)", re.DOTALL)


class _Statement:
    """A declared statement, its named parameters replaced by numbered ones outside of literals, names and comments."""

    def __init__(self, settings: SinkSettings, members: tuple[Member, ...], name: str) -> None:
        self._settings = settings
        self._numbers = {"key": 1} | {member.column: number for number, member in enumerate(members, 2)}
        used = {found["name"] for found in _TOKEN.finditer(settings.statement) if found["name"]}
        unknown, idle = used - self._numbers.keys(), self._numbers.keys() - used - {"key"}
        if unknown or idle:
            raise Misuse(
                f"{name}: the statement's parameters and `columns` differ in {', '.join(sorted(unknown | idle))}"
            )
        if "key" not in used:
            raise Misuse(f"{name}: the statement does not use :key, so that it could not recognise a repeat")
        self._sql = ""

    async def prepare(self, database: Database, name: str) -> None:
        def numbered(found: re.Match[str]) -> str:
            if not found["name"]:
                return found[0]
            return database.value(self._numbers[found["name"]], Column("", ""))

        self._sql = _TOKEN.sub(numbered, self._settings.statement)

    async def run(self, database: Database, key: str, given: list[str | bool | None]) -> Outcome:
        if await database.changed("isthmus_statement", self._sql, (key, *given)):
            return Outcome(reference=key)
        if self._settings.when_no_row == "already_there":
            return Outcome(already_there=True, reference=key)
        raise Permanent(
            "the statement changed no row",
            suggestion='see what it looks for; where that means that the effect is there: when_no_row = "already_there"',
        )


def sink(settings: SinkSettings, context: Context) -> SqlSink:
    return SqlSink(settings, context)
