"""Redeploying one flow while the hub runs."""

from __future__ import annotations

import asyncio

import pytest
from api_hub import fresh_hub, serving

from isthmus.runtime import deploy


@pytest.fixture
def folder(tmp_path):
    return fresh_hub(tmp_path / "hub")


@pytest.fixture
async def api(folder):
    async with serving(folder) as api:
        yield api


def change(folder, old: str, new: str) -> None:
    path = folder / "flows" / "example.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


async def versions(api) -> list[str]:
    found = (await api.get("/v1/messages", oldest_first="true")).body["messages"]
    return [one["version"] for one in found]


async def test_messages_after_a_deployment_are_decided_by_the_new_version(api, folder):
    await api.receive(id="1")
    change(folder, 'yield forward("archive")', 'yield forward("archive")\n    yield forward("archive", key="again")')
    deployed = (await api.post("/v1/flows/ehr-adt/deploy", reason="twice")).body
    assert deployed["changed"]
    await api.receive(id="2")
    assert await versions(api) == [f"ehr-adt@{deployed['before']}", f"ehr-adt@{deployed['version']}"]
    assert [len((await api.get(f"/v1/messages/{id}")).body["deliveries"]) for id in (1, 2)] == [1, 2]
    row = (await api.get("/v1/audit")).body["rows"][0]
    assert (row["action"], row["flow"], row["reason"]) == ("deploy", "ehr-adt", "twice")


async def test_a_module_that_the_flow_imports_is_read_again_with_it(api, folder):
    (folder / "flows" / "_names.py").write_text('TO = "archive"\n')
    change(folder, "from isthmus import", "from flows._names import TO\nfrom isthmus import")
    assert (await api.post("/v1/flows/ehr-adt/deploy")).status == 200
    (folder / "flows" / "_names.py").write_text('TO = "archive"\nMORE = 1\n')
    change(folder, "import TO\n", "import TO, MORE\n")
    assert (await api.post("/v1/flows/ehr-adt/deploy")).status == 200


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('forward("archive")', 'forward("nowhere")', "there is no destination 'nowhere'"),
        ("def every_message(msg):", "def every_message(msg:", "SyntaxError"),
        ('flow(\n    "ehr-adt"', 'flow(\n    "other"', "no file of"),
        ('source="ehr"', 'source="lab"', "there is no source 'lab'"),
    ],
)
async def test_a_flow_that_is_wrong_never_becomes_live(api, folder, old, new, words):
    change(folder, old, new)
    reply = await api.post("/v1/flows/ehr-adt/deploy")
    assert reply.status == 400
    assert words in reply.body["problem"]
    await api.receive(id="1")
    assert (await api.get("/v1/messages")).body["messages"][0]["decision"] == "decided"


async def test_a_changed_lane_waits_until_what_came_in_before_is_out(api, folder):
    await api.post("/v1/destinations/archive/hold")
    await api.receive(id="1")
    change(folder, 'lane="PID-3"', 'lane="PID-3.1"')
    deploying = asyncio.create_task(api.post("/v1/flows/ehr-adt/deploy"))
    await asyncio.sleep(0.2)
    assert not deploying.done()
    assert api.hub.sources["ehr"].paused
    await asyncio.to_thread(lambda: None)
    api.hub.outboxes["archive"].hold(False)
    assert (await deploying).body["changed"]
    assert not api.hub.sources["ehr"].paused
    await api.receive(id="2")
    found = (await api.get("/v1/messages", key="P1")).body["messages"]
    assert [one["id"] for one in found] == [2]


async def test_a_lane_that_cannot_be_drained_keeps_its_flow(api, folder, monkeypatch):
    monkeypatch.setattr(deploy, "DRAIN_S", 0.1)
    await api.post("/v1/destinations/archive/hold")
    await api.receive(id="1")
    change(folder, 'lane="PID-3"', 'lane="PID-3.1"')
    reply = await api.post("/v1/flows/ehr-adt/deploy")
    assert reply.status == 400
    assert "is not out after" in reply.body["problem"]
    assert not api.hub.sources["ehr"].paused
    assert api.hub.plan.flows[0].lane == "PID-3"


async def test_a_flow_that_is_new_needs_a_start(api, folder):
    path = folder / "flows" / "more.py"
    path.write_text((folder / "flows" / "example.py").read_text().replace('"ehr-adt"', '"more"'))
    reply = await api.post("/v1/flows/more/deploy")
    assert reply.status == 400
    assert "was not there when the hub started" in reply.body["problem"]
