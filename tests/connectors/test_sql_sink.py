"""Rows out beyond the published sentences: what stands in which column, conflicts, statements, errors, logins."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest
from certificates import Authority
from hypothesis import given
from hypothesis import strategies as st
from sql_peers import PLACES, PostgresPlace, Server, SqlitePlace, TlsInFront

from isthmus.connectors import sql
from isthmus.connectors.sql import sqlite
from isthmus.connectors.sql.values import read_members, values
from isthmus.kernel import Conflict, Misuse, Permanent, Transient, Unavailable
from isthmus.ports import Context, Delivery, Outcome
from isthmus.security.transport import Tls, Waiver, server_tls

Make = Callable[..., Context]

CHARGE = {"code": "CANARY-PHI", "charge": {"amount": 12.30, "on": "2026-03-02"}, "paid": True, "lines": [1, 2]}
COLUMNS = ("amount=charge.amount", "day=charge.on", "paid", "lines", "note?")


@pytest.fixture(params=PLACES, ids=lambda place: place.__name__)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    server = request.getfixturevalue("postgres") if request.param is PostgresPlace else None
    place = request.param(server, tmp_path)
    json, boolean = ("jsonb", "boolean") if server else ("TEXT", "INTEGER")
    place.run(
        f"CREATE TABLE charges (id VARCHAR(40) PRIMARY KEY, amount NUMERIC(10,2), day DATE, paid {boolean}, lines {json},"
        " note VARCHAR(10), kept TEXT DEFAULT 'kept')"
    )
    return place


@pytest.fixture
def pg(postgres: Server, tmp_path: Path) -> PostgresPlace:
    made = PostgresPlace(postgres, tmp_path)
    made.run("CREATE TABLE charges (id text PRIMARY KEY, doc text)")
    return made


async def put(
    place: Any, context: Context, body: Any = CHARGE, key: str = "K1", settings: Any = None, **own: Any
) -> Outcome:
    """One delivery through a sink of its own."""
    reached = place.settings() if settings is None else settings
    if "statement" not in own:
        own = {"table": "charges", "key_column": "id", "columns": COLUMNS} | own
    sink = sql.sink(sql.SinkSettings(**reached | own), context)
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    try:
        return await sink.deliver(Delivery(1, 1, "there", raw, key))
    finally:
        await sink.close()


async def test_a_row_holds_what_is_declared(place: Any, context: Make) -> None:
    outcome = await put(place, context())
    assert (outcome.already_there, outcome.reference) == (False, "K1")
    paid, lines = ("t", "[1, 2]") if isinstance(place, PostgresPlace) else ("1", "[1,2]")
    assert [row[2:] for row in place.run("SELECT id, amount, day, paid, lines, note, kept FROM charges")] == [
        ("2026-03-02", paid, lines, "", "kept")
    ]
    assert float(place.run("SELECT amount FROM charges")[0][0]) == 12.3


async def test_the_same_again_is_already_there_and_something_else_is_a_conflict(place: Any, context: Make) -> None:
    await put(place, context())
    assert (await put(place, context())).already_there
    for other in ({"paid": False}, {"lines": [1]}, {"note": "x"}, {"charge": {"amount": 12.31, "on": "2026-03-02"}}):
        with pytest.raises(Conflict) as raised:
            await put(place, context(), CHARGE | other)
        assert "CANARY" not in str(raised.value)
    assert place.run("SELECT count(*) FROM charges") == [("1",)]


async def test_what_is_declared_is_amended_where_that_is_declared(place: Any, context: Make) -> None:
    await put(place, context(), when_different="amend")
    place.run("UPDATE charges SET kept = 'by others'")
    assert (await put(place, context(), when_different="amend")).already_there
    changed = await put(place, context(), CHARGE | {"note": "late"}, when_different="amend")
    assert not changed.already_there
    assert place.run("SELECT note, kept FROM charges") == [("late", "by others")]


async def test_only_the_key_is_a_row_too(place: Any, context: Make) -> None:
    for mode in ("conflict", "amend"):
        outcomes = [await put(place, context(), key=mode, columns=(), when_different=mode) for _ in range(2)]
        assert [outcome.already_there for outcome in outcomes] == [False, True]


HOSTILE = "x'); DROP TABLE charges; --\"$1?1:key\\"


async def test_no_content_is_ever_read_as_sql(place: Any, context: Make) -> None:
    body = {"code": "x", "charge": {"amount": 1, "on": None}, "paid": None, "lines": [HOSTILE], "note": HOSTILE[:10]}
    await put(place, context(), body, key=HOSTILE)
    assert (await put(place, context(), body, key=HOSTILE)).already_there
    assert place.run("SELECT id, note FROM charges") == [(HOSTILE, HOSTILE[:10])]


async def test_names_of_tables_and_columns_are_taken_literally(place: Any, context: Make) -> None:
    place.run('CREATE TABLE "Odd ""name""" ("the key" TEXT UNIQUE, "select" TEXT)')
    own = {"table": 'Odd "name"', "key_column": "the key", "columns": ("select=code",)}
    await put(place, context(), **own)
    assert (await put(place, context(), **own)).already_there
    assert place.run('SELECT * FROM "Odd ""name"""') == [("K1", "CANARY-PHI")]


async def test_a_table_may_stand_in_a_schema(pg: PostgresPlace, context: Make) -> None:
    pg.run("CREATE SCHEMA feed; CREATE TABLE feed.rows (id text UNIQUE, doc text)")
    await put(pg, context(), table="feed.rows", columns=("doc=.",))
    assert pg.run("SELECT id FROM feed.rows") == [("K1",)]


async def test_a_table_of_sqlite_may_stand_in_a_schema(context: Make, tmp_path: Path) -> None:
    place = SqlitePlace(None, tmp_path)
    place.run("CREATE TABLE rows (id TEXT UNIQUE, doc TEXT)")
    await put(place, context(), table="main.rows", columns=("doc=.",))
    assert place.run("SELECT id FROM rows") == [("K1",)]


async def test_what_storing_rounds_is_the_same_again(pg: PostgresPlace, context: Make) -> None:
    pg.run("CREATE TABLE money (id text UNIQUE, amount numeric(10,2), code char(5))")
    own = {"table": "money", "columns": ("amount", "code")}
    await put(pg, context(), b'{"amount": 12.345, "code": "ab"}', **own)
    assert (await put(pg, context(), b'{"amount": 12.345, "code": "ab"}', **own)).already_there
    assert pg.run("SELECT amount FROM money") == [("12.35",)]


@pytest.mark.parametrize(
    ("type", "fits", "too_long"),
    [
        ("varchar(5)", "abcde", "abcdef"),
        ("char(5)", "abcde", "abcdef"),
        ("char(5)[]", "{abcde,fghij}", "{abcdef}"),
        ("bit(3)", "101", "1010"),
    ],
)
async def test_what_is_too_long_is_refused_and_nothing_is_cut(
    pg: PostgresPlace, context: Make, type: str, fits: str, too_long: str
) -> None:
    pg.run(f"CREATE TABLE short (id text UNIQUE, note {type})")
    own = {"table": "short", "columns": ("note",)}
    with pytest.raises(Permanent):
        await put(pg, context(), {"note": too_long}, **own)
    await put(pg, context(), {"note": fits}, **own)
    assert (await put(pg, context(), {"note": fits}, **own)).already_there
    assert pg.run("SELECT replace(note::text, ' ', '') FROM short") == [(fits,)]


# ---------------------------------------------------------------- statements


async def test_a_statement_gets_named_parameters(place: Any, context: Make) -> None:
    cast = "::numeric" if isinstance(place, PostgresPlace) else ""
    statement = (
        f"INSERT INTO charges (id, amount, note) VALUES (:key, :amount{cast}, ':note -- \"') ON CONFLICT DO NOTHING"
    )
    own = {"statement": statement, "columns": ("amount=charge.amount",)}
    assert not (await put(place, context(), **own)).already_there
    assert [row[1:] for row in place.run("SELECT amount, note FROM charges")] == [(':note -- "',)]
    with pytest.raises(Permanent, match="changed no row"):
        await put(place, context(), **own)
    assert (await put(place, context(), **own, when_no_row="already_there")).already_there


async def test_a_function_is_a_statement(pg: PostgresPlace, context: Make) -> None:
    pg.run(
        "CREATE FUNCTION post(k text, d jsonb) RETURNS void LANGUAGE sql AS"
        " 'INSERT INTO charges VALUES (k, d) ON CONFLICT DO NOTHING'"
    )
    statement = "SELECT post(:key, :body::jsonb) /* :comment */ -- :another"
    await put(pg, context(), {"a": 1}, statement=statement, columns=("body=.",))
    assert pg.run("SELECT * FROM charges") == [("K1", '{"a": 1}')]


async def test_of_a_statement_that_fails_nothing_stays(pg: PostgresPlace, context: Make) -> None:
    statement = "WITH put AS (INSERT INTO charges VALUES (:key, 'x') RETURNING 1) SELECT 1 / (:zero::int) FROM put"
    with pytest.raises(Permanent):
        await put(pg, context(), {"zero": 0}, statement=statement, columns=("zero",))
    assert pg.run("SELECT count(*) FROM charges") == [("0",)]


@pytest.mark.parametrize(
    "own",
    [
        {"statement": "SELECT :key, :amount"},
        {"statement": "SELECT :key", "columns": ("amount",)},
        {"statement": "SELECT :amount", "columns": ("amount",)},
        {"statement": "SELECT :key", "table": "t", "key_column": "k"},
        {"table": "t"},
        {},
        {"table": "t", "key_column": "k", "columns": ("a", "a=b")},
        {"table": "t", "key_column": "k", "columns": ("=a",)},
        {"table": "t", "key_column": "k", "columns": ("a=b..c",)},
        {"table": "t..x", "key_column": "k"},
        {"table": "t", "key_column": "k", "file": "", "address": "nowhere"},
        {"table": "t", "key_column": "k", "address": "127.0.0.1:1"},
        {"table": "t", "key_column": "k", "file": "", "socket": "/run"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(own: dict[str, Any], context: Make) -> None:
    with pytest.raises(Misuse):
        sql.sink(sql.SinkSettings(**{"file": "x.db"} | own), context())


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize("body", [b"[1]", b"{", b'{"a": NaN}', b'"x"', b"", b"\xff", b"[" * 100_000, b'{"a": "\xff"}'])
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(Permanent):
        values(body, read_members(("a",), "there"))


def test_a_member_that_is_not_there_is_named_unless_it_may_be_missing() -> None:
    with pytest.raises(Permanent, match=r"no member charge\.amount"):
        values(b'{"charge": {"CANARY-PHI": 1}}', read_members(("a=charge.amount",), "there"))
    with pytest.raises(Permanent):
        values(b'{"charge": "CANARY-PHI"}', read_members(("a=charge.amount",), "there"))
    assert values(b'{"charge": 1}', read_members(("a=charge.amount?", "b?"), "there")) == [None, None]


def test_numbers_stay_as_they_were_written() -> None:
    body = b'{"a": 12.30, "b": 1e400, "c": [1.50], "d": 12345678901234567890, "e": "\\u00fc", "f": null, "g": false}'
    found = values(body, read_members(tuple("abcdefg"), "there"))
    assert found == ["12.30", "1e400", "[1.50]", "12345678901234567890", "ü", None, False]


@given(st.binary(max_size=200))
def test_any_bytes_are_values_or_refused(body: bytes) -> None:
    try:
        found = values(body, read_members(("a?", "whole=."), "there"))
    except Permanent:
        return
    assert found[1] == body.decode()


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("40001", Transient), ("40P01", Transient), ("55P03", Transient), ("57014", Transient),
        ("23505", Permanent), ("22003", Permanent), ("P0001", Permanent), ("23514", Permanent),
        ("42501", Unavailable), ("53100", Unavailable), ("57P01", Unavailable), ("08006", Unavailable), ("XX000", Unavailable),
    ],
)  # fmt: skip
async def test_an_error_has_the_class_of_its_sqlstate(
    pg: PostgresPlace, context: Make, state: str, kind: type[Exception]
) -> None:
    pg.run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$BEGIN RAISE EXCEPTION 'CANARY-PHI is unknown' USING ERRCODE = '{state}'; END$$;"
        " CREATE TRIGGER refuse BEFORE INSERT ON charges EXECUTE FUNCTION refuse()"
    )
    with pytest.raises(kind) as raised:
        await put(pg, context(), columns=("doc=.",))
    assert type(raised.value) is kind
    assert state in str(raised.value)
    assert "CANARY" not in str(raised.value) + repr(raised.value)
    assert raised.value.__cause__ is None
    assert "CANARY-PHI is unknown" in str(raised.value.detail)


@pytest.mark.parametrize("body", [{"doc": "a\0b"}, {"doc": "x" * 20}, {"doc": "no number"}, {"doc": "2026-99-99"}])
async def test_values_that_do_not_fit_are_permanent(pg: PostgresPlace, context: Make, body: Any) -> None:
    type = "date" if "-99" in body["doc"] else "int" if "number" in body["doc"] else "varchar(10)"
    pg.run(f"CREATE TABLE typed (id text UNIQUE, doc {type})")
    with pytest.raises(Permanent):
        await put(pg, context(), body, table="typed", columns=("doc",))


async def test_a_row_that_somebody_else_holds_is_transient(pg: PostgresPlace, context: Make) -> None:
    pg.run(f"ALTER DATABASE {pg.name} SET lock_timeout = '50ms'")
    other = await pg.connection()
    async with other.transaction():
        await other.execute("INSERT INTO charges VALUES ('K1', 'theirs')")
        with pytest.raises(Transient):
            await put(pg, context(), columns=("doc=.",))
    await other.close()


async def test_two_writers_of_one_key_make_one_row(pg: PostgresPlace, context: Make) -> None:
    outcomes = await asyncio.gather(*(put(pg, context(), columns=("doc=.",)) for _ in range(6)))
    assert sorted(outcome.already_there for outcome in outcomes) == [False] + [True] * 5
    assert pg.run("SELECT count(*) FROM charges") == [("1",)]


async def test_a_session_that_the_server_ends_is_unavailable_and_made_anew(pg: PostgresPlace, context: Make) -> None:
    own = {"table": "charges", "key_column": "id", "columns": ("doc=.",)}
    sink = sql.sink(sql.SinkSettings(**pg.settings() | own), context())
    await sink.open()
    pg.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    error: Exception | None = None
    try:
        await sink.deliver(Delivery(1, 1, "there", b"{}", "K1"))
    except Unavailable as raised:
        error = raised
    await sink.deliver(Delivery(1, 1, "there", b"{}", "K1"))
    await sink.close()
    assert error is None or isinstance(error, Unavailable)
    assert pg.run("SELECT id FROM charges") == [("K1",)]


@pytest.mark.parametrize(("own", "kind"), [({"table": "nowhere"}, Unavailable), ({"columns": ("zip?",)}, Misuse)])
async def test_a_table_or_column_that_is_not_there_is_said(
    place: Any, context: Make, own: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        await put(place, context(), **own)


async def test_a_key_without_a_unique_index_pauses(place: Any, context: Make) -> None:
    place.run("CREATE TABLE loose (id TEXT, code TEXT)")
    with pytest.raises(Unavailable):
        await put(place, context(), table="loose", columns=("code",))


# ---------------------------------------------------------------- reaching PostgreSQL


async def test_a_password_logs_in_and_a_wrong_one_pauses(
    pg: PostgresPlace, postgres: Server, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    pg.run("GRANT ALL ON charges TO secured")
    monkeypatch.setenv("PASSWORD", postgres.password)
    monkeypatch.setenv("PGPASSWORD", postgres.password)  # whoever runs the hub has one: it is not the hub's
    settings = pg.settings(user="secured", password="env:PASSWORD")
    await put(pg, context(), settings=settings, columns=("doc=.",))
    monkeypatch.setenv("PASSWORD", "wrong CANARY-PHI")
    for wrong in (settings, pg.settings(user="secured")):
        with pytest.raises(Unavailable, match="28P01") as raised:
            await put(pg, context(), settings=wrong, columns=("doc=.",))
        assert "CANARY" not in str(raised.value)


async def test_a_socket_is_reached_by_its_folder(pg: PostgresPlace, postgres: Server, context: Make) -> None:
    settings = {"socket": str(postgres.running.socket_folder), "database": pg.name, "user": "isthmus"}
    await put(pg, context(), settings=settings, columns=("doc=.",))
    assert pg.run("SELECT id FROM charges") == [("K1",)]


async def test_tls_is_verified(pg: PostgresPlace, context: Make, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ca")
    Authority(tmp_path, "stranger")
    async with TlsInFront(server_tls(authority.issue("server"), tmp_path)) as front:
        reached = pg.settings(host="127.0.0.1", port=front.port)
        await put(pg, context(), settings=reached | {"tls": Tls(ca="ca.pem")}, columns=("doc=.",))
        with pytest.raises(Unavailable) as raised:
            await put(pg, context(), settings=reached | {"tls": Tls(ca="stranger.pem")}, columns=("doc=.",))
        assert "certificate" in str(raised.value).lower() or "TLS" in str(raised.value)
    async with TlsInFront(server_tls(authority.issue("elsewhere", host="db.example"), tmp_path)) as front:
        reached = pg.settings(host="127.0.0.1", port=front.port)
        with pytest.raises(Unavailable):
            await put(pg, context(), settings=reached | {"tls": Tls(ca="ca.pem")}, columns=("doc=.",))
    assert pg.run("SELECT count(*) FROM charges") == [("1",)]


async def test_a_server_without_tls_is_not_spoken_to_in_plaintext(pg: PostgresPlace, context: Make) -> None:
    with pytest.raises(Unavailable):
        await put(pg, context(), settings=pg.settings() | {"tls": Tls()}, columns=("doc=.",))


async def test_beyond_this_machine_it_takes_tls_or_a_waiver(pg: PostgresPlace, context: Make) -> None:
    with pytest.raises(Misuse, match="plaintext"):
        await put(pg, context(), settings=pg.settings(host="db.example"))
    ended = Waiver("data team", date(2020, 1, 1), "an old server")
    with pytest.raises(Misuse, match="ended"):
        await put(pg, context(), settings=pg.settings(host="db.example") | {"plaintext": ended})
    with pytest.raises(Misuse, match="server_name"):
        await put(pg, context(), settings=pg.settings() | {"tls": Tls(server_name="db")})


async def test_a_server_that_does_not_answer_is_given_up(context: Make) -> None:
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    reached = {"address": f"127.0.0.1:{port}", "database": "x", "user": "x", "connect_s": 0.05}
    with pytest.raises(Unavailable, match="does not answer"):
        await put(None, context(), settings=reached)
    for writer in held:
        writer.transport.abort()
    silent.close()


# ---------------------------------------------------------------- SQLite


async def test_a_file_that_is_not_there_is_not_made(context: Make, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await put(None, context(), settings={"file": "none.db"})
    (tmp_path / "text.db").write_text("CANARY-PHI" * 100)
    with pytest.raises(Unavailable):
        await put(None, context(), settings={"file": "text.db"})
    assert not (tmp_path / "none.db").exists()


async def test_a_file_that_another_program_writes_to_is_tried_again(
    context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_MS", 10)
    place = SqlitePlace(None, tmp_path)
    place.run("CREATE TABLE charges (id TEXT UNIQUE, doc TEXT)")
    other = apsw.Connection(str(tmp_path / "there.db"))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Transient):
        await put(place, context(), columns=("doc=.",))
    other.execute("ROLLBACK")
    other.close()
    await put(place, context(), columns=("doc=.",))


def test_a_hub_without_postgresql_does_not_load_its_library() -> None:
    program = "import sys, isthmus.connectors.sql; sys.exit('asyncpg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
