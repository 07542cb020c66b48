"""A disk in memory that forgets what was not synced, as an SQLite VFS. kill -9 does not test fsync; a lost write does.

    write --> seen by readers --xSync--> durable
                    \\--power loss--> gone: all of it, or a seeded part, with a write torn between two sectors

What is simulated: losing, keeping, reordering and tearing of unsynced writes and truncations; files that were never
synced and deletions whose folder was not; a full and a read-only disk; a sync that fails. What is not: bit rot, and
shared memory (so a journal on it is held exclusively: `Store(..., vfs=disk.name, lock=False)` sees to that).

One disk is one VFS with a name of its own. Nothing touches the real file system.
"""

from __future__ import annotations

import itertools
import random
from typing import Any

import apsw

SECTOR_BYTES = 512
_SHARED, _RESERVED, _PENDING = 1, 2, 3
_numbers = itertools.count(1)


class _Content:
    """One file: what readers see, what would survive, and the writes in between."""

    __slots__ = ("durable", "locks", "now", "unsynced")

    def __init__(self, content: bytes | None = None) -> None:
        self.now = bytearray(content or b"")
        self.durable: bytearray | None = None if content is None else bytearray(content)
        self.unsynced: list[tuple[int, bytes | None]] = []
        self.locks: dict[int, int] = {}

    def sync(self) -> None:
        self.durable = self._after(self.durable or bytearray(), self.unsynced)
        self.unsynced = []

    def lose(self, chance: random.Random | None) -> bool:
        """Power loss: keep what is durable and, with `chance`, a part of the rest. False: the file is gone."""
        kept: list[tuple[int, bytes | None]] = []
        if chance is not None:
            likely = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
            kept = [self._torn(write, chance) for write in self.unsynced if chance.random() < likely]
        if self.durable is None and not kept:
            return False
        self.now = self._after(self.durable or bytearray(), kept)
        self.durable, self.unsynced, self.locks = bytearray(self.now), [], {}
        return True

    @staticmethod
    def _torn(write: tuple[int, bytes | None], chance: random.Random) -> tuple[int, bytes | None]:
        offset, data = write
        if data is None or len(data) <= SECTOR_BYTES or chance.random() < 0.7:
            return write
        return offset, data[: chance.randrange(1, -(-len(data) // SECTOR_BYTES)) * SECTOR_BYTES]

    @staticmethod
    def _after(content: bytearray, writes: list[tuple[int, bytes | None]]) -> bytearray:
        for offset, data in writes:
            if data is None:
                del content[offset:]
            else:
                if len(content) < offset:
                    content.extend(bytes(offset - len(content)))
                content[offset : offset + len(data)] = data
        return content


class Disk(apsw.VFS):
    """A disk. `name` is what `Store(..., vfs=...)` wants.

    bytes_max    the disk is full when its files would grow beyond; None: never
    read_only    every write fails
    sync_fails   every sync fails, and what was written stays in doubt
    sync_lies    every sync says that it is done, and is not: what a test must be able to notice
    power_lasts  so many writes and syncs until the power is lost in the middle of one; None: for ever
    syncs        how many syncs succeeded
    """

    def __init__(self, image: dict[str, bytes] | None = None) -> None:
        """An empty disk, or one that begins with the files of an `image`."""
        self.name = f"disk{next(_numbers)}"
        self.files = {name: _Content(content) for name, content in (image or {}).items()}
        self.bytes_max: int | None = None
        self.read_only = False
        self.sync_fails = False
        self.sync_lies = False
        self.power_lasts: int | None = None
        self.syncs = 0
        self.dead = False
        self._deleted: dict[str, _Content] = {}
        super().__init__(self.name, "")

    def image(self) -> dict[str, bytes]:
        """What is on the disk now, to begin others with: saves them the schema."""
        return {name: bytes(content.now) for name, content in self.files.items()}

    def power_loss(self, chance: random.Random | None = None) -> Disk:
        """The disk after a power loss: without what was not synced, or with a random part of it.

        This one is dead from now on, and so are the connections that it has open: they cannot touch what survived.
        """
        self.dead = True
        survivor = Disk()
        found = {
            name: content
            for name, content in self._deleted.items()
            if name not in self.files and chance is not None and chance.random() < 0.5
        }
        survivor.files = {name: c for name, c in (found | self.files).items() if c.lose(chance)}
        return survivor

    def killed(self) -> Disk:
        """The disk after the process that wrote to it was killed: what was written is there, synced or not.

        As after a power loss, this one is dead from now on.
        """
        self.dead = True
        survivor = Disk()
        survivor.files, survivor._deleted = self.files, self._deleted
        for content in self.files.values():
            content.locks = {}
        return survivor

    def spend(self) -> None:
        """Count one write or sync. Raises when the power is lost, now or before."""
        if self.power_lasts is not None:
            self.power_lasts -= 1
            self.dead = self.dead or self.power_lasts < 0
        if self.dead:
            raise apsw.IOError("the power was lost")

    def bytes_used(self) -> int:
        return sum(len(content.now) for content in self.files.values())

    # ---- what SQLite calls

    def xFullPathname(self, name: str) -> str:  # noqa: N802 - SQLite's names
        return name

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return pathname in self.files

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        content = None if self.dead else self.files.pop(filename, None)
        if content is None:
            raise apsw.IOError("no such file, or the power was lost")
        if not syncdir:
            self._deleted[filename] = content

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        if self.dead:
            raise apsw.CantOpenError("the power was lost")
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or f"temporary{next(_numbers)}"
        content = self.files.get(path)
        if content is None:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE or self.read_only:
                raise apsw.CantOpenError("no such file")
            content = self.files[path] = _Content()
            self._deleted.pop(path, None)
        flags[1] = flags[0]
        return _Handle(self, content)


class _Handle:
    """One open file."""

    def __init__(self, disk: Disk, content: _Content) -> None:
        self._disk = disk
        self._content = content
        self._number = next(_numbers)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._content.now[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        disk, content = self._disk, self._content
        disk.spend()
        if disk.read_only:
            raise apsw.ReadOnlyError("the disk is read-only")
        now, end = content.now, offset + len(data)
        if end > len(now):
            if disk.bytes_max is not None and disk.bytes_used() + end - len(now) > disk.bytes_max:
                raise apsw.FullError("the disk is full")
            if offset > len(now):
                now.extend(bytes(offset - len(now)))
        now[offset:end] = data
        content.unsynced.append((offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.spend()
        del self._content.now[newsize:]
        self._content.unsynced.append((newsize, None))

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.spend()
        if self._disk.sync_fails:
            raise apsw.IOError("the sync failed")
        if not self._disk.sync_lies:
            self._content.sync()
        self._disk.syncs += 1

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._content.now)

    def xClose(self) -> None:  # noqa: N802
        self._content.locks.pop(self._number, None)

    def xLock(self, level: int) -> None:  # noqa: N802
        others = max((held for who, held in self._content.locks.items() if who != self._number), default=0)
        taken = others >= _PENDING if level == _SHARED else others >= _RESERVED if level == _RESERVED else others > 0
        if taken:
            raise apsw.BusyError("another connection holds the file")
        self._content.locks[self._number] = level

    def xUnlock(self, level: int) -> None:  # noqa: N802
        self._content.locks[self._number] = level

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return any(held >= _RESERVED for held in self._content.locks.values())

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE
