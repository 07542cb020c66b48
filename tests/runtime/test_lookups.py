"""Look-ups: order, crash, time-out, fallback; what is recorded, and what the ledger says meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import pytest
from asking_hub import AskingHub, collecting_later

from isthmus.flows import Flow, flow, lookup, send
from isthmus.flows.declaration import ALL
from isthmus.journal import ledger
from isthmus.kernel import Message, Permanent, Transient
from isthmus.ports import Fate


def question(message: Message) -> bytes | None:
    name = str(message["PID-5.1"])
    return None if name.startswith("plain") else name.encode()


def asking(lane: str | tuple[str, ...] = "PID-3.1", **options: Any) -> Flow:
    """A flow that sends on what the payer said of a message; messages named plain... ask nothing."""
    eligibility = lookup("eligibility", to="payer", ask=question, **options)
    adt = flow("adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane=lane, when_parked="wait")

    @adt.on("ADT^A04", asks=eligibility)
    def registered(message: Message) -> Iterator[Any]:
        answer = eligibility.maybe_of(message)
        name = str(message["PID-5.1"]).encode()
        yield send("out", name + b": " + (answer.body if answer else b"not asked"))

    @adt.on("ADT^*")
    def others(message: Message) -> Iterator[Any]:
        yield send("out", str(message["PID-5.1"]).encode())

    return adt


def test_a_message_is_acknowledged_first_and_decided_when_its_answer_is_there() -> None:
    hub = AskingHub(asking())

    async def scenario() -> None:
        hub.send("P1", "a")
        await asyncio.sleep(0.05)
        assert [one.fate for one in hub.receipts] == [Fate.ACCEPTED]
        assert await hub.decisions() == ["undecided"]
        counted = (await hub.read(ledger.totals))["source", "ehr"]
        assert (counted["appended"], counted["undecided"]) == (1, 1)
        await asyncio.sleep(0.2)
        assert await hub.decisions() == ["decided"]

    hub.run(scenario())
    assert hub.out == ["a: yes to a"]


def test_those_behind_it_in_the_lane_wait_and_others_do_not() -> None:
    hub = AskingHub(asking())

    async def scenario() -> None:
        hub.send("P1", "a")
        hub.send("P1", "b", "A08")
        hub.send("P1", "c")
        hub.send("P2", "d", "A08")
        await asyncio.sleep(0.05)
        assert hub.out == ["d"]
        assert hub.payer.asked == [b"a"]  # nothing is asked about what has another before it
        await asyncio.sleep(0.5)

    hub.run(scenario())
    assert hub.out == ["d", "a: yes to a", "b", "c: yes to c"]


def test_one_lane_for_all_keeps_its_order() -> None:
    hub = AskingHub(asking(ALL))

    async def scenario() -> None:
        for at in range(60):
            hub.send(f"P{at}", f"{'plain' if at % 3 else 'm'}{at}")
        await asyncio.sleep(10)

    hub.run(scenario())
    assert [one.partition(":")[0] for one in hub.out] == [f"{'plain' if at % 3 else 'm'}{at}" for at in range(60)]
    assert not hub.hub.standing.lanes


def test_a_message_about_which_nothing_is_asked_is_decided_as_it_is_appended() -> None:
    hub = AskingHub(asking())

    async def scenario() -> None:
        hub.send("P1", "plain")
        await asyncio.sleep(0.05)
        assert (await hub.shown(1)).answers == ()

    hub.run(scenario())
    assert hub.out == ["plain: not asked"]
    assert hub.payer.asked == []


def test_a_merge_waits_for_both_its_lanes() -> None:
    hub = AskingHub(asking(("PID-3.1", "PID-5.1")))

    async def scenario() -> None:
        hub.send("P1", "a")
        hub.send("P2", "b")
        await asyncio.sleep(0.01)
        hub.send("a", "P2", "A08")  # behind both
        hub.send("a", "c", "A08")  # behind that
        await asyncio.sleep(1)

    hub.payer.takes_s = 0.1
    hub.run(scenario())
    assert hub.out == ["a: yes to a", "b: yes to b", "P2", "c"]


def test_a_crash_before_the_decision_asks_again_and_gives_one_effect() -> None:
    hub = AskingHub(asking())

    async def scenario() -> None:
        hub.send("P1", "a")
        hub.send("P1", "b", "A08")
        await asyncio.sleep(0.06)
        await hub.restart()
        await asyncio.sleep(1)

    hub.run(scenario())
    assert hub.payer.asked == [b"a", b"a"]
    assert hub.out == ["a: yes to a", "b"]


def test_the_answer_and_when_it_was_given_are_stored_with_the_decision() -> None:
    hub = AskingHub(asking())

    async def scenario() -> None:
        hub.send("P1", "a")
        await asyncio.sleep(0.3)
        await hub.restart()
        ((answer),) = (await hub.shown(1)).answers
        assert (answer.lookup, answer.how, answer.body) == ("eligibility", "asked", b"yes to a")
        assert 0.1e9 <= answer.at_ns - (await hub.shown(1)).received_ns <= 0.2e9

    hub.run(scenario())


def test_while_the_system_is_away_messages_wait_and_one_incident_is_open() -> None:
    hub = AskingHub(asking())

    async def scenario() -> None:
        hub.payer.away = True
        for at in range(20):
            hub.send(f"P{at}", f"m{at}")
        hub.send("P99", "other", "A08")
        await asyncio.sleep(60)
        assert hub.out == ["other"]
        assert set(await hub.decisions()) == {"undecided", "decided"}
        assert list(hub.observer.incidents) == ["destination payer"]
        assert hub.hub.lookups.away_because("payer") == "the payer is away"
        hub.payer.away = False
        await asyncio.sleep(5)
        assert not hub.observer.incidents

    hub.run(scenario())
    assert sorted(hub.payer.asked) == sorted(f"m{at}".encode() for at in range(20))
    assert len(hub.out) == 21
    assert hub.observer.said.count("DestinationPaused") == 1


def test_a_fallback_decides_when_the_answer_takes_too_long_and_is_recorded_as_such() -> None:
    hub = AskingHub(asking(timeout_s=2.0, fallback=b"unknown"))

    async def scenario() -> None:
        hub.payer.says = lambda question: None
        hub.send("P1", "a")
        await asyncio.sleep(1.9)
        assert hub.out == []
        await asyncio.sleep(0.3)
        assert hub.out == ["a: unknown"]
        assert [one.how for one in (await hub.shown(1)).answers] == ["fallback"]
        assert hub.observer.said.count("LookupFellBack") == 1

    hub.run(scenario())


def test_while_the_system_is_known_to_be_away_a_fallback_decides_at_once() -> None:
    hub = AskingHub(asking(timeout_s=5.0, fallback=b"unknown"))

    async def scenario() -> None:
        hub.payer.away = True
        for at in range(10):
            hub.send(f"P{at}", f"m{at}")
        await asyncio.sleep(0.2)
        assert len(hub.out) == 10
        hub.payer.away = False
        await asyncio.sleep(3)
        hub.send("P1", "back")
        await asyncio.sleep(0.5)

    hub.run(scenario())
    assert hub.out[-1] == "back: yes to back"


def test_what_the_system_refuses_is_parked_with_its_cause_and_its_lane_waits() -> None:
    hub = AskingHub(asking(fallback=b"unknown"))

    def refuse(question: bytes) -> bytes:
        raise Permanent("the service refused the request (HTTP 400)", detail="member a is unknown")

    async def scenario() -> None:
        hub.payer.says = refuse
        hub.send("P1", "a")
        hub.send("P1", "b", "A08")
        await asyncio.sleep(1)
        shown = await hub.shown(1)
        assert (shown.decision, shown.answers) == ("undecided", ())
        (item,) = shown.worklist
        assert item["code"] == "PERMANENT"
        assert item["text"] == "the service refused the request (HTTP 400)"
        assert item["detail"] == "member a is unknown"

    hub.run(scenario())
    assert hub.out == []


def test_what_fails_is_tried_again_and_parked_after_the_last_attempt() -> None:
    hub = AskingHub(asking())

    def busy(question: bytes) -> bytes:
        if question == b"never" or hub.payer.asked.count(question) < 3:
            raise Transient("the service could not take it now (HTTP 503)")
        return b"at last"

    async def scenario() -> None:
        hub.payer.says = busy
        hub.send("P1", "a")
        hub.send("P2", "never")
        await asyncio.sleep(5)
        assert [one["code"] for one in (await hub.shown(2)).worklist] == ["TRANSIENT"]

    hub.run(scenario())
    assert hub.out == ["a: at last"]
    assert hub.payer.asked.count(b"never") == 3


def test_a_question_that_cannot_be_made_parks_the_message() -> None:
    def fails(message: Message) -> bytes:
        raise KeyError("DOE^JANE")

    broken = lookup("broken", to="payer", ask=fails)
    adt = flow("adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane=ALL, when_parked="go_on")
    adt.on("ADT^A04", asks=broken)(lambda message: [send("out", b"asked")])
    adt.on("ADT^A08")(lambda message: [send("out", b"went on")])
    hub = AskingHub(adt)

    async def scenario() -> None:
        hub.send("P1", "a")
        hub.send("P1", "b", "A08")
        await asyncio.sleep(1)
        (item,) = (await hub.shown(1)).worklist
        assert item["code"] == "PERMANENT"
        assert "DOE" not in item["text"]
        assert "test_lookups.py" in item["text"]

    hub.run(scenario())
    assert hub.out == ["went on"]


def test_as_many_questions_are_out_at_once_as_the_destination_has_connections() -> None:
    hub = AskingHub(asking(), connections=3)

    async def scenario() -> None:
        for at in range(30):
            hub.send(f"P{at}", f"m{at}")
        await asyncio.sleep(5)

    hub.run(scenario())
    assert hub.payer.most_under_way == 3
    assert len(hub.out) == 30


def test_what_is_not_held_in_memory_has_its_turn_later(monkeypatch: pytest.MonkeyPatch) -> None:
    from isthmus.runtime import undecided

    monkeypatch.setattr(undecided, "ASKED_MAX", 4)
    hub = AskingHub(asking())

    async def scenario() -> None:
        for at in range(40):
            hub.send(f"P{at % 13}", f"m{at}")
        await asyncio.sleep(0.05)
        assert len(hub.hub.undecided._asked) == 4
        await asyncio.sleep(30)

    hub.run(scenario())
    for patient in range(13):
        mine = [one.partition(":")[0] for one in hub.out if int(one.partition(":")[0][1:]) % 13 == patient]
        assert mine == [f"m{at}" for at in range(40) if at % 13 == patient]


def test_a_kept_answer_serves_again_until_it_is_too_old_and_says_when_it_was_given() -> None:
    eligibility = lookup("eligibility", to="payer", ask=lambda message: b"the same", keep_s=10)
    adt = flow("adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3.1", when_parked="wait")
    adt.on(asks=eligibility)(lambda message: [send("out", eligibility.of(message).how.encode())])
    hub = AskingHub(adt)

    async def scenario() -> None:
        for wait_s in (5, 6, 5):
            hub.send("P1", f"m{hub.loop.time()}")
            await asyncio.sleep(wait_s)
        first, second, third = [(await hub.shown(id)).answers[0].at_ns for id in (1, 2, 3)]
        assert first == second
        assert third > second

    hub.run(scenario())
    assert hub.out == ["asked", "kept", "asked"]


def test_an_answer_that_is_too_large_parks_the_message() -> None:
    hub = AskingHub(asking(bytes_max=100))

    async def scenario() -> None:
        hub.payer.says = lambda question: b"x" * 101
        hub.send("P1", "a")
        await asyncio.sleep(1)
        (item,) = (await hub.shown(1)).worklist
        assert item["text"].startswith("the answer to eligibility has 101 bytes, and the look-up takes 100")

    hub.run(scenario())


def test_a_hub_that_stops_leaves_what_is_not_answered_for_the_next_start() -> None:
    hub = AskingHub(asking())

    async def scenario() -> None:
        hub.payer.away = True
        hub.send("P1", "a")
        await asyncio.sleep(1)
        await hub.in_hub(hub.hub.stop(1.0))
        hub.payer.away = False
        await hub.restart()
        await asyncio.sleep(1)

    hub.run(scenario())
    assert hub.out == ["a: yes to a"]


def test_a_storage_that_fails_while_answers_come_loses_none() -> None:
    hub = AskingHub(asking())

    async def scenario() -> None:
        hub.send("P1", "a")
        hub.send("P1", "b", "A08")
        await asyncio.sleep(0.05)
        hub.storage.disk.read_only = True
        await asyncio.sleep(2)
        hub.storage.disk.read_only = False
        await asyncio.sleep(2)

    hub.run(scenario())
    assert hub.out == ["a: yes to a", "b"]


def test_two_look_ups_of_one_message_are_made_together() -> None:
    one = lookup("one", to="payer", ask=lambda message: b"1")
    two = lookup("two", to="payer", ask=lambda message: b"2")
    adt = flow("adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3.1", when_parked="wait")
    adt.on(asks=(one, two))(lambda message: [send("out", one.of(message).body + two.of(message).body)])
    hub = AskingHub(adt)

    async def scenario() -> None:
        hub.send("P1", "a")
        await asyncio.sleep(0.18)

    hub.run(scenario())
    assert hub.out == ["yes to 1yes to 2"]
    assert hub.payer.most_under_way == 2


def test_a_flow_that_is_redeployed_meanwhile_asks_what_it_asks_now() -> None:
    hub = AskingHub(asking())
    other = lookup("other", to="payer", ask=lambda message: b"new")
    again = flow("adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3.1", when_parked="wait")
    again.on(asks=other)(lambda message: [send("out", other.of(message).body)])

    async def scenario() -> None:
        hub.send("P1", "a")
        await asyncio.sleep(0.05)
        with collecting_later():
            hub.hub.plan.replace("adt", again)
        await asyncio.sleep(1)

    hub.run(scenario())
    assert hub.out == ["yes to new"]


def test_what_is_asked_about_is_decided_by_nobody_else_meanwhile() -> None:
    hub = AskingHub(asking())
    plain = flow("adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3.1", when_parked="wait")
    plain.on()(lambda message: [send("out", b"nothing asked")])

    async def scenario() -> None:
        hub.send("P1", "a")
        await asyncio.sleep(0.05)
        with collecting_later():
            hub.hub.plan.replace("adt", plain)
        await hub.in_hub(hub.hub.undecided.reconsider())
        assert await hub.decisions() == ["undecided"]
        await asyncio.sleep(1)
        assert not hub.hub.standing.lanes

    hub.run(scenario())
    assert hub.out == ["nothing asked"]


@pytest.mark.parametrize("seed", range(25))
def test_whatever_happens_each_lane_keeps_its_order_and_nothing_is_lost(seed: int) -> None:
    chance = random.Random(seed)
    hub = AskingHub(asking(("PID-3.1", "MRG-1.1")), connections=chance.choice((1, 2, 5)), seed=seed)
    sent: list[tuple[str, set[str]]] = []

    async def sends() -> None:
        for at in range(60):
            name = f"{chance.choice(('m', 'plain'))}{at}"
            patient, other = chance.choice("ABC"), chance.choice("ABC" + 4 * " ").strip()
            kind, receipts = chance.choice(("A04", "A08")), hub.taken()
            hub.send(patient, name, kind, merges=other)
            await asyncio.sleep(chance.choice((0.001, 0.02, 0.2)))
            while hub.taken() == receipts:  # slow, unable, or killed before it could answer: a sender sends again
                await asyncio.sleep(0.5)
                hub.send(patient, name, kind, merges=other)
            sent.append((name, {patient, other or patient}))

    async def scenario() -> None:
        sending = asyncio.ensure_future(sends())
        for _ in range(6):
            await asyncio.sleep(chance.random() * 0.7)
            hub.payer.takes_s = chance.choice((0.0, 0.01, 0.3))
            hub.payer.away = chance.random() < 0.3
            hub.storage.disk.read_only = chance.random() < 0.2
            if not hub.storage.disk.read_only and chance.random() < 0.3:
                await hub.restart()
        hub.payer.away = hub.storage.disk.read_only = False
        await sending
        await asyncio.sleep(60)
        assert set(await hub.decisions()) <= {"decided", "none"}  # none: a repeat
        assert not hub.hub.standing.lanes

    hub.run(scenario())
    went = list(dict.fromkeys(one.partition(":")[0] for one in hub.out))  # a crash repeats what was not settled
    for patient in "ABC":
        assert [n for n in went if n in _of(sent, patient)] == [n for n, _ in sent if n in _of(sent, patient)]
    assert len(went) == 60


def _of(sent: list[tuple[str, set[str]]], patient: str) -> set[str]:
    return {name for name, patients in sent if patient in patients}
