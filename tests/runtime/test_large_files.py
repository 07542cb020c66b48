"""Files larger than memory should hold: taken in piece by piece, and nothing left behind of those that are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from row_hub import HUB_KEY, RowHub, charges
from test_rows import charges_flow

from isthmus.connectors.files import LARGE_BYTES, Changed
from isthmus.journal import SqliteJournal
from isthmus.ports import PIECE_BYTES, Fate, Staged, State
from isthmus.security import Vault

WIDE = "x" * 2000
ROWS = LARGE_BYTES // len(WIDE) + 300


class InMemory:
    """A file whose reading a test watches."""

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        self._data = data
        self.at = 0
        self.fails_at = -1

    async def read(self, bytes_max: int) -> bytes:
        if 0 <= self.fails_at <= self.at:
            raise Changed
        piece = self._data[self.at : self.at + bytes_max]
        self.at += len(piece)
        return piece


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RowHub]:
    folder = tmp_path / "in"
    folder.mkdir()
    given: dict[str, Any] = {"folder": "in", "settle_s": 0.0, "poll_s": 0.01, "body_bytes_max": 1 << 30}
    hub = await RowHub(tmp_path, charges_flow(), connector="files", **given).start()
    yield hub
    await hub.stop()


def a_large_file(rows: int = ROWS) -> bytes:
    return charges((n, f"A{n % 5}{WIDE}", "1.00") for n in range(rows))


async def body_rows(hub: RowHub) -> int:
    return int(await hub.one("select count(*) from body"))


async def test_a_large_file_is_worked_off_and_put_away(hub: RowHub, tmp_path: Path) -> None:
    (tmp_path / "in" / "a.csv").write_bytes(a_large_file())
    await hub.until(lambda: (tmp_path / "in" / "done" / "a.csv").exists())
    await hub.rest()
    assert len(hub.erp.taken) == ROWS
    assert await hub.deliveries("rows:charges") == [State.DELIVERED]
    assert await hub.one("select size from message") == len(a_large_file())
    assert await hub.one("select count(*) from staging") == 0
    await hub.proven()


async def test_a_large_file_has_the_same_digest_and_the_same_fate_as_one_that_came_whole(hub: RowHub) -> None:
    data = a_large_file(2000)
    intake = hub.hub.intakes["files"]
    assert (await hub.take(data)).fate is Fate.ACCEPTED
    await hub.rest()
    rows = await body_rows(hub)
    receipt = await intake.receive_file(InMemory(data), control=b"file-1")
    assert receipt.fate is Fate.DUPLICATE
    assert (await body_rows(hub), await hub.one("select count(*) from staging")) == (rows, 0)
    receipt = await intake.receive_file(InMemory(data), control=b"file-2")
    assert receipt.fate is Fate.ACCEPTED
    await hub.rest()
    assert len({key for key, _ in hub.erp.taken}) == 2000  # the target recognises each row
    await hub.proven()


async def test_a_large_file_is_refused_before_it_is_read_further_than_its_beginning(hub: RowHub) -> None:
    intake = hub.hub.intakes["files"]
    file = InMemory(a_large_file().replace(b"id,account", b"no,account", 1))
    receipt = await intake.receive_file(file)
    assert (receipt.fate, file.at) == (Fate.REFUSED, PIECE_BYTES)
    assert "the line of names" in str(receipt.error)
    intake.body_bytes_max = 1000
    file = InMemory(a_large_file())
    receipt = await intake.receive_file(file)
    assert (receipt.fate, file.at) == (Fate.REFUSED, 0)
    await hub.proven()


async def test_a_file_that_changes_while_it_is_read_leaves_nothing_behind(hub: RowHub) -> None:
    file = InMemory(a_large_file())
    file.fails_at = 2 * PIECE_BYTES
    with pytest.raises(Changed):
        await hub.hub.intakes["files"].receive_file(file)
    assert (await body_rows(hub), await hub.one("select count(*) from message")) == (0, 0)


async def test_what_a_crash_leaves_staged_is_thrown_away_at_the_next_opening(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal.open(path, Vault(HUB_KEY))
    await journal.stage(Staged(3 * PIECE_BYTES, 1), b"x" * PIECE_BYTES)
    journal.close()
    journal = SqliteJournal.open(path, Vault(HUB_KEY))
    found = await journal.call(lambda batch: batch.store.rows("select id from body union select body from staging"))
    journal.close()
    assert found == []


async def test_while_a_large_file_comes_in_other_messages_do_too(hub: RowHub) -> None:
    intake = hub.hub.intakes["files"]
    large = asyncio.ensure_future(intake.receive_file(InMemory(a_large_file()), control=b"large"))
    await asyncio.sleep(0)
    small = await hub.take(charges([(1, "A", "1.00")]))
    assert (small.fate, (await large).fate) == (Fate.ACCEPTED, Fate.ACCEPTED)
    await hub.rest()
    await hub.proven()
