"""Search, show and the worklist, over a read-only connection beside the writer's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from box import HUB_KEY, Box

from isthmus.journal import SqliteJournal, audit, operate, trail
from isthmus.journal.search import Query, Reader, messages, open_read
from isthmus.journal.show import show
from isthmus.journal.sqlite import Append
from isthmus.journal.trail import RUN_MESSAGES
from isthmus.journal.verify import verify
from isthmus.journal.worklist import destinations, items, newer_delivered, sizes
from isthmus.kernel.clock import NS_PER_HOUR
from isthmus.kernel.errors import Misuse, StorageUnable, Tampered
from isthmus.ports import Decision, Entry, Kind, State, Work
from isthmus.security import Vault
from isthmus.security.vault import new_hub_key


@pytest.fixture
def reader(box: Box) -> Iterator[Reader]:
    reader = open_read(box.path, Vault(HUB_KEY))
    yield reader
    reader.close()


def ids(reader: Reader, **query: object) -> list[int]:
    return [summary.id for summary in messages(reader, Query(**query))]  # type: ignore[arg-type]


def test_a_reader_sees_what_was_committed_after_it_was_opened(box: Box, reader: Reader) -> None:
    box.append(source="a new source")
    assert [(m.source, m.type, m.deliveries) for m in messages(reader, Query())] == [
        ("a new source", "ADT^A01", {"waiting": 1})
    ]


def test_a_reader_cannot_write(reader: Reader) -> None:
    with pytest.raises(Exception, match="readonly"):
        reader.db.execute("delete from message")


def test_a_missing_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="no journal at"):
        open_read(tmp_path / "none.db", Vault(HUB_KEY))


def test_a_journal_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StorageUnable, match="cannot be read"):
        open_read(tmp_path / "folder.db", Vault(HUB_KEY))


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello " * 1000)
    with pytest.raises(Misuse, match="is no journal"):
        open_read(tmp_path / "text.db", Vault(HUB_KEY))


def test_a_reader_needs_the_hub_key(box: Box) -> None:
    with pytest.raises(Tampered, match="hub key"):
        open_read(box.path, Vault(new_hub_key()))


def test_pages_follow_each_other_in_both_directions(box: Box, reader: Reader) -> None:
    for _ in range(5):
        box.append()
    assert ids(reader, limit=2) == [5, 4]
    assert ids(reader, limit=2, after=4) == [3, 2]
    assert ids(reader, limit=3, newest_first=False) == [1, 2, 3]
    assert ids(reader, limit=3, newest_first=False, after=3) == [4, 5]


def test_messages_are_found_by_source_type_and_version(box: Box, reader: Reader) -> None:
    box.append(type="ADT^A01", version="adt@1")
    box.append(type="ADT^A08", source="lab", version="adt@2")
    box.append(type="ADTX", version="adtx@1")
    assert ids(reader, type="ADT") == [2, 1]
    assert ids(reader, type="ADT^A08") == [2]
    assert ids(reader, source="lab") == [2]
    assert ids(reader, version="adt") == [2, 1]
    assert ids(reader, version="adt@1") == [1]
    assert ids(reader, source="nobody") == []


def test_messages_are_found_by_what_became_of_them(box: Box, reader: Reader) -> None:
    box.append()
    box.park(box.append().entries[0])
    box.settle(box.append(to=("lab",)).entries[0])
    box.append(decision=Decision.UNDECIDED)
    box.append(decision=Decision.FILTERED)
    box.append(kind=Kind.REFUSED, decision=Decision.NONE, error="no MSH")
    box.append(kind=Kind.DUPLICATE, decision=Decision.NONE, original=1)
    stuck = box.append(decision=Decision.UNDECIDED)
    box.decide(stuck, work=Work("message", owner="it", code="FLOW", text="raised"))
    box.append(entries=[Entry("timer", (), b"later", due_ns=box.clock.ns + 1)])
    assert ids(reader, state="waiting") == [9, 1]
    assert ids(reader, state="parked") == [8, 2]
    assert ids(reader, state="undecided") == [8, 4]
    assert ids(reader, state="filtered") == [5]
    assert ids(reader, state="refused") == [6]
    assert ids(reader, state="duplicate") == [7]
    assert ids(reader, destination="lab") == [3]
    assert ids(reader, destination="erp", state="parked") == [2]
    with pytest.raises(Misuse, match="there is no state"):
        ids(reader, state="lost")


def test_many_waiting_messages_are_asked_one_by_one(box: Box, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.journal.search._FEW", 2)
    for _ in range(4):
        box.append()
    box.settle(box.append().entries[0])
    assert ids(reader, state="waiting", limit=2) == [4, 3]


@pytest.mark.parametrize("more", [0, RUN_MESSAGES])
def test_messages_are_found_by_lane_and_control_id(box: Box, reader: Reader, more: int) -> None:
    box.append(lane="Ann", control="X1")
    box.append(lane="Bob", control="X2")
    box.append(kind=Kind.DUPLICATE, decision=Decision.NONE, lane="Bob", control="X2")
    merge = box.arrival(lane="Ann", control="X3")
    merge.lanes = (box.mac("Ann"), box.mac("Bob"), box.mac("Bob"))
    box.commit(Append(merge, box.errors.append))
    box.commit(*(Append(box.arrival(lane=f"P{i}"), lambda error: None) for i in range(more)))
    box.append(lane="Ann")
    assert ids(reader, lane=reader.mac(b"Ann")) == [5 + more, 4, 1]
    assert ids(reader, lane=reader.mac(b"Bob")) == [4, 3, 2]
    assert ids(reader, control=reader.control(b"X2")) == [3, 2]
    assert ids(reader, control=reader.control(b"X9")) == []
    assert verify(box.store) == []


async def test_a_duplicate_is_found_in_whichever_filter_it_is_and_only_there_is_looked(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "FILTER_MESSAGES", 5000)
    for first in range(0, 14_000, 2000):  # filters and runs end at different messages
        arrivals = [box.arrival(b"%d" % n, control=f"C{n}", to=()) for n in range(first, first + 2000)]
        box.commit(*(Append(arrival, box.errors.append) for arrival in arrivals))
    journal = SqliteJournal(box.committer, lambda operation, urgent: box.commit(operation))
    for n in (0, 2047, 2048, 4999, 5000, 5001, 9_999, 10_000, 10_239, 10_240, 12_287, 12_288, 13_999):
        control = box.control(f"C{n}")
        assert await journal.find_original("ehr", control, box.mac(b"%d" % n), 0) == (n + 1, False)
        assert [first <= n + 1 <= last for first, last in box.committer.trail.where(control)] == [True]
    box.reopen()
    for n in (0, 5000, 10_000, 13_999):
        assert any(first <= n + 1 <= last for first, last in box.committer.trail.where(box.control(f"C{n}")))


@pytest.mark.parametrize("more", [0, RUN_MESSAGES])
def test_messages_are_found_by_time_whatever_the_clock_did(box: Box, reader: Reader, more: int) -> None:
    start = box.clock.ns
    box.append()
    box.clock.pass_hours(-3)
    box.append()
    box.clock.pass_hours(4)
    box.append()
    box.commit(*(Append(box.arrival(), lambda error: None) for _ in range(more)))
    assert ids(reader, to_ns=start) == [2]
    assert ids(reader, from_ns=start, to_ns=start + 1) == [1]
    assert len(ids(reader, from_ns=start + NS_PER_HOUR, limit=9999)) == 1 + more
    assert ids(reader, from_ns=start + 9 * NS_PER_HOUR) == []


def test_show_tells_everything_of_a_message(box: Box, reader: Reader) -> None:
    arrival = box.append(b"as sent", to=("erp", "lab"), origin="10.1.2.3")
    parked, delivered = arrival.entries
    box.settle(
        delivered, reference="INV-7", follow=[Entry("billing", delivered.lanes, b"a bill", key="B1", headers={"a": 1})]
    )
    box.park(parked)
    box.call(lambda batch: operate.mend(batch, parked.id, b"put right", "ana", "the period was reopened"))
    box.call(lambda batch: audit.record(batch, "ana", "view", message=arrival.id))
    box.append(kind=Kind.DUPLICATE, decision=Decision.NONE, original=arrival.id)
    shown = show(reader, arrival.id)
    assert (shown.raw, shown.origin, shown.repeats) == (b"as sent", "10.1.2.3", [2])
    erp, lab, billing = shown.deliveries
    assert (erp.body, erp.earlier_bodies, erp.state) == (b"put right", [b"as sent"], "waiting")
    assert [(p.state, p.code, p.by) for p in erp.postings] == [("parked", "PERMANENT", ""), ("waiting", "MEND", "ana")]
    assert erp.postings[1].words().endswith("waits to be sent again by ana (MEND): the period was reopened")
    assert lab.postings[0].reference == "INV-7"
    assert (billing.parent, billing.key, billing.headers, billing.body) == (lab.id, "B1", {"a": 1}, b"a bill")
    assert [(item["code"], item["text"]) for item in shown.worklist] == [("PERMANENT", "the period is closed")]
    assert [(row["actor"], row["action"]) for row in shown.audit] == [("ana", "mend"), ("ana", "view")]
    with pytest.raises(Misuse, match="no message 99"):
        show(reader, 99)


def test_the_worklist_puts_money_first_then_deadline_then_what_waits_behind(box: Box, reader: Reader) -> None:
    def parked(lane: str, **options: int) -> int:
        return box.park(box.append(lane=lane).entries[0], **options).id

    plain = parked("Ann")
    crowded = parked("Bob")
    urgent = parked("Cid", deadline_ns=box.clock.ns)
    costly = parked("Dan", cents=100)
    behind = [box.append(lane="Bob").entries[0].id for _ in range(3)]
    found = items(reader)
    assert [item.delivery for item in found] == [costly, urgent, crowded, plain]
    assert (found[2].behind, found[2].behind_ids) == (3, behind)
    assert found[0].text == "the period is closed"
    assert items(reader, owner="nobody") == []
    assert [item.delivery for item in items(reader, destination="erp", code="PERMANENT", limit=1)] == [costly]


def test_messages_wait_behind_an_undecided_one_of_their_lane(box: Box, reader: Reader) -> None:
    stuck = box.append(decision=Decision.UNDECIDED, lane="Ann")
    box.decide(stuck, work=Work("message", owner="it", code="FLOW", text="raised"))
    behind = box.append(decision=Decision.UNDECIDED, lane="Ann")
    box.append(decision=Decision.UNDECIDED, lane="Bob")
    assert [(item.message, item.behind_ids) for item in items(reader)] == [(stuck.id, [behind.id])]


def test_nothing_waits_behind_what_does_not_block(box: Box, reader: Reader) -> None:
    box.park(box.append().entries[0], blocks=False)
    box.append()
    assert [item.behind for item in items(reader)] == [0]


def test_newer_deliveries_of_the_lane_are_shown_before_a_resend(box: Box, reader: Reader) -> None:
    old = box.park(box.append(lane="Ann").entries[0], blocks=False)
    box.settle(box.append(lane="Bob").entries[0])
    newer = box.settle(box.append(lane="Ann").entries[0])
    box.append(lane="Ann")
    assert [(n.delivery, n.state) for n in newer_delivered(reader, old.id)] == [(newer.id, "delivered")]


def test_destinations_say_what_waits_and_since_when(box: Box, reader: Reader) -> None:
    since = box.clock.ns
    box.append(to=("erp", "lab"))
    box.clock.pass_hours(1)
    box.settle(box.append().entries[0])
    box.park(box.append().entries[0])
    assert destinations(reader) == [("erp", 1, 0, 1, since), ("lab", 1, 0, 0, since)]


def test_sizes_count_rows_and_bytes(box: Box, reader: Reader) -> None:
    box.append()
    found = sizes(reader)
    assert (found["message"], found["delivery"], found["posting"]) == (1, 1, 0)
    assert found["file_bytes"] > 0


def test_verify_runs_beside_a_hub_that_writes(box: Box, reader: Reader) -> None:
    box.append()
    assert verify(reader) == []
    box.settle(box.append().entries[0], State.DELIVERED)
    assert verify(reader) == []
