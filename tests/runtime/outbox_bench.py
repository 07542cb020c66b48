"""One outbox between a journal in memory and a scripted target, in simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from isthmus.journal.memory import MemoryJournal
from isthmus.observe import Observer
from isthmus.observe.events import Event
from isthmus.ports import Arrival, Decision, Delivery, Done, Entry, Outcome, State
from isthmus.runtime.outbox import Outbox
from isthmus.runtime.settings import DeliveryPolicy
from isthmus.runtime.window import DEFAULT_BOUNDS, Bounds
from isthmus.testing.simulation.clock import SimulatedClock
from isthmus.testing.simulation.loop import SimulatedLoop

Answer = Callable[[Delivery], Awaitable[Outcome]]


class SlowJournal(MemoryJournal):
    """Reading takes a while, and shows what there was when it began."""

    page_s = load_s = 0.0

    async def page(self, destination: str, after: int, limit: int) -> list[Entry]:
        found = await super().page(destination, after, limit)
        await asyncio.sleep(self.page_s)
        return found

    async def load(self, entries: list[Entry], bytes_max: int) -> None:
        await super().load(entries, bytes_max)
        await asyncio.sleep(self.load_s)


class Noting(Observer):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []

    def __call__(self, event: Event) -> None:
        self.events.append(type(event).__name__)


class ScriptedSink:
    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def open(self) -> None:
        self._bench.opened += 1

    async def deliver(self, delivery: Delivery) -> Outcome:
        bench = self._bench
        bench.tried.append((bench.loop.time(), delivery.body.decode(), delivery.attempt))
        bench.under_way += 1
        bench.most_under_way = max(bench.most_under_way, bench.under_way)
        try:
            outcome = await bench.answer(delivery)
        finally:
            bench.under_way -= 1
        bench.taken.append(delivery.body.decode())
        return outcome

    async def close(self) -> None:
        self._bench.closed += 1


class Bench:
    """tried  (when, body, attempt) of every attempt
    taken  bodies that the target took, in order
    """

    def __init__(
        self,
        answer: Answer,
        *,
        bounds: Bounds = DEFAULT_BOUNDS,
        split: Callable[[bytes, str], list[tuple[str, bytes]] | None] | None = None,
        **policy: Any,
    ) -> None:
        self.answer = answer
        self.loop = SimulatedLoop()  # type: ignore[abstract]
        self.clock = SimulatedClock(self.loop)
        self.noted = Noting()
        self.tried: list[tuple[float, str, int]] = []
        self.taken: list[str] = []
        self.opened = self.closed = self.under_way = self.most_under_way = 0
        self.journal = SlowJournal()
        self._bounds = bounds
        self._split = split
        self._policy = DeliveryPolicy(**policy)

    def run(
        self,
        test: Coroutine[Any, Any, None],
        queued: Iterable[tuple[str, ...]] = (),
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """`queued`: (body, lane ...) of what waits from before the start; `prepare` may change it."""

        async def started() -> None:
            for body, *lanes in queued:
                self.put(body, *lanes, offered=False)
            await asyncio.sleep(0)
            prepare()
            self._start([])
            await asyncio.sleep(0.01)
            await test

        self.loop.run_until_complete(started())
        assert not self.loop.errors, self.loop.errors

    def _start(self, parked: list[Entry]) -> None:
        self.outbox = Outbox(
            "erp",
            self.journal,
            lambda: ScriptedSink(self),
            self._policy,
            owner="finance",
            clock=self.clock,
            observer=self.noted,
            derive_key=lambda body: body.decode(),
            offer=lambda entry: self.outbox.offer(entry),
            split=self._split,
            seed=1,
            bounds=self._bounds,
        )
        self.outbox.start(parked)

    async def restart(self, parked: list[Entry]) -> None:
        """Another process takes over: it knows what the journal says."""
        await self.outbox.stop(0)
        self._start(parked)
        await asyncio.sleep(5)

    def put(self, body: str, *lanes: str, waits: bool = True, offered: bool = True) -> Entry:
        """A delivery becomes durable, and is offered."""
        keys = tuple(lane.encode() for lane in lanes or ("P1",))
        entry = Entry("erp", keys, body.encode(), waits=waits)
        arrival = Arrival("ehr", self.clock.now_ns(), b"", decision=Decision.DECIDED, entries=[entry])
        done: Done = (lambda error: self.outbox.offer(entry)) if offered else lambda error: None
        self.journal.append(arrival, done)
        return entry

    def states(self) -> list[State]:
        return [entry.state for entry in self.journal.shelf.deliveries]

    def attempts(self, body: str) -> int:
        return sum(tried == body for _, tried, _ in self.tried)
