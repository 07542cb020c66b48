"""A recorded version leads to the very text that decided."""

from __future__ import annotations

import base64

import pytest
from api_hub import Api, fresh_hub, serving

from isthmus.runtime.versions import hash_of, hashes_of

FLOW = """\
from isthmus import flow, send, table

from flows._names import TO

wards = table("wards", key="ward", columns=("phone",))
ehr_adt = flow(
    "ehr-adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3", when_parked="wait"
)


@ehr_adt.on()
def every_message(msg):
    yield send(TO, wards.find("ICU")["phone"].encode(), key=msg["MSH-10"])
"""
NAMES = 'TO = "archive"\n'
WARDS = "ward,phone\nICU,4711\n"


@pytest.fixture
def folder(tmp_path):
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "example.py").write_text(FLOW)
    (folder / "flows" / "_names.py").write_text(NAMES)
    (folder / "tables" / "wards.csv").write_text(WARDS)
    return folder


@pytest.fixture
async def api(folder):
    async with serving(folder) as api:
        yield api


async def decided_by(api: Api, id: int) -> str:
    return (await api.get(f"/v1/messages/{id}")).body["version"]


async def files(api: Api, version: str) -> dict[str, str]:
    shown = await api.get(f"/v1/versions/{version.replace('+', '%2B')}")
    assert shown.status == 200, shown.body
    assert shown.body["missing"] == []
    return {
        one["name"]: base64.b64decode(one["content"]).decode()
        for one in shown.body["texts"]
        if one["kind"] in ("source", "table")
    }


async def test_the_version_of_a_decision_leads_to_flow_imports_and_tables(api: Api) -> None:
    await api.receive()
    version = await decided_by(api, 1)
    expected = {"flows/example.py": FLOW, "flows/_names.py": NAMES, "tables/wards.csv": WARDS}
    assert await files(api, version) == expected
    assert await files(api, hash_of(WARDS.encode())) == {"tables/wards.csv": WARDS}


async def test_after_a_deployment_each_message_leads_to_what_decided_it(api: Api, folder) -> None:
    await api.receive(id="1")
    (folder / "tables" / "wards.csv").write_text(WARDS.replace("4711", "4712"))
    await api.post("/v1/flows/tables/deploy")
    await api.receive(id="2")
    (folder / "flows" / "_names.py").write_text(NAMES + "# changed\n")
    assert (await api.post("/v1/flows/ehr-adt/deploy")).body["changed"]
    await api.receive(id="3")
    found = [await files(api, await decided_by(api, id)) for id in (1, 2, 3)]
    assert [one["tables/wards.csv"][-5:] for one in found] == ["4711\n", "4712\n", "4712\n"]
    assert [one["flows/_names.py"] for one in found] == [NAMES, NAMES, NAMES + "# changed\n"]
    rows = (await api.get("/v1/versions")).body["texts"]
    assert [bool(one["until"]) for one in rows if one["name"] == "tables/wards.csv"] == [False, True]


async def test_the_look_is_audited_with_its_reason(api: Api) -> None:
    await api.receive()
    version = await decided_by(api, 1)
    await api.get(f"/v1/versions/{hashes_of(version)[0]}", reason="an auditor asks")
    row = (await api.get("/v1/audit")).body["rows"][-1]
    assert (row["action"], row["reason"], row["version"]) == ("show version", "an auditor asks", hashes_of(version)[0])


async def test_a_version_that_is_none_says_so(api: Api) -> None:
    reply = await api.get("/v1/versions/ehr-adt@000000000000")
    assert (reply.status, "no text is stored" in reply.body["problem"]) == (400, True)


async def test_texts_are_there_after_a_restart_and_stored_once(folder) -> None:
    for id in ("1", "2"):
        async with serving(folder) as api:
            await api.receive(id=id)
            assert len(await files(api, await decided_by(api, 1))) == 3
            assert len((await api.get("/v1/versions")).body["texts"]) == 5
