"""Files beyond the published sentences: half-written files, crashes, batches, names."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from mllp_peers import message

from isthmus.connectors import files
from isthmus.connectors._file_transfer import Changed
from isthmus.kernel import Conflict, Misuse, PeerFault, Permanent, Transient, Unavailable
from isthmus.ports import Context, Delivery, Fate, Receipt
from isthmus.testing.connector_conformance import RecordingIntake

Make = Callable[..., Context]


class Inbox:
    """A folder, the source that polls it, and what it handed in."""

    def __init__(self, folder: Path, context: Context) -> None:
        self.folder, self._context = folder, context
        self.intake = RecordingIntake()
        self.sources: list[files.FilesSource] = []

    async def open(self, **settings: Any) -> files.FilesSource:
        given = {"folder": "in", "settle_s": 0.0, "poll_s": 0.005} | settings
        source = files.source(files.SourceSettings(**given), self._context)
        await source.open(self.intake)
        self.sources.append(source)
        return source

    async def until_there(self, *names: str) -> None:
        async with asyncio.timeout(5):
            while not all((self.folder / name).exists() for name in names):
                await asyncio.sleep(0.002)

    def names(self, folder: str = "") -> list[str]:
        return sorted(path.name for path in (self.folder / folder).iterdir() if path.is_file())


@pytest.fixture
async def inbox(tmp_path: Path, context: Make) -> AsyncIterator[Inbox]:
    (tmp_path / "in").mkdir()
    inbox = Inbox(tmp_path / "in", context())
    yield inbox
    for source in inbox.sources:
        await source.close()


# ---------------------------------------------------------------- in


async def test_a_file_is_read_when_it_has_stood_still(inbox: Inbox) -> None:
    await inbox.open(settle_s=0.15)
    with open(inbox.folder / "register.csv", "wb") as file:
        for piece in range(10):
            file.write(b"%d," % piece)
            file.flush()
            await asyncio.sleep(0.03)
            assert inbox.intake.received == []
    await inbox.until_there("done/register.csv")
    assert inbox.intake.received == [b"0,1,2,3,4,5,6,7,8,9,"]
    assert (inbox.intake.origins, inbox.intake.controls) == (["register.csv"], [b"register.csv"])


async def test_a_file_that_is_written_on_while_it_is_claimed_is_put_back(inbox: Inbox) -> None:
    source = files.source(files.SourceSettings(folder="in", settle_s=0.0), inbox._context)
    source._intake = inbox.intake  # type: ignore[assignment]
    (inbox.folder / ".taking").mkdir()
    path = inbox.folder / "x"
    path.write_bytes(b"half")
    assert source._ready() == ["x"]
    with open(path, "ab") as writer:
        writer.write(b" and half")
    with pytest.raises(Changed):
        source._claim("x")
    assert inbox.names() == ["x"]
    assert source._ready() == ["x"]
    assert source._claim("x") == b"half and half"


async def test_names_that_look_unfinished_or_hidden_and_links_are_left_alone(inbox: Inbox) -> None:
    for name in (".x.csv", "x.csv.part", "x.csv.tmp", "notes.txt"):
        (inbox.folder / name).write_text("x")
    (inbox.folder / "link.csv").symlink_to("notes.txt")
    (inbox.folder / "folder.csv").mkdir()
    (inbox.folder / "y.csv").write_text("y")
    await inbox.open(pattern="*.csv")
    await inbox.until_there("done/y.csv")
    assert inbox.intake.received == [b"y"]


async def test_a_marker_says_that_a_file_is_whole(inbox: Inbox) -> None:
    (inbox.folder / "x.csv").write_text("x")
    await inbox.open(done_marker=".ok", settle_s=1000)
    await asyncio.sleep(0.05)
    assert inbox.intake.received == []
    (inbox.folder / "x.csv.ok").touch()
    await inbox.until_there("done/x.csv")
    await asyncio.sleep(0.02)
    assert inbox.names() == [files.LOCK]


@pytest.mark.parametrize(("order", "expected"), [("name", [b"a", b"b", b"c"]), ("time", [b"c", b"a", b"b"])])
async def test_files_are_taken_in_order(inbox: Inbox, order: str, expected: list[bytes]) -> None:
    for name, at_s in (("a", 20), ("b", 30), ("c", 10)):
        (inbox.folder / name).write_text(name)
        os.utime(inbox.folder / name, (at_s, at_s))
    await inbox.open(order=order)
    await inbox.until_there("done/a", "done/b", "done/c")
    assert inbox.intake.received == expected


async def test_a_refused_file_goes_to_failed_with_the_reason(inbox: Inbox) -> None:
    inbox.intake.answer = Receipt(Fate.REFUSED, 1, error=PeerFault("line 3: the trailer does not agree"))
    (inbox.folder / "x.csv").write_text("CANARY-PHI")
    await inbox.open()
    await inbox.until_there("failed/x.csv", "failed/x.csv.reason")
    reason = (inbox.folder / "failed/x.csv.reason").read_text()
    assert "line 3: the trailer does not agree" in reason
    assert "CANARY" not in reason


async def test_a_file_that_is_too_large_is_not_read(inbox: Inbox) -> None:
    inbox.intake.body_bytes_max = 1000
    (inbox.folder / "x").write_bytes(b"x" * 1001)
    await inbox.open()
    await inbox.until_there("failed/x.reason")
    assert inbox.intake.received == []
    assert "1001 bytes" in str(inbox.intake.faults[0])


async def test_what_a_crash_left_claimed_is_read_first_and_under_the_same_name(inbox: Inbox) -> None:
    (inbox.folder / ".taking").mkdir()
    (inbox.folder / ".taking" / "z.csv").write_text("left")
    (inbox.folder / "a.csv").write_text("new")
    (inbox.folder / "z.csv").write_text("a new one of the same name")
    await inbox.open()
    await inbox.until_there("done/a.csv", "done/z.csv", "done/z.csv.2")
    assert inbox.intake.received == [b"left", b"new", b"a new one of the same name"]
    assert inbox.intake.controls == [b"z.csv", b"a.csv", b"z.csv"]


async def test_a_file_waits_while_the_hub_cannot_store(inbox: Inbox) -> None:
    inbox.intake.answer = Receipt(Fate.UNABLE)
    (inbox.folder / "x").write_text("x")
    await inbox.open()
    await inbox.intake.until(lambda intake: len(intake.received) >= 2)
    assert inbox.names("done") == inbox.names("failed") == []
    inbox.intake.answer = Receipt(Fate.ACCEPTED, 1)
    await inbox.until_there("done/x")


async def test_a_batch_is_divided_into_its_messages(inbox: Inbox) -> None:
    batch = b"FHS|^~\\&\rBHS|^~\\&\r" + message(1) + message(2) + b"BTS|2\rFTS|1\r"
    (inbox.folder / "x.hl7").write_bytes(batch)
    await inbox.open(split="hl7v2")
    await inbox.until_there("done/x.hl7")
    assert inbox.intake.received == [message(1), message(2)]
    assert inbox.intake.controls == [b"x.hl7\0001", b"x.hl7\0002"]


@pytest.mark.parametrize("batch", [b"BHS|^~\\&\r" + message(1), b"BHS|^~\\&\r" + message(1) + b"BTS|2\r", b"nothing"])
async def test_a_batch_that_is_not_whole_is_refused_whole(inbox: Inbox, batch: bytes) -> None:
    (inbox.folder / "x.hl7").write_bytes(batch)
    await inbox.open(split="hl7v2")
    await inbox.until_there("failed/x.hl7.reason")
    assert inbox.intake.received == []
    assert len(inbox.intake.faults) == 1


async def test_lines_are_messages_and_the_refused_ones_are_named(inbox: Inbox) -> None:
    (inbox.folder / "x.ndjson").write_bytes(b'{"id":1}\n\n{"id":2}\n')
    inbox.intake.answer = Receipt(Fate.REFUSED, 1, error=PeerFault("this is not JSON"))
    await inbox.open(split="lines")
    await inbox.until_there("failed/x.ndjson.reason")
    reasons = (inbox.folder / "failed/x.ndjson.reason").read_text().splitlines()
    assert [reason.partition(" ")[2].partition(":")[0] for reason in reasons] == ["message 1", "message 2"]
    assert inbox.intake.controls == [b"x.ndjson\0001", b"x.ndjson\0003"]


async def test_a_defect_ends_one_file_and_not_the_polling(inbox: Inbox) -> None:
    receive, failed = inbox.intake.receive, []

    def fail_once(raw: bytes, *arguments: Any, **named: Any) -> None:
        if not failed:
            failed.append(raw)
            raise ValueError("CANARY-PHI")
        receive(raw, *arguments, **named)

    inbox.intake.receive = fail_once  # type: ignore[method-assign]
    (inbox.folder / "a").write_text("CANARY-PHI")
    (inbox.folder / "b").write_text("b")
    await inbox.open()
    await inbox.until_there("failed/a.reason", "done/b")
    assert "CANARY" not in (inbox.folder / "failed/a.reason").read_text()


async def test_a_folder_that_goes_away_is_polled_again_when_it_is_back(inbox: Inbox) -> None:
    await inbox.open()
    inbox.folder.rename(inbox.folder.with_name("away"))
    await asyncio.sleep(0.05)
    inbox.folder.with_name("away").rename(inbox.folder)
    (inbox.folder / "x").write_text("x")
    await inbox.until_there("done/x")


@pytest.mark.parametrize("name", [b"bad\xff.hl7", b"new\nline.hl7", "Zürich $(x);.hl7".encode(), b"-r"])
async def test_whatever_a_file_is_called_it_is_taken_once_under_a_name_that_can_be_stored(
    name: bytes, inbox: Inbox
) -> None:
    (inbox.folder / os.fsdecode(name)).write_bytes(message(1))
    await inbox.open()
    await inbox.until_there("done/" + os.fsdecode(name))
    assert inbox.intake.origins == [os.fsdecode(name).encode("utf-8", "replace").decode()]


async def test_a_name_without_room_for_a_reason_is_cut_and_holds_nothing_up(inbox: Inbox) -> None:
    name = "n" * 251 + ".hl7"
    (inbox.folder / name).write_bytes(b"no message")
    await inbox.open(split="hl7v2")
    async with asyncio.timeout(5):
        while len(inbox.names("failed")) < 2:
            await asyncio.sleep(0.002)
    assert inbox.names(files.CLAIMED) == []


async def test_files_are_deleted_where_that_is_declared(inbox: Inbox) -> None:
    (inbox.folder / "x").write_text("x")
    await inbox.open(after="delete")
    async with asyncio.timeout(5):
        while inbox.names() != [files.LOCK] or inbox.names(".taking"):
            await asyncio.sleep(0.002)
    assert inbox.intake.received == [b"x"]
    assert inbox.names("done") == []


async def test_a_folder_that_is_missing_at_the_start_is_waited_for(inbox: Inbox) -> None:
    source = await inbox.open(folder="late")
    async with asyncio.timeout(5):
        while source.trouble is None:
            await asyncio.sleep(0.002)
    assert isinstance(source.trouble, Unavailable)
    late = inbox.folder.parent / "late"
    late.mkdir()
    (late / "a.csv").write_bytes(b"a")
    await inbox.until_there("../late/done/a.csv")
    assert inbox.intake.received == [b"a"]


async def test_of_two_that_waited_for_a_folder_one_takes_it(inbox: Inbox) -> None:
    sources = [await inbox.open(folder="late"), await inbox.open(folder="late")]
    (inbox.folder.parent / "late").mkdir()
    async with asyncio.timeout(5):
        while sorted("another process" in str(one.trouble) for one in sources) != [False, True] or all(
            one.trouble for one in sources
        ):
            await asyncio.sleep(0.002)


async def test_a_folder_that_another_polls_is_refused(inbox: Inbox, context: Make) -> None:
    await inbox.open()
    source = files.source(files.SourceSettings(folder="in"), context())
    with pytest.raises(Unavailable, match="another process"):
        await source.open(RecordingIntake())
    await source.close()


# ---------------------------------------------------------------- out


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


async def put(context: Context, key: str, body: bytes = b"body", *, headers: Any = None, **settings: str) -> Any:
    sink = files.sink(files.SinkSettings(**{"folder": "out"} | settings), context)
    await sink.open()
    return await sink.deliver(Delivery(1, 1, "there", body, key, 1, headers))


async def test_a_name_shows_nothing_unless_the_hub_says_so(outbox: Path, context: Make) -> None:
    await put(context(), "MRN-4711")
    await put(context(), "MRN-4711", name="{key}.csv")
    await put(context(), "MRN-4711", name="{file_name}", headers={"file_name": "export-1.csv"})
    names = sorted(path.name for path in outbox.iterdir())
    assert names[1:] == ["MRN-4711.csv", "export-1.csv"]
    assert names[0].endswith(".msg")
    assert "4711" not in names[0].removesuffix(".msg")[:8]


async def test_a_file_has_the_rights_that_are_declared(outbox: Path, context: Make) -> None:
    await put(context(), "a", name="{key}")
    await put(context(), "b", name="{key}", mode="0600")
    assert [oct(path.stat().st_mode & 0o777) for path in sorted(outbox.iterdir())] == ["0o640", "0o600"]


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/etc/passwd", ".hidden", "a\0b", "x" * 400, "", "..", "ä/ö", "a\nb"]
)
async def test_no_key_leads_out_of_the_folder(outbox: Path, context: Make, key: str) -> None:
    outcome = await put(context(), key, name="{key}")
    assert [path.name for path in outbox.iterdir()] == [outcome.reference]
    assert not outcome.reference.startswith(".")


async def test_what_a_crash_left_half_written_is_written_anew(outbox: Path, context: Make) -> None:
    (outbox / ".a.tmp").write_bytes(b"half a file that is longer than the new one")
    outcome = await put(context(), "a", name="{key}")
    assert not outcome.already_there
    assert [path.name for path in outbox.iterdir()] == ["a"]
    assert (outbox / "a").read_bytes() == b"body"


async def test_an_earlier_attempt_that_still_writes_is_waited_for(outbox: Path, context: Make) -> None:
    with open(outbox / ".a.tmp", "wb") as writing:
        fcntl.flock(writing, fcntl.LOCK_EX)
        with pytest.raises(Transient):
            await put(context(), "a", name="{key}")


async def test_the_same_again_is_already_there_and_something_else_is_a_conflict(outbox: Path, context: Make) -> None:
    await put(context(), "a", name="{key}")
    assert (await put(context(), "a", name="{key}")).already_there
    for other in (b"longer than before", b"BODY"):
        with pytest.raises(Conflict):
            await put(context(), "a", other, name="{key}")
    assert (outbox / "a").read_bytes() == b"body"
    assert [path.name for path in outbox.iterdir()] == ["a"]


async def test_a_folder_that_can_take_nothing_is_unavailable(outbox: Path, context: Make, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space"):
        await put(context(), "a", name="{key}")
    assert not (outbox / "a").exists()
    monkeypatch.undo()
    await put(context(), "a", name="{key}")
    outbox.rename(outbox.with_name("away"))
    with pytest.raises(Unavailable):
        await put(context(), "b")


async def test_a_flow_that_owes_the_name_is_told(outbox: Path, context: Make) -> None:
    with pytest.raises(Permanent, match="file_name"):
        await put(context(), "a", name="{file_name}")


@pytest.mark.parametrize("settings", [{"mode": "rw"}, {"name": "{patient}"}, {"name": "{0}"}, {"name": "{"}])
def test_settings_that_cannot_work_are_refused_at_the_start(settings: dict[str, str], context: Make) -> None:
    with pytest.raises(Misuse):
        files.sink(files.SinkSettings(folder="out", **settings), context())
