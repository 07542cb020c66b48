"""The API over HTTP: who may ask, what is answered, and what wrong input gets."""

from __future__ import annotations

import asyncio
import io
import json
import re

import msgspec
import pytest
from api_hub import Api, fresh_hub, serving

from isthmus.runtime.verbs import VERBS


@pytest.fixture
def folder(tmp_path):
    return fresh_hub(tmp_path / "hub")


@pytest.fixture
async def api(folder):
    async with serving(folder) as api:
        yield api


async def settled(api: Api, n: int) -> None:
    """Wait until the archive has `n` outcomes."""
    for _ in range(2000):
        rows = (await api.get("/v1/ledger")).body["rows"]
        if any(row["party"] == "archive" and row["delivered"] == n for row in rows):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("never delivered")


# ---- who may ask


@pytest.mark.parametrize("path", ["/metrics", *(verb.path for verb in VERBS if verb.method == "GET")])
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer ünicode"])
async def test_without_the_token_nothing_is_told(api, path, given):
    reply = await api.ask("GET", re.sub(r"{\w+}", "1", path), headers={"authorization": given})
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert set(reply.body) == {"code", "problem"}


async def test_the_same_holds_for_actions_and_each_refusal_is_an_event(api):
    for verb in VERBS:
        if verb.method == "POST":
            reply = await api.ask("POST", re.sub(r"{\w+}", "1", verb.path), headers={"authorization": "Bearer no"})
            assert reply.status == 401
    assert api.hub.observer.counts["ApiRefused"] == sum(verb.method == "POST" for verb in VERBS)


async def test_a_rotated_token_counts_at_once(api, folder):
    (folder / "admin.token").write_text("fresh\n")
    assert (await api.get("/v1/status")).status == 401
    api.token = "fresh"
    assert (await api.get("/v1/status")).status == 200


async def test_health_is_open_and_readiness_follows_the_storage(api):
    for path in ("/healthz", "/readyz", "/openapi.json"):
        assert (await api.ask("GET", path, headers={"authorization": ""})).status == 200
    api.hub._storage_down = True
    assert (await api.ask("GET", "/readyz")).status == 503
    assert (await api.ask("GET", "/healthz")).status == 200


async def test_an_api_beyond_this_machine_is_refused(folder):
    settings = folder / "hub.toml"
    settings.write_text(
        settings.read_text().replace('[admin]\nlisten = "127.0.0.1:0"', '[admin]\nlisten = "0.0.0.0:0"')
    )
    with pytest.raises(Exception, match="put a TLS proxy before it"):
        async with serving(folder):
            pass


# ---- wrong input


@pytest.mark.parametrize(
    ("method", "path", "sent", "words"),
    [
        ("GET", "/v1/messages?limit=many", None, "Expected `int`"),
        ("GET", "/v1/messages?colour=red", None, "unknown field `colour`"),
        ("GET", "/v1/messages?since=yesterday", None, "is no time"),
        ("GET", "/v1/messages/seven", None, "Expected `int`"),
        ("GET", "/v1/messages/99", None, "there is no message 99"),
        ("GET", "/v1/parked/9/body", None, "not on the worklist"),
        ("POST", "/v1/parked/resend", "{", "no JSON object"),
        ("POST", "/v1/parked/resend", "[]", "no JSON object"),
        ("POST", "/v1/parked/resend", "\udcff", "no JSON object"),
        ("POST", "/v1/parked/resend", "{}", "missing required field `items`"),
        ("POST", "/v1/parked/resend", '{"items": [1], "reason": " "}', "give a reason"),
        ("POST", "/v1/parked/resend", '{"items": ["x"], "reason": "y"}', "Expected `int`"),
        ("POST", "/v1/parked/1/mend", '{"body": "no base64!", "reason": "y"}', "base64"),
        ("POST", "/v1/replay", '{"destinations": []}', "name the destinations"),
        ("POST", "/v1/destinations/nowhere/hold", "", "there is no destination 'nowhere'"),
        ("POST", "/v1/flows/nothing/deploy", "", "no file of"),
    ],
)
async def test_wrong_input_is_answered_with_400_and_what_to_do(api, method, path, sent, words):
    data = None if sent is None else sent.encode("utf-8", "surrogateescape")
    reply = await api.ask(method, path, data=data)
    assert reply.status == 400
    assert words in reply.body["problem"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nope", 404), ("POST", "/v1/messages", 405)])
async def test_places_that_are_none(api, method, path, status):
    reply = await api.ask(method, path)
    assert (reply.status, reply.body["code"]) == (status, "NO_SUCH_PLACE")


async def test_a_request_that_is_too_large_is_cut_off(api):
    reply = await api.ask("POST", "/v1/parked/resend", data=io.BytesIO(b"x" * (33 << 20)))
    assert reply.status == 413


async def test_what_nobody_foresaw_says_nothing_of_its_words(api, monkeypatch):
    from isthmus.runtime import looks

    monkeypatch.setattr(looks, "status", lambda hub: 1 / 0)
    reply = await api.get("/v1/status")
    assert (reply.status, reply.body["code"]) == (500, "DEFECT")
    assert "ZeroDivisionError" in api.log.getvalue()


# ---- what is answered


async def test_a_message_is_found_and_shown_and_the_look_is_audited_first(api):
    receipt = await api.receive()
    await settled(api, 1)
    found = (await api.get("/v1/messages", key="P1^GH")).body
    assert [one["id"] for one in found["messages"]] == [receipt.message_id]
    shown = (await api.get(f"/v1/messages/{receipt.message_id}", reason="a question")).body
    assert shown["deliveries"][0]["state"] == "delivered"
    assert shown["tree"][1]["path"] == "PID"
    rows = (await api.get("/v1/audit")).body["rows"]
    assert [(row["actor"], row["action"], row["reason"]) for row in rows] == [("api:tess", "show", "a question")]


async def test_an_actors_name_is_cut_and_cleaned(api):
    await api.receive()
    await api.ask("GET", "/v1/messages/1", headers={"x-isthmus-actor": "t\te" + "x" * 500})
    row = (await api.get("/v1/audit")).body["rows"][0]
    assert row["actor"] == "api:te" + "x" * 98


async def test_status_names_what_runs_and_what_is_wrong(api, folder):
    (folder / "out").rmdir()
    await api.receive()
    for _ in range(2000):
        status = (await api.get("/v1/status")).body
        if status["incidents"]:
            break
        await asyncio.sleep(0.005)
    assert status["ready"]
    assert [one["name"] for one in status["sources"]] == ["ehr"]
    assert status["destinations"][0]["unavailable"]
    assert status["incidents"][0]["cause"] == "destination archive"
    assert [one["name"] for one in status["flows"]] == ["ehr-adt"]


async def test_every_answer_has_the_shape_that_is_declared(api):
    await api.receive()
    await api.receive(id="2", patient="")
    await settled(api, 1)
    asks = {
        "show": {"id": 1},
        "version": {"version": api.hub.plan.version("ehr-adt")},
        "body": {"item": 1},
        "hold": {"destination": "archive"},
        "release": {"destination": "archive"},
        "deploy": {"flow": "ehr-adt"},
        "replay": {"destinations": ["archive"]},
        "close": {"items": [1], "reason": "done"},
    }
    acting = {"resend", "skip", "discard", "redirect", "mend", "approve", "refuse", "body"}
    elsewhere = {"rows"}  # this hub has no table: test_table_looks.py
    for verb in VERBS:
        if verb.name in acting | elsewhere:
            continue
        fields = dict(asks.get(verb.name, {}))
        path = re.sub(r"{(\w+)}", lambda m, fields=fields: str(fields.pop(m[1])), verb.path)
        more = {"params": fields} if verb.method == "GET" else {"json": fields}
        reply = await api.ask(verb.method, path, **more)
        assert reply.status == 200, (verb.name, reply.body)
        assert msgspec.convert(reply.body, verb.answer)


async def test_a_replay_over_the_api_is_a_dry_run_by_default(api):
    await api.receive()
    await settled(api, 1)
    dry = (await api.post("/v1/replay", destinations=["archive"])).body
    assert (dry["dry_run"], dry["dispatched"]) == (True, {"archive": 1})
    done = (await api.post("/v1/replay", destinations=["archive"], dry_run=False, reason="x")).body
    assert (done["dry_run"], done["messages"]) == (False, 1)
    assert len((await api.get("/v1/messages")).body["messages"]) == 2


# ---- the document


async def test_the_openapi_document_has_every_verb_and_every_route_is_in_it(api):
    document = (await api.ask("GET", "/openapi.json")).body
    described = {
        (method.upper(), path): operation["operationId"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert described == {(verb.method, verb.path): verb.name for verb in VERBS}
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
    text = json.dumps(document)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in document["components"]["schemas"]


async def test_parameters_of_the_document_are_those_that_are_taken(api):
    document = (await api.ask("GET", "/openapi.json")).body
    for verb in VERBS:
        operation = document["paths"][verb.path][verb.method.lower()]
        named = {one["name"] for one in operation["parameters"]}
        if "requestBody" in operation:
            named |= set(operation["requestBody"]["content"]["application/json"]["schema"]["properties"])
        assert named == set(verb.ask.__struct_fields__)


@pytest.mark.parametrize("path", ["/v1/messages/99999999999999999999", "/v1/messages?after=99999999999999999999"])
async def test_a_number_that_no_journal_reaches_is_a_wrong_argument(api, path):
    reply = await api.get(path)
    assert (reply.status, reply.body["code"]) == (400, "MISUSE")


async def test_the_same_holds_in_a_list(api):
    reply = await api.post("/v1/replay", destinations=["archive"], ids=[1, 1 << 64])
    assert (reply.status, reply.body["code"]) == (400, "MISUSE")


@pytest.mark.parametrize("limit", [-1, 0, 1001])
async def test_a_page_of_the_audit_has_a_size(limit, api):
    reply = await api.get("/v1/audit", limit=limit)
    assert (reply.status, reply.body["code"]) == (400, "MISUSE")
