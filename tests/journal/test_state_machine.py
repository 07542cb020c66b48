"""The SQLite journal against its twin in memory: random operations, closings and full disks; the same answers throughout."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from box import Box, Time
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from isthmus.journal import ledger
from isthmus.journal.memory import MemoryJournal, Shelf
from isthmus.journal.sqlite import SqliteJournal
from isthmus.journal.verify import verify
from isthmus.kernel.errors import IsthmusError
from isthmus.ports import Arrival, Decision, Entry, Kind, Memory, Owed, Settlement, State, Verdict, Work
from isthmus.testing.disk import Disk

PATH = Path("/journal.db")
DESTINATIONS = ("erp", "lab", "process:stay")
SLOTS = st.sampled_from((0, 0, 7, 8))


@cache
def fresh() -> dict[str, bytes]:
    disk = Disk()
    Box(PATH, vfs=disk.name, lock=False).close()
    return disk.image()


def told(entry: Entry, body: bytes | None = None) -> dict[str, Any]:
    """What must be equal of an entry, whoever gives it."""
    names = (
        "id",
        "message_id",
        "parent",
        "destination",
        "lanes",
        "key",
        "headers",
        "due_ns",
        "slot",
        "state",
        "attempts",
    )
    return {name: getattr(entry, name) for name in (*names, "waits", "hour", "size")} | {"body": body}


entries = st.builds(
    lambda to, lanes, body, key, headers, waits: Entry(
        to, lanes, body or None, shared=body is None, key=key, headers=headers, waits=waits
    ),
    st.sampled_from(DESTINATIONS),
    st.lists(st.sampled_from((b"A" * 16, b"B" * 16)), max_size=2).map(tuple),
    st.sampled_from((None, b"a body", b"another")),
    st.sampled_from((None, "K-1")),
    st.sampled_from((None, {"media": "text"})),
    st.booleans(),
)
timers = st.builds(
    lambda due, slot: Entry("timer", (b"A" * 16,), b"wake", due_ns=due, slot=slot), st.integers(1, 5), SLOTS
)
tasks = st.builds(lambda slot: Entry("worklist", (b"A" * 16,), b"task", headers={"text": "code it"}, slot=slot), SLOTS)
dispatches = st.lists(st.one_of(entries, entries, timers, tasks), max_size=3)
works = st.builds(lambda code: Work("delivery", owner="it", code=code, text="why"), st.sampled_from(("A", "B")))


class Acknowledger:
    """Wants an answer of every verdict but those that speak of a laboratory."""

    def __init__(self, answered: list[Entry]) -> None:
        self.offer = answered.append

    def write(self, owed: Owed, verdict: Verdict) -> bytes | None:
        said = f"{owed.source} {owed.message_id} {verdict.accepted} {verdict.text}"
        return None if "lab" in verdict.text else said.encode()


class Journals(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.disk = Disk(fresh())
        self.shelf = Shelf()
        self.clock = Time()
        self.box = Box(PATH, self.clock, vfs=self.disk.name, lock=False)
        self.open()
        self.waiting: list[tuple[Entry, Entry]] = []
        self.parked: list[tuple[Entry, Entry]] = []
        self.undecided: list[int] = []
        self.kept: list[Callable[[], None]] = []

    def open(self) -> None:
        self.answered: tuple[list[Entry], list[Entry]] = ([], [])
        self.real = SqliteJournal(
            self.box.committer, lambda operation, urgent: self.box.commit(operation), self.box.close
        )
        self.twin = MemoryJournal(self.shelf, later=lambda callback: callback())
        for journal, answered in zip((self.real, self.twin), self.answered, strict=True):
            journal.acknowledger = Acknowledger(answered)

    def teardown(self) -> None:
        self.real.close()
        self.loop.close()

    def ask(self, question: Callable[[Any], Any]) -> Any:
        """The answer of both; it must be the same."""
        real, twin = (self.loop.run_until_complete(question(journal)) for journal in (self.real, self.twin))
        assert real == twin
        return real

    def both(self, act: Callable[[Any, Any, Any], None], value: Any) -> tuple[Any, Any]:
        """Do the same to both with a copy each; both must be told the same."""
        errors: list[list[IsthmusError | None]] = [[], []]
        twins = (value, copy.deepcopy(value))
        for journal, mine, answer in zip((self.real, self.twin), twins, errors, strict=True):
            act(journal, mine, answer.append)
        assert [type(error) for error in errors[0]] == [type(error) for error in errors[1]]
        assert len(errors[0]) == 1
        return twins

    def note(self, real: list[Entry], twin: list[Entry]) -> None:
        for pair in zip(real, twin, strict=True):
            if pair[0].state is State.WAITING:
                self.waiting.append(pair)

    def note_answers(self) -> None:
        """What was owed became a delivery: of both, or of neither."""
        real, twin = self.answered
        self.note(real, twin)
        real.clear()
        twin.clear()

    @rule(
        source=st.sampled_from(("ehr", "lab")),
        raw=st.sampled_from((b"", b"one", b"two")),
        control=st.integers(0, 3),
        kind=st.sampled_from((Kind.APPENDED, Kind.APPENDED, Kind.DUPLICATE, Kind.REFUSED)),
        decided=st.booleans(),
        dispatched=dispatches,
        hours=st.integers(0, 2),
        replay=st.booleans(),
        owed=st.booleans(),
    )
    def append(
        self,
        source: str,
        raw: bytes,
        control: int,
        kind: Kind,
        decided: bool,
        dispatched: list[Entry],
        hours: int,
        replay: bool,
        owed: bool,
    ) -> None:
        self.clock.pass_hours(hours)
        accepted = kind is Kind.APPENDED
        decision = Decision.UNDECIDED if not decided else Decision.DECIDED if dispatched else Decision.FILTERED
        arrival = Arrival(
            source,
            self.clock.ns,
            raw,
            kind=kind,
            control=control,
            digest=self.real.mac(raw),
            lanes=(b"A" * 16,),
            decision=decision,
            entries=dispatched if accepted and decided else (),
            original=1 if (replay and self.shelf.messages) or (kind is Kind.DUPLICATE and self.shelf.messages) else 0,
            owed=Owed("erp", (b"B" * 16,), "AL", b"MSH") if owed and accepted else None,
        )
        real, twin = self.both(lambda journal, mine, done: journal.append(mine, done), arrival)
        assert (real.id, real.number) == (twin.id, twin.number)
        self.note(list(real.entries), list(twin.entries))
        if accepted and not decided:
            self.undecided.append(real.id)
        self.note_answers()

    @precondition(lambda self: self.undecided)
    @rule(data=st.data(), dispatched=dispatches, work=st.one_of(st.none(), works), blocks=st.booleans())
    def decide(self, data: st.DataObject, dispatched: list[Entry], work: Work | None, blocks: bool) -> None:
        id = data.draw(st.sampled_from([*self.undecided, 10_000]))
        decision = Decision.DECIDED if dispatched else Decision.FILTERED
        real, twin = self.both(
            lambda journal, mine, done: journal.decide(id, decision, "flow@1", mine, work, done, blocks=blocks),
            dispatched,
        )
        if not work and id in self.undecided:
            self.undecided.remove(id)
            self.note(real, twin)
        self.note_answers()

    @precondition(lambda self: self.waiting)
    @rule(
        data=st.data(),
        state=st.sampled_from((State.DELIVERED, State.DELIVERED, State.PARKED, State.SKIPPED, State.RETURNED)),
        follow=dispatches,
        cancel=st.sampled_from(((), (), (7,))),
        memory=st.sampled_from((None, b"one", b"two", b"")),
        blocks=st.booleans(),
        full=st.booleans(),
    )
    def settle(
        self,
        data: st.DataObject,
        state: State,
        follow: list[Entry],
        cancel: tuple[int, ...],
        memory: bytes | None,
        blocks: bool,
        full: bool,
    ) -> None:
        pair = self.waiting.pop(data.draw(st.integers(0, len(self.waiting) - 1)))
        if self.superseded(pair[0]):
            return
        settlement = Settlement(
            pair[0],
            state,
            self.clock.ns,
            follow=follow,
            cancel=cancel,
            memory=None if memory is None else Memory("stay", b"A" * 16, 1, memory or None),
            work=Work("delivery", owner="it", code="X", text="why") if state is State.PARKED else None,
            blocks=blocks,
            detail="words",
        )
        other = copy.copy(settlement)
        other.entry, other.follow = pair[1], copy.deepcopy(follow)
        if full:
            self.try_on_a_full_disk(settlement)
        for journal, mine in ((self.real, settlement), (self.twin, other)):
            answers: list[IsthmusError | None] = []
            journal.settle(mine, answers.append)
            assert answers == [None]
        self.note(follow, list(other.follow))
        self.note_answers()
        if state is State.PARKED:
            self.parked.append(pair)

    def superseded(self, entry: Entry) -> bool:
        """A timer that was withdrawn is not under way any more."""
        return self.shelf.deliveries[entry.id - 1].state is State.SUPERSEDED

    def try_on_a_full_disk(self, settlement: Settlement) -> None:
        """The first try fails; what it left behind must not show in the second."""
        answers: list[IsthmusError | None] = []
        self.disk.bytes_max = self.disk.bytes_used()
        self.disk.sync_fails = True
        self.real.settle(settlement, answers.append)
        self.disk.bytes_max, self.disk.sync_fails = None, False
        assert len(answers) == 1
        assert answers[0] is not None

    @precondition(lambda self: self.parked)
    @rule(data=st.data(), state=st.sampled_from((State.WAITING, State.DISCARDED)))
    def take_up_parked(self, data: st.DataObject, state: State) -> None:
        pair = self.parked.pop(data.draw(st.integers(0, len(self.parked) - 1)))
        for journal, entry in zip((self.real, self.twin), pair, strict=True):
            journal.settle(Settlement(entry, state, self.clock.ns, by="ana"), lambda error: None)
        self.note([pair[0]], [pair[1]])
        self.note_answers()

    @rule()
    def close_and_open(self) -> None:
        self.real.close()
        self.twin.close()
        self.box.open()
        self.open()

    @rule()
    def lose_the_power(self) -> None:
        self.disk = self.disk.power_loss()
        self.real.close()
        self.box._options["vfs"] = self.disk.name
        self.box.open()
        self.open()

    @rule(control=st.integers(0, 3), source=st.sampled_from(("ehr", "lab")), raw=st.sampled_from((b"", b"one")))
    def look_for_a_duplicate(self, control: int, source: str, raw: bytes) -> None:
        if control:
            if self.twin.maybe_seen(control):
                assert self.real.maybe_seen(control)
            self.ask(
                lambda journal: journal.find_original(source, control, self.real.mac(raw), self.clock.ns - 3600 * 10**9)
            )

    @invariant()
    def the_same_waits(self) -> None:
        async def all_pages(journal: Any) -> list[Any]:
            found = [entry for to in DESTINATIONS for entry in await journal.page(to, 0, 1000)]
            await journal.load(found, 1 << 30)
            return [told(entry, entry.body) for entry in found]

        self.ask(all_pages)

    @invariant()
    def the_same_is_due_and_blocked(self) -> None:
        async def others(journal: Any) -> Any:
            due = [told(entry, entry.body) for entry in await journal.due(5, 1000)]
            blocked = [told(entry) for entry in await journal.blocked()]
            memory = await journal.memory("stay", b"A" * 16)
            return due, blocked, await journal.next_due(), memory and (memory.version, memory.data)

        self.ask(others)

    @invariant()
    def the_same_stands_undecided(self) -> None:
        async def undecided(journal: Any) -> Any:
            return [
                (a.id, a.raw, a.source, a.lanes, parked, a.blocks) for a, parked in await journal.undecided(0, 1000)
            ]

        self.ask(undecided)

    @invariant()
    def the_ledger_is_what_the_rows_say(self) -> None:
        counted = {
            party: {account: n for account, n in counts.items() if n}
            for party, counts in ledger.totals(self.box.store).items()
        }
        assert counted == {party: dict(counts) for party, counts in self.shelf.totals().items()}

    @invariant()
    def verify_finds_nothing(self) -> None:
        assert verify(self.box.store) == []


TestJournals = Journals.TestCase
TestJournals.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
