"""SFTP beyond the published sentences: host keys, logins, claims, downloads that are cut off, names that are taken."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from mllp_peers import message
from sftp_peers import AsyncsshServer, Keys
from test_sftp_conforms import SERVERS

from isthmus.connectors import sftp
from isthmus.connectors.sftp.source import is_plain
from isthmus.kernel import Conflict, Misuse, PeerFault, Permanent, Unavailable
from isthmus.ports import Context, Delivery, Fate, Receipt
from isthmus.security.transport import Waiver
from isthmus.testing.connector_conformance import PATIENCE_S, RecordingIntake

Make = Callable[..., Context]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    (tmp_path / "keys").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    return Keys(tmp_path / "keys")


@pytest.fixture
async def server(keys: Keys) -> AsyncIterator[AsyncsshServer]:
    async with AsyncsshServer(keys) as running:
        yield running


# ---------------------------------------------------------------- recognising the server


async def opened(server: Any, context: Context, **changed: Any) -> None:
    """Open a sink with such settings of the server, and close it."""
    settings = server.keys.server(server.port, **changed)
    sink = sftp.sink(sftp.SinkSettings(server=settings, path=str(context.folder / "out")), context)
    try:
        await sink.open()
    finally:
        await sink.close()


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_server_is_recognised_by_a_file_of_host_keys(kind: type[Any], keys: Keys, context: Make) -> None:
    async with kind(keys) as running:
        (keys.folder.parent / "known").write_text(keys.known_hosts(running.port))
        await opened(running, context(), known_hosts="known")


@pytest.mark.parametrize("kind", SERVERS)
async def test_nothing_is_said_to_a_server_with_another_key(kind: type[Any], keys: Keys, context: Make) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    async with kind(keys) as running:
        (keys.folder.parent / "known").write_text(keys.known_hosts(running.port, other))
        for recognised in ({"known_hosts": "known"}, {"fingerprints": (other.get_fingerprint(),)}):
            with pytest.raises(Unavailable, match="host key"):
                await opened(running, context(), **recognised)
        if isinstance(running, AsyncsshServer):
            assert running.logins == []


async def test_a_fingerprint_that_does_not_agree_is_shown(server: AsyncsshServer, context: Make) -> None:
    with pytest.raises(Unavailable) as raised:
        await opened(server, context(), fingerprints=("SHA256:" + "A" * 43,))
    assert server.keys.fingerprint in str(raised.value)


async def test_any_of_several_fingerprints_is_taken(server: AsyncsshServer, context: Make) -> None:
    await opened(server, context(), fingerprints=("SHA256:" + "A" * 43, server.keys.fingerprint))


async def test_a_file_without_keys_trusts_nobody_whatever_the_users_own_file_says(
    server: AsyncsshServer, context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text(server.keys.known_hosts(server.port))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "known").write_text("")
    with pytest.raises(Unavailable, match="host key"):
        await opened(server, context(), known_hosts="known")


async def test_a_waiver_goes_without_until_its_last_day(server: AsyncsshServer, context: Make) -> None:
    await opened(server, context(), any_host_key=Waiver("network team", date(2999, 1, 1), "the key changes daily"))
    with pytest.raises(Misuse, match="ended on 2020-01-01"):
        await opened(server, context(), any_host_key=Waiver("network team", date(2020, 1, 1), "the key changes daily"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"fingerprints": ()}, "one way to recognise"),
        ({"known_hosts": "known", "fingerprints": ("SHA256:x",)}, "one way to recognise"),
        ({"fingerprints": ("MD5:00",)}, "SHA256:"),
        ({"key": ""}, "password or a key"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(
    changed: dict[str, Any], words: str, keys: Keys, context: Make
) -> None:
    settings = keys.server(22, **changed)
    with pytest.raises(Misuse, match=words):
        sftp.sink(sftp.SinkSettings(server=settings, path="/out"), context())
    with pytest.raises(Misuse, match=words):
        sftp.source(sftp.SourceSettings(server=settings, path="/in"), context())


@pytest.mark.parametrize("own", [{"mode": "rw"}, {"name": "{patient}"}])
def test_a_sinks_own_settings_are_checked_at_the_start(own: dict[str, str], keys: Keys, context: Make) -> None:
    with pytest.raises(Misuse):
        sftp.sink(sftp.SinkSettings(server=keys.server(22), path="/out", **own), context())


@pytest.mark.parametrize("own", [{"claim_as": "../x"}, {"claim_as": ""}, {"at": ("02:00",)}, {"at": ("x",)}])
def test_a_sources_own_settings_are_checked_at_the_start(own: dict[str, Any], keys: Keys, context: Make) -> None:
    with pytest.raises(Misuse):
        sftp.source(sftp.SourceSettings(server=keys.server(22), path="/in", **own), context())


# ---------------------------------------------------------------- logging in


async def test_a_key_with_a_passphrase_logs_in(server: AsyncsshServer, context: Make, monkeypatch: Any) -> None:
    path = server.keys.folder / "locked.key"
    path.write_bytes(server.keys.user.export_private_key(passphrase="open sesame"))
    monkeypatch.setenv("PASSPHRASE", "open sesame")
    await opened(server, context(), key=f"file:{path}", passphrase="env:PASSPHRASE")
    for wrong in ({}, {"passphrase": f"file:{server.keys.folder / 'user.key.pub'}"}):
        with pytest.raises(Misuse, match="no private key that can be read"):
            await opened(server, context(), key=f"file:{path}", **wrong)


async def test_a_password_logs_in_and_a_wrong_one_pauses(
    server: AsyncsshServer, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD", server.password)
    await opened(server, context(), key="", password="env:PASSWORD")
    monkeypatch.setenv("PASSWORD", "wrong CANARY-PHI")
    with pytest.raises(Unavailable, match="refused the login") as raised:
        await opened(server, context(), key="", password="env:PASSWORD")
    assert "CANARY" not in str(raised.value)


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_key_that_the_server_does_not_know_pauses(kind: type[Any], keys: Keys, context: Make) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    (keys.folder / "other.key").write_bytes(other.export_private_key())
    async with kind(keys) as running:
        with pytest.raises(Unavailable, match="refused the login"):
            await opened(running, context(), key=f"file:{keys.folder / 'other.key'}")


async def test_a_secret_that_is_gone_is_named(server: AsyncsshServer, context: Make) -> None:
    with pytest.raises(Misuse, match="env:GONE_SINCE"):
        await opened(server, context(), key="env:GONE_SINCE")


async def test_a_server_that_says_nothing_is_given_up(keys: Keys, context: Make) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        ended.set()

    ended = asyncio.Event()
    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    settings = keys.server(silent.sockets[0].getsockname()[1], connect_s=0.05)
    with pytest.raises(Unavailable, match=r"within 0\.05 s"):
        await sftp.sink(sftp.SinkSettings(server=settings, path="/out"), context()).open()
    silent.close()
    async with asyncio.timeout(PATIENCE_S):
        await ended.wait()
        await silent.wait_closed()


# ---------------------------------------------------------------- in


class Inbox:
    """A folder on a server, the sources that look at it, and what they handed in."""

    def __init__(self, server: Any, context: Context) -> None:
        self.folder, self.server = context.folder / "in", server
        self._context = context
        self.intake = RecordingIntake()
        self.sources: list[sftp.SftpSource] = []

    async def open(self, intake: RecordingIntake | None = None, **settings: Any) -> sftp.SftpSource:
        given = {"path": str(self.folder), "settle_s": 0.0, "poll_s": 0.005} | settings
        server = self.server.keys.server(self.server.port)
        source = sftp.source(sftp.SourceSettings(server=server, **given), self._context)
        await source.open(intake or self.intake)
        self.sources.append(source)
        return source

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await asyncio.sleep(0.002)

    async def until_there(self, *names: str) -> None:
        await self.until(lambda: all((self.folder / name).exists() for name in names))

    def names(self, folder: str = "") -> list[str]:
        return sorted(path.name for path in (self.folder / folder).iterdir() if path.is_file())

    async def close(self) -> None:
        for source in self.sources:
            await source.close()


@pytest.fixture
async def inbox(server: AsyncsshServer, context: Make) -> AsyncIterator[Inbox]:
    inbox = Inbox(server, context())
    yield inbox
    await inbox.close()


async def test_a_file_is_read_when_it_has_stood_still(inbox: Inbox) -> None:
    source = await inbox.open(settle_s=1000)
    (inbox.folder / "register.csv").write_bytes(b"0,1,2")
    await inbox.until(lambda: "register.csv" in source._settling._seen)
    (inbox.folder / "register.csv").write_bytes(b"0,1,2,3")
    await asyncio.sleep(0.05)
    assert inbox.intake.received == []
    source._settling._settle_s = 0.0
    await inbox.until_there("done/register.csv")
    assert inbox.intake.received == [b"0,1,2,3"]
    assert (inbox.intake.origins, inbox.intake.controls) == (["register.csv"], [b"register.csv"])


async def test_a_file_that_is_written_on_while_it_is_claimed_is_put_back(inbox: Inbox) -> None:
    path = inbox.folder / "x"
    path.write_bytes(b"half")
    with open(path, "ab") as writer:

        def write_on() -> None:
            inbox.server.before_rename = lambda: None
            writer.write(b" and half")
            writer.flush()

        inbox.server.before_rename = write_on
        await inbox.open()
        await inbox.until_there("done/x")
    assert inbox.intake.received == [b"half and half"]


async def test_names_that_look_unfinished_links_and_folders_are_left_alone(inbox: Inbox) -> None:
    for name in (".x.csv", "x.csv.part", "notes.txt"):
        (inbox.folder / name).write_text("x")
    (inbox.folder / "link.csv").symlink_to("notes.txt")
    (inbox.folder / "folder.csv").mkdir()
    (inbox.folder / "y.csv").write_text("y")
    await inbox.open(pattern="*.csv")
    await inbox.until_there("done/y.csv")
    assert inbox.intake.received == [b"y"]


@pytest.mark.parametrize(
    ("mode", "line", "expected"),
    [
        (0o100640, "", True),
        (0o040750, "", False),
        (0o120777, "", False),
        (0o640, "-rw-r-----   1 1000  1000  5 Mar  2 10:00 x.csv", True),
        (0o750, "drwxr-x---   1 1000  1000  5 Mar  2 10:00 done", False),
        (None, "-rw-r-----   1 1000  1000  5 Mar  2 10:00 x.csv", True),
        (None, "", False),
    ],
)
def test_only_what_is_a_plain_file_for_certain_is_taken(mode: int | None, line: str, expected: bool) -> None:
    entry = asyncssh.SFTPName("x.csv", line, asyncssh.SFTPAttrs(permissions=mode))
    assert is_plain(entry) is expected


async def test_a_marker_says_that_a_file_is_whole_and_goes_with_it(inbox: Inbox) -> None:
    (inbox.folder / "x.csv").write_text("x")
    await inbox.open(done_marker=".ok")
    await inbox.until_there("done")
    await asyncio.sleep(0.05)
    assert inbox.intake.received == []
    (inbox.folder / "x.csv.ok").touch()
    await inbox.until_there("done/x.csv")
    await inbox.until(lambda: inbox.names() == [])


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
    (inbox.folder / "x").write_bytes(b"CANARY-PHI" * 101)
    await inbox.open()
    await inbox.until_there("failed/x")
    assert inbox.intake.received == []
    assert "1010 bytes" in str(inbox.intake.faults[0])


async def test_a_batch_is_divided_into_its_messages(inbox: Inbox) -> None:
    batch = b"FHS|^~\\&\rBHS|^~\\&\r" + message(1) + message(2) + b"BTS|2\rFTS|1\r"
    (inbox.folder / "x.hl7").write_bytes(batch)
    (inbox.folder / "y.hl7").write_bytes(batch.replace(b"BTS|2", b"BTS|3"))
    await inbox.open(split="hl7v2")
    await inbox.until_there("done/x.hl7", "failed/y.hl7")
    assert inbox.intake.received == [message(1), message(2)]
    assert inbox.intake.controls == [b"x.hl7\0001", b"x.hl7\0002"]


async def test_what_a_crash_left_claimed_is_read_first_and_under_the_same_name(inbox: Inbox) -> None:
    (inbox.folder / ".taking-hub").mkdir()
    (inbox.folder / ".taking-hub" / "z.csv").write_text("left")
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


@pytest.mark.parametrize("kind", SERVERS)
async def test_two_hubs_never_take_the_same_file(kind: type[Any], keys: Keys, context: Make) -> None:
    async with kind(keys) as running:
        inbox, other = Inbox(running, context()), RecordingIntake()
        for number in range(30):
            (inbox.folder / f"{number:02}").write_bytes(b"%d" % number)
        await inbox.open(claim_as="north")
        await inbox.open(other, claim_as="south")
        await inbox.until(lambda: len(inbox.names("done")) == 30 if (inbox.folder / "done").exists() else False)
        await inbox.close()
    assert sorted(inbox.intake.received + other.received, key=int) == [b"%d" % number for number in range(30)]


async def test_another_hubs_claims_are_not_touched(inbox: Inbox) -> None:
    (inbox.folder / ".taking-south").mkdir()
    (inbox.folder / ".taking-south" / "x").write_text("theirs")
    (inbox.folder / "y").write_text("y")
    await inbox.open(claim_as="north")
    await inbox.until_there("done/y")
    assert inbox.intake.received == [b"y"]
    assert inbox.names(".taking-south") == ["x"]


async def test_a_download_that_was_cut_off_goes_on_where_it_stopped(inbox: Inbox) -> None:
    large = os.urandom(5 << 20)
    (inbox.folder / "large").write_bytes(large)
    inbox.intake.body_bytes_max = 10 << 20
    inbox.server.cut_at = 3 << 20
    await inbox.open()
    await inbox.until_there("done/large")
    assert inbox.intake.received == [large]
    assert inbox.server.cut_at is None
    assert inbox.server.reads.count(0) == 1
    assert inbox.server.faults.connections == 2


async def test_a_cut_off_download_begins_anew_when_the_file_is_another(inbox: Inbox) -> None:
    inbox.intake.body_bytes_max = 10 << 20
    (inbox.folder / "large").write_bytes(b"x" * (3 << 20))
    inbox.server.cut_at = 2 << 20
    inbox.server.at_cut = lambda: (inbox.folder / ".taking-hub" / "large").write_bytes(b"y" * (2 << 20))
    await inbox.open()
    await inbox.until_there("done/large")
    assert inbox.intake.received == [b"y" * (2 << 20)]


async def test_a_file_that_cannot_be_read_does_not_hold_up_the_others(inbox: Inbox, monkeypatch: Any) -> None:
    def read(self: Any, *_: Any) -> bytes:
        raise asyncssh.SFTPFailure("CANARY-PHI: input/output error")

    (inbox.folder / "a").write_text("a")
    (inbox.folder / "b").write_text("")
    with monkeypatch.context() as patched:
        patched.setattr(asyncssh.SFTPServer, "read", read)
        await inbox.open()
        await inbox.until_there("failed/a", "done/b")
    assert "cannot be read" in str(inbox.intake.faults[0])
    assert "CANARY" not in str(inbox.intake.faults[0]) + (inbox.folder / "failed" / "a.reason").read_text()


async def test_a_file_that_the_server_does_not_let_go_is_tried_again_and_said(inbox: Inbox) -> None:
    def keep() -> None:
        raise asyncssh.SFTPFailure("CANARY-PHI is in use")

    inbox.server.before_rename = keep
    (inbox.folder / "x").write_text("x")
    source = await inbox.open()
    await inbox.until(lambda: source.trouble is not None)
    assert "would not rename 1 files" in str(source.trouble)
    inbox.server.before_rename = lambda: None
    await inbox.until_there("done/x")
    await inbox.until(lambda: source.trouble is None)


async def test_a_server_that_is_away_at_the_start_is_waited_for(inbox: Inbox) -> None:
    await inbox.server.faults.close()
    source = await inbox.open()
    await inbox.until(lambda: source.trouble is not None)
    assert isinstance(source.trouble, Unavailable)
    await inbox.server.faults.listen()
    (inbox.folder / "x").write_text("x")
    await inbox.until_there("done/x")


async def test_files_are_deleted_where_that_is_declared(inbox: Inbox) -> None:
    (inbox.folder / "x").write_text("x")
    await inbox.open(after="delete")
    await inbox.intake.until(lambda intake: intake.received == [b"x"])
    await inbox.until(lambda: inbox.names() == inbox.names(".taking-hub") == [])
    assert inbox.names("done") == []


async def test_with_times_of_day_it_looks_at_the_start_and_again_until_all_has_settled(inbox: Inbox) -> None:
    (inbox.folder / "x").write_text("x")
    hours_away = f"{(time.gmtime().tm_hour + 6) % 24:02}:00"
    source = await inbox.open(at=(hours_away,), time_zone="UTC", settle_s=0.05)
    await inbox.until_there("done/x")
    await inbox.until(lambda: source._session is None)  # nothing is under way: the next look may be hours away
    assert source._wait_s() > 3600


async def test_nothing_of_a_file_is_on_this_machines_disk(inbox: Inbox, tmp_path: Path) -> None:
    (inbox.folder / "x").write_bytes(b"CANARY-PHI" * 100_000)
    await inbox.open(after="delete")
    await inbox.intake.until(lambda intake: len(intake.received) == 1)
    await inbox.until(lambda: inbox.names(".taking-hub") == [])
    held = [path for path in tmp_path.rglob("*") if path.is_file() and b"CANARY" in path.read_bytes()]
    assert held == []


# ---------------------------------------------------------------- out


async def put(
    server: Any, context: Context, key: str, body: bytes = b"body", *, headers: Any = None, **own: Any
) -> Any:
    settings = sftp.SinkSettings(
        server=server.keys.server(server.port), **{"path": str(context.folder / "out"), "name": "{key}"} | own
    )
    sink = sftp.sink(settings, context)
    try:
        return await sink.deliver(Delivery(1, 1, "there", body, key, 1, headers))
    finally:
        await sink.close()


@pytest.mark.parametrize("kind", SERVERS)
async def test_the_same_again_is_already_there_and_something_else_is_a_conflict(
    kind: type[Any], keys: Keys, context: Make, tmp_path: Path
) -> None:
    async with kind(keys) as running:
        assert not (await put(running, context(), "a", mode="0600")).already_there
        assert (await put(running, context(), "a")).already_there
        for other in (b"longer than before", b"BODY", b""):
            with pytest.raises(Conflict):
                await put(running, context(), "a", other)
    assert (tmp_path / "out" / "a").read_bytes() == b"body"
    assert (tmp_path / "out" / "a").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "out") == ["a"]


async def test_names_come_from_the_key_or_from_the_flow(server: AsyncsshServer, context: Make) -> None:
    assert (await put(server, context(), "../../etc/passwd")).reference.startswith("_")
    named = await put(server, context(), "a", name="{file_name}", headers={"file_name": "export-1.csv"})
    assert named.reference == "export-1.csv"
    with pytest.raises(Permanent, match="file_name"):
        await put(server, context(), "a", name="{file_name}")


@pytest.mark.parametrize(("content", "expected"), [(b"body", True), (b"somebody else's", Conflict)])
async def test_a_file_that_appears_meanwhile_is_not_replaced(
    server: AsyncsshServer, context: Make, tmp_path: Path, content: bytes, expected: Any
) -> None:
    server.before_rename = lambda: (tmp_path / "out" / "a").write_bytes(content)
    if expected is True:
        assert (await put(server, context(), "a")).already_there
    else:
        with pytest.raises(expected):
            await put(server, context(), "a")
    assert (tmp_path / "out" / "a").read_bytes() == content
    assert os.listdir(tmp_path / "out") == ["a"]


async def test_what_a_lost_connection_left_is_removed_by_the_next_delivery(
    server: AsyncsshServer, context: Make, tmp_path: Path
) -> None:
    def lose() -> None:
        server.before_rename = lambda: None
        raise ConnectionResetError

    settings = sftp.SinkSettings(server=server.keys.server(server.port), path=str(tmp_path / "out"), name="{key}")
    sink = sftp.sink(settings, context())
    server.before_rename = lose
    with pytest.raises(Unavailable):
        await sink.deliver(Delivery(1, 1, "there", b"body", "a"))
    assert [name.endswith(".tmp") for name in os.listdir(tmp_path / "out")] == [True]
    await sink.deliver(Delivery(1, 1, "there", b"body", "a"))
    await sink.close()
    assert os.listdir(tmp_path / "out") == ["a"]


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_missing_folder_is_unavailable(kind: type[Any], keys: Keys, context: Make) -> None:
    async with kind(keys) as running:
        with pytest.raises(Unavailable, match="find the folder"):
            await put(running, context(), "a", path="/there/is/none")


async def test_what_a_server_says_shows_nowhere(server: AsyncsshServer, context: Make) -> None:
    for refusal in (
        asyncssh.SFTPFailure("CANARY-PHI"),
        asyncssh.SFTPNoSpaceOnFilesystem("CANARY-PHI"),
        asyncssh.SFTPPermissionDenied("CANARY-PHI"),
        ValueError("CANARY-PHI"),
    ):
        server.faults.refuse.append(refusal)
        with pytest.raises(Unavailable) as raised:
            await put(server, context(), "CANARY-PHI")
        assert "CANARY" not in str(raised.value) + repr(raised.value)
        assert raised.value.__cause__ is None


def test_a_hub_without_sftp_does_not_load_the_library() -> None:
    import subprocess
    import sys

    program = "import sys, isthmus.connectors.sftp; sys.exit('asyncssh' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
