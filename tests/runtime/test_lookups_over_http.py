"""A flow that asks a real HTTP service: the answer is shown, and replays decide on it unless told otherwise."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web
from api_hub import Api, fresh_hub, serving

from isthmus.cli.main import main
from isthmus.journal.search import open_read
from isthmus.kernel.errors import Misuse
from isthmus.observe import Observer
from isthmus.runtime import asks
from isthmus.runtime.hub import open_hub
from isthmus.runtime.replay_diff import Diff, candidate, replay_diff
from isthmus.security import Vault

FLOW = """\
import json

from isthmus import flow, lookup, send


def question(msg):
    return json.dumps({"member": msg["PID-3.1"]}).encode()


eligibility = lookup("eligibility", to="payer", ask=question, timeout_s=5)
ehr_adt = flow("ehr-adt", source="ehr", accepts="hl7v2/ADT", owner="it", lane="PID-3", when_parked="wait")


@ehr_adt.on(asks=eligibility)
def registered(msg):
    plan = json.loads(eligibility.of(msg).body)["plan"]
    yield send("archive", plan.encode(), key=plan)
"""

PAYER = """
[destinations.payer]
connector = "http"
url = "http://127.0.0.1:{}/eligibility"
owner = "it"
pass_on = true
"""


class Payer:
    def __init__(self) -> None:
        self.plan = "gold"
        self.status = 200
        self.asked: list[tuple[str, str]] = []
        self.port = 0

    async def serve(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked.append((asked["member"], request.headers["Idempotency-Key"]))
        return web.json_response({"plan": self.plan}, status=self.status)


@pytest.fixture
async def payer() -> AsyncIterator[Payer]:
    payer = Payer()
    app = web.Application()
    app.router.add_post("/eligibility", payer.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    payer.port = runner.addresses[0][1]
    yield payer
    await runner.cleanup()


@pytest.fixture
def folder(tmp_path: Path, payer: Payer) -> Path:
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "example.py").write_text(FLOW)
    with (folder / "hub.toml").open("a") as file:
        file.write(PAYER.format(payer.port))
    return folder


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


def archived(folder: Path) -> list[str]:
    return sorted(path.read_text() for path in (folder / "out").glob("*") if not path.name.startswith("."))


async def replayed(api: Api, *, ask_again: bool = False) -> None:
    options = {"despite_newer": True, "dry_run": False, "ask_again": ask_again}
    reply = await api.post("/v1/replay", destinations=["archive"], ids=[1], reason="a test", **options)
    assert (reply.status, reply.body["messages"], reply.body["failed"]) == (200, 1, [])


def diff(folder: Path) -> Diff:
    reader = open_read(folder / "data" / "journal.db", Vault((folder / "hub.key").read_text()))
    try:
        return replay_diff(reader, candidate(folder, reader.mac), asks.Replay(destinations=[]), time.time_ns())
    finally:
        reader.close()


async def test_the_answer_decides_and_is_shown(folder: Path, payer: Payer) -> None:
    async with serving(folder) as api:
        await api.receive(patient="P1")
        await until(lambda: archived(folder) == ["gold"])
        shown = (await api.get("/v1/messages/1")).body
        (answer,) = shown["answers"]
        assert (answer["lookup"], answer["how"]) == ("eligibility", "asked")
    assert [member for member, _ in payer.asked] == ["P1"]


async def test_a_replay_decides_on_the_recorded_answer_and_records_it_too(folder: Path, payer: Payer) -> None:
    async with serving(folder) as api:
        await api.receive(patient="P1")
        await until(lambda: archived(folder) == ["gold"])
        payer.plan = "silver"
        await replayed(api)
        shown = (await api.get("/v1/messages/2")).body
        assert [(one["how"], one["lookup"]) for one in shown["answers"]] == [("asked", "eligibility")]
        assert len(payer.asked) == 1


async def test_a_replay_that_asks_again_decides_on_the_fresh_answer(folder: Path, payer: Payer) -> None:
    async with serving(folder) as api:
        await api.receive(patient="P1")
        await until(lambda: archived(folder) == ["gold"])
        payer.plan = "silver"
        await replayed(api, ask_again=True)
        await until(lambda: archived(folder) in (["gold", "silver"], ["silver"]))
    assert len({key for _, key in payer.asked}) == 2  # what honours keys gives a fresh answer, not the old one


async def test_what_the_service_refuses_parks_the_message_until_a_person_tries_again(
    folder: Path, payer: Payer
) -> None:
    payer.status = 422
    async with serving(folder) as api:
        await api.receive(patient="P1")
        parked: list[dict[str, object]] = []
        async with asyncio.timeout(10):
            while not parked:
                parked = (await api.get("/v1/parked")).body["items"]
        assert parked[0]["code"] == "PERMANENT"
        payer.status = 200
        await api.post("/v1/parked/resend", items=[parked[0]["item"]], reason="the payer was mended")
        await until(lambda: archived(folder) == ["gold"])


async def test_replay_diff_decides_on_recorded_answers(folder: Path, payer: Payer) -> None:
    async with serving(folder) as api:
        await api.receive(patient="P1")
        await until(lambda: archived(folder) == ["gold"])
    payer.plan = "silver"
    assert diff(folder).counts["same"] == 1
    path = folder / "flows" / "example.py"
    path.write_text(FLOW.replace('["plan"]', '["plan"].upper()'))
    assert diff(folder).counts["changed"] == 1
    path.write_text(FLOW.replace('"member"', '"subscriber"'))
    (one,) = diff(folder).shown
    assert (one.verdict, "no answer is recorded" in one.why) == ("fails", True)
    path.write_text(
        FLOW.replace("(asks=eligibility)", "()").replace('json.loads(eligibility.of(msg).body)["plan"]', '"gold"')
    )
    assert diff(folder).counts["same"] == 1
    assert len(payer.asked) == 1


async def test_a_hub_whose_destination_cannot_answer_does_not_start(folder: Path) -> None:
    settings = folder / "hub.toml"
    settings.write_text(settings.read_text().replace("pass_on = true", ""))
    with pytest.raises(Misuse, match=r"eligibility cannot ask .destinations.payer.: it does not hand its answers on"):
        open_hub(folder, Observer())


async def test_the_command_line_shows_the_answer(
    folder: Path, payer: Payer, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(folder) as api:
        await api.receive(patient="P1")
        await until(lambda: archived(folder) == ["gold"])
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["show", "1", "--hub", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "look-up eligibility: answered, 20" in said
    assert json.dumps({"plan": "gold"}) in said
