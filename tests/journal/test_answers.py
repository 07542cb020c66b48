"""Answers to look-ups: stored with the decision, encrypted, and for as long as the body of their message."""

from __future__ import annotations

import pytest
from box import Box

from isthmus.journal import answers, operate
from isthmus.journal.prune import Retention, prune_step
from isthmus.journal.replay import page
from isthmus.journal.search import Query
from isthmus.journal.show import show
from isthmus.journal.verify import verify
from isthmus.kernel import Answer
from isthmus.ports import Arrival, Decision, Entry, State, Work

ANSWER = Answer("eligibility", "asked", 1_700_000_000_000_000_000, bytes(16), b"PPO until 2030")
OTHER = Answer("ward", "fallback", 1_700_000_000_000_000_001, bytes(range(16)), b"")
KEEP = Retention(bodies_days=7, metadata_days=30)


def undecided(box: Box) -> Arrival:
    return box.append(decision=Decision.UNDECIDED, origin="10.0.0.1")


def days(box: Box, n: float) -> None:
    box.clock.pass_hours(24 * n)
    while box.call(lambda batch: prune_step(batch, KEEP, box.clock.ns)):
        pass


def test_they_are_stored_with_the_decision_and_read_back_in_their_order(box: Box) -> None:
    box.decide(undecided(box), answers=(ANSWER, OTHER))
    box.reopen()
    shown = show(box.store, 1)
    assert (shown.decision, shown.answers) == ("decided", (ANSWER, OTHER))
    assert (shown.origin, shown.lanes) == (
        "10.0.0.1",
        (box.mac("patient"),),
    )  # what stood beside the message still does
    assert verify(box.store) == []


def test_a_message_that_was_decided_at_once_keeps_those_that_it_brings(box: Box) -> None:
    box.append(answers=(ANSWER,))
    assert show(box.store, 1).answers == (ANSWER,)


def test_a_message_without_any_has_none(box: Box) -> None:
    box.append()
    box.decide(undecided(box))
    assert answers.recorded(box.store, 1) == answers.recorded(box.store, 2) == ()


def test_they_are_not_readable_in_the_file(box: Box) -> None:
    box.decide(undecided(box), answers=(ANSWER,))
    box.close()
    assert not [path for path in box.path.parent.iterdir() if b"PPO until" in path.read_bytes()]
    box.open()


def test_a_message_that_is_parked_instead_has_none_stored(box: Box) -> None:
    stuck = undecided(box)
    box.decide(stuck, answers=(ANSWER,), work=Work("message", owner="it", code="FLOW", text="raised"))
    assert show(box.store, 1).answers == ()
    box.call(lambda batch: operate.retry_messages(batch, [1], "ana", "mended"))
    box.decide(stuck, answers=(OTHER,))
    assert show(box.store, 1).answers == (OTHER,)


def test_a_message_that_is_decided_already_keeps_what_it_was_decided_on(box: Box) -> None:
    arrival = undecided(box)
    box.decide(arrival, answers=(ANSWER,))
    assert box.decide(arrival, answers=(OTHER,)) is not None
    assert show(box.store, 1).answers == (ANSWER,)


def test_a_replay_gets_them_with_the_message(box: Box) -> None:
    box.decide(undecided(box), answers=(ANSWER,))
    box.append()
    assert [one.answers for one in page(box.store, Query(limit=9))] == [(ANSWER,), ()]


def test_they_leave_with_the_body_of_their_message(box: Box) -> None:
    box.decide(undecided(box), answers=(ANSWER,))
    days(box, 8)
    assert show(box.store, 1).answers == ()
    assert verify(box.store) == []


def test_they_are_carried_forward_with_a_message_that_is_not_finished(box: Box) -> None:
    arrival = undecided(box)
    entry = Entry("erp", arrival.lanes, arrival.raw, shared=True)
    box.decide(arrival, entries=[entry], answers=(ANSWER,))
    days(box, 8)
    assert show(box.store, 1).answers == (ANSWER,)
    box.settle(entry, State.DELIVERED)
    days(box, 9)
    assert show(box.store, 1).answers == ()


def test_they_are_stored_where_a_message_lies_that_was_carried_while_it_stood_undecided(box: Box) -> None:
    arrival = undecided(box)
    days(box, 8)
    box.decide(arrival, answers=(ANSWER,))
    assert show(box.store, 1).answers == (ANSWER,)
    assert verify(box.store) == []


def test_their_reprs_show_no_content() -> None:
    assert repr(ANSWER) == "<Answer to eligibility: asked, 14 bytes>"


@pytest.mark.parametrize("size", [0, 1, 300_000])
def test_an_answer_may_have_any_size(box: Box, size: int) -> None:
    answer = Answer("one", "asked", 1, bytes(16), b"x" * size)
    box.decide(undecided(box), answers=(answer,))
    assert show(box.store, 1).answers == (answer,)
