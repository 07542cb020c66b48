"""Timers fire when they are due, once, whatever happens while they are looked up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

from isthmus.kernel.clock import NS_PER_S
from isthmus.observe import Observer
from isthmus.ports import Done, Entry, Journal, Settlement
from isthmus.runtime.timers import Timers
from isthmus.testing.simulation.clock import SimulatedClock
from isthmus.testing.simulation.loop import SimulatedLoop


class Reminders:
    """Of a journal, what timers need. Reading takes a second, and shows what there was when it began."""

    def __init__(self) -> None:
        self.open: list[Entry] = []

    def set(self, due_ns: int) -> int:
        entry = Entry(
            "timer", (b"lane",), b"", due_ns=due_ns, headers={"process": "stay", "timer": "close", "key": "P1"}
        )
        entry.id = len(self.open) + 1
        self.open.append(entry)
        return due_ns

    async def due(self, before_ns: int, limit: int) -> list[Entry]:
        found = [entry for entry in self.open if entry.due_ns <= before_ns]
        await asyncio.sleep(1)
        return found[:limit]

    async def next_due(self) -> int:
        found = min((entry.due_ns for entry in self.open), default=0)
        await asyncio.sleep(1)
        return found

    def settle(self, settlement: Settlement, done: Done, *, urgent: bool = True) -> None:
        self.open.remove(settlement.entry)
        done(None)


class Bench:
    def __init__(self) -> None:
        self.loop = SimulatedLoop()  # type: ignore[abstract]
        self.clock = SimulatedClock(self.loop)
        self.reminders = Reminders()
        self.fired: list[float] = []

    def run(self, scenario: Coroutine[Any, Any, None]) -> list[float]:
        async def started() -> None:
            self.timers = Timers(cast(Journal, self.reminders), self.clock, self._offer, Observer(level="error"))
            await self.timers.start()
            await scenario

        self.loop.run_until_complete(started())
        return self.fired

    def _offer(self, entry: Entry) -> None:
        self.fired.append(self.loop.time())

    def set(self, in_s: float) -> None:
        self.timers.note(self.reminders.set(self.clock.now_ns() + int(in_s * NS_PER_S)))


def test_a_timer_fires_when_it_is_due() -> None:
    bench = Bench()

    async def scenario() -> None:
        bench.set(in_s=10)
        await asyncio.sleep(60)

    assert bench.run(scenario()) == [12]


def test_the_earlier_of_two_is_first_whichever_was_set_first() -> None:
    bench = Bench()

    async def scenario() -> None:
        bench.set(in_s=30)
        bench.set(in_s=10)
        await asyncio.sleep(120)

    assert bench.run(scenario()) == [12, 32]


def test_a_timer_that_is_set_while_others_are_looked_up_is_not_forgotten() -> None:
    bench = Bench()

    async def scenario() -> None:
        bench.set(in_s=10)
        await asyncio.sleep(11.5)  # the first has been read, and what is due next is being read
        bench.set(in_s=5)
        await asyncio.sleep(120)

    assert len(bench.run(scenario())) == 2


def test_a_clock_that_is_set_forward_is_noticed() -> None:
    bench = Bench()

    async def scenario() -> None:
        bench.set(in_s=7200)
        await asyncio.sleep(1)
        bench.clock.jump(7200)
        await asyncio.sleep(60)

    assert len(bench.run(scenario())) == 1


def test_nothing_fires_after_the_stop() -> None:
    bench = Bench()

    async def scenario() -> None:
        bench.set(in_s=10)
        bench.timers.stop()
        await asyncio.sleep(60)

    assert bench.run(scenario()) == []
