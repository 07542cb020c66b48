"""A source that cannot look for its messages says so: one incident from the first look that fails to the next that goes well."""

from __future__ import annotations

import asyncio
import io
import shutil
from pathlib import Path

from isthmus.kernel import Misuse, Unavailable
from isthmus.observe import Observer
from isthmus.runtime.admin.metrics import Figures, families
from isthmus.runtime.hub import Hub, open_hub
from isthmus.runtime.looks import status
from isthmus.runtime.source_watch import CAUSES_MAX, SourceWatch

AWAY = Unavailable("no connection to bank.example:22")
PATIENCE_S = 10.0


def watched() -> tuple[SourceWatch, Observer, io.StringIO]:
    log = io.StringIO()
    observer = Observer(log)
    return SourceWatch("bank", observer), observer, log


def test_a_source_that_is_away_for_a_week_is_one_incident_and_one_line() -> None:
    watch, observer, log = watched()
    for _ in range(1000):
        watch(AWAY)
    (incident,) = observer.incidents.values()
    assert (incident.cause, incident.text, incident.count) == ("source bank", str(AWAY), 1)
    assert observer.counts["SourceTroubled"] == len(log.getvalue().splitlines()) == 1
    assert watch.cause == str(AWAY)


def test_a_look_that_goes_well_closes_it_and_the_next_trouble_is_a_new_one() -> None:
    watch, observer, _ = watched()
    watch(None)
    assert observer.counts["SourceRecovered"] == 0, "there was nothing to recover from"
    for trouble in (AWAY, None, None, AWAY):
        watch(trouble)
        assert bool(observer.incidents) == (trouble is not None)
    assert (observer.counts["SourceTroubled"], observer.counts["SourceRecovered"]) == (2, 1)


def test_another_cause_is_said_within_the_same_incident() -> None:
    watch, observer, _ = watched()
    for trouble in (AWAY, Misuse("the key file is not there"), AWAY, Misuse("the key file is not there")):
        watch(trouble)
    (incident,) = observer.incidents.values()
    assert (incident.text, incident.count) == ("the key file is not there", 2)


def test_causes_that_differ_each_time_do_not_fill_the_log() -> None:
    watch, observer, log = watched()
    for files in range(1000):
        watch(Unavailable(f"{files} files cannot be renamed"))
    assert observer.counts["SourceTroubled"] == len(log.getvalue().splitlines()) == CAUSES_MAX


HUB = """
[hub]
name = "small"

[sources.day_end]
connector = "files"
format = "raw"
folder = "../share"
poll_s = 0.01
settle_s = 0

[destinations.out]
connector = "files"
folder = "."
owner = "integration"
"""
FLOW = """
from isthmus import flow, forward

day_end = flow("day_end", source="day_end", accepts="raw", owner="integration")


@day_end.on()
def every_file(file):
    yield forward("out")
"""


async def until_open(hub: Hub, expected: bool) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while ("source day_end" in hub.observer.incidents) != expected:
            await asyncio.sleep(0.005)


def up(hub: Hub) -> list[tuple[dict[str, str], bool]]:
    (found,) = [one.samples for one in families(hub, Figures({}, {}, {})) if one.name == "isthmus_source_up"]
    return list(found)


async def test_a_hub_starts_without_the_folder_of_a_source_and_shows_that_it_is_away(tmp_path: Path) -> None:
    folder, share = tmp_path / "hub", tmp_path / "share"
    (folder / "flows").mkdir(parents=True)
    (folder / "hub.toml").write_text(HUB)
    (folder / "flows" / "day_end.py").write_text(FLOW)
    hub = open_hub(folder, Observer(io.StringIO()))
    await hub.start()
    await until_open(hub, True)
    (source,) = status(hub).sources
    assert "No such file or directory" in source.unavailable
    assert up(hub) == [({"source": "day_end"}, False)]

    share.mkdir()
    await until_open(hub, False)
    assert status(hub).sources[0].unavailable == ""
    assert up(hub) == [({"source": "day_end"}, True)]
    shutil.rmtree(share)
    await until_open(hub, True)
    await hub.stop()
