"""What every journal must do, as named sentences: run them over yours.

A sentence is an async function over a *bench*, which the owner of a journal writes: it opens the journal, and opens it
again after it was closed. With pytest:

    @pytest.mark.parametrize("sentence", journal_sentences(), ids=named)
    async def test_the_journal(sentence):
        await sentence(MyBench())

A failing sentence raises AssertionError. They say what a hub may rely on; how fast it is, and what a power loss does, is
tested elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from ..kernel.clock import NS_PER_DAY, NS_PER_HOUR, hour_of
from ..kernel.errors import IsthmusError, Misuse
from ..ports import (
    PIECE_BYTES,
    Arrival,
    Decision,
    Done,
    Entry,
    Journal,
    Kind,
    Memory,
    Owed,
    Settlement,
    Staged,
    State,
    Text,
    Verdict,
    Work,
)

PATIENCE_S = 10.0
"""How long anything that must happen may take on a slow machine."""

NOW_NS = 20_000 * NS_PER_DAY + 10 * NS_PER_HOUR
ANN, BOB = b"A" * 16, b"B" * 16


class JournalBench(Protocol):
    async def open(self) -> Journal:
        """Open the journal, an empty one at first. A sentence closes what it opened before it opens again."""


Sentence = Callable[[JournalBench], Awaitable[None]]


def journal_sentences() -> list[Sentence]:
    """All of them apply to every journal."""
    return list(_SENTENCES)


_SENTENCES: list[Sentence] = []


def _sentence(function: Sentence) -> Sentence:
    _SENTENCES.append(function)
    return function


# ---------------------------------------------------------------- the runner's part, in short


async def _durable(start: Callable[[Done], None]) -> IsthmusError | None:
    """Start an operation and wait for what it is told."""
    told: asyncio.Future[IsthmusError | None] = asyncio.get_running_loop().create_future()
    start(told.set_result)
    return await asyncio.wait_for(told, PATIENCE_S)


def message(raw: bytes = b"raw", **options: Any) -> Arrival:
    """An arrival with what a source gives; undecided unless said otherwise."""
    return Arrival(options.pop("source", "ehr"), options.pop("received_ns", NOW_NS), raw, **options)


def dispatched(raw: bytes, *entries: Entry, **options: Any) -> Arrival:
    return message(raw, decision=Decision.DECIDED, version="flow@1", entries=entries, **options)


async def append(journal: Journal, arrival: Arrival) -> Arrival:
    assert await _durable(lambda done: journal.append(arrival, done)) is None
    return arrival


async def settle(journal: Journal, entry: Entry, state: State = State.DELIVERED, **options: Any) -> None:
    settlement = Settlement(entry, state, NOW_NS, **options)
    assert await _durable(lambda done: journal.settle(settlement, done)) is None


async def decide(
    journal: Journal,
    arrival: Arrival,
    decision: Decision,
    entries: list[Entry],
    work: Work | None = None,
    blocks: bool = True,
) -> IsthmusError | None:
    return await _durable(
        lambda done: journal.decide(arrival.id, decision, "flow@1", entries, work, done, blocks=blocks)
    )


async def ids(journal: Journal, destination: str = "erp") -> list[int]:
    return [entry.id for entry in await journal.page(destination, 0, 100)]


async def body(journal: Journal, entry: Entry) -> bytes | None:
    fresh = Entry(entry.destination, entry.lanes, None)
    fresh.id, fresh.body_id, fresh.size = entry.id, entry.body_id, entry.size
    await journal.load([fresh], 1)
    return fresh.body


WORK = Work("delivery", owner="finance", code="PERMANENT", text="the period is closed")


# ---------------------------------------------------------------- appending


@_sentence
async def ids_and_numbers_have_no_gaps_and_follow_the_order_of_the_calls(bench: JournalBench) -> None:
    journal = await bench.open()
    arrivals = [dispatched(b"x", Entry("erp", (ANN,), b"x"), source=source) for source in ("ehr", "lab", "ehr")]
    told: list[int] = []
    for n, arrival in enumerate(arrivals[:-1]):
        journal.append(arrival, lambda error, n=n: told.append(n))  # type: ignore[misc]
    await append(journal, arrivals[-1])
    assert told == [0, 1]
    assert [(arrival.id, arrival.number) for arrival in arrivals] == [(1, 1), (2, 1), (3, 2)]
    assert [arrival.entries[0].id for arrival in arrivals] == [1, 2, 3]
    journal.close()


@_sentence
async def counting_goes_on_after_the_journal_was_opened_again(bench: JournalBench) -> None:
    journal = await bench.open()
    await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x")))
    journal.close()
    journal = await bench.open()
    again = await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x")))
    assert (again.id, again.number, again.entries[0].id) == (2, 2, 2)
    journal.close()


@_sentence
async def deliveries_come_back_as_they_were_after_the_journal_was_opened_again(bench: JournalBench) -> None:
    journal = await bench.open()
    entry = Entry("erp", (ANN, BOB), b"mapped", key="K-1", headers={"media": "text/plain", "n": 7}, waits=False)
    arrival = await append(journal, dispatched(b"as sent", entry))
    journal.close()
    journal = await bench.open()
    (read,) = await journal.page("erp", 0, 10)
    assert (read.id, read.message_id, read.lanes, read.key) == (entry.id, arrival.id, (ANN, BOB), "K-1")
    assert (read.headers, read.waits, read.attempts, read.state) == (entry.headers, False, 0, State.WAITING)
    assert (read.hour, read.size, read.body) == (hour_of(NOW_NS), 6, None)
    assert await body(journal, read) == b"mapped"
    journal.close()


@_sentence
async def a_shared_body_is_the_message_as_received(bench: JournalBench) -> None:
    journal = await bench.open()
    await append(journal, dispatched(b"as sent", Entry("erp", (ANN,), None, shared=True)))
    (read,) = await journal.page("erp", 0, 10)
    assert (read.size, await body(journal, read)) == (7, b"as sent")
    journal.close()


@_sentence
async def a_body_of_any_size_comes_back_whole(bench: JournalBench) -> None:
    journal = await bench.open()
    bodies = [b"", b"x", bytes(range(256)) * 9000, b"y" * (1 << 20), b"z" * ((1 << 20) + 1)]
    for raw in bodies:
        await append(journal, dispatched(raw, Entry("erp", (ANN,), raw, shared=True)))
    assert [await body(journal, entry) for entry in await journal.page("erp", 0, 10)] == bodies
    journal.close()


@_sentence
async def a_page_holds_one_destination_in_commit_order_from_where_the_last_one_ended(bench: JournalBench) -> None:
    journal = await bench.open()
    for _ in range(4):
        await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x"), Entry("lab", (ANN,), b"x")))
    first = await journal.page("erp", 0, 3)
    assert [entry.id for entry in first] == [1, 3, 5]
    assert [entry.id for entry in await journal.page("erp", 5, 3)] == [7]
    assert await journal.page("erp", 7, 3) == []
    assert await journal.page("nobody", 0, 3) == []
    journal.close()


@_sentence
async def bodies_are_read_back_as_far_as_the_bytes_reach_and_the_first_one_always(bench: JournalBench) -> None:
    journal = await bench.open()
    for raw in (b"12345", b"12345", b"12345"):
        await append(journal, dispatched(raw, Entry("erp", (ANN,), raw)))
    read = await journal.page("erp", 0, 10)
    await journal.load(read, 10)
    assert [entry.body for entry in read] == [b"12345", b"12345", None]
    read = await journal.page("erp", 0, 10)
    await journal.load(read, 1)
    assert [entry.body for entry in read] == [b"12345", None, None]
    await journal.load([], 1)
    journal.close()


@_sentence
async def a_part_of_a_body_is_read_without_the_rest(bench: JournalBench) -> None:
    journal = await bench.open()
    raw = bytes(range(256)) * 8192 + b"the end"
    arrival = await append(journal, dispatched(raw, Entry("erp", (ANN,), raw, shared=True)))
    id = arrival.entries[0].id
    for offset, size in ((0, 3), (PIECE_BYTES - 1, 2), (PIECE_BYTES, 5), (5, 2 * PIECE_BYTES), (len(raw) - 3, 99)):
        assert await journal.read(id, offset, size) == raw[offset : offset + size]
    assert await journal.read(id, len(raw), 99) == b""
    journal.close()


@_sentence
async def a_body_that_was_staged_piece_by_piece_is_the_body_of_its_message(bench: JournalBench) -> None:
    journal = await bench.open()
    raw = b"x" * PIECE_BYTES + b"y" * PIECE_BYTES + b"the end"
    staged, mac = Staged(len(raw), NOW_NS), journal.running_mac()
    for at in range(0, len(raw), PIECE_BYTES):
        await append(journal, message(b"in between"))
        await journal.stage(staged, raw[at : at + PIECE_BYTES])
        mac.update(raw[at : at + PIECE_BYTES])
    assert mac.digest() == journal.mac(raw)
    arrival = dispatched(b"", Entry("erp", (ANN,), None, shared=True), staged=staged, digest=mac.digest())
    await append(journal, arrival)
    journal.close()
    journal = await bench.open()
    (read,) = await journal.page("erp", 0, 10)
    assert (read.size, await body(journal, read)) == (len(raw), raw)
    journal.close()


@_sentence
async def what_was_staged_and_given_up_leaves_nothing_behind(bench: JournalBench) -> None:
    journal = await bench.open()
    given_up, forgotten = Staged(PIECE_BYTES + 1, NOW_NS), Staged(PIECE_BYTES + 1, NOW_NS)
    await journal.stage(given_up, b"x" * PIECE_BYTES)
    await journal.unstage(given_up)
    await journal.stage(forgotten, b"x" * PIECE_BYTES)
    journal.close()
    journal = await bench.open()
    arrival = await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"another")))
    assert await body(journal, arrival.entries[0]) == b"another"
    journal.close()


# ---------------------------------------------------------------- settling


@_sentence
async def what_is_settled_does_not_wait_any_more(bench: JournalBench) -> None:
    journal = await bench.open()
    entries = [
        (await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x")))).entries[0] for _ in range(len(State) + 1)
    ]
    for entry, state in zip(entries, State, strict=False):
        if state is not State.WAITING:
            await settle(journal, entry, state, work=WORK if state is State.PARKED else None)
            assert entry.state is state
    assert await ids(journal) == [1, len(State) + 1]
    journal.close()


@_sentence
async def an_outcome_that_nobody_waits_for_is_stored_too(bench: JournalBench) -> None:
    journal = await bench.open()
    entry = (await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x")))).entries[0]
    settlement = Settlement(entry, State.DELIVERED, NOW_NS)
    assert await _durable(lambda done: journal.settle(settlement, done, urgent=False)) is None
    assert await ids(journal) == []
    journal.close()


@_sentence
async def what_follows_from_an_outcome_is_stored_with_it_and_names_its_parent(bench: JournalBench) -> None:
    journal = await bench.open()
    parent = (await append(journal, dispatched(b"as sent", Entry("process:stay", (ANN,), b"step")))).entries[0]
    children = [Entry("erp", (BOB,), b"own"), Entry("erp", (BOB,), None, shared=True)]
    await settle(journal, parent, follow=children, memory=Memory("stay", ANN, 1, b"admitted"))
    journal.close()
    journal = await bench.open()
    read = await journal.page("erp", 0, 10)
    assert [(entry.id, entry.parent, entry.message_id) for entry in read] == [(2, 1, 1), (3, 1, 1)]
    assert [await body(journal, entry) for entry in read] == [b"own", b"step"]
    memory = await journal.memory("stay", ANN)
    assert memory is not None
    assert (memory.version, memory.data) == (1, b"admitted")
    journal.close()


@_sentence
async def a_step_of_a_delivery_stores_how_far_it_came_and_what_follows_and_lets_it_wait(bench: JournalBench) -> None:
    journal = await bench.open()
    arrival = await append(journal, dispatched(b"x", Entry("rows:f", (ANN,), b"x")))
    entry = arrival.entries[0]
    assert await journal.cursor(entry.id) is None
    for row in (1, 2):
        child = Entry("erp", (BOB,), b"row %d" % row)
        await settle(journal, entry, State.WAITING, follow=[child], cursor=b"at row %d" % row)
        assert child.parent == entry.id
    journal.close()
    journal = await bench.open()
    (read,) = await journal.page("rows:f", 0, 10)
    assert await journal.cursor(read.id) == b"at row 2"
    assert len(await ids(journal, "erp")) == 2
    await settle(journal, read, State.PARKED, work=WORK)
    await settle(journal, read, State.WAITING, code="RESEND")
    assert await journal.cursor(read.id) == b"at row 2"
    await settle(journal, read)
    assert await ids(journal, "rows:f") == []
    journal.close()


@_sentence
async def only_a_parked_delivery_that_blocks_holds_its_lanes(bench: JournalBench) -> None:
    journal = await bench.open()
    blocks, passes, again = [
        (await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x")))).entries[0] for _ in range(3)
    ]
    blocks.attempts = 4
    await settle(journal, blocks, State.PARKED, work=WORK, blocks=True, code="PERMANENT", detail="what the ERP said")
    await settle(journal, passes, State.PARKED, work=WORK)
    await settle(journal, again, State.PARKED, work=WORK, blocks=True)
    await settle(journal, again, State.WAITING, by="ana", detail="the period was reopened")
    journal.close()
    journal = await bench.open()
    assert [(entry.id, entry.attempts, entry.state) for entry in await journal.blocked()] == [(1, 4, State.PARKED)]
    assert await ids(journal) == [again.id]
    journal.close()


@_sentence
async def an_outcome_of_a_delivery_that_was_read_back_is_stored(bench: JournalBench) -> None:
    journal = await bench.open()
    await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x"), Entry("erp", (ANN,), b"x")))
    journal.close()
    journal = await bench.open()
    first, _ = await journal.page("erp", 0, 10)
    await settle(journal, first, reference="INV-7")
    assert await ids(journal) == [2]
    journal.close()


@_sentence
async def a_task_settles_once_it_is_on_the_worklist(bench: JournalBench) -> None:
    journal = await bench.open()
    task = Entry("worklist", (ANN,), b"the stay", headers={"text": "code the stay", "owner": "coding"})
    await append(journal, dispatched(b"x", task))
    assert task.state is State.DELIVERED
    assert await ids(journal, "worklist") == []
    journal.close()


# ---------------------------------------------------------------- timers


def timer(due_ns: int, slot: int = 0, body: bytes = b"wake") -> Entry:
    return Entry("timer", (ANN,), body, due_ns=due_ns, slot=slot)


@_sentence
async def timers_are_due_earliest_first_and_stand_in_no_page(bench: JournalBench) -> None:
    journal = await bench.open()
    assert await journal.next_due() == 0
    await append(
        journal,
        dispatched(b"x", timer(NOW_NS + 2, body=b"second"), timer(NOW_NS + 1, body=b"first"), timer(NOW_NS + 9)),
    )
    assert await ids(journal, "timer") == []
    assert await journal.next_due() == NOW_NS + 1
    assert [(entry.id, entry.body) for entry in await journal.due(NOW_NS + 2, 10)] == [(2, b"first"), (1, b"second")]
    assert [entry.id for entry in await journal.due(NOW_NS + 9, 2)] == [2, 1]
    await settle(journal, (await journal.due(NOW_NS + 1, 1))[0])
    assert await journal.next_due() == NOW_NS + 2
    journal.close()


@_sentence
async def naming_a_timer_replaces_the_open_one_of_its_name(bench: JournalBench) -> None:
    journal = await bench.open()
    await append(journal, dispatched(b"x", timer(NOW_NS + 1, slot=7), timer(NOW_NS + 1, slot=8)))
    await append(journal, dispatched(b"x", timer(NOW_NS + 2, slot=7)))
    undecided = await append(journal, message())
    await decide(journal, undecided, Decision.DECIDED, [timer(NOW_NS + 3, slot=7)])
    parent = (await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x")))).entries[0]
    await settle(journal, parent, follow=[timer(NOW_NS + 4, slot=8)])
    assert [entry.due_ns - NOW_NS for entry in await journal.due(NOW_NS + 9, 10)] == [3, 4]
    journal.close()


@_sentence
async def an_outcome_withdraws_the_timers_that_it_cancels(bench: JournalBench) -> None:
    journal = await bench.open()
    parent = Entry("erp", (ANN,), b"x")
    await append(journal, dispatched(b"x", parent, timer(NOW_NS + 1, slot=7), timer(NOW_NS + 2)))
    await settle(journal, parent, cancel=(7, 99))
    assert [entry.due_ns - NOW_NS for entry in await journal.due(NOW_NS + 9, 10)] == [2]
    journal.close()


# ---------------------------------------------------------------- deciding later


@_sentence
async def undecided_messages_come_back_in_order_with_all_that_a_decision_needs(bench: JournalBench) -> None:
    journal = await bench.open()
    await append(
        journal,
        message(b"first", type="ADT^A01", lanes=(ANN, BOB), control=5, digest=journal.mac(b"first"), origin="10.0.0.7"),
    )
    await append(journal, dispatched(b"decided"))
    await append(journal, message(b"", source="lab"))
    journal.close()
    journal = await bench.open()
    (first, parked), (second, _) = await journal.undecided(0, 10)
    assert (first.id, first.raw, first.source, first.type, first.received_ns) == (1, b"first", "ehr", "ADT^A01", NOW_NS)
    assert (first.lanes, first.control, first.digest, first.origin, parked) == (
        (ANN, BOB),
        5,
        journal.mac(b"first"),
        "10.0.0.7",
        False,
    )
    assert (second.id, second.raw, second.source) == (3, b"", "lab")
    assert [arrival.id for arrival, _ in await journal.undecided(1, 10)] == [3]
    assert [arrival.id for arrival, _ in await journal.undecided(0, 1)] == [1]
    journal.close()


@_sentence
async def a_decision_is_taken_once_and_its_deliveries_wait(bench: JournalBench) -> None:
    journal = await bench.open()
    arrival = await append(journal, message(b"as sent"))
    assert await decide(journal, arrival, Decision.DECIDED, [Entry("erp", (ANN,), None, shared=True)]) is None
    assert await journal.undecided(0, 10) == []
    (read,) = await journal.page("erp", 0, 10)
    assert (read.message_id, await body(journal, read)) == (arrival.id, b"as sent")
    assert isinstance(await decide(journal, arrival, Decision.FILTERED, []), Misuse)
    assert isinstance(await decide(journal, message(), Decision.FILTERED, []), Misuse)
    assert await ids(journal) == [read.id]
    journal.close()


@_sentence
async def a_message_that_cannot_be_decided_is_parked_until_it_can(bench: JournalBench) -> None:
    journal = await bench.open()
    work = Work("message", owner="it", code="FLOW", text="the flow raised")
    await append(journal, message(work=work, blocks=False))
    later = await append(journal, message())
    assert await decide(journal, later, Decision.UNDECIDED, [], work) is None
    assert [(a.id, parked, a.blocks) for a, parked in await journal.undecided(0, 10)] == [
        (1, True, False),
        (2, True, True),
    ]
    assert await decide(journal, later, Decision.FILTERED, []) is None
    assert [(a.id, parked) for a, parked in await journal.undecided(0, 10)] == [(1, True)]
    journal.close()


@_sentence
async def what_is_refused_or_a_duplicate_is_counted_and_never_decided(bench: JournalBench) -> None:
    journal = await bench.open()
    await append(journal, message(b"?", kind=Kind.REFUSED, error="MSH-9 is empty"))
    await append(journal, message(b"", kind=Kind.DUPLICATE, original=1))
    assert await journal.undecided(0, 10) == []
    assert (await append(journal, message())).number == 3
    journal.close()


# ---------------------------------------------------------------- duplicates


@_sentence
async def a_repeat_is_found_by_source_control_id_and_bytes(bench: JournalBench) -> None:
    journal = await bench.open()
    assert not journal.maybe_seen(5)
    first = await append(journal, message(control=5, digest=journal.mac(b"raw")))
    assert journal.maybe_seen(5)
    assert await journal.find_original("ehr", 5, journal.mac(b"raw"), 0) == (first.id, False)
    assert await journal.find_original("ehr", 5, journal.mac(b"other"), 0) == (0, True)
    assert await journal.find_original("lab", 5, journal.mac(b"raw"), 0) == (0, False)
    assert await journal.find_original("ehr", 6, journal.mac(b"raw"), 0) == (0, False)
    assert await journal.find_original("ehr", 5, journal.mac(b"raw"), NOW_NS + 1) == (0, False)
    journal.close()
    journal = await bench.open()
    assert journal.maybe_seen(5)
    assert await journal.find_original("ehr", 5, journal.mac(b"raw"), NOW_NS) == (first.id, False)
    journal.close()


@_sentence
async def what_was_refused_or_replayed_or_returned_is_no_original(bench: JournalBench) -> None:
    journal = await bench.open()
    await append(journal, message(control=5, digest=journal.mac(b"raw"), kind=Kind.REFUSED))
    assert not journal.maybe_seen(5)
    await append(journal, message(control=6, digest=journal.mac(b"raw"), original=1))
    returned = await append(journal, dispatched(b"x", Entry("erp", (ANN,), b"x"), control=7, digest=journal.mac(b"x")))
    await settle(journal, returned.entries[0], State.RETURNED)
    for control, raw in ((5, b"raw"), (6, b"raw"), (7, b"x")):
        assert await journal.find_original("ehr", control, journal.mac(raw), 0) == (0, False)
    journal.close()


# ---------------------------------------------------------------- the rest


@_sentence
async def the_memory_of_a_process_is_replaced_and_ends(bench: JournalBench) -> None:
    journal = await bench.open()
    entries = [(await append(journal, dispatched(b"x", Entry("p", (ANN,), b"x")))).entries[0] for _ in range(4)]
    await settle(journal, entries[0], memory=Memory("stay", ANN, 1, b"one"))
    await settle(journal, entries[1], memory=Memory("stay", BOB, 1, b"other"))
    await settle(journal, entries[2], memory=Memory("stay", ANN, 2, b"two"))
    memory = await journal.memory("stay", ANN)
    assert memory is not None
    assert (memory.process, memory.key, memory.version, memory.data) == ("stay", ANN, 2, b"two")
    await settle(journal, entries[3], memory=Memory("stay", ANN, 2, None))
    assert await journal.memory("stay", ANN) is None
    assert await journal.memory("stay", BOB) is not None
    assert await journal.memory("never", ANN) is None
    journal.close()


@_sentence
async def one_outcome_may_change_several_memories_and_all_of_a_process_are_found_by_key(bench: JournalBench) -> None:
    journal = await bench.open()
    entries = [(await append(journal, dispatched(b"x", Entry("t", (ANN,), b"x")))).entries[0] for _ in range(2)]
    both = (Memory("table:t", BOB, 1, b"two"), Memory("table:t", ANN, 1, b"one"))
    await settle(journal, entries[0], memory=Memory("stay", ANN, 1, b"other"), memories=both)
    journal.close()
    journal = await bench.open()
    assert [(memory.key, memory.data) for memory in await journal.memories("table:t")] == [(ANN, b"one"), (BOB, b"two")]
    await settle(journal, entries[1], memories=(Memory("table:t", ANN, 1, None), Memory("table:t", BOB, 2, b"three")))
    assert [(memory.version, memory.data) for memory in await journal.memories("table:t")] == [(2, b"three")]
    assert await journal.memories("never") == []
    journal.close()


@_sentence
async def keys_are_stood_for_by_the_same_16_bytes_for_ever(bench: JournalBench) -> None:
    journal = await bench.open()
    first = journal.mac(b"MRN 4711")
    assert len(first) == 16
    assert journal.mac(b"MRN 4712") != first
    journal.close()
    journal = await bench.open()
    assert journal.mac(b"MRN 4711") == first
    journal.close()


@_sentence
async def what_a_version_stands_for_is_kept_and_found_by_its_hash(bench: JournalBench) -> None:
    journal = await bench.open()
    first, second = (_source(content) for content in (b"version 1", b"version 2"))
    await journal.keep([first])
    await journal.keep([first, second])
    await journal.keep([second])
    journal.close()
    journal = await bench.open()
    assert [await journal.text(one.version) for one in (first, second)] == [first, second]
    assert await journal.text("0" * 12) is None
    journal.close()


def _source(content: bytes) -> Text:
    return Text(hashlib.sha256(content).hexdigest()[:12], "source", "flows/ehr.py", content)


@_sentence
async def every_opening_raises_the_epoch(bench: JournalBench) -> None:
    journal = await bench.open()
    first = journal.epoch
    journal.close()
    journal = await bench.open()
    assert journal.epoch > first
    journal.close()


@_sentence
async def closing_stores_what_was_submitted_and_may_be_done_twice(bench: JournalBench) -> None:
    journal = await bench.open()
    told: list[IsthmusError | None] = []
    arrival = dispatched(b"x", Entry("erp", (ANN,), b"x"))
    journal.append(arrival, told.append)
    journal.close()
    journal.close()
    await asyncio.sleep(0)
    assert told == [None]
    journal = await bench.open()
    assert await ids(journal) == [arrival.entries[0].id]
    journal.close()


# ---------------------------------------------------------------- what senders are owed


class Answering:
    """Writes what a test can read, and keeps what was offered."""

    def __init__(self, wanted: tuple[bool, ...] = (True, False)) -> None:
        self.offered: list[Entry] = []
        self._wanted = wanted

    def write(self, owed: Owed, verdict: Verdict) -> bytes | None:
        word = b"yes " if verdict.accepted else b"no "
        return word + owed.head + verdict.text.encode() if verdict.accepted in self._wanted else None

    def offer(self, entry: Entry) -> None:
        self.offered.append(entry)


def _owing(*entries: Entry, decision: Decision = Decision.DECIDED, **options: Any) -> Arrival:
    return message(
        b"raw", decision=decision, version="flow@1", entries=entries, owed=Owed("acks", (ANN,), "AL", b"M1 "), **options
    )


async def _answers(journal: Journal) -> list[bytes | None]:
    return [await body(journal, entry) for entry in await journal.page("acks", 0, 10)]


async def _opened(bench: JournalBench, wanted: tuple[bool, ...] = (True, False)) -> tuple[Journal, Answering]:
    journal, answering = await bench.open(), Answering(wanted)
    journal.acknowledger = answering
    return journal, answering


@_sentence
async def what_a_message_is_owed_becomes_a_delivery_with_the_last_outcome(bench: JournalBench) -> None:
    journal, answering = await _opened(bench)
    first, second = Entry("erp", (ANN,), b"x"), Entry("lab", (ANN,), b"x")
    await append(journal, _owing(first, second))
    await settle(journal, first)
    assert await _answers(journal) == []
    await settle(journal, second, State.ALREADY_THERE)
    assert await _answers(journal) == [b"yes M1 "]
    await asyncio.sleep(0)
    assert [(entry.id, entry.parent, entry.message_id) for entry in answering.offered] == [(3, second.id, 1)]
    journal.close()


@_sentence
async def what_is_owed_outlives_the_process(bench: JournalBench) -> None:
    journal, _ = await _opened(bench)
    await append(journal, _owing(Entry("erp", (ANN,), b"x")))
    journal.close()
    journal, _ = await _opened(bench)
    (entry,) = await journal.page("erp", 0, 10)
    await settle(journal, entry)
    journal.close()
    journal, _ = await _opened(bench)
    assert await _answers(journal) == [b"yes M1 "]
    journal.close()


@_sentence
async def a_delivery_that_was_given_up_makes_the_verdict_no(bench: JournalBench) -> None:
    journal, _ = await _opened(bench)
    first, second = Entry("erp", (ANN,), b"x"), Entry("lab", (ANN,), b"x")
    await append(journal, _owing(first, second))
    await settle(journal, first, State.PARKED, work=WORK, blocks=True)
    await settle(journal, second)
    assert await _answers(journal) == []
    await settle(journal, first, State.DISCARDED)
    assert await _answers(journal) == [b"no M1 its delivery to erp was discarded"]
    journal.close()


@_sentence
async def a_redirected_delivery_has_the_outcome_of_the_one_in_its_place(bench: JournalBench) -> None:
    journal, _ = await _opened(bench)
    first, second = Entry("erp", (ANN,), b"x"), Entry("lab", (ANN,), b"x")
    await append(journal, _owing(first))
    await settle(journal, first, State.REDIRECTED, follow=[second])
    assert await _answers(journal) == []
    await settle(journal, second, State.SKIPPED)
    assert await _answers(journal) == [b"yes M1 "]
    journal.close()


@_sentence
async def processes_and_tasks_are_not_awaited_nor_what_they_send(bench: JournalBench) -> None:
    journal, _ = await _opened(bench)
    step, task, own = Entry("process:billing", (ANN,), b"x"), Entry("worklist", (ANN,), b""), Entry("erp", (ANN,), b"x")
    await append(journal, _owing(step, task, own))
    sent = Entry("erp", (ANN,), b"by the process")
    await settle(journal, step, follow=[sent])
    assert await _answers(journal) == []
    await settle(journal, own)
    assert await _answers(journal) == [b"yes M1 "]
    await settle(journal, sent)
    assert len(await _answers(journal)) == 1
    journal.close()


@_sentence
async def a_message_that_no_system_gets_is_answered_with_its_decision(bench: JournalBench) -> None:
    journal, answering = await _opened(bench)
    await append(journal, _owing(decision=Decision.FILTERED))
    assert await _answers(journal) == [b"yes M1 "]
    later = await append(journal, _owing(decision=Decision.UNDECIDED))
    assert len(await _answers(journal)) == 1
    await decide(journal, later, Decision.FILTERED, [])
    assert len(await _answers(journal)) == 2
    await asyncio.sleep(0)
    assert [entry.message_id for entry in answering.offered] == [1, 2]
    journal.close()


@_sentence
async def an_answer_that_is_not_wanted_is_not_owed_any_more(bench: JournalBench) -> None:
    journal, answering = await _opened(bench, wanted=(False,))
    entry = Entry("erp", (ANN,), b"x")
    await append(journal, _owing(entry))
    await settle(journal, entry)
    await asyncio.sleep(0)
    assert (await _answers(journal), answering.offered) == ([], [])
    journal.close()


def named(sentence: Sentence) -> str:
    """A sentence's name, for a test's id."""
    return getattr(sentence, "__name__", "sentence")
