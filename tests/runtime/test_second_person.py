"""A mend that changes an amount, over the API: two people whom their tokens tell apart."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from api_hub import Api, Reply, fresh_hub, serving

RAW = (
    b"MSH|^~\\&|A|B|C|D|20260101||DFT^P03|1|P|2.5.1\rPID|1||P1^^^GH^MR||Canary^Carla\r"
    b"FT1|1|C1||20260115||CG|CDM100|||1|96.30&USD\r"
)
FLOW = """
from isthmus import flow

charges = flow("charges", source="ehr", accepts="hl7v2/DFT", owner="finance", lane="PID-3", when_parked="wait")


@charges.on()
def charge(msg):
    if msg["FT1-7.1"] == "CDM100":
        raise ValueError("CDM100 is not in the crosswalk")
    return []
"""


@pytest.fixture
async def api(tmp_path: Path):
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "charges.py").write_text(FLOW)
    settings = folder / "hub.toml"
    for name in ("ana", "ben"):
        (folder / f"{name}.token").write_text(f"token of {name}")
    actors = '[admin.actors]\nana = "file:ana.token"\nben = "file:ben.token"\n'
    settings.write_text(settings.read_text() + actors)
    async with serving(folder) as api:
        fate: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        api.hub.intakes["ehr"].receive(RAW, fate.set_result)
        await fate
        yield api


def as_(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer token of {name}"}


async def post(api: Api, who: str, path: str, **fields: object) -> Reply:
    headers = as_(who) if who else None
    return await api.ask("POST", f"/v1/parked/1/{path}", json=fields, headers=headers)


async def mend(api: Api, who: str, old: bytes, new: bytes) -> Reply:
    body = base64.b64encode(RAW.replace(old, new)).decode()
    return await post(api, who, "mend", body=body, reason="was the unit price")


async def items(api: Api) -> list[dict[str, object]]:
    return (await api.get("/v1/parked")).body["items"]


async def actions(api: Api) -> list[tuple[str, str]]:
    return [(row["actor"], row["action"]) for row in (await api.get("/v1/audit")).body["rows"]]


async def test_the_worklist_knows_the_money_at_stake(api: Api) -> None:
    assert [one["cents"] for one in await items(api)] == [9630]


async def test_a_mend_that_leaves_the_amounts_alone_is_done_at_once(api: Api) -> None:
    reply = await mend(api, "", b"CDM100", b"CDM200")
    assert reply.body["results"][0]["done"]
    assert await items(api) == []


async def test_one_that_changes_an_amount_waits_until_another_person_approves_it(api: Api) -> None:
    reply = await mend(api, "ana", b"CDM100|||1|96.30", b"CDM200|||1|963.00")
    result = reply.body["results"][0]
    assert (result["done"], result["proposed"]) == (False, True)
    (item,) = await items(api)
    proposed = item["proposed"]
    assert (proposed["by"], proposed["was_cents"], proposed["cents"]) == ("actor:ana", 9630, 96300)
    taken = await api.get("/v1/parked/1/body", proposed="true")
    assert b"963.00" in base64.b64decode(taken.body["body"])
    assert (await post(api, "ana", "approve", reason="mine")).status == 400
    assert (await post(api, "ben", "approve", reason="looked it up")).body["results"][0]["done"]
    assert await items(api) == []
    told = [one for one in await actions(api) if "mend" in one[1]]
    assert told == [("actor:ana", "propose mend"), ("actor:ben", "approve mend"), ("actor:ana", "mend")]


async def test_it_may_be_refused_and_proposed_again(api: Api) -> None:
    await mend(api, "ana", b"96.30", b"963.00")
    assert (await post(api, "ben", "refuse", reason="no")).body["results"][0]["done"]
    assert (await items(api))[0]["proposed"] is None
    assert (await post(api, "ben", "approve", reason="yes")).status == 400
    await mend(api, "ben", b"96.30", b"96.31")
    assert (await items(api))[0]["proposed"]["by"] == "actor:ben"


async def test_who_asks_with_the_hubs_one_token_may_neither_propose_nor_approve(api: Api) -> None:
    refused = await mend(api, "", b"96.30", b"963.00")
    assert (refused.status, "[admin.actors]" in refused.body["problem"]) == (400, True)
    assert (await items(api))[0]["proposed"] is None
    await mend(api, "ana", b"96.30", b"963.00")
    assert (await post(api, "", "approve", reason="as ben, by my own word")).status == 400
    headers = {"x-isthmus-actor": "actor:ben"}
    reply = await api.ask("POST", "/v1/parked/1/approve", json={"reason": "x"}, headers=headers)
    assert reply.status == 400


async def test_a_body_that_would_be_refused_is_not_even_proposed(api: Api) -> None:
    body = base64.b64encode(b"PID|1").decode()
    reply = await post(api, "ana", "mend", body=body, reason="x")
    assert (reply.status, "would be refused" in reply.body["problem"]) == (400, True)


async def test_an_actor_is_known_by_the_token_whatever_name_is_given(api: Api) -> None:
    headers = as_("ana") | {"x-isthmus-actor": "ben"}
    await api.ask("GET", "/v1/parked", headers=headers)
    assert (await actions(api))[-1] == ("actor:ana", "list worklist")


async def test_an_actor_whose_secret_is_gone_may_not_ask_and_the_others_may(api: Api) -> None:
    (api.hub.settings.folder / "ana.token").unlink()
    assert (await api.ask("GET", "/v1/status", headers=as_("ana"))).status == 401
    assert (await api.ask("GET", "/v1/status", headers=as_("ben"))).status == 200
    assert (await api.get("/v1/status")).status == 200
