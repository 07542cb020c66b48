"""What does not fit into memory is read back from the journal: all of it, once, and in order."""

from __future__ import annotations

import asyncio

import pytest
from outbox_bench import Bench
from small_hub import SmallHub

from isthmus.kernel.errors import Permanent, StorageUnable
from isthmus.ports import DELIVERED, Delivery, Entry, Outcome, State
from isthmus.runtime.window import Bounds
from isthmus.testing.simulation.messages import REFUSED

TINY = Bounds(window=8, low_water=4, lane_window=2, page=3)


async def taken(delivery: Delivery) -> Outcome:
    await asyncio.sleep(0.01)
    return DELIVERED


def test_a_queue_far_longer_than_memory_goes_out_whole_once_and_in_order() -> None:
    bench = Bench(taken, bounds=TINY, connections=3)
    bench.journal.page_s = bench.journal.load_s = 0.004

    async def test() -> None:
        bench.put("300", "P0")
        most = 0
        for _ in range(2000):
            await asyncio.sleep(0.01)
            most = max(most, len(bench.outbox.lanes))
        assert most <= TINY.window + 1

    lanes = {at: sorted({f"P{at % 5}", f"P{at % 7}"}) for at in range(300)}
    bench.run(test(), [(f"{at}", *lanes[at]) for at in range(300)])
    assert sorted(map(int, bench.taken)) == list(range(301))
    for lane in (f"P{at}" for at in range(7)):
        mine = [int(body) for body in bench.taken if lane in lanes.get(int(body), ["P0"])]
        assert mine == sorted(mine)


def test_what_arrives_while_the_last_page_is_on_its_way_goes_out_too() -> None:
    bench = Bench(taken, bounds=TINY)
    bench.journal.page_s = 0.05

    async def test() -> None:
        for at in range(40):
            bench.put(f"{at:02}")
            await asyncio.sleep(0.013)
        await asyncio.sleep(5)

    bench.run(test())
    assert bench.taken == [f"{at:02}" for at in range(40)]


def test_a_lane_that_comes_free_within_the_page_that_is_read_is_not_passed_over() -> None:
    bench = Bench(taken, bounds=Bounds(window=40, low_water=20, lane_window=2, page=4))
    bench.journal.load_s = 0.2  # P1 comes free while P3 is loaded, and its next ones stand in the same page
    queued = [("0", "P1"), ("1", "P1"), ("2", "P2"), ("3", "P2"), ("4", "P1"), ("5", "P3"), ("6", "P3"), ("7", "P1")]

    async def test() -> None:
        await asyncio.sleep(60)

    bench.run(test(), [*queued, *((f"{at}", f"P{at}") for at in range(8, 20))])
    assert sorted(map(int, bench.taken)) == list(range(20))
    assert [body for body in bench.taken if body in ("0", "1", "4", "7")] == ["0", "1", "4", "7"]


def test_a_lane_keeps_no_more_than_its_share_of_memory() -> None:
    bench = Bench(taken, bounds=Bounds(window=40, low_water=20, lane_window=2, page=20))

    async def test() -> None:
        most = 0
        for _ in range(2000):
            most = max(most, *(bench.outbox.lanes.length(key) for key in (b"P1", b"P2")))
            await asyncio.sleep(0.005)
        assert most == 2

    bench.run(test(), [(f"{at}", "P1" if at < 30 else "P2") for at in range(60)])
    assert sorted(map(int, bench.taken)) == list(range(60))


async def refused(delivery: Delivery) -> Outcome:
    """A target that takes everything but what begins with an x."""
    if delivery.body.startswith(b"x"):
        raise Permanent
    return await taken(delivery)


def test_more_parked_patients_than_memory_has_room_for_do_not_hold_up_the_others() -> None:
    bench = Bench(refused, bounds=TINY, connections=2)

    async def test() -> None:
        await asyncio.sleep(20)
        for at in range(20):
            bench.put(f"b{at}", f"S{at}")  # stands behind what is parked
        bench.put("last", "P3")
        await asyncio.sleep(1)
        assert len(bench.outbox.lanes) == 0

    sick = [(f"x{at}", f"S{at}") for at in range(20)] + [(f"a{at}", f"S{at}") for at in range(20)]
    bench.run(test(), [*sick, *((f"{at}", f"P{at % 5}") for at in range(50))])
    assert bench.taken[-1] == "last"
    assert sorted(map(int, bench.taken[:-1])) == list(range(50))


@pytest.mark.parametrize("restarted", [False, True])
def test_what_waits_behind_something_parked_goes_out_after_it_in_order(restarted: bool) -> None:
    """P1 stands behind x, the merge m behind P1, and so P2 behind m; P3 goes on."""
    bench = Bench(refused, bounds=TINY, connections=2)

    async def test() -> None:
        await asyncio.sleep(5)
        bench.put("2c", "P2")
        bench.put("3c", "P3")
        await asyncio.sleep(5)
        assert bench.taken == ["2a", "3a", "3b", "3c"]
        x = bench.journal.shelf.deliveries[0]
        if restarted:
            await bench.restart([x])
            assert bench.taken == ["2a", "3a", "3b", "3c"]
        bench.answer = taken
        x.state = State.WAITING
        bench.outbox.changed(x)
        await asyncio.sleep(5)

    queued = [("x", "P1"), ("1a", "P1"), ("2a", "P2"), ("3a", "P3"), ("m", "P1", "P2")]
    bench.run(test(), [*queued, ("2b", "P2"), ("1b", "P1"), ("3b", "P3")])
    assert len(bench.taken) == 10
    assert [body for body in bench.taken if body[0] in "mx1"] == ["x", "1a", "m", "1b"]
    assert [body for body in bench.taken if body in ("2a", "m", "2b", "2c")] == ["2a", "m", "2b", "2c"]


def test_what_found_no_room_behind_something_parked_is_read_back_too() -> None:
    bench = Bench(refused, bounds=Bounds(window=8, low_water=4, lane_window=1, page=3))

    async def test() -> None:
        await asyncio.sleep(5)
        x = bench.journal.shelf.deliveries[0]
        x.state = State.SKIPPED
        bench.outbox.changed(x)
        await asyncio.sleep(5)

    bench.run(test(), [("x", "P1"), ("1a", "P1"), ("1b", "P1")])
    assert bench.taken == ["1a", "1b"]


def test_what_is_sent_again_while_its_lane_is_read_back_goes_out_first() -> None:
    """The page that is on its way was read while x1 was parked, and holds what waits behind it."""
    bench = Bench(refused, bounds=TINY, connections=2)

    async def test() -> None:
        await asyncio.sleep(5)
        bench.answer = taken
        bench.journal.page_s = 0.5
        x2, _, x1, _ = bench.journal.shelf.deliveries
        x2.state = State.SKIPPED
        bench.outbox.changed(x2)
        await asyncio.sleep(0.2)
        x1.state = State.WAITING
        bench.outbox.changed(x1)
        await asyncio.sleep(5)

    bench.run(test(), [("x2", "P2"), ("2a", "P2"), ("x1", "P1"), ("1a", "P1")])
    assert sorted(bench.taken) == ["1a", "2a", "x1"]
    assert [body for body in bench.taken if body != "2a"] == ["x1", "1a"]


def test_lanes_behind_two_parked_deliveries_wait_for_both() -> None:
    bench = Bench(refused, bounds=TINY, connections=2)

    async def test() -> None:
        await asyncio.sleep(5)
        first, second = bench.journal.shelf.deliveries[:2]
        first.state = State.SKIPPED
        bench.outbox.changed(first)
        await asyncio.sleep(5)
        assert bench.taken == ["1a"]
        second.state = State.SKIPPED
        bench.outbox.changed(second)
        await asyncio.sleep(5)

    queued = [("x1", "P1"), ("x2", "P2"), ("1a", "P1"), ("m", "P1", "P2"), ("1b", "P1"), ("2b", "P2")]
    bench.run(test(), queued)
    assert bench.taken[:2] == ["1a", "m"]
    assert sorted(bench.taken[2:]) == ["1b", "2b"]


def test_what_is_sent_again_while_a_page_is_on_its_way_is_not_passed_over() -> None:
    bench = Bench(taken, bounds=Bounds(window=40, low_water=20, lane_window=2, page=3))
    bench.journal.page_s = 0.5

    async def test() -> None:
        parked = bench.journal.shelf.deliveries[4]
        await asyncio.sleep(0.7)  # the second page is on its way: without this one, which stands in its middle
        parked.state = State.WAITING
        bench.outbox.changed(parked)
        await asyncio.sleep(60)

    def park(at: int) -> None:
        bench.journal.shelf.deliveries[at].state = State.PARKED

    bench.run(test(), [(f"{at}", f"P{at}") for at in range(12)], prepare=lambda: park(4))
    assert sorted(map(int, bench.taken)) == list(range(12))


def test_what_left_while_its_page_was_read_does_not_go_out_again() -> None:
    bench = Bench(taken, bounds=Bounds(window=12, low_water=8, lane_window=2, page=4), connections=4)
    bench.journal.page_s = 0.03

    async def test() -> None:
        for at in range(80, 160):
            bench.put(f"{at}", f"P{at % 3}")
            await asyncio.sleep(0.004)
        await asyncio.sleep(60)

    bench.run(test(), [(f"{at}", f"P{at % 3}") for at in range(80)])
    assert sorted(map(int, bench.taken)) == list(range(160))


def test_a_journal_that_cannot_be_read_for_a_while_is_read_later() -> None:
    bench = Bench(taken, bounds=TINY)
    real, failing = bench.journal.page, True

    async def page(destination: str, after: int, limit: int) -> list[Entry]:
        if failing:
            raise StorageUnable
        return await real(destination, after, limit)

    bench.journal.page = page  # type: ignore[method-assign]

    async def test() -> None:
        nonlocal failing
        await asyncio.sleep(3)
        failing = False
        await asyncio.sleep(3)

    bench.run(test(), [("a", "P1")])
    assert bench.taken == ["a"]


def test_an_idle_destination_does_not_read() -> None:
    bench = Bench(taken, bounds=TINY)
    real, reads = bench.journal.page, 0

    async def page(destination: str, after: int, limit: int) -> list[Entry]:
        nonlocal reads
        reads += 1
        return await real(destination, after, limit)

    bench.journal.page = page  # type: ignore[method-assign]
    bench.journal.load_s = 0.05

    async def test() -> None:
        nonlocal reads
        for at in range(60):
            bench.put(f"{at}", f"P{at % 3}")
            await asyncio.sleep(0.005)
        await asyncio.sleep(30)
        assert len(bench.taken) == 60
        reads = 0
        await asyncio.sleep(600)
        assert reads == 0

    bench.run(test())


def test_bodies_beyond_their_bound_are_read_when_they_are_sent() -> None:
    bench = Bench(taken, bounds=Bounds(body_bytes=3))

    async def test() -> None:
        bench.outbox.hold(True)
        for at in range(10):
            bench.put(f"{at}", f"P{at}")
        await asyncio.sleep(0.1)
        assert sum(entry.body is not None for entry in bench.outbox.lanes.entries.values()) == 3
        bench.outbox.hold(False)
        await asyncio.sleep(5)

    bench.run(test())
    assert sorted(bench.taken) == [f"{at}" for at in range(10)]


def test_what_is_sent_again_into_a_lane_that_stands_in_the_journal_is_read_back_too() -> None:
    hub = SmallHub(TINY)
    later = [f"lab.0.{at}" for at in range(2, 9)]

    async def scenario() -> None:
        hub.send("lab.0.1", "ORU^R01", wish=REFUSED)
        item = await hub.item()
        hub.targets["erp"].reachable = False
        for name in later:
            hub.send(name, "ORU^R01")
        await asyncio.sleep(1)
        await hub.restart()
        await asyncio.sleep(1)
        assert hub.operator is not None
        hub.targets["erp"].cured.add("lab.0.1")
        await hub.in_hub(hub.operator.resend(hub.act(item), "ana"))
        hub.targets["erp"].reachable = True
        await asyncio.sleep(5)

    hub.run(scenario())
    assert sorted(hub.taken("erp")) == ["lab.0.1", *later]
    assert hub.taken("viewer") == ["lab.0.1", *later]
