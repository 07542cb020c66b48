"""Group commit: what happens together, and what happens when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from box import HUB_KEY, Box, Time

from isthmus.journal import SqliteJournal
from isthmus.journal.batch import Batch
from isthmus.journal.commit import GATHERED_MAX, RIDE_S, Write, Writer
from isthmus.journal.pace import Pace
from isthmus.journal.sqlite import Append, Decide, Settle
from isthmus.journal.store import Store
from isthmus.journal.verify import verify
from isthmus.kernel.errors import Misuse, StorageUnable, Tampered
from isthmus.ports import Arrival, Decision, Entry, Settlement, State, Work
from isthmus.security import Vault
from isthmus.security.vault import new_hub_key


def fill_disk(box: Box) -> None:
    """As good as a full disk: SQLite may not add a page."""
    pages = box.one("pragma page_count")
    box.store.db.execute(f"pragma max_page_count = {pages}").fetchall()


def free_disk(box: Box) -> None:
    box.store.db.execute("pragma max_page_count = 1000000").fetchall()


BIG = bytes(200_000)


def test_a_new_journal_can_give_space_back(box: Box) -> None:
    assert box.one("pragma auto_vacuum") == 2  # incremental


def test_ids_and_numbers_are_given_in_the_order_of_the_operations(box: Box) -> None:
    arrivals = [box.arrival(source=source) for source in ("ehr", "lab", "ehr")]
    box.commit(*(Append(arrival, box.errors.append) for arrival in arrivals))
    assert [(arrival.id, arrival.number) for arrival in arrivals] == [(1, 1), (2, 1), (3, 2)]
    assert [arrival.entries[0].id for arrival in arrivals] == [1, 2, 3]


def test_counting_goes_on_after_a_start(box: Box) -> None:
    box.append()
    box.append(source="lab")
    box.reopen()
    again = box.append()
    assert (again.id, again.number, again.entries[0].id) == (3, 2, 3)


def test_a_failed_transaction_gives_everything_back(box: Box) -> None:
    fill_disk(box)
    arrival = box.arrival(BIG, source="a source that was never seen")
    error = box.commit(Append(arrival, box.errors.append))
    assert isinstance(error, StorageUnable)
    assert box.errors == [error]
    free_disk(box)
    stored = box.append(source="another one")
    assert (stored.id, stored.number, stored.entries[0].id) == (1, 1, 1)
    assert verify(box.store) == []


def test_an_outcome_with_a_follower_is_whole_when_it_is_stored_at_the_second_try(box: Box) -> None:
    entry = box.append().entries[0]
    child = Entry("billing", entry.lanes, BIG)
    operation = Settle(Settlement(entry, State.DELIVERED, box.clock.now_ns(), follow=[child]), box.errors.append)
    fill_disk(box)
    assert box.committer.commit([operation]) is not None
    assert entry.state is State.WAITING
    free_disk(box)
    assert box.commit(operation) is None
    assert box.store.body(child.body_id, child.size) == BIG
    assert verify(box.store) == []


def test_a_decision_is_whole_when_it_is_stored_at_the_second_try(box: Box) -> None:
    arrival = box.append(decision=Decision.UNDECIDED)
    entry = Entry("erp", arrival.lanes, BIG)
    operation = Decide(arrival.id, Decision.DECIDED, "adt@1", [entry], None, True, box.errors.append)
    fill_disk(box)
    assert box.committer.commit([operation]) is not None
    free_disk(box)
    assert box.commit(operation) is None
    assert box.store.body(entry.body_id, entry.size) == BIG
    assert verify(box.store) == []


def test_a_message_is_not_decided_twice_and_the_others_in_the_batch_go_on(box: Box) -> None:
    arrival = box.append(decision=Decision.UNDECIDED)
    assert box.decide(arrival, Decision.FILTERED) is None
    other = box.arrival()
    late = Decide(arrival.id, Decision.DECIDED, "adt@1", [], None, True, box.errors.append)
    assert box.commit(late, Append(other, box.errors.append)) is None
    assert isinstance(box.errors[-2], Misuse)
    assert box.errors[-1] is None
    assert other.id == 2
    assert verify(box.store) == []


def test_a_failing_call_takes_only_its_own_writes_back(box: Box) -> None:
    def half(batch: object) -> None:
        batch.append(box.arrival())  # type: ignore[attr-defined]
        raise Misuse("half way")

    with pytest.raises(Misuse, match="half way"):
        box.call(half)
    assert box.append().id == 1
    assert not box.committer.trail.maybe_seen(box.control("never"))
    assert verify(box.store) == []


def test_naming_a_timer_in_a_decision_taken_at_once_replaces_the_open_one(box: Box) -> None:
    def timer() -> Entry:
        return Entry("timer", (box.mac("patient"),), b"wake", due_ns=box.clock.ns + 1, slot=77)

    first = box.append(entries=[timer()])
    second = box.append(entries=[timer()])
    states = box.store.rows("select id, state from delivery order by id")
    assert states == [(first.entries[0].id, State.SUPERSEDED), (second.entries[0].id, State.WAITING)]
    assert verify(box.store) == []


def test_an_outcome_of_a_timer_that_was_withdrawn_meanwhile_is_posted_after_the_withdrawal(box: Box) -> None:
    entry = Entry("timer", (box.mac("patient"),), b"wake", due_ns=box.clock.ns + 1, slot=77)
    box.append(entries=[entry])
    box.call(lambda batch: batch.withdraw(77, box.clock.ns))
    box.settle(entry, State.DELIVERED)
    assert box.store.rows("select state, previous from posting order by id") == [
        (State.SUPERSEDED, 0),
        (State.DELIVERED, 1),
    ]
    assert verify(box.store) == []


def test_a_delivery_settled_twice_is_found_by_verify(box: Box) -> None:
    entry = box.append().entries[0]
    box.settle(entry, State.DELIVERED)
    box.settle(entry, State.DELIVERED)
    assert [(f.rule, f.delivery) for f in verify(box.store)] == [("POSTING_CHAIN", entry.id)]


def test_a_message_larger_than_a_row_is_read_back_whole(box: Box) -> None:
    raw = bytes(range(256)) * 10_000
    entry = box.append(raw).entries[0]
    assert box.store.body(entry.body_id, entry.size) == raw


def test_another_process_that_took_the_journal_over_ends_the_writer(box: Box, tmp_path: Path) -> None:
    Store(box.path, Vault(HUB_KEY), box.clock.ns, lock=False).close()
    with pytest.raises(Misuse, match="taken over"):
        box.append()


def test_a_journal_is_opened_by_one_process_only_and_says_by_which(box: Box) -> None:
    with pytest.raises(Misuse, match="already runs a hub"):
        Store(box.path, Vault(HUB_KEY), 0)


def test_a_journal_does_not_open_with_another_hub_key_and_can_be_opened_afterwards(box: Box) -> None:
    box.close()
    with pytest.raises(Tampered, match="hub key"):
        Store(box.path, Vault(new_hub_key()), 0)
    box.open()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageUnable, match="folder"):
        Store(tmp_path / "missing" / "journal.db", Vault(HUB_KEY), 0)


class Slow(Pace):
    """A disk that a thread has to wait for."""

    def on_loop(self) -> bool:
        return False


@pytest.mark.parametrize("pace", [Pace, Slow])
async def test_the_loop_goes_on_in_the_order_of_submission_wherever_a_commit_waits(
    tmp_path: Path, pace: type[Pace]
) -> None:
    journal = SqliteJournal.open(tmp_path / "journal.db", Vault(HUB_KEY), clock=Time(), pace=pace())
    told: list[tuple[int, object]] = []
    for turn in range(5):
        for at in range(turn * 100, turn * 100 + 100):
            journal.append(Arrival("ehr", 0, b"%d" % at), lambda error, at=at: told.append((at, error)))
        await asyncio.sleep(0)
    await journal.probe()
    assert told == [(at, None) for at in range(500)]
    journal.close()
    store = Store(tmp_path / "journal.db", Vault(HUB_KEY), 0)
    assert verify(store) == []
    assert store.one("select count(*) from message") == 500
    store.close()


async def test_what_comes_within_looks_at_the_network_that_follow_each_other_is_synced_together(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "journal.db", Vault(HUB_KEY), clock=Time())
    await journal.probe()
    before = journal.commits[0]
    told: list[object] = []
    for turn in range(10):
        for at in range(4):
            journal.append(Arrival("ehr", 0, b"%d %d" % (turn, at)), told.append)
        await asyncio.sleep(0)
    assert told == []
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert told == [None] * 40
    assert journal.commits[0] == before + 1
    journal.close()


async def test_a_stream_without_end_is_synced_all_the_same(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "journal.db", Vault(HUB_KEY), clock=Time())
    told: list[object] = []
    for _ in range(100):
        for at in range(4):
            journal.append(Arrival("ehr", 0, b"%d" % at), told.append)
        await asyncio.sleep(0)
    assert len(told) >= 2 * GATHERED_MAX
    journal.close()


class ByHand:
    """A disk that is as slow as the test wants."""

    def begin(self, write: Write, written: Callable[[], None]) -> None:
        self._write, self._written = write, written

    def finish(self) -> None:
        self._outcome = self._write()
        self._written()

    def result(self) -> BaseException | None:
        return self._outcome

    def close(self) -> None:
        """There is no thread to end."""


class NoLog:
    def after_commit(self) -> None:
        """The test's log stays short."""

    close = after_commit


async def test_an_outcome_that_nobody_waits_for_rides_with_the_next_message_however_slow_the_disk_is(box: Box) -> None:
    disk = ByHand()
    writer = Writer(box.committer, asyncio.get_running_loop(), pytest.fail, disk, NoLog(), Slow())
    first = box.append()
    before = box.committer.commits
    writer.submit(Append(box.arrival(), box.errors.append))
    await asyncio.sleep(3 * RIDE_S)  # its commit is under way
    writer.submit(Settle(Settlement(first.entries[0], State.DELIVERED, 0), box.errors.append), False)
    await asyncio.sleep(3 * RIDE_S)  # longer than an outcome waits for something to ride with
    disk.finish()
    writer.submit(Append(box.arrival(), box.errors.append))
    await asyncio.sleep(RIDE_S / 2)
    disk.finish()
    assert (box.committer.commits - before, box.errors) == (2, [None] * 4)
    writer.close()


async def test_what_a_thread_is_writing_is_finished_before_the_journal_closes(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "journal.db", Vault(HUB_KEY), clock=Time(), pace=Slow())
    told: list[object] = []
    journal.append(Arrival("ehr", 0, b"one"), told.append)
    for _ in range(3):  # until it is handed to the thread
        await asyncio.sleep(0)
    journal.append(Arrival("ehr", 0, b"two"), told.append)
    journal.close()
    assert told == [None, None]


async def test_closing_on_a_full_disk_ends_and_says_that_the_outcome_is_not_stored(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "journal.db", Vault(HUB_KEY), clock=Time())
    told: asyncio.Queue[object] = asyncio.Queue()
    arrival = Arrival(
        "ehr", Time().ns, b"raw", decision=Decision.DECIDED, entries=[Entry("erp", (), b"raw", shared=True)]
    )
    journal.append(arrival, told.put_nowait)
    assert await told.get() is None
    pages = await journal.call(lambda batch: batch.store.one("pragma page_count"))
    await journal.call(lambda batch: batch.store.rows(f"pragma max_page_count = {pages}"))
    work = Work("delivery", owner="", code="X", text="x" * 100_000)
    journal.settle(Settlement(arrival.entries[0], State.PARKED, Time().ns, work=work), told.put_nowait)
    journal.close()
    assert isinstance(await told.get(), StorageUnable)


class Poison(Append):
    """A message that the journal cannot write, for a reason that nobody foresaw."""

    def apply(self, batch: Batch) -> None:
        super().apply(batch)
        batch._messages[-1] = (*batch._messages[-1][:-1], "\ud800")


async def test_what_cannot_be_written_fails_alone_and_the_others_go_on(tmp_path: Path) -> None:
    failures: list[BaseException] = []
    defects: list[BaseException] = []
    path = tmp_path / "journal.db"
    journal = SqliteJournal.open(path, Vault(HUB_KEY), on_failure=failures.append, on_defect=defects.append)
    told: list[object] = []
    arrivals = [Arrival("ehr", 0, b"%d" % at) for at in range(4)]
    for at, arrival in enumerate(arrivals):
        operation = (Poison if at == 1 else Append)(arrival, told.append)
        journal._submit(operation, True)
    await journal.probe()

    assert [type(error) for error in told] == [type(None), Misuse, type(None), type(None)]
    assert (len(failures), len(defects)) == (0, 1)
    assert [(arrivals[at].id, arrivals[at].number) for at in (0, 2, 3)] == [(1, 1), (2, 2), (3, 3)]
    journal.close()
    store = Store(path, Vault(HUB_KEY), 0)
    assert verify(store) == []
    store.close()


async def test_an_outcome_that_cannot_be_written_ends_the_writer(tmp_path: Path) -> None:
    failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
    journal = SqliteJournal.open(tmp_path / "journal.db", Vault(HUB_KEY), on_failure=failed.set_result)
    done = asyncio.get_running_loop().create_future()
    entry = Entry("erp", (b"lane",), b"body")
    arrival = Arrival("ehr", 0, b"raw", decision=Decision.DECIDED, entries=[entry])
    journal.append(arrival, lambda error: done.set_result(error))
    assert await done is None
    journal.settle(Settlement(entry, State.PARKED, 1 << 70), lambda error: None)
    assert isinstance(await failed, OverflowError)
    journal.close()
