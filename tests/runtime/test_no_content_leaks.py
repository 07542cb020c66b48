"""A canary in a message must come out of no command and no answer that does not audit the look, and of no log line."""

from __future__ import annotations

import pytest
from api_hub import fresh_hub, serving

from isthmus.runtime.verbs import VERBS

CANARY = "Zzyzxcanary"
FAILING = """
from isthmus import flow

ehr_adt = flow("ehr-adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3", when_parked="wait")


@ehr_adt.on("ADT^A01")
def fails(msg):
    raise KeyError(msg["PID-3.1"])


@ehr_adt.on("ADT^A02")
def asks(msg):
    return int(msg["PID-3.1"])
"""


@pytest.fixture
async def api(tmp_path):
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "example.py").write_text(FAILING)
    async with serving(folder) as api:
        for number, type in enumerate(("ADT^A01", "ADT^A02", "ORU^R01")):
            await api.receive(type=type, id=f"{CANARY}{number}", patient=CANARY)
        await api.receive(type=f"ADT^{CANARY}", id="x", patient=CANARY)
        api.hub.intakes["ehr"].receive(f"MSH|{CANARY}".encode(), lambda receipt: None, origin="peer")
        await api.receive(id="flush", patient="other")
        yield api


async def test_what_lists_shows_none_of_it(api):
    open_looks = {"status", "messages", "parked", "ledger", "audit"}
    for verb in VERBS:
        if verb.name in open_looks:
            reply = await api.get(verb.path)
            assert reply.status == 200
            assert CANARY not in str(reply.body), verb.name
    assert CANARY not in (await api.get("/metrics")).body
    assert CANARY not in str((await api.post("/v1/verify")).body)


async def test_no_log_line_holds_it(api):
    log = api.log.getvalue()
    assert "DecisionParked" in log
    assert "MessageRefused" in log
    assert CANARY not in log


async def test_errors_of_the_api_repeat_none_of_it(api):
    for path in (f"/v1/messages?key={CANARY}&limit=x", f"/v1/messages?control_id={CANARY}&state=z"):
        reply = await api.ask("GET", path)
        assert reply.status == 400
        assert CANARY not in str(reply.body)


async def test_only_the_audited_look_shows_it(api):
    before = len((await api.get("/v1/audit")).body["rows"])
    shown = (await api.get("/v1/messages/1")).body
    assert CANARY in str(shown["tree"])
    assert len((await api.get("/v1/audit")).body["rows"]) == before + 1
