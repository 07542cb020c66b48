"""What a person does: every verb, and what it refuses."""

from __future__ import annotations

import pytest
from box import Box

from isthmus.journal import claim, ledger, operate
from isthmus.journal.verify import verify
from isthmus.kernel.errors import Misuse
from isthmus.ports import Arrival, Decision, Entry, State, Work

WHY = ("ana", "finance reopened the period")


def stuck(box: Box, raw: bytes = b"cannot be decided") -> Arrival:
    arrival = box.append(raw, decision=Decision.UNDECIDED)
    box.decide(arrival, work=Work("message", owner="it", code="FLOW", text="the flow raised"))
    return arrival


def state(box: Box, entry: Entry) -> State:
    return State(box.one("select state from delivery where id = ?", entry.id))


def open_items(box: Box) -> int:
    return int(box.one("select count(*) from worklist where closed_ns = 0"))


def test_a_resent_delivery_waits_again_with_fresh_attempts(box: Box) -> None:
    entry = box.append().entries[0]
    entry.attempts = 5
    box.park(entry)
    (again,) = box.call(lambda batch: operate.resend(batch, [entry.id], *WHY))
    assert (again.id, again.state, again.attempts) == (entry.id, State.WAITING, 0)
    assert [e.id for e in claim.page(box.store, "erp", 0, 10)] == [entry.id]
    assert open_items(box) == 0
    assert verify(box.store) == []


def test_many_are_resent_at_once(box: Box) -> None:
    entries = [box.park(box.append().entries[0]) for _ in range(3)]
    assert len(box.call(lambda batch: operate.resend(batch, [e.id for e in entries], *WHY))) == 3
    assert box.one("select count(*) from audit") == 3


def test_a_resent_delivery_can_be_settled_by_whoever_sends_it(box: Box) -> None:
    entry = box.park(box.append().entries[0])
    (again,) = box.call(lambda batch: operate.resend(batch, [entry.id], *WHY))
    box.settle(again)
    assert state(box, entry) is State.DELIVERED
    assert verify(box.store) == []


def test_a_mended_delivery_waits_with_its_new_body_and_keeps_the_old(box: Box) -> None:
    entry = box.park(box.append(b"wrong").entries[0])
    mended = box.call(lambda batch: operate.mend(batch, entry.id, b"put right", *WHY))
    claim.load(box.store, [mended], 1 << 20)
    assert mended.body == b"put right"
    assert box.store.rows("select delivery, was_body, was_size from mend") == [(entry.id, entry.body_id, 5)]
    assert box.store.body(box.one("select body from message"), 5) == b"wrong"
    assert verify(box.store) == []


def test_a_redirected_delivery_is_closed_and_its_successor_waits_elsewhere(box: Box) -> None:
    entry = box.append(
        b"body", entries=[Entry("erp", (box.mac("Ann"),), b"mapped", key="K1", headers={"h": 1})]
    ).entries[0]
    box.park(entry)
    ((old, new),) = box.call(lambda batch: operate.redirect(batch, [entry.id], "archive", *WHY))
    assert (state(box, old), new.state, new.parent) == (State.REDIRECTED, State.WAITING, old.id)
    (read,) = claim.page(box.store, "archive", 0, 10)
    claim.load(box.store, [read], 1 << 20)
    assert (read.body, read.key, read.headers, read.lanes) == (b"mapped", "K1", {"h": 1}, entry.lanes)
    assert verify(box.store) == []


def test_a_delivery_is_not_redirected_to_where_it_stands(box: Box) -> None:
    entry = box.park(box.append().entries[0])
    with pytest.raises(Misuse, match="resend it instead"):
        box.call(lambda batch: operate.redirect(batch, [entry.id], "erp", *WHY))


def test_skipped_and_discarded_deliveries_are_counted_as_that(box: Box) -> None:
    skipped, discarded = (box.park(box.append().entries[0]) for _ in range(2))
    box.call(lambda batch: operate.skip(batch, [skipped.id], *WHY))
    box.call(lambda batch: operate.discard(batch, [discarded.id], *WHY))
    counts = ledger.totals(box.store)["destination", "erp"]
    assert (counts["skipped"], counts["discarded"], counts["parked"]) == (1, 1, 0)
    assert verify(box.store) == []


def test_what_is_not_parked_is_refused_as_a_whole_and_named(box: Box) -> None:
    parked = box.park(box.append().entries[0])
    waiting = box.append().entries[0]
    with pytest.raises(Misuse, match=f"^{waiting.id} is not parked: nothing was changed"):
        box.call(lambda batch: operate.skip(batch, [parked.id, waiting.id], *WHY))
    with pytest.raises(Misuse, match="77 is no delivery"):
        box.call(lambda batch: operate.resend(batch, [parked.id, 77], *WHY))
    assert state(box, parked) is State.PARKED
    assert box.one("select count(*) from audit") == 0
    assert verify(box.store) == []


@pytest.mark.parametrize(("actor", "reason", "asked"), [("", "why", "who"), ("ana", " ", "reason")])
def test_nothing_happens_without_a_name_and_a_reason(box: Box, actor: str, reason: str, asked: str) -> None:
    entry = box.park(box.append().entries[0])
    with pytest.raises(Misuse, match=asked):
        box.call(lambda batch: operate.skip(batch, [entry.id], actor, reason))


def test_a_closed_task_is_off_the_worklist_and_not_closed_twice(box: Box) -> None:
    task = box.append(entries=[Entry("worklist", (), b"code it", headers={"text": "code the stay"})]).entries[0]
    item = box.one("select id from worklist")
    assert box.call(lambda batch: operate.close_tasks(batch, [item], *WHY)) == [task.id]
    with pytest.raises(Misuse, match="is no open task"):
        box.call(lambda batch: operate.close_tasks(batch, [item], *WHY))
    assert verify(box.store) == []


def test_an_undecided_message_is_retried(box: Box) -> None:
    arrival = stuck(box)
    (again,) = box.call(lambda batch: operate.retry_messages(batch, [arrival.id], *WHY))
    assert (again.id, again.raw, again.lanes) == (arrival.id, arrival.raw, arrival.lanes)
    assert [parked for _, parked in claim.undecided(box.store, 0, 10)] == [False]
    assert open_items(box) == 0


def test_a_mended_message_is_decided_on_its_new_bytes_and_keeps_what_was_sent(box: Box) -> None:
    arrival = stuck(box, b"as sent")
    again = box.call(lambda batch: operate.mend_message(batch, arrival.id, b"put right", *WHY))
    assert again.raw == b"put right"
    box.reopen()
    ((read, _),) = claim.undecided(box.store, 0, 10)
    assert read.raw == b"put right"
    entry = Entry("erp", read.lanes, None, shared=True)
    box.decide(read, entries=[entry])
    assert box.store.body(entry.body_id, entry.size) == b"put right"
    body, size = box.store.rows("select body, size from message")[0]
    assert box.store.body(body, size) == b"as sent"
    assert verify(box.store) == []


@pytest.mark.parametrize("verb", [operate.skip_messages, operate.discard_messages])
def test_an_undecided_message_is_skipped_or_discarded(box: Box, verb: object) -> None:
    arrival = stuck(box)
    box.call(lambda batch: verb(batch, [arrival.id, arrival.id], *WHY))  # type: ignore[operator]
    assert claim.undecided(box.store, 0, 10) == []
    counts = ledger.totals(box.store)["source", "ehr"]
    assert (counts["undecided"], counts["filtered"]) == (0, 1)
    assert verify(box.store) == []


def test_a_message_that_is_about_to_be_decided_is_left_alone(box: Box) -> None:
    arrival = box.append(decision=Decision.UNDECIDED)
    with pytest.raises(Misuse, match="about to be decided"):
        box.call(lambda batch: operate.skip_messages(batch, [arrival.id], *WHY))
    decided = box.append()
    with pytest.raises(Misuse, match="does not stand undecided"):
        box.call(lambda batch: operate.retry_messages(batch, [decided.id], *WHY))
    with pytest.raises(Misuse, match="99 is no message"):
        box.call(lambda batch: operate.retry_messages(batch, [99], *WHY))
