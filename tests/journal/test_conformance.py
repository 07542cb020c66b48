"""The conformance suite over every journal there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from box import HUB_KEY, Box, Time

from isthmus.journal import SqliteJournal
from isthmus.journal.memory import MemoryJournal, Shelf
from isthmus.journal.verify import verify
from isthmus.ports import Journal
from isthmus.security import Vault
from isthmus.testing.disk import Disk
from isthmus.testing.journal_conformance import Sentence, journal_sentences, named


class SqliteBench:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.db"

    async def open(self) -> Journal:
        return SqliteJournal.open(self._path, Vault(HUB_KEY), clock=Time())

    def check(self) -> None:
        box = Box(self._path)
        assert verify(box.store) == []
        box.close()


class DrivenBench:
    """The same journal as a simulation drives it: no thread, every operation committed as it comes, a disk in memory."""

    def __init__(self, folder: Path) -> None:
        self._disk = Disk()
        self._box: Box | None = None

    async def open(self) -> Journal:
        box = self._box = Box(Path("/journal.db"), vfs=self._disk.name, lock=False)
        return SqliteJournal(box.committer, lambda operation, urgent: box.commit(operation), box.close)

    def check(self) -> None:
        box = Box(Path("/journal.db"), vfs=self._disk.name, lock=False)
        assert verify(box.store) == []
        box.close()


class MemoryBench:
    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf()

    async def open(self) -> Journal:
        return MemoryJournal(self._shelf)

    def check(self) -> None:
        pass


@pytest.mark.parametrize("bench", [SqliteBench, DrivenBench, MemoryBench])
@pytest.mark.parametrize("sentence", journal_sentences(), ids=named)
async def test_the_journal(sentence: Sentence, bench: type, tmp_path: Path) -> None:
    place = bench(tmp_path)
    await sentence(place)
    place.check()
