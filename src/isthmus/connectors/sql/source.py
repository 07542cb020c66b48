"""Rows of a query as messages, in the order of a high-water mark.

    SELECT * FROM (query) WHERE (mark, key...) > (the last row acknowledged) ORDER BY mark, key... LIMIT batch_rows
        --> a message for each row --> intake --> receipts --> the mark moves over the rows that were acknowledged

Invariants
 1. The mark moves over a row when its fate is durable (accepted, duplicate, refused and recorded), in order: it never
    passes one that was not acknowledged. Rows with equal marks are told apart by their key, so none of them is lost.
 2. After a crash the rows behind the last stored mark come again. Mark and key identify a row for the duplicate window.
 3. The session is read-only, and each look is one statement.

What it cannot see: rows that become visible behind the mark, because a transaction that drew an earlier number or time
committed later. Let the query leave out what is younger than the longest transaction. And rows whose mark is null.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from ...kernel.errors import Misuse, PeerFault, Unavailable
from ...ports import Context, Fate, Intake, Receipt
from ...security import Vault
from .._intake import hand_in
from .._polling import Polling, PollingSource, Timetable
from .database import Database, connect
from .mark import MarkFile, Position, written
from .settings import Reached, check, quoted

EVIDENCE_BYTES = 4096
"""How much of a row that is too large is kept with its refusal."""

_PASSED = (Fate.ACCEPTED, Fate.DUPLICATE, Fate.REFUSED)


class SourceSettings(Reached, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """address: "HOST:PORT" of a PostgreSQL.

    socket       or the folder of its Unix socket
    file         or a SQLite database, relative to the hub's folder
    database     its name, with PostgreSQL
    user         who may read there, with PostgreSQL
    password     the reference of the user's password
    connect_s    for the connection alone, TLS included
    query        a SELECT; what it leaves out no message is made of
    mark         the column whose value only grows (a number, a time of change); it is never null
    key_columns  the columns that tell rows with equal marks apart; they are never null
    body_column  the column that holds the message; none given: the whole row, as a JSON object
    batch_rows   how many rows are read at a time
    poll_s       how often is looked for new rows
    at           or the times of day at which is looked ("02:00"), and once when the hub starts
    time_zone    of `at`: a name of the IANA database ("America/Chicago")
    mark_file    where the mark is kept, relative to the hub's folder; none given: data/NAME.mark
    mark_keys    references of the keys that seal it: the first seals, any opens (rotation)
    """

    query: str
    mark: str
    key_columns: tuple[str, ...]
    body_column: str = ""
    batch_rows: int = 500
    poll_s: float = 5.0
    at: tuple[str, ...] = ()
    time_zone: str = ""
    mark_file: str = ""
    mark_keys: tuple[str, ...] = ("file:hub.key",)


class SqlSource(PollingSource):
    """`refused`, `returned`: how many rows were, since it was made."""

    def __init__(self, settings: SourceSettings, context: Context) -> None:
        check(settings, context.name)
        if not settings.key_columns or not settings.mark_keys or settings.batch_rows < 1:
            raise Misuse(f"{context.name} needs key_columns, mark_keys and batch_rows of at least 1")
        self._settings = settings
        self._context = context
        self._columns = (settings.mark, *settings.key_columns)
        self._order = ", ".join(quoted(column) for column in self._columns)
        self._timetable = Timetable(settings.poll_s, settings.at, settings.time_zone, context.name)
        self._polling = Polling(self._look, self._wait_s, context.looked)
        self._database: Database | None = None
        self._marks: MarkFile | None = None
        self._intake: Intake
        self._soon = False
        self.position: Position | None = None
        self.refused = self.returned = 0

    async def open(self, intake: Intake) -> None:
        """Start to look. A database that is away is waited for.

        Raises `Unavailable` when another process reads these rows, `Misuse` when the stored mark cannot be opened.
        """
        settings, name = self._settings, self._context.name
        self._intake = intake
        vaults = [Vault(self._context.secrets.get(reference)) for reference in settings.mark_keys]
        path = self._context.folder / (settings.mark_file or f"data/{name}.mark")
        marks = MarkFile(path, name, vaults)
        marks.open()
        try:
            self.position = marks.load()
        except Misuse:
            marks.close()
            raise
        self._marks = marks
        self._polling.start(name)

    async def close(self) -> None:
        """Finish the rows that were handed in, then stop. Cancelled, it leaves them for the next start."""
        try:
            await self._polling.close()
        finally:
            marks, self._marks = self._marks, None
            if marks is not None:
                marks.close()
            await self._disconnect()

    def _wait_s(self) -> float:
        if self._soon:
            return 0.0
        return self._timetable.wait_s(soon=self._polling.trouble is not None)

    # ---- rows

    async def _look(self) -> None:
        """Take one batch. Raises `Unavailable`, and `Misuse` for columns that are not there or of no use."""
        self._soon = False
        if not await self._polling.may_go_on():
            return
        try:
            rows = await self._read()
        except BaseException:
            await self._disconnect()
            raise
        if not await self._polling.may_go_on():
            return
        taken = await self._take(rows)
        self._soon = taken == len(rows) == self._settings.batch_rows
        if taken < len(rows):
            raise Unavailable(f"a row of {self._context.name} was not taken, and is read again")

    async def _read(self) -> list[dict[str, Any]]:
        if self._database is None or self._database.lost:
            await self._disconnect()
            self._database = await connect(self._settings, self._context, read_only=True)
        begun = self.position is not None
        name, sql = ("isthmus_next", self._sql(self._database)) if begun else ("isthmus_first", self._first())
        return await self._database.rows(name, sql, self.position.values if self.position else ())

    def _first(self, where: str = "") -> str:
        query = self._settings.query.strip().removesuffix(";")
        return f"SELECT * FROM (\n{query}\n) AS source_rows{where} ORDER BY {self._order} LIMIT {self._settings.batch_rows}"

    def _sql(self, database: Database) -> str:
        after = ", ".join(database.placeholder(number) for number in range(1, len(self._columns) + 1))
        return self._first(f" WHERE ({self._order}) > ({after})")

    async def _disconnect(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            await database.close()

    # ---- messages

    async def _take(self, rows: list[dict[str, Any]]) -> int:
        """Hand rows in, and move the mark over those that were acknowledged: how many, from the first."""
        positions = [self._position(row) for row in rows]
        messages = [
            (position, written(position), self._body(row)) for position, row in zip(positions, rows, strict=True)
        ]
        fates = await asyncio.gather(*(self._hand_in(*message) for message in messages))
        taken = next((number for number, fate in enumerate(fates) if fate not in _PASSED), len(fates))
        self.refused += fates[:taken].count(Fate.REFUSED)
        if taken and self._marks is not None:
            await asyncio.to_thread(self._marks.store, positions[taken - 1])
            self.position = positions[taken - 1]
        self.returned += fates[taken:].count(Fate.RETURNED)
        return taken

    def _position(self, row: dict[str, Any]) -> Position:
        missing = [column for column in self._columns if column not in row]
        if missing:
            raise Misuse(f"the query of {self._context.name} has no column {missing[0]}")
        mark, *key = (row[column] for column in self._columns)
        return Position(mark, tuple(key))

    def _body(self, row: dict[str, Any]) -> bytes:
        """The message of a row. A text is encoded as UTF-8."""
        column = self._settings.body_column
        if not column:
            return msgspec.json.encode(row, enc_hook=str)
        if column not in row:
            raise Misuse(f"the query of {self._context.name} has no column {column}")
        value = row[column]
        return value if isinstance(value, bytes) else b"" if value is None else str(value).encode()

    async def _hand_in(self, position: Position, control: bytes, body: bytes) -> Fate:
        origin = f"{self._context.name} {' '.join(str(value) for value in position.key)}"
        limit = self._intake.body_bytes_max
        if len(body) > limit:
            fault = PeerFault(f"the row has {len(body)} bytes, this source takes {limit}")
            self._intake.garbage(body[:EVIDENCE_BYTES], fault, origin=origin)
            return Fate.REFUSED
        receipt: Receipt = await hand_in(self._intake, body, origin, control)
        return receipt.fate


def source(settings: SourceSettings, context: Context) -> SqlSource:
    return SqlSource(settings, context)
