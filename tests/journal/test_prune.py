"""Retention: what is done leaves, what is not done survives, and the space goes back."""

from __future__ import annotations

import pytest
from box import HUB_KEY, Box

from isthmus.journal import claim, operate
from isthmus.journal.carry import carry
from isthmus.journal.prune import Retention, prune_step
from isthmus.journal.replay import page, plan
from isthmus.journal.rewrap import rewrap
from isthmus.journal.seals import seal_closed
from isthmus.journal.search import Query, messages, open_read
from isthmus.journal.show import show
from isthmus.journal.sqlite import Append
from isthmus.journal.trail import RUN_MESSAGES
from isthmus.journal.verify import verify
from isthmus.journal.view import Pruned
from isthmus.kernel.errors import Tampered
from isthmus.ports import Decision, Entry, Kind, State, Work
from isthmus.security import Vault
from isthmus.security.vault import new_hub_key

KEEP = Retention(bodies_days=7, metadata_days=30)


def prune(box: Box, policy: Retention = KEEP, rows_max: int = 3) -> int:
    """All the steps there are; verify finds nothing after any of them."""
    steps = 0
    while box.call(lambda batch: prune_step(batch, policy, box.clock.ns, rows_max)):
        steps += 1
        assert steps < 5000
    return steps


def days(box: Box, n: float) -> None:
    box.clock.pass_hours(24 * n)


def body_of(box: Box, entry_id: int) -> bytes:
    return box.store.body(*box.store.rows("select body, size from delivery where id = ?", (entry_id,))[0])


def test_nothing_leaves_before_its_time(box: Box) -> None:
    box.settle(box.append().entries[0])
    days(box, 7)
    assert prune(box) == 0
    days(box, 1)
    assert prune(box) > 0
    assert box.one("select count(*) from body") == 0


def test_what_is_done_cannot_be_read_any_more_and_verify_does_not_miss_it(box: Box) -> None:
    entry = box.append(b"secret").entries[0]
    box.settle(entry, reference="INV-7")
    days(box, 8)
    prune(box)
    with pytest.raises(Pruned):
        box.store.body(entry.body_id, entry.size)
    shown = show(box.store, 1)
    assert (shown.raw, shown.deliveries[0].body, shown.deliveries[0].postings[0].reference) == (None, None, "")
    assert shown.deliveries[0].postings[0].state == "delivered"
    assert verify(box.store) == []


def test_the_keys_of_a_dropped_segment_are_destroyed(box: Box) -> None:
    box.settle(box.append().entries[0])
    days(box, 8)
    prune(box)
    assert box.store.rows("select distinct wrapped from data_key where segment = 1") == [(b"",)]


def unfinished(box: Box) -> dict[str, int]:
    """One of each; by name, the delivery (or the message) that must survive."""
    lanes = (box.mac("Ann"),)
    found = {"waiting": box.append(b"waits").entries[0].id, "parked": box.park(box.append(b"parked").entries[0]).id}
    own = Entry("erp", lanes, b"mapped", key="K1", headers={"h": 1})
    timer = Entry("timer", lanes, b"wakes", due_ns=1 << 61, slot=5)
    task = Entry("worklist", lanes, b"the task", headers={"text": "code the stay"})
    box.append(b"several", entries=[own, timer, task])
    parent = box.append(b"parent").entries[0]
    child = Entry("billing", lanes, None, shared=True)
    box.settle(parent, follow=[child])
    box.append(b"undecided", decision=Decision.UNDECIDED)
    stuck = box.append(b"stuck", decision=Decision.UNDECIDED)
    box.decide(stuck, work=Work("message", owner="it", code="FLOW", text="the flow raised"))
    box.call(lambda batch: operate.mend_message(batch, stuck.id, b"stuck no more", "ana", "typo"))
    return found | {"own": own.id, "timer": timer.id, "task": task.id, "child": child.id}


def test_what_is_not_done_survives_with_all_that_belongs_to_it(box: Box) -> None:
    ids = unfinished(box)
    gone = box.settle(box.append(b"done").entries[0])
    days(box, 8)
    prune(box)
    assert box.one("select count(*) from segment where dropped_ns is not null") == 1
    assert {name: body_of(box, id) for name, id in ids.items()} == {
        "waiting": b"waits",
        "parked": b"parked",
        "own": b"mapped",
        "timer": b"wakes",
        "task": b"the task",
        "child": b"parent",
    }
    own = claim.entry(box.store, ids["own"])
    assert (own.key, own.headers) == ("K1", {"h": 1})
    parked = show(box.store, 2)
    assert parked.raw == b"parked"
    assert parked.deliveries[0].postings[0].detail == "what the ERP said"
    assert parked.worklist[0]["text"] == "the period is closed"
    assert [arrival.raw for arrival, _ in claim.undecided(box.store, 0, 10)] == [b"undecided", b"stuck no more"]
    with pytest.raises(Pruned):
        body_of(box, gone.id)
    assert verify(box.store) == []


def test_survivors_survive_again_and_again(box: Box) -> None:
    ids = unfinished(box)
    for _ in range(3):
        days(box, 8)
        prune(box)
        assert verify(box.store) == []
        box.reopen()
    assert body_of(box, ids["waiting"]) == b"waits"
    assert box.one("select count(*) from segment where dropped_ns is not null") == 3


@pytest.mark.parametrize("steps", range(12))
def test_what_happens_between_the_steps_is_not_lost(box: Box, steps: int) -> None:
    """Whatever becomes waiting, parked or decided while a segment leaves keeps its body."""
    waiting = [box.append(b"w%d" % n, to=("erp", "lab")).entries for n in range(4)]
    parked = box.park(box.append(b"parked").entries[0])
    undecided = box.append(b"undecided", decision=Decision.UNDECIDED)
    parent = box.append(b"as sent").entries[0]
    days(box, 3)
    later = Entry("erp", parent.lanes, b"made three days later")
    box.settle(parent, follow=[later])
    box.park(later)
    days(box, 5)
    for _ in range(steps):
        box.call(lambda batch: prune_step(batch, KEEP, box.clock.ns, 2))
    box.call(lambda batch: operate.resend(batch, [parked.id, later.id], "ana", "again"))
    box.park(waiting[0][0])
    child = Entry("alpha", waiting[1][0].lanes, None, shared=True)
    box.settle(waiting[1][0], reference="R1", follow=[child])
    decided = Entry("alpha", undecided.lanes, None, shared=True)
    box.decide(undecided, entries=[decided])
    ((_, redirected),) = box.call(lambda batch: operate.redirect(batch, [waiting[0][0].id], "beta", "ana", "why"))
    prune(box)
    expected = {parked.id: b"parked", child.id: b"w1", decided.id: b"undecided", redirected.id: b"w0"}
    expected |= {waiting[n][1].id: b"w%d" % n for n in range(4)}
    assert {id: body_of(box, id) for id in expected} == expected
    assert show(box.store, later.message_id).raw == b"as sent"
    assert verify(box.store) == []


def test_a_late_message_of_a_leaving_day_gets_a_segment_of_its_own(box: Box) -> None:
    then = box.clock.ns
    box.append(b"waits")
    days(box, 8)
    box.call(lambda batch: prune_step(batch, KEEP, box.clock.ns))
    late = box.append(b"late", received_ns=then).entries[0]
    prune(box)
    assert body_of(box, late.id) == b"late"
    assert verify(box.store) == []


def test_an_outcome_of_a_delivery_held_in_memory_while_its_segment_went_is_sealed_where_it_can_be_read(
    box: Box,
) -> None:
    entry = box.append(b"held in memory").entries[0]
    days(box, 8)
    prune(box)
    box.park(entry)
    assert show(box.store, 1).deliveries[0].postings[0].detail == "what the ERP said"
    assert body_of(box, entry.id) == b"held in memory"
    claim.load(box.store, [entry], 1 << 20)
    assert entry.body == b"held in memory"
    assert verify(box.store) == []


def test_classes_leave_each_in_their_time(box: Box) -> None:
    box.settle(box.append(b"short", retention="short").entries[0])
    box.settle(box.append(b"standard").entries[0])
    days(box, 2)
    prune(box, Retention(bodies_days=7, classes={"short": 1}))
    assert box.store.rows("select class from segment where dropped_ns is not null") == [("short",)]


def test_the_space_goes_back_to_the_file_system(box: Box) -> None:
    entries = [box.append(bytes(60_000)).entries[0] for _ in range(300)]
    for entry in entries:
        box.settle(entry)
    box.store.db.execute("pragma wal_checkpoint(truncate)").fetchall()
    full = box.path.stat().st_size
    days(box, 8)
    prune(box, rows_max=50)
    box.store.db.execute("pragma wal_checkpoint(truncate)").fetchall()
    assert full > 18_000_000
    assert box.path.stat().st_size < 6_000_000
    assert verify(box.store) == []


def test_carrying_twice_is_carrying_once(box: Box) -> None:
    entry = box.append(b"waits").entries[0]
    days(box, 8)
    box.call(lambda batch: prune_step(batch, KEEP, box.clock.ns))
    box.call(lambda batch: carry(batch, 1))
    first = box.one("select body from delivery")
    box.call(lambda batch: carry(batch, 1))
    assert box.one("select body from delivery") == first != entry.body_id
    assert box.one("select count(*) from body") == 2


def history(box: Box) -> None:
    """More than a search run, finished, sealed and past the retention of bodies; then one of today."""
    first = box.append(b"first", lane="Ann", control="C1", entries=[Entry("erp", (box.mac("Ann"),), b"x")]).entries[0]
    box.settle(first, follow=[Entry("lab", first.lanes, b"y")])
    box.settle(claim.page(box.store, "lab", 0, 1)[0])
    box.settle(box.park(box.append(lane="Ann").entries[0]), State.DISCARDED)
    box.store.db.execute("update worklist set closed_ns = 1")
    box.append(decision=Decision.FILTERED, source="lab")
    box.append(kind=Kind.REFUSED, decision=Decision.NONE)
    box.commit(
        *(
            Append(box.arrival(lane="Ann", entries=[], decision=Decision.FILTERED), lambda e: None)
            for _ in range(RUN_MESSAGES)
        )
    )
    box.call(lambda batch: box.committer.trail.save())
    days(box, 31)
    while box.call(lambda batch: seal_closed(batch, box.clock.ns, 500)):
        pass


def test_metadata_leaves_in_order_and_ledger_and_seals_stay(box: Box) -> None:
    history(box)
    ledger, seals = (box.store.rows(f"select * from {table}") for table in ("ledger", "seal"))
    today = box.append(b"today")
    prune(box)
    assert box.one("select min(id) from message") == RUN_MESSAGES + 1
    assert box.one("select count(*) from run") == 0
    assert box.one("select last from pruned where kind = 'delivery'") == 3
    assert [row for row in box.store.rows("select * from ledger") if row in ledger] == ledger
    assert box.store.rows("select * from seal") == seals
    assert verify(box.store) == []
    marks = box.store.rows("select * from pruned")
    box.store.db.execute("delete from pruned")
    assert "MESSAGE_GAP" in {finding.rule for finding in verify(box.store)}
    box.store.db.executemany("insert into pruned values (?, ?, ?)", marks)
    box.reopen()
    again = box.append(b"again")
    assert (again.id, again.number) == (today.id + 1, today.number + 1)
    assert verify(box.store) == []


def test_search_goes_on_after_metadata_left(box: Box) -> None:
    history(box)
    prune(box)
    box.commit(*(Append(box.arrival(lane="Bob", control=f"B{i}"), lambda e: None) for i in range(RUN_MESSAGES)))
    box.append(lane="Ann", control="C1")
    last = box.one("select max(id) from message")
    reader = open_read(box.path, Vault(HUB_KEY))
    assert [m.id for m in messages(reader, Query(lane=reader.mac(b"Ann"), limit=1))] == [last]
    assert [m.id for m in messages(reader, Query(control=reader.control(b"C1")))] == [last]
    assert len(messages(reader, Query(control=reader.control(b"B7")))) == 1
    reader.close()
    assert verify(box.store) == []


def test_one_unfinished_message_holds_the_metadata_behind_it(box: Box) -> None:
    stuck = box.append(b"stuck")
    history(box)
    prune(box)
    assert box.one("select min(id) from message") == stuck.id
    assert verify(box.store) == []


def test_what_is_not_sealed_is_not_forgotten(box: Box) -> None:
    history(box)
    box.store.db.execute("delete from seal")
    prune(box)
    assert box.one("select min(id) from message") == 1


def test_a_replay_says_what_is_gone(box: Box) -> None:
    box.settle(box.append(b"old").entries[0])
    days(box, 8)
    prune(box)
    box.append(b"new")
    assert (plan(box.store, Query()).messages, plan(box.store, Query()).gone) == (2, 1)
    assert [arrival.raw for arrival in page(box.store, Query())] == [b"new"]


def test_a_new_hub_key_opens_everything_and_the_old_one_nothing(box: Box) -> None:
    entry = box.append(b"sealed").entries[0]
    other = new_hub_key()
    assert rewrap(box.store, Vault(HUB_KEY), Vault(other)) == 2  # the segment's key and the MAC key
    box.close()
    reader = open_read(box.path, Vault(other))
    assert reader.body(entry.body_id, entry.size) == b"sealed"
    assert verify(reader) == []
    reader.close()
    with pytest.raises(Tampered):
        open_read(box.path, Vault(HUB_KEY))
