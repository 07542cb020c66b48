"""Deploying reference tables while the hub runs: alone, with a flow, and not at all when one is wrong."""

from __future__ import annotations

import pytest
from api_hub import fresh_hub, serving

FLOW = """\
from isthmus import flow, send, table

wards = table("wards", key="ward", columns=("phone",))
ehr_adt = flow(
    "ehr-adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3", when_parked="wait"
)


@ehr_adt.on()
def every_message(msg):
    yield send("archive", wards.find("ICU")["phone"].encode(), key=msg["MSH-10"])
"""


@pytest.fixture
def folder(tmp_path):
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "example.py").write_text(FLOW)
    phone(folder, "4711")
    return folder


@pytest.fixture
async def api(folder):
    async with serving(folder) as api:
        yield api


def phone(folder, number: str) -> None:
    (folder / "tables" / "wards.csv").write_text(f"ward,phone\nICU,{number}\n")


async def sent(api, id: str) -> int:
    """How many digits the flow found in the table for a message (the size of what it sends)."""
    receipt = await api.receive(id=id)
    shown = (await api.get(f"/v1/messages/{receipt.message_id}", reason="a test")).body
    return shown["deliveries"][0]["size"]


async def test_messages_after_a_deployment_look_into_the_new_rows(api, folder):
    assert await sent(api, "1") == 4
    phone(folder, "4711-00")
    assert await sent(api, "2") == 4, "nothing is read until it is deployed"
    deployed = (await api.post("/v1/flows/tables/deploy", reason="new numbers")).body
    assert (deployed["flow"], deployed["changed"]) == ("tables", True)
    assert await sent(api, "3") == 7
    audited = [one for one in (await api.get("/v1/audit")).body["rows"] if one["action"] == "deploy"]
    assert [(row["flow"], row["reason"], row["version"]) for row in audited] == [
        ("tables", "new numbers", deployed["version"])
    ]
    versions = [one["version"] for one in (await api.get("/v1/messages", oldest_first="true")).body["messages"]]
    assert versions[0] == versions[1] != versions[2]
    assert versions[2].endswith(f"+tables@{deployed['version']}")


async def test_tables_that_have_not_changed_are_said_to_be_live(api):
    deployed = (await api.post("/v1/flows/tables/deploy")).body
    assert (deployed["changed"], deployed["before"]) == (False, deployed["version"])


async def test_a_table_with_a_fault_is_refused_with_its_line_and_the_old_rows_answer(api, folder):
    (folder / "tables" / "wards.csv").write_text("ward,phone\nICU,1\nICU,2\n")
    reply = await api.post("/v1/flows/tables/deploy")
    assert reply.status == 400
    assert "tables/wards.csv:3: has the key of line 2" in reply.body["problem"]
    assert await sent(api, "1") == 4


async def test_a_flow_brings_the_tables_along(api, folder):
    phone(folder, "4711-00")
    flow = folder / "flows" / "example.py"
    flow.write_text(flow.read_text() + "\n# changed\n")
    assert (await api.post("/v1/flows/ehr-adt/deploy")).body["changed"]
    assert await sent(api, "1") == 7
    phone(folder, "47110000")
    assert (await api.post("/v1/flows/tables/deploy")).body["changed"]
    assert await sent(api, "2") == 8, "the tables of the deployed flow are those that are read again"


async def test_a_flow_whose_table_is_wrong_is_not_deployed(api, folder):
    flow = folder / "flows" / "example.py"
    flow.write_text(flow.read_text().replace('columns=("phone",)', 'columns=("phone", "floor")'))
    reply = await api.post("/v1/flows/ehr-adt/deploy")
    assert reply.status == 400
    assert "has no column 'floor'" in reply.body["problem"]
    assert await sent(api, "1") == 4


async def test_a_hub_without_tables_has_none_to_deploy(tmp_path):
    async with serving(fresh_hub(tmp_path / "hub")) as api:
        reply = await api.post("/v1/flows/tables/deploy")
    assert reply.status == 400
    assert "no flow declares a table" in reply.body["problem"]
