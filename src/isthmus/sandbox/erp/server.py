"""One running ERP: a copy of the seeded database, PostgreSQL on it, and Tryton's server in front.

    with ErpServer.start() as erp:
        POST f"{erp.url}/{erp.database}/rest/model/account.move" with the bearer token erp.key
        erp.kill()       # what kill -9 does to an ERP
        erp.restart()    # same port, same database

Invariants
 1. Tryton listens on 127.0.0.1 only; PostgreSQL on no port at all.
 2. Every run has a database of its own, with empty books; `stop` removes it.
 3. `kill` and `restart` leave the database running: what Tryton committed is there afterwards.
 4. What a run left behind whose starter was killed is ended and removed by the next start.
"""

# ruff: noqa: S603 - the programs are our own build, the arguments our own

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from ..cache import Cache
from ..postgres import USER, Postgres, socket_link
from .template import DATABASE, Template, configuration, template, tryton_environ

READY_S = 60.0


class ErpServer:
    """A real Tryton on a real PostgreSQL. Blocking calls: use a thread from asynchronous code."""

    def __init__(self, template: Template, folder: Path, port: int) -> None:
        """For `start`, which fills the folder first."""
        keys: dict[str, str] = json.loads((template.folder / "keys.json").read_text())
        self.database = DATABASE
        self.key = keys["hub"]
        self.controller_key = keys["controller"]
        self.port = port
        self.folder = folder
        self.postgres = Postgres(template.programs, folder / "cluster")
        self._tryton = template.tryton
        self._programs = template.programs
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, cache: Cache | None = None, port: int = 0) -> ErpServer:
        """Start an ERP with empty books, on a free port unless one is given; the first time it is built.

        Raises `RuntimeError` with the log's last lines when it does not come up.
        """
        cache = cache or Cache()
        seeded = template(cache)
        sweep(cache)
        folder = cache.scratch("erp-")
        (folder / "starter").write_text(str(os.getpid()))
        shutil.copytree(seeded.folder / "cluster", folder / "cluster")
        seeded.programs.own(folder / "cluster")
        server = cls(seeded, folder, port or _free_port())
        try:
            server.postgres.open()
            server.restart()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of Tryton's server."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def restart(self) -> None:
        """Start Tryton's server (again), on the same port and database, and wait until it answers."""
        self.kill()
        config = configuration(self.folder, self.postgres, self.port)
        log = self.folder / "tryton.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [self._tryton.python, "-m", "trytond.cli", "-c", config, "-d", self.database],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=tryton_environ(self.folder),
                cwd=self.folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Tryton did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            self.rest("account.journal?s=1")
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """kill -9 Tryton's server, in the middle of whatever it does. Safe when it is not running."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End everything and remove the database. Safe twice."""
        self.kill()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def detach(self) -> dict[str, str]:
        """Leave it running when we end, until `python -m isthmus.sandbox.erp stop`. How to reach it."""
        access = {
            "url": self.url,
            "database": self.database,
            "key": self.key,
            "controller_key": self.controller_key,
            "psql": f"{self._programs['psql']} -h {self.postgres.socket_folder} -U {USER} {self.database}",
            "folder": str(self.folder),
        }
        file = self.folder / "erp.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(access, indent=2))
        (self.folder / "starter").unlink(missing_ok=True)
        return access

    def psql(self, sql: str) -> list[tuple[str, ...]]:
        """Run SQL behind the ERP's back: to plant a fault, or to count what is really there."""
        return self.postgres.psql(sql, self.database)

    def rest(self, path: str, body: Any = None) -> Any:
        """One call of Tryton's REST as the controller: GET, or POST when there is a body. Raises `OSError`."""
        request = urllib.request.Request(  # noqa: S310 - the URL is our own
            f"{self.url}/{self.database}/rest/model/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.controller_key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def close_period(self, month: str) -> None:
        """Close the period of a month (YYYY-MM) as a controller does it."""
        self._period(month, "close")

    def reopen_period(self, month: str) -> None:
        """Open it again; with the period Tryton closes each journal's share of it, which does not reopen by itself."""
        period = self._period(month, "reopen")
        for (journal_period,) in self.psql(f"SELECT id FROM account_journal_period WHERE period = {period}"):
            self.rest(f"account.journal.period/{journal_period}/reopen", {})

    def _period(self, month: str, action: str) -> str:
        ((period,),) = self.psql(f"SELECT id FROM account_period WHERE name = '{month}'")
        self.rest(f"account.period/{period}/{action}", {})
        return period

    def __enter__(self) -> ErpServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def detached(cache: Cache) -> list[Path]:
    """The folders of the runs that were left running."""
    return [access.parent for access in (cache.public / "runs").glob("erp-*/erp.json")]


def sweep(cache: Cache) -> None:
    """End and remove the runs of this cache whose starter is gone."""
    for folder in (cache.public / "runs").glob("erp-*"):
        with contextlib.suppress(OSError, ValueError):
            if not _alive(int((folder / "starter").read_text())):
                remove(folder)


def remove(folder: Path) -> None:
    """End the processes that run in this folder, and remove it."""
    deadline = time.monotonic() + READY_S
    while (running := _running_in(folder)) and time.monotonic() < deadline:
        for pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    shutil.rmtree(socket_link(folder).resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _running_in(folder: Path) -> list[int]:
    """The processes that name this folder on their command lines (one that has ended names nothing)."""
    mark = os.fsencode(folder) + b"/"
    running = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (process / "cmdline").read_bytes():
                running.append(int(process.name))
    return running


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
