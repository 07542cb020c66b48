"""Lanes, merges, parking, pauses and retries of a whole hub."""

from __future__ import annotations

import asyncio

import pytest
from wards import Receiver, Ward, adt


async def send_all(ward: Ward, *messages: bytes) -> None:
    sender = await ward.connect()
    sender.put(*messages)
    for _ in messages:
        assert (await sender.answer())[:2] == "AA"


async def test_each_lane_keeps_its_order_and_holds_up_no_other(ward: Ward, receiver: Receiver) -> None:
    ward.write(destination="timeout_s = 20")
    await ward.start()
    receiver.replies[1] = None
    await send_all(ward, adt(1, "P1"), adt(2, "P1"), adt(3, "P2"), adt(4, "P2"), adt(5, "P3"))
    await ward.until_states("WAITING", "WAITING", "DELIVERED", "DELIVERED", "DELIVERED")
    assert [number for number in receiver.received if number in (3, 4)] == [3, 4]
    assert 2 not in receiver.received


async def test_a_merge_goes_out_when_it_heads_both_lanes_and_both_go_on_after_it(ward, receiver) -> None:
    ward.write(lane=("PID-3.1", "MRG-1.1"), destination="timeout_s = 0.5")
    await ward.start()
    receiver.replies[1] = None
    await send_all(
        ward,
        adt(1, "P1"),
        adt(2, "P2"),
        adt(3, "P1", event="A40", merged="P2"),
        adt(4, "P2"),
        adt(5, "P1"),
        adt(6, "P3"),
    )
    await receiver.until(lambda received: {1, 2, 6} <= set(received))
    assert set(receiver.received) == {1, 2, 6}
    receiver.replies.clear()
    await ward.until_states(*["DELIVERED"] * 6)
    after = [number for number in receiver.received if number in (3, 4, 5)]
    assert after[0] == 3
    assert set(after) == {3, 4, 5}


@pytest.mark.parametrize(("when_parked", "second"), [("wait", "WAITING"), ("go_on", "DELIVERED")])
async def test_behind_a_parked_delivery_its_lane_does_as_declared(ward, receiver, when_parked, second) -> None:
    ward.write(when_parked=when_parked)
    await ward.start()
    receiver.replies[1] = "AE"
    await send_all(ward, adt(1, "P1"), adt(2, "P1"), adt(3, "P2"))
    await ward.until_states("PARKED", second, "DELIVERED")
    await asyncio.sleep(0.05)
    assert (2 in receiver.received) == (second == "DELIVERED")


@pytest.mark.parametrize(("when_parked", "second"), [("wait", "WAITING"), ("go_on", "DELIVERED")])
async def test_a_parked_delivery_holds_its_lane_over_a_restart_as_declared(ward, receiver, when_parked, second) -> None:
    ward.write(when_parked=when_parked)
    await ward.start()
    receiver.replies[1] = "AE"
    await send_all(ward, adt(1, "P1"))
    await ward.until_states("PARKED")
    await ward.stop()
    await ward.start()
    await send_all(ward, adt(2, "P1"), adt(3, "P2"))
    await ward.until_states("PARKED", second, "DELIVERED")


async def test_an_unreachable_destination_pauses_and_parks_nothing(ward: Ward, receiver: Receiver) -> None:
    await receiver.stop()
    ward.write(destination="attempts_max = 2")
    await ward.start()
    await send_all(ward, *(adt(number, f"P{number}") for number in range(1, 9)))
    while ward.count("DestinationPaused") == 0:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)  # many more probes than attempts_max
    assert await ward.states() == ["WAITING"] * 8
    assert list(ward.hub.observer.incidents) == ["destination out"]
    await receiver.start()
    await ward.until_states(*["DELIVERED"] * 8)
    assert ward.hub.observer.incidents == {}
    assert await ward.rows("select count(*) from delivery where attempts > 1") == [(0,)]


async def test_a_fault_of_the_delivery_is_retried_and_then_parked(ward: Ward, receiver: Receiver) -> None:
    ward.write(destination="attempts_max = 3")
    await ward.start()
    receiver.replies[1] = "AR"
    await send_all(ward, adt(1, "P1"), adt(2, "P1"))
    await ward.until_states("PARKED", "WAITING")
    assert receiver.received == [1, 1, 1]
    assert await ward.rows("select code from worklist") == [("TRANSIENT",)]


async def test_retries_keep_the_order_of_their_lane(ward: Ward, receiver: Receiver) -> None:
    ward.write()
    await ward.start()
    receiver.replies[1] = "AR"
    await send_all(ward, adt(1, "P1"), adt(2, "P1"))
    await receiver.until(lambda received: len(received) >= 2)
    receiver.replies.clear()
    await ward.until_states("DELIVERED", "DELIVERED")
    assert receiver.received == [1] * (len(receiver.received) - 1) + [2]


async def test_a_configuration_that_fails_pauses_its_destination_instead_of_parking_everything(ward, receiver) -> None:
    ward.write(destination='tls = { ca = "ca.pem" }')
    await ward.start()
    await send_all(ward, adt(1), adt(2, "P2"))
    while ward.count("DestinationPaused") == 0:
        await asyncio.sleep(0.01)
    assert await ward.states() == ["WAITING", "WAITING"]
    assert "ca.pem" in (ward.hub.outboxes["out"].unavailable_because or "")


async def test_what_was_accepted_goes_out_after_a_restart_in_order(ward: Ward, receiver: Receiver) -> None:
    await receiver.stop()
    ward.write()
    await ward.start()
    await send_all(ward, *(adt(number, f"P{number % 3}") for number in range(1, 31)))
    await ward.stop()
    await receiver.start()
    await ward.start()
    await ward.until_states(*["DELIVERED"] * 30)
    for lane in range(3):
        assert [number for number in receiver.received if number % 3 == lane] == [
            number for number in range(1, 31) if number % 3 == lane
        ]


async def test_an_undecided_message_holds_its_lane_at_intake(ward: Ward, receiver: Receiver) -> None:
    ward.write()
    await ward.start()
    await send_all(ward, adt(1, "P1", name="BROKEN"), adt(2, "P1"), adt(3, "P2"))
    await ward.until_states("DELIVERED")
    assert receiver.received == [3]
    assert await ward.rows("select id, decision from message order by id") == [(1, 0), (2, 0), (3, 2)]
