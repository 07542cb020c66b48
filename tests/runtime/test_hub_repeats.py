"""Messages without an id of their own come a second time: a file after a crash, a webhook that is replayed."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from isthmus.observe import Observer
from isthmus.runtime.hub import Hub, open_hub
from isthmus.security.signature import Signature, sign

SETTINGS = """
[hub]
name = "repeats"

[sources.drop]
connector = "files"
format = "raw"
folder = "in"
settle_s = 0.0
poll_s = 0.01

[sources.hook]
connector = "http"
format = "raw"
listen = "127.0.0.1:0"
signature = { secrets = ["file:hook.secret"], timestamp_header = "X-Time" }

[destinations.out]
connector = "files"
folder = "out"
owner = "finance"
"""

FLOWS = """
from isthmus import ALL, flow, forward

for source in ("drop", "hook"):
    globals()[source] = one = flow(
        source, source=source, accepts="raw", owner="finance", lane=ALL, when_parked="go_on"
    )

    @one.on()
    def every(msg):
        yield forward("out")
"""


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    for name in ("flows", "in", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "hub.toml").write_text(SETTINGS)
    (tmp_path / "flows" / "all.py").write_text(FLOWS)
    (tmp_path / "hook.secret").write_text("s3cret\n")
    return tmp_path


async def started(folder: Path) -> Hub:
    hub = open_hub(folder, Observer(io.StringIO()))
    await hub.start()
    return hub


@pytest.fixture
async def hub(folder: Path) -> AsyncIterator[Hub]:
    hub = await started(folder)
    yield hub
    await hub.stop(2.0)


async def kinds(hub: Hub) -> list[str]:
    """What the frames became, in order."""
    from isthmus.ports import Kind

    rows = await hub.journal.call(lambda batch: batch.store.rows("select kind from message order by id"))  # type: ignore[attr-defined]
    return [Kind(kind).name for (kind,) in rows]


async def until_there(path: Path) -> None:
    async with asyncio.timeout(10):
        while not path.exists():
            await asyncio.sleep(0.005)


async def test_a_file_that_a_crash_left_behind_is_not_processed_twice(folder: Path) -> None:
    (folder / "in" / "register.csv").write_text("the register")
    hub = await started(folder)
    await until_there(folder / "in" / "done" / "register.csv")
    await hub.stop(2.0)
    # A crash after the commit and before the move: the file still stands where it was claimed.
    (folder / "in" / "done" / "register.csv").rename(folder / "in" / ".taking" / "register.csv")
    hub = await started(folder)
    await until_there(folder / "in" / "done" / "register.csv")
    assert await kinds(hub) == ["APPENDED", "DUPLICATE"]
    await hub.stop(2.0)
    assert len(list((folder / "out").glob("*.msg"))) == 1


async def test_the_same_bytes_under_another_name_are_another_message(folder: Path, hub: Hub) -> None:
    for name in ("monday.csv", "tuesday.csv"):
        (folder / "in" / name).write_text("nothing today")
        await until_there(folder / "in" / "done" / name)
    assert await kinds(hub) == ["APPENDED", "APPENDED"]


async def test_the_same_bytes_of_two_files_at_once_are_two_messages(folder: Path, hub: Hub) -> None:
    for name in ("a.csv", "b.csv"):
        (folder / "in" / name).write_text("nothing today")
    for name in ("a.csv", "b.csv"):
        await until_there(folder / "in" / "done" / name)
    assert await kinds(hub) == ["APPENDED", "APPENDED"]


async def test_a_replayed_webhook_is_a_duplicate(folder: Path, hub: Hub) -> None:
    how = Signature(secrets=("file:hook.secret",), timestamp_header="X-Time")
    url = f"http://127.0.0.1:{hub.sources['hook'].port}/"  # type: ignore[attr-defined]
    now_s, statuses = int(time.time()), []
    async with aiohttp.ClientSession() as session:
        for at_s in (now_s, now_s, now_s - 1):
            headers = sign(how, "s3cret", b"paid", at_s=at_s)
            async with session.post(url, data=b"paid", headers=headers) as answer:
                statuses.append(answer.status)
    assert statuses == [202, 200, 202]  # signed anew, it is another event with the same words
    assert await kinds(hub) == ["APPENDED", "DUPLICATE", "APPENDED"]
