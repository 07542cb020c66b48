"""Rotation of the hub key: at every moment a file opens the journal, and asking again finishes what was broken off."""

from __future__ import annotations

import asyncio
import io
import stat
from pathlib import Path

import pytest
from api_hub import fresh_hub

from isthmus.journal import audit
from isthmus.journal.search import Reader, open_read
from isthmus.journal.verify import verify
from isthmus.kernel.clock import SystemClock
from isthmus.kernel.errors import Misuse, Tampered
from isthmus.observe import Observer
from isthmus.ports import Receipt
from isthmus.runtime import rotation
from isthmus.runtime.hub import open_hub
from isthmus.runtime.rotation import Rotated, rotate_key
from isthmus.runtime.settings import load_settings
from isthmus.security import Vault
from isthmus.security.vault import new_hub_key

MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5.1\rPID|1||P1^^^GH^MR||Canary^Carla\r"


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A hub that has taken a message and was stopped."""
    folder = fresh_hub(tmp_path / "hub")
    await take(folder)
    return folder


async def take(folder: Path) -> None:
    hub = open_hub(folder, Observer(io.StringIO()))
    try:
        await hub.start()
        fate: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        hub.intakes["ehr"].receive(MESSAGE, fate.set_result)
        await fate
    finally:
        await hub.stop()


def rotate(folder: Path, to: str = "", *, dry_run: bool = False) -> Rotated:
    settings = load_settings(folder)
    return rotate_key(settings, to, clock=SystemClock(), actor="ana", reason="the yearly one", dry_run=dry_run)


def opened(folder: Path, key: str) -> Reader:
    return open_read(folder / "data" / "journal.db", Vault(key))


async def test_a_fresh_key_takes_the_place_of_the_present_one_which_is_kept_beside_it(folder: Path) -> None:
    before = (folder / "hub.key").read_text()
    rotated = rotate(folder)
    after = (folder / "hub.key").read_text()
    assert rotated.keys > 1
    assert after != before
    assert Path(rotated.kept).read_text() == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("hub.key*")} == {0o600}
    assert not (folder / "hub.key.next").exists()
    reader = opened(folder, after)
    assert verify(reader) == []
    assert [(row["actor"], row["action"], row["reason"]) for row in audit.page(reader)] == [
        ("ana", "rotate key", "the yearly one")
    ]
    reader.close()
    with pytest.raises(Tampered):
        opened(folder, before)
    await take(folder)


async def test_a_dry_run_changes_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert rotate(folder, dry_run=True).keys > 1
    assert rotate(folder, "file:elsewhere.key", dry_run=True).mention == "file:elsewhere.key"
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path for path in after if "journal.db-" not in path.name} == {
        p for p in before if "journal.db-" not in p.name
    }
    assert all(after[path] == raw for path, raw in before.items() if "journal.db-" not in path.name)


async def test_another_reference_is_for_the_person_to_put_into_hub_toml(folder: Path, monkeypatch) -> None:
    rotated = rotate(folder, "file:second.key")
    assert (rotated.kept, rotated.mention) == ("", "file:second.key")
    settings = folder / "hub.toml"
    with pytest.raises(Misuse, match="is this the hub key"):
        await take(folder)
    settings.write_text(settings.read_text().replace("file:hub.key", "file:second.key"))
    await take(folder)
    monkeypatch.setenv("THIRD_KEY", new_hub_key())
    assert rotate(folder, "env:THIRD_KEY").mention == "env:THIRD_KEY"
    settings.write_text(settings.read_text().replace("file:second.key", "env:THIRD_KEY"))
    await take(folder)


class PowerLoss(Exception):
    pass


@pytest.mark.parametrize("step", ["_rewrapped", "_take_its_place"])
async def test_one_that_was_broken_off_is_finished_by_asking_again(step: str, folder: Path, monkeypatch) -> None:
    """Before the journal is wrapped, and between that and the files."""

    def lost(*_: object) -> None:
        raise PowerLoss

    before = (folder / "hub.key").read_text()
    with monkeypatch.context() as patched:
        patched.setattr(rotation, step, lost)
        with pytest.raises(PowerLoss):
            rotate(folder)
    ready = (folder / "hub.key.next").read_text()
    works = before if step == "_rewrapped" else ready
    opened(folder, works).close()
    if step == "_take_its_place":
        with pytest.raises(Misuse, match="isthmus rotate-key"):
            await take(folder)
    rotate(folder)
    assert (folder / "hub.key").read_text() == ready
    await take(folder)


async def test_while_a_hub_runs_nothing_is_changed(folder: Path) -> None:
    before = (folder / "hub.key").read_text()
    hub = open_hub(folder, Observer(io.StringIO()))
    try:
        with pytest.raises(Misuse, match="already runs a hub"):
            rotate(folder)
    finally:
        await hub.stop()
    assert (folder / "hub.key").read_text() == before
    await take(folder)


async def test_what_cannot_be_is_refused_before_anything_is_changed(folder: Path, tmp_path: Path) -> None:
    settings = folder / "hub.toml"
    with pytest.raises(Misuse, match="no reference to a secret"):
        rotate(folder, "the key itself")
    with pytest.raises(Misuse, match="is not set"):
        rotate(folder, "env:NOT_SET_ANYWHERE")
    (folder / "hub.key").rename(folder / "other.key")
    (folder / "hub.key").write_text(new_hub_key())
    with pytest.raises(Tampered):
        rotate(folder)
    assert not (folder / "hub.key.next").exists()
    settings.write_text(settings.read_text().replace("file:hub.key", "env:HUB_KEY"))
    with pytest.raises(Misuse, match="no fresh key can be put there"):
        rotate(folder)


def test_without_a_journal_there_is_nothing_to_rotate(tmp_path: Path) -> None:
    folder = fresh_hub(tmp_path / "hub")
    with pytest.raises(Misuse, match="there is no journal"):
        rotate(folder)
    assert not (folder / "hub.key.next").exists()
