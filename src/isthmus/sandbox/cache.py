"""The one folder that holds what is built once: virtual environments, PostgreSQL's programs, the seeded ERP.

    <cache>/<name>-<digest>/          built by one process, then only read
    <cache>/<name>-<digest>/.ready    written last; without it the folder is half-built and is built anew
    <cache>/<name>-<digest>.lock      held while building

Invariants
 1. A folder without `.ready` is never used, whoever left it behind.
 2. Two processes that prepare at once build once: the second waits for the first one's lock.
 3. The digest covers everything that the content depends on, so a changed recipe builds beside the old one.

Where: `$ISTHMUS_CACHE`; else `.cache` of the source tree, so that `make clean` finds it and an empty HOME does not
matter; else, for an installed package, `~/.cache/isthmus`. PostgreSQL refuses to run as root, so root runs it as another
user: what that user has to reach stands in `public`, which is the same folder wherever it can be reached.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE_TREE = Path(__file__).resolve().parents[3]
OPERATORS = ("postgres", "nobody")
"""Users that root may run PostgreSQL as: whichever exists first."""


def operator() -> pwd.struct_passwd | None:
    """Who PostgreSQL's processes belong to when we are root; None: to ourselves."""
    if os.geteuid() != 0:
        return None
    for name in OPERATORS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError(f"root cannot run PostgreSQL and there is no user {' or '.join(OPERATORS)}: run as another user")


class Cache:
    """A cache folder. Creating the object touches no disk."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = (path or _default()).absolute()
        self.public = self.path if operator() is None or _traversable(self.path) else _elsewhere(self.path)

    def built(self, name: str, recipe: bytes, build: Callable[[Path], None], *, public: bool = False) -> Path:
        """The folder that `build` fills, built now if it is not there yet. Raises what `build` raises.

        `recipe` is everything that the content depends on, `public` asks for a place that PostgreSQL's user can reach.
        """
        parent = self.public if public else self.path
        folder = parent / f"{name}-{hashlib.sha256(recipe).hexdigest()[:12]}"
        ready = folder / ".ready"
        if ready.exists():
            return folder
        _make(parent)
        with _locked(folder.with_name(folder.name + ".lock")):
            if not ready.exists():
                shutil.rmtree(folder, ignore_errors=True)
                _make(folder)
                build(folder)
                ready.touch()
        return folder

    def scratch(self, prefix: str) -> Path:
        """A new folder for one run, which PostgreSQL's user can reach; whoever asks for it removes it."""
        _make(self.public / "runs")
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=self.public / "runs"))
        folder.chmod(0o755)
        return folder


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say on stderr what is being built and for how long: a running count on a terminal, a line elsewhere."""
    started, done = time.monotonic(), threading.Event()

    def tick() -> None:
        while not done.wait(1):
            print(f"\r{what} … {time.monotonic() - started:.0f} s", end="", file=sys.stderr, flush=True)

    ticker = threading.Thread(target=tick, daemon=True)
    if sys.stderr.isatty():
        ticker.start()
    else:
        print(f"{what} …", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        done.set()
        if ticker.ident is not None:
            ticker.join()
    print(f"\r{what}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _default() -> Path:
    if configured := os.environ.get("ISTHMUS_CACHE"):
        return Path(configured)
    if (SOURCE_TREE / "pyproject.toml").exists():
        return SOURCE_TREE / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "isthmus"


def _traversable(path: Path) -> bool:
    """Whether any user gets to what lies below `path`, which need not exist yet."""
    existing = (p for p in (path, *path.parents) if p.exists())
    return all(p.stat().st_mode & stat.S_IXOTH for p in existing)


def _elsewhere(path: Path) -> Path:
    """A folder of root's own outside of what only root can reach, one for each cache."""
    folder = Path(tempfile.gettempdir()) / f"isthmus-{hashlib.sha256(bytes(path)).hexdigest()[:12]}"
    if folder.exists() and folder.lstat().st_uid != os.geteuid():
        raise RuntimeError(f"{folder} belongs to another user: remove it, or set ISTHMUS_CACHE")
    return folder


def _make(folder: Path) -> None:
    """Create a folder that any user can enter, whatever the umask says."""
    if not folder.exists():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an advisory lock on a file; the kernel releases it when the process dies."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress(f"waiting for another process that builds {path.stem}"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield
