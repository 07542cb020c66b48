"""What becomes of a delivery: pause, retry, time-out, parking, division, and the stop."""

from __future__ import annotations

import asyncio

import pytest
from outbox_bench import Bench

from isthmus.kernel.errors import Conflict, Permanent, StorageUnable, Transient, Unavailable
from isthmus.ports import DELIVERED, Delivery, Entry, Outcome, State
from isthmus.runtime.window import Bounds


async def taken(delivery: Delivery) -> Outcome:
    await asyncio.sleep(0.01)
    return DELIVERED


def test_a_lane_goes_out_in_order_and_one_at_a_time() -> None:
    bench = Bench(taken, connections=8)

    async def test() -> None:
        for at in range(5):
            bench.put(f"{at}")
        await asyncio.sleep(1)

    bench.run(test())
    assert bench.taken == ["0", "1", "2", "3", "4"]
    assert bench.most_under_way == 1


def test_lanes_go_out_beside_each_other_over_the_connections_there_are() -> None:
    bench = Bench(taken, connections=3)

    async def test() -> None:
        for at in range(9):
            bench.put(f"{at}", f"P{at}")
        await asyncio.sleep(1)

    bench.run(test())
    assert len(bench.taken) == 9
    assert bench.most_under_way == 3


# ---- the destination's faults


def test_while_a_destination_is_away_one_probes_and_nothing_counts() -> None:
    away = True

    async def answer(delivery: Delivery) -> Outcome:
        if away:
            raise Unavailable
        return await taken(delivery)

    bench = Bench(answer, connections=4, probe_s=0.1, probe_max_s=0.4, attempts_max=2)

    async def test() -> None:
        nonlocal away
        for at in range(8):
            bench.put(f"{at}", f"P{at % 4}")
        await asyncio.sleep(5)
        assert bench.outbox.unavailable_because == "The destination cannot be reached."
        probes = [when for when, _, _ in bench.tried if when > 1]
        assert 10 <= len(probes) <= 12  # every 0.4 s, by one of the four
        away = False
        await asyncio.sleep(1)

    bench.run(test())
    assert sorted(bench.taken) == [f"{at}" for at in range(8)]
    assert [body for body in bench.taken if int(body) % 4 == 1] == ["1", "5"]
    assert {attempt for _, _, attempt in bench.tried} == {1}
    assert bench.noted.events.count("DestinationPaused") == bench.noted.events.count("DestinationResumed") == 1
    assert bench.outbox.unavailable_because is None


def test_a_journal_that_cannot_be_read_parks_nothing() -> None:
    bench = Bench(taken, bounds=Bounds(body_bytes=0), probe_s=0.1)
    failing = True
    real = bench.journal.load

    async def load(entries: list[Entry], bytes_max: int) -> None:
        if failing:
            raise StorageUnable
        await real(entries, bytes_max)

    bench.journal.load = load  # type: ignore[method-assign]

    async def test() -> None:
        nonlocal failing
        bench.put("a")
        await asyncio.sleep(3)
        failing = False
        await asyncio.sleep(3)

    bench.run(test())
    assert bench.states() == [State.DELIVERED]


def test_a_time_out_while_nothing_gets_through_is_the_destinations() -> None:
    silent = True

    async def answer(delivery: Delivery) -> Outcome:
        await asyncio.sleep(1000 if silent else 0.01)
        return DELIVERED

    bench = Bench(answer, timeout_s=1.0, attempts_max=2)

    async def test() -> None:
        nonlocal silent
        bench.put("a")
        await asyncio.sleep(20)
        silent = False
        await asyncio.sleep(5)

    bench.run(test())
    assert bench.states() == [State.DELIVERED]
    assert bench.attempts("a") > 3


def test_a_time_out_while_others_get_through_is_the_deliverys_own() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        await asyncio.sleep(1000 if delivery.body == b"stuck" else 0.01)
        return DELIVERED

    bench = Bench(answer, connections=2, timeout_s=1.0, attempts_max=3, back_off_s=0.1)

    async def test() -> None:
        bench.put("stuck", "P1", waits=False)
        for at in range(400):
            bench.put(f"{at}", "P2")
            await asyncio.sleep(0.05)

    bench.run(test())
    assert bench.attempts("stuck") == 3
    assert bench.states()[0] is State.PARKED
    assert len(bench.taken) >= 399


# ---- the delivery's own faults


def test_what_cannot_be_taken_now_is_tried_again_in_its_place() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        if delivery.body == b"a" and delivery.attempt < 3:
            raise Transient
        return DELIVERED

    bench = Bench(answer, connections=4, back_off_s=1.0)

    async def test() -> None:
        bench.put("a")
        bench.put("b")
        bench.put("c", "P2")
        await asyncio.sleep(20)

    bench.run(test())
    assert bench.taken == ["c", "a", "b"]
    first, second, third = (when for when, body, _ in bench.tried if body == "a")
    assert 0.5 <= second - first <= 1.0  # half of the back-off is jitter
    assert 1.0 <= third - second <= 2.0


def test_a_target_that_says_when_is_asked_then() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        if delivery.attempt == 1:
            raise Transient(retry_after_s=7)
        return DELIVERED

    bench = Bench(answer)

    async def test() -> None:
        bench.put("a")
        await asyncio.sleep(20)

    bench.run(test())
    first, second = (when for when, _, _ in bench.tried)
    assert second - first == pytest.approx(7)


def test_retrying_deliveries_get_a_share_of_the_connections() -> None:
    bad_under_way: list[int] = []

    async def answer(delivery: Delivery) -> Outcome:
        if delivery.body.startswith(b"good"):
            return await taken(delivery)
        bad_under_way.append(delivery.id)
        await asyncio.sleep(1)
        bad_under_way.remove(delivery.id)
        raise Transient

    bench = Bench(answer, connections=8, attempts_max=50, back_off_s=0.01, back_off_max_s=0.01)

    async def test() -> None:
        for at in range(8):
            bench.put(f"bad {at}", f"B{at}")
        await asyncio.sleep(5)
        assert len(bad_under_way) == 2
        for at in range(20):
            bench.put(f"good {at}", f"G{at}")
        await asyncio.sleep(0.5)
        assert len(bench.taken) == 20

    bench.run(test())


@pytest.mark.parametrize("error", [Permanent("no"), Conflict(), ValueError("a connector's own fault")])
def test_what_is_never_taken_is_parked_at_once(error: Exception) -> None:
    async def answer(delivery: Delivery) -> Outcome:
        raise error

    bench = Bench(answer)

    async def test() -> None:
        bench.put("a")
        await asyncio.sleep(1)

    bench.run(test())
    assert bench.states() == [State.PARKED]
    assert len(bench.tried) == 1
    (item,) = bench.journal.shelf.items
    assert item.work.owner == "finance"
    assert "own fault" not in item.work.text


def test_a_lane_that_waits_stands_behind_what_is_parked_until_a_person_acts() -> None:
    cured = False

    async def answer(delivery: Delivery) -> Outcome:
        if delivery.body == b"a" and not cured:
            raise Permanent
        return DELIVERED

    bench = Bench(answer)

    async def test() -> None:
        nonlocal cured
        first = bench.put("a")
        bench.put("b")
        bench.put("c", "P2")
        await asyncio.sleep(1)
        assert bench.taken == ["c"]
        cured = True
        stored = bench.journal.shelf.deliveries[first.id - 1]
        stored.state = State.WAITING
        bench.outbox.changed(stored)
        await asyncio.sleep(1)

    bench.run(test())
    assert bench.taken == ["c", "a", "b"]


def test_a_lane_that_waits_goes_on_when_a_person_gives_up_what_is_parked() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        if delivery.body == b"a":
            raise Permanent
        return DELIVERED

    bench = Bench(answer)

    async def test() -> None:
        first = bench.put("a")
        bench.put("b")
        await asyncio.sleep(1)
        stored = bench.journal.shelf.deliveries[first.id - 1]
        stored.state = State.SKIPPED
        bench.outbox.changed(stored)
        await asyncio.sleep(1)

    bench.run(test())
    assert bench.taken == ["b"]


def test_a_lane_that_goes_on_leaves_what_is_parked_behind() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        if delivery.body == b"a":
            raise Permanent
        return DELIVERED

    bench = Bench(answer)

    async def test() -> None:
        bench.put("a", waits=False)
        bench.put("b", waits=False)
        await asyncio.sleep(1)

    bench.run(test())
    assert bench.taken == ["b"]
    assert bench.states() == [State.PARKED, State.DELIVERED]


def test_what_a_connector_can_divide_is_divided_instead_of_parked() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        if b"x" in delivery.body and len(delivery.body) > 1:
            raise Permanent
        if delivery.body == b"x":
            raise Permanent
        return DELIVERED

    def split(body: bytes, key: str) -> list[tuple[str, bytes]] | None:
        middle = len(body) // 2
        return [("left", body[:middle]), ("right", body[middle:])] if middle else None

    bench = Bench(answer, split=split)

    async def test() -> None:
        bench.put("abxd", waits=False)
        await asyncio.sleep(1)

    bench.run(test())
    assert sorted(bench.taken) == ["ab", "d"]
    assert bench.states().count(State.REDIRECTED) == 2  # the whole, and the half with the faulty line
    assert bench.states().count(State.PARKED) == 1


# ---- hold and stop


def test_what_is_held_goes_out_when_it_is_released() -> None:
    bench = Bench(taken)

    async def test() -> None:
        bench.outbox.hold(True)
        bench.put("a")
        await asyncio.sleep(5)
        assert bench.taken == []
        bench.outbox.hold(False)
        await asyncio.sleep(1)

    bench.run(test())
    assert bench.taken == ["a"]


def test_a_stop_lets_what_is_under_way_finish_and_takes_up_nothing_new() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        await asyncio.sleep(2)
        return DELIVERED

    bench = Bench(answer)

    async def test() -> None:
        bench.put("a")
        bench.put("b", "P2")
        await asyncio.sleep(1)
        assert await bench.outbox.stop(5) == 1
        assert bench.loop.time() < 3

    bench.run(test())
    assert bench.taken == ["a"]
    assert bench.states() == [State.DELIVERED, State.WAITING]
    assert bench.closed >= 1


def test_a_stop_cuts_off_what_does_not_finish_in_time() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        await asyncio.sleep(1000)
        return DELIVERED

    bench = Bench(answer)

    async def test() -> None:
        bench.put("a")
        await asyncio.sleep(1)
        began = bench.loop.time()
        await bench.outbox.stop(3)
        assert bench.loop.time() - began == pytest.approx(3)

    bench.run(test())
    assert bench.taken == []
    assert bench.states() == [State.WAITING]


def test_a_stop_while_the_destination_is_away_is_quick() -> None:
    async def answer(delivery: Delivery) -> Outcome:
        raise Unavailable

    bench = Bench(answer, connections=3, probe_s=100, probe_max_s=100)

    async def test() -> None:
        for at in range(5):
            bench.put(f"{at}", f"P{at}")
        await asyncio.sleep(1)
        began = bench.loop.time()
        assert await bench.outbox.stop(60) == 5
        assert bench.loop.time() - began < 1

    bench.run(test())
