"""A disk that is full: nothing is acknowledged that is not stored, and intake goes on by itself."""

from __future__ import annotations

import asyncio

from wards import Receiver, Ward, adt


async def limit_journal(ward: Ward, pages_more: int) -> None:
    """Let the journal's file grow by so many pages and no further: SQLite then reports a full disk."""

    def limit(batch: object) -> None:
        db = batch.store.db  # type: ignore[attr-defined]
        (pages,) = db.execute("pragma page_count").fetchone()
        db.execute(f"pragma max_page_count = {pages + pages_more}").fetchall()

    await ward.hub.journal.call(limit)  # type: ignore[attr-defined]


async def test_a_full_disk_stops_intake_without_an_answer_and_it_resumes_by_itself(ward, receiver: Receiver) -> None:
    await receiver.stop()
    ward.write()
    await ward.start()
    await limit_journal(ward, 20)
    sender, acknowledged, number = await ward.connect(), [], 0
    while True:
        number += 1
        answer = await sender.send(adt(number, f"P{number}", name="D" * 3000))
        if not answer:
            break
        assert answer == f"AA M{number:05}"
        acknowledged.append(number)
        assert number < 1000
    assert acknowledged
    assert not ward.hub.accepting
    assert "storage" in ward.hub.observer.incidents

    await limit_journal_lifted(ward)
    await receiver.start()
    while not ward.hub.accepting:
        await asyncio.sleep(0.02)
    assert await (await ward.connect()).send(adt(number, f"P{number}")) == f"AA M{number:05}"
    await ward.until_states(*["DELIVERED"] * (len(acknowledged) + 1))
    assert sorted(receiver.received) == [*acknowledged, number]
    assert "storage" not in ward.hub.observer.incidents


async def limit_journal_lifted(ward: Ward) -> None:
    """The journal refuses every transaction while it is full, so the limit is lifted on its connection directly."""
    db = ward.hub.journal._committer.store.db  # type: ignore[attr-defined]
    await asyncio.to_thread(lambda: db.execute("pragma max_page_count = 1000000").fetchall())


async def test_by_source_profile_the_sender_hears_that_it_is_rejected(ward: Ward) -> None:
    ward.write(source='unable = "reject"')
    await ward.start()
    await limit_journal(ward, 5)
    sender, number, answer = await ward.connect(), 0, "AA"
    while answer.startswith("AA"):
        number += 1
        answer = await sender.send(adt(number, f"P{number}", name="D" * 3000))
        assert number < 1000
    assert answer == f"AR M{number:05}"
