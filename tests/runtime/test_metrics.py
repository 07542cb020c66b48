"""/metrics: the text format, the ledger's figures, and nothing that could be a patient's."""

from __future__ import annotations

import asyncio
import re

import pytest
from api_hub import fresh_hub, serving

from isthmus.runtime.admin.metrics import Family, written

SAMPLE = re.compile(r'([a-z_:]+)(?:\{((?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?[\d.e+-]+)')


@pytest.fixture
async def api(tmp_path):
    async with serving(fresh_hub(tmp_path / "hub")) as api:
        yield api


def samples(text: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            assert match, line
            found[line.rpartition(" ")[0]] = float(match[3])
    return found


async def test_figures_are_those_of_the_ledger(api, tmp_path):
    (tmp_path / "hub" / "out").rmdir()  # what goes out waits
    await api.receive(id="1")
    await api.receive(id="1")
    await api.receive(id="2", patient="")
    await api.receive(type="ORU^R01", id="3")
    for _ in range(2000):
        found = samples((await api.get("/metrics")).body)
        if not found['isthmus_destination_up{destination="archive"}']:
            break
        await asyncio.sleep(0.005)
    assert found['isthmus_frames_total{source="ehr",outcome="appended"}'] == 2
    assert found['isthmus_frames_total{source="ehr",outcome="duplicate"}'] == 1
    assert found['isthmus_frames_total{source="ehr",outcome="refused"}'] == 1
    assert found['isthmus_open{destination="archive",state="waiting"}'] == 1
    assert found['isthmus_oldest_waiting_seconds{destination="archive"}'] > 0
    assert found['isthmus_worklist_open{kind="task"}'] == 1
    assert found["isthmus_incidents_open"] == 1
    assert found['isthmus_events_total{event="MessageRefused"}'] == 1
    assert found["isthmus_ready"] == 1
    assert 0 < found["isthmus_commits_total"] <= found["isthmus_commit_operations_total"]
    assert found["isthmus_commit_seconds_total"] > 0
    assert found["process_resident_memory_bytes"] > 1 << 20


async def test_the_format_is_what_prometheus_reads(api):
    reply = await api.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    typed = set()
    for line in reply.body.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind in ("counter", "gauge")
            assert name.endswith("_total") == (kind == "counter")
            assert name not in typed
            typed.add(name)
        elif not line.startswith("#"):
            assert SAMPLE.fullmatch(line)[1] in typed
    assert reply.body.endswith("\n")


async def test_no_content_and_no_ids_in_names_and_labels(api):
    await api.receive(id="CTRL77", patient="MRN4711")
    text = (await api.get("/metrics")).body
    assert not any(word in text for word in ("CTRL77", "MRN4711", "Canary", "127.0.0.1"))


def test_labels_are_escaped():
    text = written([Family("x", "gauge", "words", [({"name": 'a"b\\c\nd'}, 1.5)])])
    assert text.splitlines()[2] == r'x{name="a\"b\\c\nd"} 1.5'
    assert list(samples(text).values()) == [1.5]
