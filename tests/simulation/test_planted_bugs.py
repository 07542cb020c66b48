"""The oracle is worth what it finds: bugs that engines of this kind have, planted into the real code one at a time.

Each must be found within a bounded number of seeds, by the promise that it breaks. Some were real: the simulation found
them, or a person did, before they were mended.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest

from isthmus.journal.commit import Writer
from isthmus.journal.sqlite import Settle, SqliteJournal
from isthmus.kernel.errors import IsthmusError, Transient
from isthmus.ports import Done, Entry, Fate, Outcome, Receipt, Settlement, State
from isthmus.runtime.formats import Read
from isthmus.runtime.intake import Reply, SourceIntake, Standing
from isthmus.runtime.lanes import Lanes
from isthmus.runtime.outbox import Followed, Outbox
from isthmus.runtime.plan import Route
from isthmus.runtime.timers import Timers
from isthmus.runtime.undecided import Undecided
from isthmus.runtime.window import Window
from isthmus.testing.disk import _Handle
from isthmus.testing.simulation.oracle import judge
from isthmus.testing.simulation.world import Failed, live

SEEDS = 200
"""Within so many seeds each is found; most within five."""

Plant = Callable[[pytest.MonkeyPatch], None]
PLANTED: dict[str, tuple[Plant, str, int]] = {}


def planted(promise: str, first: int = 0) -> Callable[[Plant], Plant]:
    """A bug, and what the oracle says of it: a part of its words. `first`: the seed to begin with, to save time."""

    def declare(plant: Plant) -> Plant:
        PLANTED[plant.__name__] = (plant, promise, first)
        return plant

    return declare


@planted("is lost")
def acknowledged_before_it_is_durable(patch: pytest.MonkeyPatch) -> None:
    real = SourceIntake._accept

    def accept(
        self: SourceIntake, raw: bytes, read: Read, route: Route, digest: bytes, control: int, origin: str, reply: Reply
    ) -> None:
        for waiting in self._arriving.get((control, digest), [reply]):
            waiting(Receipt(Fate.ACCEPTED))
        real(self, raw, read, route, digest, control, origin, reply)

    patch.setattr(SourceIntake, "_accept", accept)


@planted("")
def the_disk_says_synced_and_is_not(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(_Handle, "xSync", lambda self, flags: None)


@planted("")
def an_outcome_is_lost(patch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)

    def settle(self: SqliteJournal, settlement: Settlement, done: Done, *, urgent: bool = True) -> None:
        if chance.random() < 0.02 and not settlement.follow:
            asyncio.get_running_loop().call_soon(done, None)
        else:
            self._submit(Settle(settlement, done), urgent)

    patch.setattr(SqliteJournal, "settle", settle)


@planted("", first=1)
def an_outcome_that_the_disk_refused_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Settle, "kept", False)


@planted("the_journal_proves_itself")
def an_outcome_is_settled_twice(patch: pytest.MonkeyPatch) -> None:
    real = Outbox._settle

    def settle(self: Outbox, entry: Entry, outcome: Outcome) -> None:
        self._journal.settle(Settlement(entry, State.DELIVERED, 0), lambda error: None)
        real(self, entry, outcome)

    patch.setattr(Outbox, "_settle", settle)


@planted("after", first=21)
def the_next_goes_out_before_the_outcome_is_durable(patch: pytest.MonkeyPatch) -> None:
    def settle(self: Outbox, entry: Entry, outcome: Outcome) -> None:
        settlement = Settlement(entry, State.DELIVERED, self._clock.now_ns())
        self._journal.settle(settlement, lambda error: None)
        self.window.leave(entry)

    real = Outbox._settle

    def only_plain(self: Outbox, entry: Entry, outcome: Outcome) -> None:
        (settle if type(outcome) is Outcome else real)(self, entry, outcome)

    patch.setattr(Outbox, "_settle", only_plain)


@planted("order_holds_within_each_lane")
def a_lane_goes_on_while_its_head_is_tried_again(patch: pytest.MonkeyPatch) -> None:
    real = Outbox._failed

    def failed(self: Outbox, entry: Entry, error: IsthmusError) -> None:
        if isinstance(error, Transient) and entry.attempts == 0:
            entry.attempts = 1
            self.window.leave(entry)
            self._loop.call_later(0.1, self.offer, entry)
        else:
            real(self, entry, error)

    patch.setattr(Outbox, "_failed", failed)


@planted("order")
def a_lane_goes_on_behind_what_is_parked(patch: pytest.MonkeyPatch) -> None:
    def parked(self: Outbox, entry: Entry, error: IsthmusError, _: IsthmusError | None) -> None:
        self.window.leave(entry)

    patch.setattr(Outbox, "_parked", parked)


@planted("only the head of a lane", first=2)
def a_merge_starts_when_it_heads_one_of_its_lanes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Lanes, "heads_all", lambda self, entry: True)


@planted("times")
def duplicates_are_not_recognised(patch: pytest.MonkeyPatch) -> None:
    real = SqliteJournal.__init__

    def init(self: SqliteJournal, *arguments: Any) -> None:
        real(self, *arguments)
        self.maybe_seen = lambda control: False  # type: ignore[method-assign]

    patch.setattr(SqliteJournal, "__init__", init)


@planted("not at rest")
def a_new_timer_is_not_noted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Timers, "note", lambda self, due_ns: None)


@planted("", first=6)
def a_page_brings_back_what_left_meanwhile(patch: pytest.MonkeyPatch) -> None:
    real = Window._take

    def take(self: Window, entries: list[Entry]) -> list[Entry]:
        self._gone = set()
        return real(self, entries)

    patch.setattr(Window, "_take", take)


@planted("", first=32)
def what_is_offered_while_the_last_page_is_on_its_way_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = Window._read_to

    def read_to(self: Window, id: int, entries: list[Entry]) -> bool:
        self._offered = []
        return real(self, id, entries)

    patch.setattr(Window, "_read_to", read_to)


@planted("", first=8)
def reading_back_passes_over_what_changed_meanwhile(patch: pytest.MonkeyPatch) -> None:
    real = Window._read_to

    def read_to(self: Window, id: int, entries: list[Entry]) -> bool:
        self._back_to = None
        return real(self, id, entries)

    patch.setattr(Window, "_read_to", read_to)


@planted("not at rest", first=45)
def what_is_sent_again_behind_the_mark_is_not_read_back(patch: pytest.MonkeyPatch) -> None:
    def crowd(self: Window, entry: Entry) -> None:
        for key in entry.lanes:
            self._crowded.setdefault(key, entry.id)

    patch.setattr(Window, "_crowd", crowd)


@planted("not at rest")
def what_waits_behind_something_parked_is_not_read_back(patch: pytest.MonkeyPatch) -> None:
    def unpark(self: Window, id: int) -> None:
        for key in self._parked.pop(id, ()):
            del self._blocked[key]

    patch.setattr(Window, "unpark", unpark)


@planted("order")
def a_merge_behind_something_parked_is_overtaken_in_its_other_lane(patch: pytest.MonkeyPatch) -> None:
    def is_held_back(self: Window, entry: Entry) -> bool:
        held = any(key in self._blocked for key in entry.lanes)
        if held:
            self._hold_back(entry)
        return held

    patch.setattr(Window, "_is_held_back", is_held_back)


@planted("order")
def lanes_stand_free_while_the_undecided_are_considered(patch: pytest.MonkeyPatch) -> None:
    real = Undecided._page

    async def page(self: Undecided, after: int) -> Any:
        self._standing.lanes = {}
        return await real(self, after)

    patch.setattr(Undecided, "_page", page)


@planted("order")
def what_stands_undecided_does_not_hold_its_lane(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Standing, "blocks", lambda self, lanes: False)


@planted("processes_are")
def the_state_of_a_process_is_not_stored(patch: pytest.MonkeyPatch) -> None:
    real, chance = SqliteJournal.settle, random.Random(1)

    def settle(self: SqliteJournal, settlement: Settlement, done: Done, *, urgent: bool = True) -> None:
        if settlement.memory is not None and chance.random() < 0.1:
            settlement.memory = None
        real(self, settlement, done, urgent=urgent)

    patch.setattr(SqliteJournal, "settle", settle)


@planted("each_row_of_a_file", first=138)
def the_cursor_of_a_file_is_stored_before_what_its_rows_give(patch: pytest.MonkeyPatch) -> None:
    real = Outbox._settle

    def settle(self: Outbox, entry: Entry, outcome: Outcome) -> None:
        if type(outcome) is not Followed or not outcome.more:
            real(self, entry, outcome)
            return
        ahead = Settlement(entry, State.WAITING, self._clock.now_ns(), cursor=outcome.cursor)
        self._journal.settle(ahead, lambda error: real(self, entry, outcome))

    patch.setattr(Outbox, "_settle", settle)


@planted("each_row_of_a_file")
def a_file_is_begun_anew_after_a_crash(patch: pytest.MonkeyPatch) -> None:
    async def cursor(self: SqliteJournal, delivery: int) -> bytes | None:
        return None

    patch.setattr(SqliteJournal, "cursor", cursor)


@planted("order", first=67)
def what_follows_is_offered_a_turn_too_late(patch: pytest.MonkeyPatch) -> None:
    real = Undecided._decided

    def decided(self: Undecided, entries: list[Entry], decided: Any, error: IsthmusError | None) -> None:
        asyncio.get_running_loop().call_later(0.002, partial(real, self, entries, decided, error))

    patch.setattr(Undecided, "_decided", decided)


@planted("order")
def a_batch_is_finished_in_the_wrong_order(patch: pytest.MonkeyPatch) -> None:
    real = Writer._finish

    def finish(self: Writer, operations: list[Any], error: IsthmusError | None) -> None:
        real(self, operations[::-1], error)

    patch.setattr(Writer, "_finish", finish)


def first_finding(seeds: Iterable[int]) -> str:
    for seed in seeds:
        try:
            live(seed, check=judge)
        except Failed as error:
            return f"seed {seed}: {error}"
    return f"not found in {SEEDS} seeds"


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, promise, first = PLANTED[bug]
    plant(monkeypatch)
    found = first_finding((*range(first, SEEDS), *range(first)))
    assert found.startswith("seed ")
    assert promise in found
