"""Marked patient data goes through every error path of a real hub, and nothing that leaves it in the clear shows a mark."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from canary_hub import MARK, CanaryHub, Peers, adt, leaks, shapes

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("canary")]

DECIDE = ("raise", "missing", "path", "nowhere", "garbage", "lane")
REFUSE = ("ae", "ar", "other", "noack", "noframe", "oddcode", "silent", "sink")
STATUSES = (200, 307, 400, 401, 403, 404, 409, 412, 422, 429, 500, 502, 503)
PAUSING = (307, 401, 502)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> CanaryHub:
    """A hub after everything has gone wrong with it, its evidence collected."""
    made = CanaryHub(tmp_path_factory.mktemp("canary") / "hub")
    asyncio.run(provoke(made))
    return made


async def provoke(hub: CanaryHub) -> None:
    peers = Peers()
    await peers.start()
    hub.write(peers)
    await asyncio.to_thread(hub.start)
    try:
        await provoke_intake(hub)
        await provoke_flows_and_targets(hub)
        await asyncio.to_thread(provoke_api, hub)
        await asyncio.to_thread(provoke_commands, hub)
    finally:
        hub.keep_files()  # while it runs: the log of the journal is there too
        await asyncio.to_thread(hub.stop)
        hub.keep_files()
        await peers.stop()


async def provoke_intake(hub: CanaryHub) -> None:
    """Frames and messages that are none, types that nobody takes, defects of the hub's own."""
    await hub.send("ehr", MARK.encode() * 9, framed=False, wait_s=0.2)
    await hub.send("ehr", b"\x0b" + adt("half", 1), framed=False, wait_s=0.2)
    await hub.send("ehr", b"\x0b" + adt("nested", 1) + b"\x0b" + adt("nested", 2), framed=False, wait_s=0.2)
    await hub.send("ehr", adt("large", 1) + MARK.encode() * 5000)
    # MSH itself goes back in the acknowledgement: the mark stands after it.
    await hub.send("ehr", MARK.encode(), b"MSH|^~\\&|\r" + MARK.encode() * 3, b"MSH|^\rPID|" + MARK.encode())
    await hub.send("ehr", adt("type", 1, type=f"{MARK}^A01"), adt("type", 2, type="ORU^R01"), adt("type", 3, type=""))
    await hub.send("ehr", adt("defect", 1), wait_s=0.5)


async def provoke_flows_and_targets(hub: CanaryHub) -> None:
    await hub.send("ehr", *(adt(case, number) for number, case in enumerate(DECIDE)))
    await hub.send("ehr", *(adt(case, 100 + number) for number, case in enumerate(REFUSE)))
    await hub.send("ehr", *(adt("shop", status) for status in STATUSES if status not in PAUSING))
    await hub.send("ehr", adt("file", 1), adt("file", 2))  # one key, two contents: a conflict
    await hub.send("ward", adt("ae", 201), adt("silent", 202), adt("ok", 203))
    url, body = f"http://127.0.0.1:{hub.ports['hook']}", f'{{"id": "{MARK}", "name": "{MARK}"}}'.encode()
    for path, sent, token in (
        ("/", body, "hook-token"),
        ("/", b"{" + body, "hook-token"),
        ("/", b"[" * 200_000 + body, "hook-token"),  # deeper than any decoder goes
        ("/", body, MARK),
        (f"/{MARK}?{MARK}={MARK}", body, "hook-token"),
    ):
        await asyncio.to_thread(
            hub.request, "webhook answers", url + path, sent, Authorization=f"Bearer {token}", X=MARK
        )
    (hub.folder / "drop" / f"{MARK}.csv").write_text(MARK)
    (hub.folder / "drop" / "large.csv").write_bytes(MARK.encode() * (2 << 20))
    # 5 decisions of the ehr's, the webhook's and one file's; 7 that the receiver or a defect fails; 9 of the shop; 1 file
    await hub.until_settled(parked=5 + 2 + 7 + 9 + 1)
    await hub.send("ehr", *(adt("shop", status) for status in PAUSING))
    await asyncio.sleep(1.0)


def provoke_api(hub: CanaryHub) -> None:
    for path in ("/metrics", "/healthz", "/readyz", "/v1/status", "/v1/messages?limit=500", "/v1/parked?limit=500"):
        assert hub.admin(path, path) == 200
    for path in ("/v1/ledger", "/v1/audit", "/openapi.json"):
        hub.admin(path, path)
    for path in ("/v1/messages/999999", "/v1/messages/x", "/v1/parked/999999/body", f"/{MARK}", "/v1/messages?state=x"):
        hub.admin("API errors", path)
    hub.admin("API errors", "/v1/parked/skip", b"not json " + MARK.encode())
    hub.admin("API errors", "/v1/parked/resend", b'{"items": [999999], "reason": "test"}')
    hub.admin("API errors", "/v1/status", Authorization=f"Bearer {MARK}")
    assert hub.admin("API errors", "/v1/parked/skip", b'{"items": [1], "reason": "a test"}') < 500


def provoke_commands(hub: CanaryHub) -> None:
    hub.command("messages", "--limit", "500")
    hub.command("messages", "--state", "parked", "--json")
    hub.command("parked", "--limit", "500")
    hub.command("parked", "--json", "--limit", "500")
    hub.command("ledger")
    hub.command("ledger", "--verify")
    hub.command("verify")
    hub.command("show", "999999")
    hub.command("parked", "--skip", "999999", "--reason", "test")
    hub.command("check")
    sample = hub.folder.parent / "sample.hl7"
    sample.write_bytes(adt("ae", 301) + adt("type", 302, type="ORU^R01"))
    hub.command("send", f"127.0.0.1:{hub.ports['ward']}", str(sample), "--timeout", "5")


def test_everything_did_go_wrong(hub: CanaryHub) -> None:
    """The search proves something only when the paths were taken."""
    log = hub.evidence["log"].decode()
    for event in (
        "MessageRefused",
        "DecisionParked",
        "DeliveryParked",
        "DeliveryRetried",
        "DestinationPaused",
        "Defect",
    ):
        assert f'"event":"{event}"' in log or f" {event} " in log, event
    assert hub.evidence["acknowledgements"].count(b"MSA|AE") >= 3
    assert b"MSA|AR" in hub.evidence["acknowledgements"]
    assert b"problem+json" in hub.evidence["webhook answers"]
    assert b"2097152" in hub.evidence["reasons"] or b"bytes" in hub.evidence["reasons"]
    assert len(hub.evidence["data/journal.db"]) > 100_000


@pytest.mark.parametrize(
    "what",
    ["log", "acknowledgements", "webhook answers", "API errors", "/metrics", "/v1", "command", "data/", "reasons", "/"],
)
def test_nothing_shows_patient_data(hub: CanaryHub, what: str) -> None:
    found = {name: content for name, content in hub.evidence.items() if name.startswith(what)}
    assert found
    assert leaks(found) == []


async def test_a_full_disk_shows_no_patient_data(tmp_path: Path) -> None:
    hub, peers = CanaryHub(tmp_path / "full"), Peers()
    await peers.start()
    hub.write(peers)
    await asyncio.to_thread(hub.start, file_bytes_max=1 << 20)
    try:
        for number in range(300):
            if not await hub.send("ehr", adt("ok", number) + b"NTE|1||" + MARK.encode() * 1000 + b"\r"):
                break
        else:
            raise AssertionError("the disk never was full")
        await asyncio.to_thread(hub.admin, "/metrics", "/metrics")
        await asyncio.to_thread(hub.admin, "/readyz", "/readyz")
    finally:
        await asyncio.to_thread(hub.stop)
        hub.keep_files()
        await peers.stop()
    assert b"StorageFailed" in hub.evidence["log"]
    assert leaks(hub.evidence) == []


def test_the_search_finds_a_mark_in_every_shape() -> None:
    import base64

    for shift in range(3):
        assert leaks({"x": base64.b64encode(b"." * shift + b"JANE " + MARK.encode() + b" DOE")})
    for shape in shapes(MARK).values():
        assert leaks({"x": b"before" + shape + b"after"})
    assert leaks({"x": b"nothing"}) == []
