"""What a control reads of a journal: every delivery's body with its state, process memories, what stands undecided."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from box import HUB_KEY, Box

from isthmus.journal import operate
from isthmus.journal.contents import deliveries, memories, undecided
from isthmus.journal.search import Reader, open_read
from isthmus.ports import Decision, Entry, Memory, State, Work
from isthmus.security import Vault


@pytest.fixture
def reader(box: Box) -> Iterator[Reader]:
    reader = open_read(box.path, Vault(HUB_KEY))
    yield reader
    reader.close()


def test_every_delivery_to_a_destination_is_listed_with_state_receipt_and_body(box: Box, reader: Reader) -> None:
    first = box.append(b"first", to=("erp", "lab"))
    second = box.append(b"second")
    box.settle(first.entries[0])
    box.park(second.entries[0])
    assert [(one.message, one.state, one.body, one.received_ns) for one in deliveries(reader, "erp")] == [
        (first.id, State.DELIVERED, b"first", box.clock.now_ns()),
        (second.id, State.PARKED, b"second", box.clock.now_ns()),
    ]


def test_a_destination_that_never_was_has_none(box: Box, reader: Reader) -> None:
    box.append()
    assert list(deliveries(reader, "nowhere")) == []
    assert list(memories(reader, "nowhere")) == []


def test_timers_have_no_body_and_are_left_out(box: Box, reader: Reader) -> None:
    lanes = (box.mac("patient"),)
    box.append(entries=[Entry("erp", lanes, b"an entry"), Entry("erp", lanes, b"", due_ns=box.clock.now_ns() + 1)])
    assert [one.body for one in deliveries(reader, "erp")] == [b"an entry"]


def test_a_body_that_a_person_put_right_is_the_one_that_counts(box: Box, reader: Reader) -> None:
    entry = box.park(box.append(b"wrong").entries[0])
    box.call(lambda batch: operate.mend(batch, entry.id, b"right", "ada", "the amount was wrong"))
    assert [one.body for one in deliveries(reader, "erp")] == [b"right"]


def test_memories_are_those_of_live_instances(box: Box, reader: Reader) -> None:
    for key, data in (("one", b"1"), ("two", b"2"), ("two", None)):
        entry = box.append(to=("process:charge",)).entries[0]
        box.settle(entry, memory=Memory("charge", box.mac(key), 3, data))
    assert list(memories(reader, "charge")) == [(3, b"1")]


def test_undecided_messages_of_a_family_are_listed_whatever_their_trigger(box: Box, reader: Reader) -> None:
    work = Work("message", owner="finance", code="MAPPING", text="FT1-11 is empty")
    parked = box.append(type="DFT^P03", decision=Decision.UNDECIDED, work=work)
    behind = box.append(type="DFT^P11", decision=Decision.UNDECIDED)
    box.append(type="ADT^A01", decision=Decision.UNDECIDED)
    box.append(type="DFT^P03")
    assert undecided(reader, "DFT") == (parked.id, behind.id)
