"""Replay: the plan, then page by page in order."""

from __future__ import annotations

import pytest
from box import Box

from isthmus.journal.replay import Plan, page, plan
from isthmus.journal.search import Query
from isthmus.journal.sqlite import SqliteJournal
from isthmus.kernel.errors import Misuse
from isthmus.ports import Decision, Kind


def test_the_plan_counts_and_changes_nothing(box: Box) -> None:
    box.append(b"one", lane="Ann", type="ADT^A01")
    box.append(b"two2", lane="Bob", type="DFT^P03")
    box.append(b"three", lane="Ann", type="ADT^A08", source="lab")
    box.append(kind=Kind.REFUSED, decision=Decision.NONE)
    at = box.clock.ns
    assert plan(box.store, Query()) == Plan(
        3, 12, 0, at, at, {"ehr": 2, "lab": 1}, {"ADT^A01": 1, "ADT^A08": 1, "DFT^P03": 1}, 0
    )
    assert plan(box.store, Query(source="ehr")).newer_lanes == 1  # Ann has a newer message, which is not selected
    assert plan(box.store, Query(source="nobody")).messages == 0


def test_pages_come_in_order_and_name_the_original(box: Box) -> None:
    for n in range(5):
        box.append(b"raw %d" % n, source="lab" if n == 2 else "ehr")
    first = page(box.store, Query(source="ehr", limit=3))
    assert [(a.original, a.id, a.raw) for a in first] == [(1, 0, b"raw 0"), (2, 0, b"raw 1"), (4, 0, b"raw 3")]
    second = page(box.store, Query(source="ehr", limit=3, after=4))
    assert [a.original for a in second] == [5]
    assert page(box.store, Query(source="ehr", limit=3, after=5)) == []


def test_a_page_ends_at_its_bytes_but_always_brings_one(box: Box) -> None:
    for _ in range(3):
        box.append(bytes(100))
    assert [a.original for a in page(box.store, Query(), bytes_max=150)] == [1, 2]
    assert [a.original for a in page(box.store, Query(), bytes_max=10)] == [1]


def test_a_replay_is_not_replayed_and_opens_no_duplicate_window(box: Box) -> None:
    sent = box.append(b"raw", control="C1")
    box.append(b"raw", control="C1", original=sent.id)
    assert [a.original for a in page(box.store, Query())] == [1]
    assert plan(box.store, Query()).messages == 1


async def test_the_original_is_found_as_a_duplicate_and_its_replay_is_not(box: Box) -> None:
    sent = box.append(b"raw", control="C1")
    box.clock.pass_hours(48)
    box.append(b"raw", control="C1", original=sent.id)
    journal = SqliteJournal(box.committer, lambda operation, urgent: box.commit(operation))
    assert await journal.find_original("ehr", box.control("C1"), box.mac(b"raw"), 0) == (sent.id, False)
    assert await journal.find_original("ehr", box.control("C1"), box.mac(b"raw"), box.clock.ns) == (0, False)


def test_refused_messages_are_not_replayed(box: Box) -> None:
    with pytest.raises(Misuse, match="not replayed"):
        plan(box.store, Query(state="refused"))
