"""What a sender hears, and when: accept mode, application mode with its time limit, duplicates."""

from __future__ import annotations

import asyncio

from wards import Receiver, Ward, adt

APPLICATION = 'acknowledge = "application"\n'


async def test_a_message_is_accepted_when_it_is_durable_whatever_its_destination_does(ward, receiver) -> None:
    await receiver.stop()
    ward.write()
    await ward.start()
    sender = await ward.connect()
    assert await sender.send(adt(1)) == "AA M00001"
    assert await ward.states() == ["WAITING"]


async def test_in_application_mode_the_sender_hears_that_the_destination_has_taken_it(ward, receiver) -> None:
    ward.write(source=APPLICATION)
    await ward.start()
    sender = await ward.connect()
    assert await sender.send(adt(1)) == "AA M00001"
    assert receiver.received == [1]


async def test_a_refusal_by_the_destination_gives_the_message_back(ward: Ward, receiver: Receiver) -> None:
    ward.write(source=APPLICATION)
    await ward.start()
    receiver.replies[1] = "AE"
    sender = await ward.connect()
    assert await sender.send(adt(1)) == "AE M00001"
    assert await ward.states() == ["RETURNED"]
    assert await ward.rows("select count(*) from worklist") == [(0,)]
    assert await sender.send(adt(2)) == "AA M00002"  # its lane goes on


async def test_attempts_end_with_the_message_given_back(ward: Ward, receiver: Receiver) -> None:
    ward.write(source=APPLICATION, destination="attempts_max = 3")
    await ward.start()
    receiver.replies[1] = "AR"
    sender = await ward.connect()
    assert await sender.send(adt(1)) == "AE M00001"
    assert receiver.received == [1, 1, 1]
    assert await ward.states() == ["RETURNED"]


async def test_a_destination_that_does_not_answer_in_time_gives_the_message_back(ward, receiver) -> None:
    ward.write(source=APPLICATION + "answer_within_s = 0.2")
    await ward.start()
    receiver.replies[1] = None
    sender = await ward.connect()
    assert await sender.send(adt(1)) == "AE M00001"
    assert await ward.states() == ["RETURNED"]


async def test_what_waits_behind_an_unanswered_message_is_given_back_too_and_never_sent(ward, receiver) -> None:
    ward.write(source=APPLICATION + "answer_within_s = 0.2", destination="timeout_s = 0.5")
    await ward.start()
    receiver.replies[1] = None
    sender = await ward.connect()
    sender.put(adt(1), adt(2), adt(3))
    assert [await sender.answer() for _ in range(3)] == ["AE M00001", "AE M00002", "AE M00003"]
    assert await sender.send(adt(4, "P2")) == "AA M00004"
    await ward.until_states("RETURNED", "RETURNED", "RETURNED", "DELIVERED")
    receiver.replies.clear()
    while ward.hub.outboxes["out"].lanes.entries:
        await asyncio.sleep(0.01)
    assert await sender.send(adt(5)) == "AA M00005"
    assert [number for number in receiver.received if number in (2, 3)] == []


async def test_an_unreachable_destination_gives_the_message_back(ward: Ward, receiver: Receiver) -> None:
    await receiver.stop()
    ward.write(source=APPLICATION + "answer_within_s = 0.2")
    await ward.start()
    sender = await ward.connect()
    assert await sender.send(adt(1)) == "AE M00001"
    assert await ward.states() == ["RETURNED"]
    await receiver.start()
    assert await sender.send(adt(2)) == "AA M00002"
    assert receiver.received == [2]


async def test_a_message_that_was_given_back_is_no_duplicate_when_it_comes_again(ward, receiver) -> None:
    ward.write(source=APPLICATION)
    await ward.start()
    receiver.replies[1] = "AE"
    sender = await ward.connect()
    assert await sender.send(adt(1)) == "AE M00001"
    receiver.replies.clear()
    assert await sender.send(adt(1)) == "AA M00001"
    assert await ward.states() == ["RETURNED", "DELIVERED"]
    assert await sender.send(adt(1)) == "AA M00001"
    assert receiver.received == [1, 1]


async def test_what_no_destination_is_to_get_is_accepted(ward: Ward) -> None:
    ward.write(source=APPLICATION)
    await ward.start()
    sender = await ward.connect()
    assert await sender.send(adt(1, name="BROKEN")) == "AA M00001"  # the hub owes it: it is on the worklist
    assert await ward.rows("select kind, closed_ns from worklist") == [("message", 0)]


async def test_a_duplicate_gets_the_same_answer_and_no_second_processing(ward: Ward, receiver: Receiver) -> None:
    ward.write()
    await ward.start()
    first, second = await ward.connect(), await ward.connect()
    assert await first.send(adt(1)) == "AA M00001"
    assert await second.send(adt(1)) == "AA M00001"
    await ward.until_states("DELIVERED")
    assert receiver.received == [1]
    assert await ward.rows("select kind, original from message order by id") == [(0, None), (1, 1)]


async def test_a_duplicate_of_one_in_flight_waits_for_its_answer(ward: Ward, receiver: Receiver) -> None:
    ward.write(source=APPLICATION + "answer_within_s = 0.3")
    await ward.start()
    receiver.replies[1] = None
    first, second = await ward.connect(), await ward.connect()
    first.put(adt(1))
    await receiver.until(lambda received: received == [1])
    second.put(adt(1))
    assert [await first.answer(), await second.answer()] == ["AE M00001", "AE M00001"]
    assert await ward.states() == ["RETURNED"]


async def test_a_duplicate_is_known_after_a_restart(ward: Ward, receiver: Receiver) -> None:
    ward.write()
    await ward.start()
    assert await (await ward.connect()).send(adt(1)) == "AA M00001"
    await ward.until_states("DELIVERED")
    await ward.stop()
    await ward.start()
    assert await (await ward.connect()).send(adt(1)) == "AA M00001"
    assert await ward.states() == ["DELIVERED"]
    assert receiver.received == [1]


async def test_an_id_that_is_used_again_for_other_bytes_is_processed_and_counted(ward, receiver) -> None:
    ward.write()
    await ward.start()
    sender = await ward.connect()
    for name in ("DOE", "ROE"):
        assert await sender.send(adt(1, name=name)) == "AA M00001"
    await ward.until_states("DELIVERED", "DELIVERED")
    assert ward.count("ControlIdReused") == 1


async def test_a_refused_message_never_enters_the_window(ward: Ward) -> None:
    ward.write()
    await ward.start()
    sender = await ward.connect()
    broken = b"PID|1\r"
    first, second = await sender.send(broken), await sender.send(broken)
    assert first[:2] == second[:2] == "AE"
    assert await ward.rows("select kind from message") == [(2,), (2,)]
