"""Recorded messages through a changed flow: what is the same, and what is told apart."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from api_hub import Api, fresh_hub, serving
from hypothesis import given
from hypothesis import strategies as st
from wards import Receiver, Ward, adt

from isthmus.journal.search import open_read
from isthmus.kernel.errors import Misuse
from isthmus.runtime import asks
from isthmus.runtime.operator import Operator
from isthmus.runtime.replay_diff import Diff, Dispatched, Field, candidate, replay_diff
from isthmus.runtime.replay_diff.compare import Out, differences
from isthmus.runtime.replay_diff.meaning import maybe_places
from isthmus.security import Vault

FLOW = """\
from isthmus import flow, forward, send, table

wards = table("wards", key="ward", columns=("phone",))
ehr_adt = flow(
    "ehr-adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3", when_parked="wait"
)


@ehr_adt.on("ADT^A01")
def admitted(msg):
    if msg["PID-3.1"] == "BROKEN":
        raise ValueError("no such ward")
    yield forward("archive", key=msg["MSH-10"])
    yield send("archive", wards.find("ICU")["phone"].encode(), key="phone")


@ehr_adt.on("ADT^A08")
def updated(msg):
    return []
"""
WARDS = "ward,phone\nICU,4711\n"


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A hub with four messages: two that were dispatched, one that was filtered, one that stands undecided."""
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "example.py").write_text(FLOW)
    (folder / "tables" / "wards.csv").write_text(WARDS)
    async with serving(folder) as api:
        await api.receive(id="1", patient="P1")
        await api.receive(id="2", patient="P2")
        await api.receive("ADT^A08", id="3", patient="P3")
        await api.receive(id="4", patient="BROKEN")
        await settled(api)
    return folder


async def settled(api: Api) -> None:
    for _ in range(2000):
        rows = (await api.get("/v1/ledger")).body["rows"]
        if any(row["party"] == "archive" and row["waiting"] == 0 for row in rows):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("never settled")


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "flows" / "example.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def diff(folder: Path, file: Path | None = None, *, tables_now: bool = False, **chosen: object) -> Diff:
    reader = open_read(folder / "data" / "journal.db", Vault((folder / "hub.key").read_text()))
    try:
        ask = asks.Replay(destinations=[], **chosen)  # type: ignore[arg-type]
        return replay_diff(reader, candidate(folder, reader.mac, file), ask, time.time_ns(), tables_now=tables_now)
    finally:
        reader.close()


def verdicts(found: Diff) -> dict[int, str]:
    return {one.message: one.verdict for one in found.shown}


async def test_the_flow_that_decided_them_gives_the_same(folder: Path) -> None:
    found = diff(folder)
    assert (found.messages, found.counts["same"], found.differs) == (4, 4, False)
    assert found.shown == []


async def test_a_changed_body_is_told_by_its_place(folder: Path) -> None:
    change(
        folder,
        'yield forward("archive", key=msg["MSH-10"])',
        'msg.content["PID-5.1"] = "X"\n    yield send("archive", bytes(msg.content), key=msg["MSH-10"])',
    )
    found = diff(folder)
    assert verdicts(found) == {1: "changed", 2: "changed"}
    assert found.shown[0].dispatches == (Dispatched("archive", "changed", (Field("PID-5.1", "Canary", "X"),)),)


async def test_a_dispatch_more_or_less_and_another_key_are_told(folder: Path) -> None:
    change(folder, 'key=msg["MSH-10"])', 'key=msg["PID-3.1"])\n    yield send("archive", b"more", key="more")')
    (first, *_) = diff(folder, ids=(1,)).shown
    fields = first.dispatches[0].fields
    assert [(field.path, field.was, field.now) for field in fields] == [("key", "1", "P1")]
    assert first.dispatches[1:] == (Dispatched("archive", "new"),)


async def test_what_gave_nothing_and_what_would_give_nothing_are_told_apart(folder: Path) -> None:
    change(folder, "    return []", '    yield forward("archive")')
    change(folder, '    yield forward("archive", key=msg["MSH-10"])\n    yield send', "    return\n    yield send")
    assert verdicts(diff(folder)) == {1: "gone", 2: "gone", 3: "new"}


async def test_a_flow_that_fails_is_told_without_the_words_of_its_error(folder: Path) -> None:
    change(folder, "    yield forward", '    raise ValueError(msg["PID-5.1"])\n    yield forward')
    found = diff(folder)
    assert verdicts(found) == {1: "fails", 2: "fails"}
    assert "ValueError" in found.shown[0].why
    assert "Canary" not in found.shown[0].why


async def test_what_stood_undecided_and_would_be_decided_is_a_change(folder: Path) -> None:
    change(folder, 'raise ValueError("no such ward")', "return")
    found = diff(folder)
    assert [(one.message, one.was, one.verdict) for one in found.shown] == [(4, "undecided", "changed")]


async def test_a_type_that_no_flow_takes_any_more_fails(folder: Path) -> None:
    change(folder, 'accepts="hl7v2/ADT"', 'accepts="hl7v2/ORU"')
    change(folder, 'on("ADT^A01")', 'on("ORU^R01")')
    change(folder, 'on("ADT^A08")', 'on("ORU^R30")')
    assert {one.why for one in diff(folder).shown} == {
        "no flow takes ADT^A01 any more",
        "no flow takes ADT^A08 any more",
    }


async def test_tables_hold_the_rows_of_then_unless_those_of_today_are_asked_for(folder: Path) -> None:
    (folder / "tables" / "wards.csv").write_text(WARDS.replace("4711", "4712"))
    assert not diff(folder).differs
    found = diff(folder, tables_now=True)
    assert verdicts(found) == {1: "changed", 2: "changed"}
    assert found.shown[0].dispatches[0].fields[0].path == "body"
    change(folder, 'columns=("phone",)', 'columns=("phone", "beds")')
    (folder / "tables" / "wards.csv").write_text("ward,phone,beds\nICU,4711,8\n")
    assert (diff(folder).tables_now, diff(folder).differs) == (3, False)


async def test_a_flow_of_another_file_stands_in_the_place_of_the_one_of_its_name(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "trial.py"
    other.write_text(FLOW.replace("return []", 'yield forward("archive")'))
    assert verdicts(diff(folder, other)) == {3: "new"}
    assert not diff(folder).differs
    other.write_text("x = 1\n")
    with pytest.raises(Misuse, match="holds no flow"):
        diff(folder, other)
    with pytest.raises(Misuse, match="there is no file"):
        diff(folder, tmp_path / "nothing.py")


async def test_messages_are_chosen_as_for_a_replay(folder: Path) -> None:
    assert diff(folder, type="ADT^A08").messages == 1
    assert diff(folder, limit=2).messages == 2
    assert diff(folder, flow="ehr-adt").messages == 3
    with pytest.raises(Misuse, match="cannot be replayed"):
        diff(folder, ids=(99,))


async def test_mends_are_taken_into_account(ward: Ward, receiver: Receiver) -> None:
    """A delivery is held against what the flow gave, a message against what it was decided on."""
    ward.write()
    await ward.start()
    receiver.replies[1] = "AE"
    sender = await ward.connect()
    await sender.send(adt(1))
    await ward.until_states("PARKED")
    await sender.send(adt(2, "P2", name="BROKEN"))
    receiver.replies.clear()
    operator = Operator(ward.hub)
    for body in (adt(1, name="ROE"), adt(2, "P2", name="ROE")):
        item = (await operator.parked(asks.ListParked(), "ana")).items[0].item
        await operator.mend(asks.Mend(item=item, body=body, reason="a test"), "ana")
    await operator.close()
    await ward.until_states("DELIVERED", "DELIVERED")
    await ward.stop()
    assert (diff(ward.folder).messages, diff(ward.folder).differs) == (2, False)


def out(to: str, body: bytes | None = b"x", key: str | None = None, **headers: str) -> Out:
    return Out(to, key, (b"L" * 16,), headers, body)


def test_dispatches_belong_together_by_key_and_else_by_order() -> None:
    assert differences([out("a", b"1", "k1"), out("a", b"2", "k2")], [out("a", b"2", "k2"), out("a", b"1", "k1")]) == []
    assert differences([out("a", b"1"), out("a", b"2")], [out("a", b"1")]) == [Dispatched("a", "gone")]
    assert differences([], [out("b"), out("a")]) == [Dispatched("a", "new"), Dispatched("b", "new")]


def test_lanes_headers_and_bodies_that_cannot_be_read_are_compared_too() -> None:
    moved = Out("a", None, (b"M" * 16,), {"name": "y"}, b"\xff")
    (found,) = differences([out("a", b"x", name="x")], [moved])
    assert [field.path for field in found.fields] == ["lane", "headers.name", "body"]
    assert differences([out("a", None)], [out("a", b"x")]) == []


def test_hl7_and_json_are_compared_by_meaning() -> None:
    was = b"MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5.1\rPID|1||7||DOE^JOHN||||\r"
    assert differences([out("a", was)], [out("a", was.replace(b"|||||", b"|"))]) == []
    assert differences([out("a", b'{"x": 1, "y": [2]}')], [out("a", b'{"y":[2],"x":1}')]) == []
    (found,) = differences([out("a", b'{"y": [2, 3]}')], [out("a", b'{"y": [2, 4]}')])
    assert found.fields == (Field("y[1]", "3", "4"),)


@given(st.sampled_from([b"MSH|^~\\&|", b"{", b"[", b""]), st.binary(max_size=60))
def test_any_bytes_have_places_or_none(head: bytes, tail: bytes) -> None:
    found = maybe_places(head + tail)
    assert found is None or all(isinstance(value, str) for value in found.values())
