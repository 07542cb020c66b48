"""A mend that wants a second person: nothing happens before another one approves it."""

from __future__ import annotations

import pytest
from box import Box
from test_operate import open_items, state, stuck

from isthmus.journal import audit, operate, proposals
from isthmus.journal.verify import verify
from isthmus.kernel.errors import Misuse
from isthmus.ports import Decision, Entry, State

WHY = "the unit price was taken for the total"


def item_of(box: Box) -> int:
    return int(box.one("select id from worklist where closed_ns = 0"))


def parked(box: Box) -> Entry:
    return box.park(box.append(b"amount 10").entries[0])


def propose(box: Box, body: bytes = b"amount 20", actor: str = "ana", item: int = 0) -> int:
    return box.call(lambda batch: proposals.propose(batch, item or item_of(box), body, 1000, 2000, actor, WHY))


def approve(box: Box, actor: str) -> None:
    box.call(lambda batch: proposals.approve(batch, item_of(box), actor, "looked up in the EHR"))


def outcomes(box: Box) -> list[tuple[str, bool]]:
    return box.store.rows("select outcome, x is null from proposal order by id")


def test_a_proposal_changes_nothing(box: Box) -> None:
    entry = parked(box)
    propose(box)
    assert (state(box, entry), open_items(box)) == (State.PARKED, 1)
    found = proposals.maybe_open(box.store, item_of(box))
    assert found is not None
    assert (found.actor, found.was_cents, found.cents, found.reason, found.body) == (
        "ana",
        1000,
        2000,
        WHY,
        b"amount 20",
    )
    assert box.one("select count(*) from mend") == 0
    assert verify(box.store) == []


def test_another_person_carries_it_out_and_both_are_on_record(box: Box) -> None:
    entry = parked(box)
    propose(box)
    approve(box, "ben")
    assert (state(box, entry), open_items(box), outcomes(box)) == (State.WAITING, 0, [("approved", 1)])
    body, size = box.store.rows("select body, size from delivery where id = ?", (entry.id,))[0]
    assert box.store.body(body, size) == b"amount 20"
    told = [(row["actor"], row["action"]) for row in audit.of_message(box.store, entry.message_id)]
    assert told == [("ana", "propose mend"), ("ben", "approve mend"), ("ana", "mend")]
    assert audit.of_message(box.store, entry.message_id)[1]["proposed_by"] == "ana"
    assert verify(box.store) == []


def test_the_same_person_is_refused_and_nothing_is_changed(box: Box) -> None:
    entry = parked(box)
    propose(box)
    with pytest.raises(Misuse, match="another person has to approve it"):
        approve(box, "ana")
    assert (state(box, entry), outcomes(box)) == (State.PARKED, [("", 0)])


def test_a_refused_proposal_leaves_the_item_as_it_is(box: Box) -> None:
    entry = parked(box)
    propose(box)
    box.call(lambda batch: proposals.refuse(batch, item_of(box), "ben", "it is right as it is"))
    assert (state(box, entry), open_items(box), outcomes(box)) == (State.PARKED, 1, [("refused", 1)])
    with pytest.raises(Misuse, match="no mend is proposed"):
        approve(box, "ben")


def test_a_second_proposal_takes_the_place_of_the_first(box: Box) -> None:
    parked(box)
    propose(box)
    propose(box, b"amount 30", "ben")
    assert outcomes(box) == [("overtaken", 1), ("", 0)]
    with pytest.raises(Misuse, match="another person"):
        approve(box, "ben")
    approve(box, "ana")


@pytest.mark.parametrize("verb", [operate.resend, operate.skip, operate.discard])
def test_what_was_proposed_for_an_item_that_is_closed_has_nothing_to_act_on(verb, box: Box) -> None:
    entry = parked(box)
    propose(box)
    box.call(lambda batch: verb(batch, [entry.id], "cleo", "it was settled by hand"))
    assert outcomes(box) == [("overtaken", 1)]
    assert verify(box.store) == []


def test_an_undecided_message_is_mended_by_two_people_as_well(box: Box) -> None:
    arrival = stuck(box)
    propose(box)
    approve(box, "ben")
    assert box.one("select decision from message where id = ?", arrival.id) == Decision.UNDECIDED
    body, size = box.store.rows("select body, size from mend where message = ?", (arrival.id,))[0]
    assert box.store.body(body, size) == b"amount 20"
    assert verify(box.store) == []


def test_a_proposal_outlives_the_process_and_is_unreadable_on_the_disk(box: Box) -> None:
    parked(box)
    propose(box, b"CANARY amount")
    box.reopen()
    found = proposals.maybe_open(box.store, item_of(box))
    assert found is not None
    assert found.body == b"CANARY amount"
    box.close()
    assert b"CANARY" not in box.path.read_bytes()
    box.open()


@pytest.mark.parametrize(("actor", "why", "words"), [("", WHY, "say who"), ("ana", " ", "give a reason")])
def test_who_and_why_are_kept_so_they_are_asked_for(actor, why, words, box: Box) -> None:
    parked(box)
    with pytest.raises(Misuse, match=words):
        box.call(lambda batch: proposals.propose(batch, item_of(box), b"x", 0, 1, actor, why))


def test_what_is_not_open_cannot_be_proposed_for(box: Box) -> None:
    with pytest.raises(Misuse, match="item 7 cannot be mended"):
        propose(box, item=7)


def test_verify_notices_a_proposal_for_what_is_not_open(box: Box) -> None:
    parked(box)
    propose(box)
    box.store.db.execute("drop trigger proposal_overtaken")
    box.store.db.execute("update proposal set item = 99")
    assert [finding.rule for finding in verify(box.store)] == ["PROPOSAL"]
