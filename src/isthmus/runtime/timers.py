"""Timers: deliveries to the future. They stand outside their lane until due, then join its tail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from ..kernel.clock import NS_PER_S, Clock
from ..kernel.errors import IsthmusError
from ..observe import Observer
from ..ports import Entry, Journal, Settlement, State

AT_ONCE = 200
LOOK_AGAIN_S = 30.0
"""How often the wall clock is looked at although no timer is near: it may have been set."""


class Timers:
    def __init__(self, journal: Journal, clock: Clock, offer: Callable[[Entry], None], observer: Observer) -> None:
        self._journal = journal
        self._clock = clock
        self._offer = offer
        self._observe = observer
        self._loop = asyncio.get_running_loop()
        self._next_ns = 0
        self._noted_ns = 0
        self._handle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._firing: set[int] = set()
        self._stopped = False

    async def start(self) -> None:
        self._arm(await self._journal.next_due())

    def note(self, due_ns: int) -> None:
        """A timer was set."""
        if self._task is not None:  # what is being read may have been read before it was set
            self._noted_ns = min(self._noted_ns or due_ns, due_ns)
        elif not self._next_ns or due_ns < self._next_ns:
            self._arm(due_ns)

    def stop(self) -> None:
        self._stopped = True
        if self._handle:
            self._handle.cancel()
        if self._task:
            self._task.cancel()

    def _arm(self, due_ns: int) -> None:
        self._next_ns = due_ns
        if self._handle:
            self._handle.cancel()
            self._handle = None
        if due_ns and not self._stopped:
            wait_s = max(0.0, (due_ns - self._clock.now_ns()) / NS_PER_S)
            self._handle = self._loop.call_later(min(wait_s, LOOK_AGAIN_S), self._wake)

    def _wake(self) -> None:
        if self._clock.now_ns() < self._next_ns:
            self._arm(self._next_ns)
        elif self._task is None:
            self._task = self._loop.create_task(self._fire(), name="timers")

    async def _fire(self) -> None:
        try:
            now_ns = self._clock.now_ns()
            due = await self._journal.due(now_ns, AT_ONCE)
            for entry in due:
                if entry.id not in self._firing:
                    self._firing.add(entry.id)
                    self._settle(entry, now_ns)
            self._noted_ns = 0
            next_ns = await self._journal.next_due()
            self._arm(min(next_ns or self._noted_ns, self._noted_ns or next_ns))
        except IsthmusError:
            self._arm(self._clock.now_ns() + NS_PER_S)
        except Exception as error:
            self._observe.failed("firing timers", error)
            self._arm(self._clock.now_ns() + NS_PER_S)
        finally:
            self._task = None

    def _settle(self, entry: Entry, now_ns: int) -> None:
        asked = entry.headers or {}
        child = Entry(
            f"process:{asked['process']}", entry.lanes, b"", key=asked["key"], headers={"timer": asked["timer"]}
        )
        settlement = Settlement(entry, State.DELIVERED, now_ns, follow=[child])
        self._journal.settle(settlement, partial(self._fired, entry, child))

    def _fired(self, entry: Entry, child: Entry, error: IsthmusError | None) -> None:
        self._firing.discard(entry.id)
        self._offer(child)
