"""Marked patient data goes through the error paths of SFTP, SQL and mail, and nothing that leaves the hub in the clear shows it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from canary_hub import MARK, leaks
from canary_systems import FILES, PARKED, Systems, SystemsHub

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("canary")]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> SystemsHub:
    """A hub after everything has gone wrong with it, its evidence collected."""
    folder = tmp_path_factory.mktemp("systems")
    made = SystemsHub(folder / "hub")
    asyncio.run(provoke(made, Systems(folder / "server")))
    return made


async def provoke(hub: SystemsHub, systems: Systems) -> None:
    await systems.start()
    hub.write(systems)
    await asyncio.to_thread(hub.start)
    try:
        put(systems.folder / "in")
        await hub.until_settled(parked=PARKED)
        await asyncio.to_thread(look, hub)
    finally:
        hub.keep_files()
        await asyncio.to_thread(hub.stop)
        hub.keep_files()
        for reason in (systems.folder / "in" / "failed").glob("*.reason"):
            hub.keep("reasons", reason.read_bytes())
        await systems.stop()


def put(folder: Path) -> None:
    """The files that are to go wrong, each whole when its name is there."""
    for number, (where, key, body) in enumerate(FILES):
        write(folder, f"{number:02}-{MARK}", f"{where}|{key}|{body}".encode())
    write(folder, f"90-{MARK}", MARK.encode())  # the flow fails
    write(folder, f"91-{MARK}", MARK.encode() * 5000)  # too large


def write(folder: Path, name: str, content: bytes) -> None:
    (folder / f".{name}").write_bytes(content)
    (folder / f".{name}").rename(folder / name)


def look(hub: SystemsHub) -> None:
    for path in ("/metrics", "/readyz", "/v1/status", "/v1/messages?limit=500", "/v1/parked?limit=500", "/v1/ledger"):
        hub.admin(path, path)
    hub.command("messages", "--limit", "500")
    hub.command("parked", "--limit", "500")
    hub.command("parked", "--json", "--limit", "500")
    hub.command("ledger", "--verify")
    hub.command("check")


def test_everything_did_go_wrong(hub: SystemsHub) -> None:
    parked = hub.evidence["/v1/parked?limit=500"]
    for words in (
        b"a file of this name with other content",
        b"the table holds other content",
        b"SQLSTATE 22P02",
        b"SQLSTATE 23514",
        b"SQLSTATE P0001",
        b"has no member name",
        b"is no JSON object",
        b"ConstraintError",
        b"refused the mail (554)",
        b"could not take the mail now (451)",
    ):
        assert words in parked, words
    assert b"could not write a file" in hub.evidence["log"]
    assert b"this source takes 20000" in hub.evidence["reasons"]
    assert hub.evidence["data/rows.mark"]


@pytest.mark.parametrize("what", ["log", "/metrics", "/readyz", "/v1", "command", "data/", "reasons"])
def test_nothing_shows_patient_data(hub: SystemsHub, what: str) -> None:
    found = {name: content for name, content in hub.evidence.items() if name.startswith(what)}
    assert found
    assert leaks(found) == []
