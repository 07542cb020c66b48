"""Rows as messages beyond the published sentences: marks, restarts, types, what the session may do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sql_peers import HOST, PLACES, PORT, PostgresPlace, Server

from isthmus.connectors import sql
from isthmus.connectors.sql.mark import Position, read, written
from isthmus.kernel import Misuse, PeerFault, Unavailable
from isthmus.ports import Context, Fate, Receipt
from isthmus.security.vault import new_hub_key
from isthmus.testing.connector_conformance import PATIENCE_S, RecordingIntake
from isthmus.testing.fault_proxy import FaultProxy

Make = Callable[..., Context]


class Feed:
    """A table of charges, the sources that read it, and what they handed in."""

    def __init__(self, place: Any, context: Context) -> None:
        self.place, self.context = place, context
        self.intake = RecordingIntake()
        self.sources: list[sql.SqlSource] = []
        (context.folder / "hub.key").write_text(new_hub_key())
        place.run("CREATE TABLE charges (code TEXT, at INTEGER, note TEXT)")

    def put(self, *rows: tuple[str, int, str]) -> None:
        for row in rows:
            self.place.run(f"INSERT INTO charges VALUES {row}")

    async def open(self, intake: RecordingIntake | None = None, **own: Any) -> sql.SqlSource:
        given = {"query": "SELECT * FROM charges", "mark": "at", "key_columns": ("code",), "poll_s": 0.01}
        source = sql.source(sql.SourceSettings(**self.place.settings() | given | own), self.context)
        await source.open(intake or self.intake)
        self.sources.append(source)
        return source

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await asyncio.sleep(0.002)

    async def take(self, count: int, **own: Any) -> list[str]:
        """Run a source until so many rows were acknowledged in all: their codes."""
        source = await self.open(**own)
        await self.until(lambda: len(self.intake.received) >= count)
        await source.close()
        return [msgspec.json.decode(raw)["code"] for raw in self.intake.received]


@pytest.fixture(params=PLACES, ids=lambda place: place.__name__)
async def feed(request: pytest.FixtureRequest, context: Make, tmp_path: Path) -> AsyncIterator[Feed]:
    server = request.getfixturevalue("postgres") if request.param is PostgresPlace else None
    feed = Feed(request.param(server, tmp_path), context("charges"))
    yield feed
    for source in feed.sources:
        await source.close()


@pytest.fixture
async def postgres_feed(postgres: Server, context: Make, tmp_path: Path) -> AsyncIterator[Feed]:
    feed = Feed(PostgresPlace(postgres, tmp_path), context("charges"))
    yield feed
    for source in feed.sources:
        await source.close()


async def test_rows_come_in_the_order_of_the_mark_and_then_of_the_key(feed: Feed) -> None:
    feed.put(("b", 2, ""), ("a", 2, ""), ("c", 1, ""))
    assert await feed.take(3) == ["c", "a", "b"]
    assert feed.intake.controls[0] == b'{"mark":["int","1"],"key":[["str","c"]]}'
    assert feed.intake.origins[0] == "charges c"


async def test_of_many_rows_with_one_mark_none_is_lost(feed: Feed) -> None:
    feed.put(*((f"{number:02}", 7, "") for number in range(11)))
    assert await feed.take(11, batch_rows=2) == [f"{number:02}" for number in range(11)]


async def test_a_restart_goes_on_behind_the_last_row(feed: Feed) -> None:
    feed.put(("a", 1, ""), ("b", 1, ""))
    await feed.take(2)
    feed.put(("c", 1, ""), ("d", 2, ""))
    assert await feed.take(4) == ["a", "b", "c", "d"]


async def test_a_row_that_changed_comes_again_as_another_message(feed: Feed) -> None:
    feed.put(("a", 1, "first"))
    await feed.take(1)
    feed.place.run("UPDATE charges SET at = 2")
    await feed.take(2)
    assert feed.intake.controls[0] != feed.intake.controls[1]


async def test_the_mark_moves_over_what_was_acknowledged_and_no_further(feed: Feed) -> None:
    class Choosing(RecordingIntake):
        def receive(self, raw: bytes, reply: Callable[[Receipt], None], **named: Any) -> None:
            self.answer = Receipt(Fate.UNABLE if b'"c"' in raw else Fate.ACCEPTED, 1)
            super().receive(raw, lambda _, answer=self.answer: reply(answer), **named)

    feed.put(("a", 1, ""), ("b", 2, ""), ("c", 3, ""), ("d", 4, ""))
    choosing = Choosing()
    source = await feed.open(choosing)
    await feed.until(lambda: len(choosing.received) >= 6)
    assert source.position == Position(2, ("b",))
    assert isinstance(source.trouble, Unavailable)
    await source.close()
    assert await feed.take(2) == ["c", "d"]


async def test_a_refused_row_is_passed_and_a_returned_one_comes_again(feed: Feed) -> None:
    feed.put(("a", 1, ""))
    feed.intake.answer = Receipt(Fate.REFUSED, 1, error=PeerFault("it is malformed"))
    source = await feed.open()
    await feed.until(lambda: source.refused == 1)
    feed.intake.answer = Receipt(Fate.RETURNED, 2)
    feed.put(("b", 2, ""))
    await feed.until(lambda: source.returned >= 2)
    assert source.position == Position(1, ("a",))
    feed.intake.answer = Receipt(Fate.ACCEPTED, 2)
    await feed.until(lambda: source.position == Position(2, ("b",)))


async def test_a_crash_before_the_mark_was_kept_gives_the_same_rows_again(feed: Feed) -> None:
    feed.put(("a", 1, "x"), ("b", 2, "y"))
    await feed.take(2)
    (feed.context.folder / "data" / "charges.mark").unlink()
    await feed.take(4)
    assert feed.intake.received[:2] == feed.intake.received[2:]
    assert feed.intake.controls[:2] == feed.intake.controls[2:]


async def test_the_mark_shows_nothing_on_disk_and_opens_with_an_older_key(feed: Feed, tmp_path: Path) -> None:
    feed.put(("MRN-4711", 1, ""))
    await feed.take(1)
    sealed = (tmp_path / "data" / "charges.mark").read_bytes()
    assert b"4711" not in sealed
    assert (tmp_path / "data" / "charges.mark").stat().st_mode & 0o077 == 0
    (tmp_path / "hub.key").rename(tmp_path / "old.key")
    (tmp_path / "hub.key").write_text(new_hub_key())
    with pytest.raises(Misuse, match="does not open with its mark_keys"):
        await feed.open()
    feed.put(("b", 2, ""))
    assert await feed.take(2, mark_keys=("file:hub.key", "file:old.key")) == ["MRN-4711", "b"]
    feed.put(("c", 3, ""))
    assert (await feed.take(3))[-1] == "c"  # the new key has sealed it meanwhile


async def test_a_mark_of_another_source_does_not_open(feed: Feed, tmp_path: Path) -> None:
    feed.put(("a", 1, ""))
    await feed.take(1)
    (tmp_path / "data" / "charges.mark").rename(tmp_path / "data" / "others.mark")
    other = Context("others", tmp_path, feed.context.secrets)
    settings = {"query": "SELECT * FROM charges", "mark": "at", "key_columns": ("code",)}
    source = sql.source(sql.SourceSettings(**feed.place.settings() | settings), other)
    with pytest.raises(Misuse, match="does not open"):
        await source.open(feed.intake)
    await source.close()


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"mark": "changed"}, ("cannot be worked with", "has no column changed")),  # SQLite takes the name for a text
        ({"body_column": "doc"}, ("has no column doc",)),
        ({"query": "SELECT code, NULL AS at FROM charges"}, ("no place in an order",)),
        ({"query": "SELECT * FROM nowhere"}, ("cannot be worked with",)),
        ({"query": "this is no SQL"}, ("cannot be worked with",)),
    ],
)
async def test_a_query_that_cannot_work_is_said_and_nothing_comes_in(
    feed: Feed, own: Any, words: tuple[str, ...]
) -> None:
    feed.put(("CANARY-PHI", 1, "CANARY-PHI"))
    source = await feed.open(**own)
    await feed.until(lambda: source.trouble is not None)
    assert any(one in str(source.trouble) for one in words)
    assert "CANARY" not in str(source.trouble)
    assert feed.intake.received == []


@pytest.mark.parametrize("query", ["SELECT * FROM charges;", "SELECT * FROM charges -- all of them", "TABLE charges"])
async def test_a_query_may_end_as_queries_do(postgres_feed: Feed, query: str) -> None:
    postgres_feed.put(("a", 1, ""))
    assert await postgres_feed.take(1, query=query) == ["a"]


async def test_a_column_may_hold_the_message_itself(feed: Feed) -> None:
    feed.put(("a", 1, "MSH|^~&|Grün"))
    source = await feed.open(body_column="note")
    await feed.until(lambda: source.position is not None)
    assert feed.intake.received == ["MSH|^~&|Grün".encode()]


async def test_a_row_that_is_too_large_is_refused_and_passed(feed: Feed) -> None:
    feed.intake.body_bytes_max = 100
    feed.put(("a", 1, "CANARY-PHI" * 20), ("b", 2, ""))
    source = await feed.open()
    await feed.until(lambda: source.position == Position(2, ("b",)))
    assert [msgspec.json.decode(raw)["code"] for raw in feed.intake.received] == ["b"]
    assert "CANARY" not in str(feed.intake.faults[0])
    assert source.refused == 1


async def test_the_session_may_not_write(postgres_feed: Feed) -> None:
    feed = postgres_feed
    feed.place.run("CREATE FUNCTION emptied() RETURNS int LANGUAGE sql AS 'DELETE FROM charges; SELECT 1'")
    feed.put(("a", 1, ""))
    source = await feed.open(query="SELECT *, emptied() FROM charges")
    await feed.until(lambda: source.trouble is not None)
    assert "25006" in str(source.trouble)
    assert feed.place.run("SELECT count(*) FROM charges") == [("1",)]


async def test_every_type_of_postgresql_becomes_json(postgres_feed: Feed) -> None:
    postgres_feed.place.run(
        """CREATE TABLE things AS SELECT 1 AS n, 12.30::numeric AS amount, date '2026-03-02' AS day, NULL::text AS nothing,
        timestamptz '2026-03-02 10:00+00' AS at, 'd9b1d7db-0000-4000-8000-000000000000'::uuid AS id, true AS paid,
        '{"b": [1.50]}'::jsonb AS doc, '\\x00ff'::bytea AS raw, ARRAY[1, 2] AS list, inet '10.0.0.1' AS host"""
    )
    await postgres_feed.open(query="SELECT * FROM things", mark="at", key_columns=("id", "day"))
    await postgres_feed.until(lambda: len(postgres_feed.intake.received) == 1)
    assert msgspec.json.decode(postgres_feed.intake.received[0]) == {
        "n": 1, "amount": "12.30", "day": "2026-03-02", "nothing": None, "at": "2026-03-02T10:00:00Z", "paid": True,
        "id": "d9b1d7db-0000-4000-8000-000000000000", "doc": {"b": [1.5]}, "raw": "AP8=", "list": [1, 2], "host": "10.0.0.1",
    }  # fmt: skip
    assert b"1.50" in postgres_feed.intake.received[0]


async def test_times_and_numbers_are_marks_across_a_restart(postgres_feed: Feed) -> None:
    postgres_feed.place.run("CREATE TABLE times (id uuid, at timestamptz, code text)")
    for number in range(3):
        at = f"2026-03-02 10:00:00.{number:06}+00"
        postgres_feed.place.run(f"INSERT INTO times VALUES (gen_random_uuid(), '{at}', '{number}')")
        own = {"query": "SELECT * FROM times", "mark": "at", "key_columns": ("id",)}
        assert (await postgres_feed.take(number + 1, **own))[-1] == str(number)


async def test_a_database_that_is_away_is_waited_for(postgres_feed: Feed) -> None:
    proxy = await FaultProxy.start(HOST, PORT)
    await proxy.close()
    postgres_feed.put(("a", 1, ""))
    source = await postgres_feed.open(address=f"127.0.0.1:{proxy.port}")
    await postgres_feed.until(lambda: isinstance(source.trouble, Unavailable))
    await proxy.listen()
    await postgres_feed.until(lambda: len(postgres_feed.intake.received) == 1)
    await proxy.close()
    postgres_feed.put(("b", 2, ""))
    await postgres_feed.until(lambda: isinstance(source.trouble, Unavailable))
    await proxy.listen()
    await postgres_feed.until(lambda: len(postgres_feed.intake.received) == 2)
    await source.close()
    await proxy.close()


@pytest.mark.parametrize(
    "own",
    [
        {"key_columns": ()},
        {"mark_keys": ()},
        {"batch_rows": 0},
        {"at": ("x",)},
        {"mark": ""},
        {"file": ""},
        {"socket": "/run"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(own: dict[str, Any], context: Make) -> None:
    given = {"file": "x.db", "query": "SELECT 1", "mark": "at", "key_columns": ("code",)}
    with pytest.raises(Misuse):
        sql.source(sql.SourceSettings(**given | own), context())


_values = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.uuids(),
    st.floats(allow_nan=False),
)


@given(_values, st.lists(_values, max_size=3))
def test_a_position_comes_back_as_it_was(mark: Any, key: list[Any]) -> None:
    position = Position(mark, tuple(key))
    found = read(written(position))
    assert found == position
    assert [type(value) for value in found.values] == [type(value) for value in position.values]


@pytest.mark.parametrize("value", [None, True, b"x", [1]])
def test_what_has_no_order_is_no_mark(value: Any) -> None:
    with pytest.raises(Misuse):
        written(Position(value, ()))


def test_types_are_named() -> None:
    values = (1, "a", Decimal("1.0"), datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 2), UUID(int=1))
    assert b'["Decimal","1.0"]' in written(Position(values[0], values[1:]))
