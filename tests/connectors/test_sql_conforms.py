"""SQL keeps to the published sentences: with PostgreSQL through the fault proxy, and with SQLite."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
import pytest
from sql_peers import HOST, PORT, PostgresPlace, Server, SqlitePlace

from isthmus.connectors import sql
from isthmus.kernel import IsthmusError, Permanent
from isthmus.ports import Context, Delivery, Sink, Source
from isthmus.security.vault import new_hub_key
from isthmus.testing.connector_conformance import PATIENCE_S, Answer, named, sink_sentences, source_sentences
from isthmus.testing.fault_proxy import FaultProxy

Make = Callable[..., Context]


class SqliteSinkBench:
    network: ClassVar[bool] = False
    mark: ClassVar[bytes] = b""
    recognises: ClassVar[bool] = True
    compares: ClassVar[bool] = True
    table: ClassVar[str] = (
        "CREATE TABLE charges (id INTEGER PRIMARY KEY, code TEXT UNIQUE, doc TEXT CHECK (doc <> 'refuse CANARY-PHI'))"
    )
    rows: ClassVar[str] = "SELECT doc FROM charges ORDER BY id"

    def __init__(self, context: Context, place: Any) -> None:
        self._context, self._place = context, place
        self._refused: list[bytes] = []
        place.run(self.table)

    async def __aenter__(self) -> SqliteSinkBench:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def settings(self) -> dict[str, Any]:
        return self._place.settings()

    def sink(self) -> Sink:
        own = {"table": "charges", "key_column": "code", "columns": ("doc=.",)}
        return sql.sink(sql.SinkSettings(**self.settings() | own), self._context)

    def delivery(self, number: int, *, attempt: int = 1, changed: bool = False) -> Delivery:
        body = msgspec.json.encode({"patient": "CANARY-PHI", "number": number, "total": 2.5 + changed, "name": "Grün"})
        if self._refused:
            body = self._refused.pop()
        return Delivery(number, number, "there", body, f"CANARY-PHI/ä {number}", attempt)

    async def effects(self) -> list[bytes]:
        return [row[0].encode() for row in await asyncio.to_thread(self._place.run, self.rows)]

    def refusals(self) -> dict[type[IsthmusError], Callable[[], None]]:
        return {Permanent: lambda: self._refused.append(b"refuse CANARY-PHI")}


class PostgresSinkBench(SqliteSinkBench):
    network: ClassVar[bool] = True
    mark: ClassVar[bytes] = b"\0isthmus_put\0"  # in Bind, behind an empty portal's name; not in Parse
    table: ClassVar[str] = (
        "CREATE TABLE charges (id serial, code text UNIQUE, doc text CHECK (doc <> 'refuse CANARY-PHI'))"
    )

    async def __aenter__(self) -> PostgresSinkBench:
        self.proxy = await FaultProxy.start(HOST, PORT)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.proxy.close()

    def settings(self) -> dict[str, Any]:
        return self._place.settings(host="127.0.0.1", port=self.proxy.port)


@pytest.mark.parametrize("sentence", sink_sentences(PostgresSinkBench), ids=named)
async def test_the_sink_with_postgresql(sentence: Any, context: Make, postgres: Server) -> None:
    made = context("there")
    async with PostgresSinkBench(made, PostgresPlace(postgres, made.folder)) as bench:
        await sentence(bench)


@pytest.mark.parametrize("sentence", sink_sentences(SqliteSinkBench), ids=named)
async def test_the_sink_with_sqlite(sentence: Any, context: Make) -> None:
    made = context("there")
    async with SqliteSinkBench(made, SqlitePlace(None, made.folder)) as bench:
        await sentence(bench)


class SourceBench:
    """The sender is a program that puts rows into a table, and sees by the mark that they were taken."""

    limit: ClassVar[int] = 16 << 10

    def __init__(self, context: Context, place: Any) -> None:
        self._context, self._place = context, place
        self._numbers = itertools.count(1)
        self._inserting = asyncio.Lock()
        self._source: sql.SqlSource
        (context.folder / "hub.key").write_text(new_hub_key())
        place.run("CREATE TABLE outbox (n INTEGER PRIMARY KEY, doc TEXT NOT NULL)")

    def source(self) -> Source:
        own = {
            "query": "SELECT * FROM outbox",
            "mark": "n",
            "key_columns": ("n",),
            "body_column": "doc",
            "poll_s": 0.01,
        }
        source = sql.source(sql.SourceSettings(**self._place.settings() | own), self._context)
        if not hasattr(self, "_source"):
            self._source = source
        return source

    def message(self, number: int) -> bytes:
        return msgspec.json.encode({"id": number, "name": "Grün"})

    async def send(self, raw: bytes) -> Answer:
        refused, returned = self._source.refused, self._source.returned
        async with self._inserting:  # what becomes visible behind the mark is not seen: see the documentation
            number = next(self._numbers)
            await asyncio.to_thread(self._place.run, f"INSERT INTO outbox VALUES ({number}, '{raw.decode()}')")
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if self._source.returned > returned:
                    return "refused"
                if self._source.position is not None and self._source.position.mark >= number:
                    return "refused" if self._source.refused > refused else "taken"
                await asyncio.sleep(0.005)

    async def send_half(self, raw: bytes) -> None:
        number = next(self._numbers)
        await asyncio.to_thread(
            self._place.run, f"BEGIN; INSERT INTO outbox VALUES ({number}, '{raw.decode()}'); ROLLBACK"
        )


@pytest.mark.parametrize("sentence", source_sentences(), ids=named)
@pytest.mark.parametrize("place", [PostgresPlace, SqlitePlace])
async def test_the_source(place: type[Any], sentence: Any, context: Make, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgres") if place is PostgresPlace else None
    made = context()
    await sentence(SourceBench(made, place(server, made.folder)))
