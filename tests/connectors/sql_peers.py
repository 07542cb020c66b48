"""Databases for the SQL connector: a real PostgreSQL on a loopback port, with TLS and passwords, and SQLite files."""

from __future__ import annotations

import asyncio
import itertools
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import asyncpg

from isthmus.sandbox import postgres as sandbox
from isthmus.sandbox.cache import Cache

HOST = f"127.{1 + os.getpid() % 250}.{os.getpid() // 250 % 250}.77"
PORT = 5432
_databases = itertools.count(1)


class Server:
    """A PostgreSQL whose role `secured` needs its password, and where `isthmus` is trusted, from this machine."""

    password = "s3cret CANARY-PHI"

    def __init__(self, running: sandbox.Postgres) -> None:
        self.running = running
        self.running.psql(f"CREATE ROLE secured LOGIN PASSWORD '{self.password}'")

    def database(self) -> str:
        """A new, empty database of a test's own."""
        name = f"test_{next(_databases)}"
        self.running.psql(f"CREATE DATABASE {name}")
        return name

    def psql(self, sql: str, database: str) -> list[tuple[str, ...]]:
        return self.running.psql(sql, database)


@contextmanager
def served() -> Iterator[Server]:
    cache = Cache()
    programs, scratch = sandbox.Programs(cache), cache.scratch("postgres-")
    sandbox.initialise(programs, scratch / "data")
    access = scratch / "data" / "pg_hba.conf"
    rules = "local all all trust\nhost all secured all scram-sha-256\nhost all all 127.0.0.0/8 trust\n"
    access.write_text(rules)
    programs.own(scratch / "data")
    running = sandbox.Postgres(programs, scratch / "data")
    usual = dict(sandbox.SETTINGS)
    sandbox.SETTINGS["listen_addresses"] = HOST
    try:
        running.open()
    finally:
        sandbox.SETTINGS.clear()
        sandbox.SETTINGS.update(usual)
    try:
        yield Server(running)
    finally:
        running.stop()


class TlsInFront:
    """Speaks TLS for the server, whose build knows none, as PostgreSQL's protocol has it: SSLRequest, "S", the handshake."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> TlsInFront:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        behind: asyncio.StreamWriter | None = None
        try:
            await reader.readexactly(8)
            writer.write(b"S")
            await writer.start_tls(self._tls)
            answers, behind = await asyncio.open_connection(HOST, PORT)
            await asyncio.gather(_pump(reader, behind), _pump(answers, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for one in (writer, behind):
                if one is not None:
                    one.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


class PostgresPlace:
    """A database of one test's own in the server."""

    def __init__(self, server: Server, _: Path) -> None:
        self.server, self.name = server, server.database()

    def settings(self, port: int = PORT, host: str = HOST, **own: Any) -> dict[str, Any]:
        reached = {"address": f"{host}:{port}", "database": self.name, "user": "isthmus"}
        return reached | own

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.server.psql(sql, self.name)]

    async def connection(self) -> Any:
        """A connection of a program that uses the database as well."""
        return await asyncpg.connect(host=HOST, port=PORT, user="isthmus", database=self.name, ssl=False)


class SqlitePlace:
    """A SQLite file of one test's own."""

    def __init__(self, _: Any, folder: Path) -> None:
        self._path = folder / "there.db"
        apsw.Connection(str(self._path)).execute("PRAGMA journal_mode=WAL")

    def settings(self, **own: Any) -> dict[str, Any]:
        return {"file": "there.db"} | own

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        connection = apsw.Connection(str(self._path))
        connection.set_busy_timeout(5000)
        try:
            return [tuple("" if value is None else str(value) for value in row) for row in connection.execute(sql)]
        finally:
            connection.close()


PLACES: tuple[type[Any], ...] = (PostgresPlace, SqlitePlace)
