"""Power loss at any write or sync, on a disk that forgets: what was told to be durable is there, and nothing is half."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from pathlib import Path

import pytest
from box import Box, Time

from isthmus.journal import operate
from isthmus.journal.batch import Batch
from isthmus.journal.commit import Call
from isthmus.journal.prune import Retention, prune_step
from isthmus.journal.seals import seal_closed
from isthmus.journal.sqlite import Append, Settle
from isthmus.journal.verify import verify
from isthmus.journal.view import Pruned
from isthmus.kernel.errors import IsthmusError, StorageUnable
from isthmus.ports import Entry, Settlement, State, Work
from isthmus.testing.disk import Disk

PATH = Path("/journal.db")


@cache
def fresh() -> dict[str, bytes]:
    """A disk with an empty journal: the schema is laid down once."""
    disk = Disk()
    Box(PATH, vfs=disk.name, lock=False).close()
    return disk.image()


class Hub:
    """Random operations over a journal on a simulated disk, and what was told to be durable."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.disk = Disk(fresh())
        self.box = Box(PATH, Time(), vfs=self.disk.name, lock=False)
        self.raw: dict[int, bytes] = {}
        self.states: dict[int, State] = {}
        self.open: list[Entry] = []

    def step(self) -> None:
        self.box.clock.pass_hours(self.chance.choice((0.01, 0.01, 9)))
        parked = [id for id, state in self.states.items() if state is State.PARKED]
        now = self.box.clock.ns
        kind = self.chance.random()
        if kind < 0.75:
            self.commit([self.settle() if self.open and self.chance.random() < 0.5 else self.append() for _ in "abc"])
        elif kind < 0.85:
            self.call(lambda batch: seal_closed(batch, now, 5))
        elif kind < 0.95 or not parked:
            for _ in range(8):
                self.call(lambda batch: prune_step(batch, Retention(bodies_days=0), now, 3))
        else:
            for entry in self.call(lambda batch: operate.resend(batch, parked[:2], "ana", "again")) or ():
                self.states[entry.id] = State.WAITING
                self.open.append(entry)

    def commit(self, operations: list[Append | Settle]) -> None:
        error = self.box.commit(*operations)
        assert error is None or isinstance(error, StorageUnable)
        if error:
            self.open += [operation.settlement.entry for operation in operations if isinstance(operation, Settle)]

    def call(self, function: Callable[[Batch], list[Entry] | bool]) -> list[Entry]:
        future: Future[list[Entry] | bool] = Future()
        error = self.box.commit(Call(function, future))  # type: ignore[arg-type]
        result = [] if error else future.result(0)
        return result if isinstance(result, list) else []

    def append(self) -> Append:
        raw = self.chance.randbytes(self.chance.choice((3, 400, 9000)))
        lane, to = self.chance.choice("ABC"), self.chance.choice((("erp",), ("erp", "lab")))
        arrival = self.box.arrival(raw, lane=lane, to=to, source=self.chance.choice(("ehr", "ris")))

        def done(error: IsthmusError | None) -> None:
            if error is None:
                self.raw[arrival.id] = raw
                self.open += arrival.entries
                self.states |= {entry.id: State.WAITING for entry in arrival.entries}

        return Append(arrival, done)

    def settle(self) -> Settle:
        entry = self.open.pop(self.chance.randrange(len(self.open)))
        state = self.chance.choice((State.DELIVERED, State.PARKED, State.SKIPPED))
        follow = [Entry("bill", entry.lanes, b"follows")] if self.chance.random() < 0.3 else []
        work = Work("delivery", owner="it", code="X", text="parked") if state is State.PARKED else None

        def done(error: IsthmusError | None) -> None:
            if error is None:
                self.states[entry.id] = state
                self.open += follow
                self.states |= {child.id: State.WAITING for child in follow}

        return Settle(Settlement(entry, state, self.box.clock.ns, follow=follow, work=work), done)

    def lose_power(self) -> None:
        self.disk = self.disk.power_loss(self.chance if self.chance.random() < 0.8 else None)
        self.box.close()
        self.box = Box(PATH, self.box.clock, vfs=self.disk.name, lock=False)

    def forgotten(self) -> list[str]:
        """What was told to be durable and is not there, and what verify finds."""
        store = self.box.store
        wrong = [finding.text for finding in verify(store)]
        for id, raw in self.raw.items():
            row = store.rows("select body, size from message where id = ?", (id,))
            try:
                if not row or store.body(*row[0]) != raw:
                    wrong.append(f"message {id}")
            except Pruned:
                pass
        for id, state in self.states.items():
            if store.one("select state from delivery where id = ?", (id,)) != state:
                wrong.append(f"delivery {id}")
        return wrong


def run(seed: int, *, sync_lies: bool = False) -> list[str]:
    hub = Hub(seed)
    hub.disk.sync_lies = sync_lies
    hub.disk.power_lasts = hub.chance.randrange(1200)
    while not hub.disk.dead:
        if hub.chance.random() < 0.1:
            hub.disk.bytes_max = hub.disk.bytes_used() + hub.chance.randrange(20_000)
            hub.step()
            hub.disk.bytes_max = None
        elif hub.chance.random() < 0.03:
            hub.disk.sync_fails = True
            hub.step()
            hub.disk.sync_fails = False
        hub.step()
    hub.lose_power()
    wrong = hub.forgotten()
    hub.box.close()
    return wrong


@pytest.mark.parametrize("seeds", range(10))
def test_what_was_told_to_be_durable_survives_a_power_loss_at_any_moment(seeds: int) -> None:
    assert {seed: wrong for seed in range(seeds * 20, seeds * 20 + 20) if (wrong := run(seed))} == {}


def test_a_disk_that_lies_about_its_syncs_is_noticed() -> None:
    assert any(run(seed, sync_lies=True) for seed in range(5))
