"""Takes files from a folder of an SFTP server; a file goes one way through it, always by rename:

    PATH/x.csv --settled--> PATH/.taking-hub/x.csv --read, handed in, durable--> PATH/done/x.csv
                                                   '--refused------------------> PATH/failed/x.csv, x.csv.reason

Invariants
 1. No half-written file is read: a file is claimed once its size and time have stood still for `settle_s` (or its done
    marker is there), and is put back when they changed until it was read.
 2. Of two hubs that rename the same file only one succeeds: the other's source is gone. Each has a claim folder of its
    own (`claim_as`), and touches nobody else's. One process of this machine at a time has it.
 3. A file leaves its claim folder after its messages are durable. What a crash left there is read again first, under
    the same name: for the duplicate window it is then the same.
 4. A download that a lost connection cut off goes on where it stopped. What was read is kept in memory only: on disk
    it would lie there unencrypted. After a crash of the hub it begins anew.
"""

from __future__ import annotations

import hashlib
import socket
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from ...kernel.errors import Misuse, PeerFault, Unavailable
from ...ports import Context, Intake
from .._file_transfer import EVIDENCE_BYTES, Changed, Settling, Split, is_candidate, numbered, reasons, take
from .._polling import Polling, PollingSource, Timetable
from .connection import Session, SshServer, check, closed, connect, faults_of, opened, read

if TYPE_CHECKING:
    import asyncssh

PIECE_BYTES = 1 << 20
"""What is read at a time, and lost at most when the connection is."""

IDLE_S = 60.0
"""A connection that is not needed for longer is closed: servers count them."""


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """path: the folder on the server that is looked at.

    pattern         of names ("*.csv"); names that begin with a dot or look unfinished (".part" ...) are left alone
    settle_s        how long a file must stand still; with done_marker it need not
    done_marker     "x.csv" is whole when "x.csv" + done_marker is there
    poll_s          how often the folder is looked at
    at              or the times of day at which it is ("02:00"), and once when the hub starts; what has not settled, or could
                    not be reached, is looked at again after poll_s
    time_zone       of `at`: a name of the IANA database ("America/Chicago")
    order           by name, or by time of the last change
    split           "none": a file is a message; "hl7v2": a batch or several messages; "lines": a message a line (NDJSON)
    after           what becomes of a file that was taken: moved to the folder done, or deleted
    done            where files go that were taken, below `path`
    failed          where files go that were refused, each beside its reason
    claim_as        names the folder .taking-NAME that files are claimed in: another for each hub that looks at the same folder
    file_bytes_max  of a file that is split; one that is not may hold `body_bytes_max`
    """

    server: SshServer
    path: str
    pattern: str = "*"
    settle_s: float = 10.0
    done_marker: str = ""
    poll_s: float = 60.0
    at: tuple[str, ...] = ()
    time_zone: str = ""
    order: Literal["name", "time"] = "name"
    split: Split = "none"
    after: Literal["move", "delete"] = "move"
    done: str = "done"
    failed: str = "failed"
    claim_as: str = "hub"
    file_bytes_max: int = 64 << 20


class Look(NamedTuple):
    """What must stand still before a file is read; the time in seconds, which is all that version 3 knows."""

    size: int
    changed_s: int

    @classmethod
    def at(cls, found: asyncssh.SFTPAttrs) -> Look:
        return cls(found.size or 0, found.mtime or 0)


class Partial(NamedTuple):
    """What was read of a file so far."""

    name: str
    look: Look
    content: bytearray


class SftpSource(PollingSource):
    def __init__(self, settings: SourceSettings, context: Context) -> None:
        check(settings.server, context.name)
        if not settings.claim_as.replace("-", "").replace("_", "").isalnum():
            raise Misuse(f"{context.name}: claim_as is made of letters, digits, - and _")
        self._settings = settings
        self._context = context
        self._timetable = Timetable(settings.poll_s, settings.at, settings.time_zone, context.name)
        self._polling = Polling(self._look, self._wait_s, context.looked)
        self._settling = Settling(settings.settle_s)
        self._session: Session | None = None
        self._lock: socket.socket | None = None
        self._left: frozenset[str] = frozenset()
        self._partial: Partial | None = None
        self._soon = False
        self._kept = 0
        self._intake: Intake

    # ---- as a source

    async def open(self, intake: Intake) -> None:
        """Start to look. A server that is away is waited for.

        Raises `Unavailable` when another process of this machine takes files from there under the same `claim_as`.
        """
        self._intake = intake
        self._lock = _lock(self._settings, self._context.name)
        self._polling.start(self._context.name)

    async def close(self) -> None:
        """Finish the file that is being taken, then stop. Cancelled, it leaves that file for the next start."""
        try:
            await self._polling.close()
        finally:
            lock, self._lock = self._lock, None
            if lock is not None:
                lock.close()
            await self._disconnect()

    def _wait_s(self) -> float:
        return self._timetable.wait_s(soon=self._soon or self._polling.trouble is not None)

    async def _look(self) -> None:
        """Take what may be taken. Raises `Unavailable`."""
        self._kept = 0
        try:
            session = await self._connected()
            for name in await self._ready(session.files):
                if not await self._polling.may_go_on():
                    break
                if not await take(self, name, self._settings.split, self._intake):
                    self._soon = True
                    break
        except BaseException:
            await self._disconnect()
            raise
        if self._wait_s() > IDLE_S:
            await self._disconnect()
        if self._kept:
            raise Unavailable(f"the server of {self._context.name} would not rename {self._kept} files to claim them")

    async def _connected(self) -> Session:
        if self._session is None or self._session.lost:
            await self._disconnect()
            self._session = await connect(self._settings.server, self._context)
            await self._prepare(self._session.files)
        return self._session

    async def _disconnect(self) -> None:
        session, self._session = self._session, None
        await closed(session)

    async def _prepare(self, files: asyncssh.SFTPClient) -> None:
        """Make the folders that are missing, as far as the server lets us; the look shows whether they are there."""
        import asyncssh

        with faults_of(self._context.name, "make a folder"):
            for folder in (self._claim_folder, self._settings.done, self._settings.failed):
                with suppress(asyncssh.SFTPError):
                    await files.mkdir(self._at(folder))

    # ---- which files

    async def _ready(self, files: asyncssh.SFTPClient) -> list[str]:
        """Names that may be taken, in order; what an earlier run had claimed comes first."""
        with faults_of(self._context.name, "list the folder or its claim folder"):
            self._left = frozenset(await self._listed(files, self._at(self._claim_folder)))
            listed = await self._listed(files, self._settings.path)
        found = {name: look for name, look in listed.items() if self._is_candidate(name)}
        now = time.monotonic()
        self._settling.look(found, now)
        whole = [name for name in found if self._is_whole(name, listed, now)]
        self._soon = not self._settings.done_marker and len(whole) < len(found)
        by_time = self._settings.order == "time"
        new = [name for name in whole if name not in self._left]
        return sorted(self._left) + sorted(new, key=lambda name: (found[name].changed_s if by_time else 0, name))

    async def _listed(self, files: asyncssh.SFTPClient, path: str) -> dict[str, Look]:
        """The plain files of a folder."""
        found = {}
        async for entry in files.scandir(path):
            name = str(entry.filename)
            if is_plain(entry) and "/" not in name:
                found[name] = Look.at(entry.attrs)
        return found

    def _is_candidate(self, name: str) -> bool:
        return is_candidate(name, self._settings.pattern, self._settings.done_marker)

    def _is_whole(self, name: str, listed: dict[str, Look], now: float) -> bool:
        marker = self._settings.done_marker
        return name + marker in listed if marker else self._settling.settled(name, now)

    # ---- one file

    async def claim(self, name: str) -> bytes:
        """See `Place.claim`."""
        import asyncssh

        files = await self._files()
        settled = None if name in self._left else await self._take_away(files, name)
        with faults_of(self._context.name, "read a file"):
            try:
                body = await self._read_unchanged(files, name, settled)
            except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection):
                raise
            except asyncssh.SFTPError as error:  # this one file's fault: the others go on
                raise PeerFault(f"the file cannot be read ({type(error).__name__})") from None
        self._partial = None
        if body is None:
            await self._put_back(files, name)
            raise Changed
        return body

    async def _take_away(self, files: asyncssh.SFTPClient, name: str) -> object:
        """Rename a file into the claim folder; how it stood when it was seen last.

        Raises FileNotFoundError when somebody else took it, `Changed` when the server keeps it (it may be open there).
        """
        import asyncssh

        settled, gone = self._settling.forget(name), False
        with faults_of(self._context.name, "rename a file into the claim folder"):
            try:
                await files.rename(self._at(name), self._claimed(name))
            except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
                gone = True
            except (asyncssh.SFTPFailure, asyncssh.SFTPPermissionDenied):
                self._kept += 1
                raise Changed from None
        if gone:
            raise FileNotFoundError
        return settled

    async def _read_unchanged(self, files: asyncssh.SFTPClient, name: str, settled: object) -> bytes | None:
        """A claimed file; None: it was written to since it had settled."""
        async with opened(files, self._claimed(name), "rb") as file:
            before = Look.at(await file.stat())
            self._require_size(before)
            if settled not in (None, before):
                return None
            body = await self._read(file, name, before)
            return body if Look.at(await file.stat()) == before and len(body) == before.size else None

    async def _read(self, file: asyncssh.SFTPClientFile, name: str, look: Look) -> bytes:
        """From where an earlier connection stopped, when it is still the same file."""
        if self._partial is None or (self._partial.name, self._partial.look) != (name, look):
            self._partial = Partial(name, look, bytearray())
        content = self._partial.content
        while len(content) < look.size:
            piece = await read(file, min(PIECE_BYTES, look.size - len(content)), len(content))
            if not piece:
                break
            content += piece
        return bytes(content)

    def _require_size(self, look: Look) -> None:
        whole = self._settings.split == "none"
        limit = self._intake.body_bytes_max if whole else self._settings.file_bytes_max
        if look.size > limit:
            raise PeerFault(f"the file has {look.size} bytes, this source takes {limit}")

    async def _put_back(self, files: asyncssh.SFTPClient, name: str) -> None:
        """Still being written: under its own name again, unless a new file has that name; then it waits as claimed."""
        if not await self._exists(files, self._at(name)):
            with faults_of(self._context.name, "rename a file"):
                await files.rename(self._claimed(name), self._at(name))

    async def beginning(self, name: str) -> bytes:
        """See `Place.beginning`."""
        with suppress(Unavailable), faults_of(self._context.name, "read a file"):
            async with opened(await self._files(), self._claimed(name), "rb") as file:
                return await read(file, EVIDENCE_BYTES)
        return b""

    async def put_away(self, name: str, faults: list[str]) -> None:
        """See `Place.put_away`; the marker goes with the file."""
        import asyncssh

        files, settings = await self._files(), self._settings
        with faults_of(self._context.name, "put a file away"):
            if faults:
                target = await self._free(files, settings.failed, name)
                async with opened(files, target + ".reason", "wb") as file:
                    await file.write(reasons(faults).encode())
                await files.rename(self._claimed(name), target)
            elif settings.after == "delete":
                await files.remove(self._claimed(name))
            else:
                await files.rename(self._claimed(name), await self._free(files, settings.done, name))
            if settings.done_marker:
                with suppress(asyncssh.SFTPNoSuchFile):
                    await files.remove(self._at(name + settings.done_marker))

    async def _free(self, files: asyncssh.SFTPClient, folder: str, name: str) -> str:
        """A path in a folder that is not taken."""
        for one in numbered(name):
            if not await self._exists(files, self._at(f"{folder}/{one}")):
                return self._at(f"{folder}/{one}")
        raise AssertionError("names have no end")

    async def _exists(self, files: asyncssh.SFTPClient, path: str) -> bool:
        import asyncssh

        with faults_of(self._context.name, "look for a file"):
            try:
                await files.lstat(path)
            except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
                return False
        return True

    async def _files(self) -> asyncssh.SFTPClient:
        return (await self._connected()).files

    @property
    def _claim_folder(self) -> str:
        return f".taking-{self._settings.claim_as}"

    def _claimed(self, name: str) -> str:
        return self._at(f"{self._claim_folder}/{name}")

    def _at(self, name: str) -> str:
        return f"{self._settings.path.rstrip('/')}/{name}"


def is_plain(entry: asyncssh.SFTPName) -> bool:
    """Whether an entry is a plain file for certain: by its mode, or, where a server gives none, by its line of `ls -l`."""
    kind = stat.S_IFMT(entry.attrs.permissions or 0)
    return kind == stat.S_IFREG if kind else str(entry.longname or "").startswith("-")


def _lock(settings: SourceSettings, name: str) -> socket.socket:
    """Held while the source is open, and released by a crash: an abstract socket's name (unix(7)), which leaves no file."""
    server = settings.server
    place = f"{server.host}:{server.port} {server.user} {settings.path} {settings.claim_as}"
    lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        lock.bind(f"\0isthmus-sftp-{hashlib.sha256(place.encode()).hexdigest()}")
    except OSError:
        lock.close()
        raise Unavailable(f"another process takes files from the folder of {name}") from None
    return lock


def source(settings: SourceSettings, context: Context) -> SftpSource:
    return SftpSource(settings, context)
