"""Files in a folder, in and out.

In: one process polls a folder; a file goes one way through it, always by rename:

    FOLDER/x.csv --settled--> FOLDER/.taking/x.csv --read, handed in, durable--> FOLDER/done/x.csv
                                                  '--refused------------------> FOLDER/failed/x.csv, x.csv.reason

Invariants of the source
 1. No half-written file is read: a file is claimed once its size, time and inode have stood still for `settle_s` (or its
    done marker is there), and is put back when they changed until it was read.
 2. A file leaves `.taking` after its messages are durable. What a crash left there is read again first, under the same
    name: for the duplicate window (`duplicates_days` > 0) it is then the same, whether the crash came before the
    commit or after it. Messages with an id of their own (MSH-10) are recognised by that, all others by the file's name
    and their place in it, together with their bytes.
 3. A file that does not hold together as a batch (HL7 v2 §2.10.3: trailers, counts) is refused whole.
 4. A large file whose flows work it off piece by piece is handed in a megabyte at a time; one that changed meanwhile
    leaves nothing behind.

Out: a temporary name, fsync, rename, fsync of the folder: the reader sees a whole file or none. The delivery contract: the
name is made of the business key; a file of that name with equal content is *already there*, with other content a
conflict. That holds as long as the reader leaves the file where it is. Nothing is ever appended to or overwritten.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from ..kernel.errors import Conflict, IsthmusError, Misuse, PeerFault, Permanent, Transient, Unavailable
from ..ports import Context, Delivery, Intake, Outcome
from ._file_transfer import (
    EVIDENCE_BYTES,
    Changed,
    Settling,
    Split,
    check_template,
    file_name,
    is_candidate,
    numbered,
    reasons,
    take,
)
from ._polling import Polling, PollingSource

CLAIMED = ".taking"
LOCK = ".taking.lock"
LARGE_BYTES = 4 << 20
"""A larger file is handed in piece by piece, where its flows work it off that way: a message is held several times."""


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """folder: what is polled, relative to the hub's.

    pattern         of names ("*.csv"); names that begin with a dot or look unfinished (".part" ...) are left alone
    settle_s        how long a file must stand still; with done_marker it need not
    poll_s          how often the folder is looked at
    done_marker     "x.csv" is whole when "x.csv" + done_marker is there
    order           by name, or by time of the last change
    split           "none": a file is a message; "hl7v2": a batch or several messages; "lines": a message a line (NDJSON)
    after           what becomes of a file that was taken: moved to the folder done, or deleted
    done            where files go that were taken, below `folder`
    failed          where files go that were refused, each beside its reason
    file_bytes_max  of a file that is split; one that is not may hold `body_bytes_max`
    """

    folder: str
    pattern: str = "*"
    settle_s: float = 2.0
    done_marker: str = ""
    poll_s: float = 1.0
    order: Literal["name", "time"] = "name"
    split: Split = "none"
    after: Literal["move", "delete"] = "move"
    done: str = "done"
    failed: str = "failed"
    file_bytes_max: int = 64 << 20


class SinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """folder: where to, relative to the hub's.

    name  of a file: {digest} stands for a hash of the business key, {key} for the key itself, {file_name} for the header
          of that name, which the flow gives. Names are seen by many: use {key} only where it identifies no patient.
    mode  rights of the file, octal
    """

    folder: str
    name: str = "{digest}.msg"
    mode: str = "0640"


# ---------------------------------------------------------------- in


class Look(NamedTuple):
    """What must stand still before a file is read."""

    inode: int
    size: int
    changed_ns: int

    @classmethod
    def at(cls, found: os.stat_result) -> Look:
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


class LargeFile:
    """A claimed file that is handed in piece by piece. `put_back` is called when it turns out to be written to."""

    def __init__(self, handle: int, look: Look, put_back: Callable[[], None]) -> None:
        self.size = look.size
        self._look = look
        self._left = look.size
        self._put_back = put_back
        self._file = os.fdopen(handle, "rb")

    async def read(self, bytes_max: int) -> bytes:
        """The next bytes. Raises `Changed` when the file is not what it was when it was claimed."""
        return await asyncio.to_thread(self._read, bytes_max)

    def _read(self, bytes_max: int) -> bytes:
        piece = self._file.read(min(bytes_max, self._left))
        self._left -= len(piece)
        whole = len(piece) == bytes_max or not self._left
        if not whole or (not self._left and Look.at(os.fstat(self._file.fileno())) != self._look):
            self._put_back()
            raise Changed
        return piece

    def close(self) -> None:
        self._file.close()


class FilesSource(PollingSource):
    def __init__(self, settings: SourceSettings, context: Context) -> None:
        self._settings = settings
        self._name = context.name
        self._folder = context.folder / settings.folder
        self._claimed = self._folder / CLAIMED
        self._settling = Settling(settings.settle_s)
        self._lock: int | None = None
        self._polling = Polling(self._look, lambda: settings.poll_s, context.looked)
        self._intake: Intake

    async def open(self, intake: Intake) -> None:
        """Start to poll. A folder that is away (a mount, rights) is waited for.

        Raises `Unavailable` when another process polls it.
        """
        self._intake = intake
        with suppress(OSError):  # the first look says so
            self._lock = self._locked()
        self._polling.start(self._name)

    async def close(self) -> None:
        """Finish the file that is being taken, then stop. Cancelled, it leaves that file for the next start."""
        try:
            await self._polling.close()
        finally:
            self._release()

    def _locked(self) -> int:
        """Make the folders, and be the one process that polls. Raises `Unavailable`, and `OSError` for a folder that is away."""
        self._claimed.mkdir(exist_ok=True)
        for folder in (self._settings.done, self._settings.failed):
            (self._folder / folder).mkdir(exist_ok=True)
        lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise Unavailable(f"another process takes files from the folder of {self._name}") from None
        return lock

    def _release(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    async def _look(self) -> None:
        """Take what may be taken. A folder that is away is looked at again."""
        try:
            if self._lock is None:
                self._lock = await asyncio.to_thread(self._locked)
            ready = await asyncio.to_thread(self._ready)
        except OSError:
            self._release()  # what comes back may be another folder under the same name
            raise
        for name in ready:
            if not await self._polling.may_go_on() or not await take(self, name, self._settings.split, self._intake):
                break

    # ---- which files

    def _ready(self) -> list[str]:
        """Names that may be taken, in order; what an earlier run had claimed comes first."""
        self._claimed.mkdir(exist_ok=True)
        left = sorted(path.name for path in self._claimed.iterdir() if path.is_file())
        now = time.monotonic()
        found = self._found()
        self._settling.look(found, now)
        settled = [name for name in found if self._settled(name, now) and name not in left]
        by_time = self._settings.order == "time"
        return left + sorted(settled, key=lambda name: (found[name].changed_ns if by_time else 0, name))

    def _found(self) -> dict[str, Look]:
        settings, found = self._settings, {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                name = entry.name
                if is_candidate(name, settings.pattern, settings.done_marker) and entry.is_file(follow_symlinks=False):
                    found[name] = Look.at(entry.stat(follow_symlinks=False))
        return found

    def _settled(self, name: str, now: float) -> bool:
        if self._settings.done_marker:
            return (self._folder / (name + self._settings.done_marker)).exists()
        return self._settling.settled(name, now)

    # ---- one file

    async def claim(self, name: str) -> bytes | LargeFile:
        return await asyncio.to_thread(self._claim, name)

    async def beginning(self, name: str) -> bytes:
        return await asyncio.to_thread(self._beginning, name)

    async def put_away(self, name: str, faults: list[str]) -> None:
        await asyncio.to_thread(self._put_away, name, faults)

    def _claim(self, name: str) -> bytes | LargeFile:
        """Take a file out of the sender's reach and read it, or open it when it is large and is taken in pieces.

        Raises `Changed`, and `PeerFault` for one that is larger than the source may be.
        """
        claimed, settled = self._claimed / name, None
        if not claimed.exists():
            settled = self._settling.forget(name)
            (self._folder / name).rename(claimed)
        limit = self._intake.body_bytes_max if self._settings.split == "none" else self._settings.file_bytes_max
        handle = os.open(claimed, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        before = Look.at(os.fstat(handle))
        if LARGE_BYTES < before.size <= limit and settled in (None, before) and self._in_pieces:
            return LargeFile(handle, before, lambda: self._put_back(name))
        with open(handle, "rb") as file:
            if before.size > limit:
                raise PeerFault(f"the file has {before.size} bytes, this source takes {limit}")
            body = file.read(limit + 1)
            after = Look.at(os.fstat(handle))
        if after != before or len(body) != before.size or settled not in (None, before):
            self._put_back(name)
            raise Changed
        return body

    @property
    def _in_pieces(self) -> bool:
        return self._settings.split == "none" and self._intake.takes_pieces()

    def _put_back(self, name: str) -> None:
        """Still being written: under its own name again, unless a new file has that name; then it waits as claimed."""
        if not (self._folder / name).exists():
            (self._claimed / name).rename(self._folder / name)

    def _beginning(self, name: str) -> bytes:
        try:
            with open(self._claimed / name, "rb") as file:
                return file.read(EVIDENCE_BYTES)
        except OSError:
            return b""

    def _put_away(self, name: str, faults: list[str]) -> None:
        """To the folder done or failed; the marker goes with it."""
        settings, claimed = self._settings, self._claimed / name
        if faults:
            target = _free(self._folder / settings.failed, name)
            target.with_name(target.name + ".reason").write_text(reasons(faults))
            claimed.rename(target)
        elif settings.after == "delete":
            claimed.unlink()
        else:
            claimed.rename(_free(self._folder / settings.done, name))
        if settings.done_marker:
            (self._folder / (name + settings.done_marker)).unlink(missing_ok=True)


def _free(folder: Path, name: str) -> Path:
    """A name in a folder that is not taken."""
    return next(target for one in numbered(name) if not (target := folder / one).exists())


def source(settings: SourceSettings, context: Context) -> FilesSource:
    return FilesSource(settings, context)


# ---------------------------------------------------------------- out


class FilesSink:
    """Writes into one folder."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        self._folder = context.folder / settings.folder
        self._template = settings.name
        self._name = context.name
        try:
            self._mode = int(settings.mode, 8)
        except ValueError:
            raise Misuse(f'{context.name}: mode is written in octal ("0640")') from None
        check_template(settings.name, context.name)

    async def open(self) -> None:
        """See that the folder is there. Raises `Unavailable`."""
        if not await asyncio.to_thread(os.access, self._folder, os.W_OK | os.X_OK):
            raise Unavailable(f"the folder of {self._name} is not there or may not be written to")

    async def close(self) -> None:
        """Nothing is held between deliveries."""

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Put a file of the delivery's name and content into the folder, unless it is there.

        Raises `Conflict` for a file of that name with other content, `Unavailable` when the folder or the disk cannot
        take any, `Transient` while an earlier attempt is still writing it.
        """
        name = file_name(self._template, delivery.key, delivery.headers)
        try:
            # A thread cannot be cancelled: after a time-out it writes on, and the next attempt finds its file or its lock.
            already_there = await asyncio.to_thread(self._put, name, delivery.body)
        except OSError as error:
            raise _fault_of(error, self._name) from None
        return Outcome(already_there=already_there, reference=name)

    def _put(self, name: str, body: bytes) -> bool:
        """Whether the file was there before."""
        target, unfinished = self._folder / name, self._folder / f".{name}.tmp"
        handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _lock(handle, unfinished)
            if target.exists():
                unfinished.unlink()
                _require_same(target, body)
                return True
            os.truncate(handle, 0)
            with open(handle, "wb", closefd=False) as file:
                file.write(body)
            os.fchmod(handle, self._mode)
            os.fsync(handle)
            unfinished.rename(target)
        finally:
            os.close(handle)
        _sync_folder(self._folder)
        return False


def _lock(handle: int, path: Path) -> None:
    """Keep other attempts off this name; a crash releases it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_ino == os.stat(path).st_ino:
            return
    except (BlockingIOError, FileNotFoundError):
        pass
    raise Transient("another attempt is writing this file")


def _require_same(target: Path, body: bytes) -> None:
    if target.stat().st_size != len(body) or target.read_bytes() != body:
        raise Conflict(
            "a file of this name with other content is there",
            suggestion="compare both, then remove one of them: send this delivery again, or discard it",
        )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fault_of(error: OSError, name: str) -> IsthmusError:
    """A name that cannot be is the delivery's fault; everything else belongs to the folder."""
    if error.errno in (errno.ENAMETOOLONG, errno.EISDIR, errno.EILSEQ, errno.EINVAL):
        return Permanent(f"no file of this name can be written: {error.strerror}")
    return Unavailable(f"the folder of {name} cannot take a file: {error.strerror}")


def sink(settings: SinkSettings, context: Context) -> FilesSink:
    return FilesSink(settings, context)
