"""An event loop whose time is simulated: nothing waits, and what happens next depends on the seed alone.

    call_soon --> ready, first in first out ---\\
    call_later -> timers, by time, then by age --+--> one callback after the other; when nothing is ready, time jumps

Every callback belongs to a *life* (a run of the hub, between its start and its end) or to the world around it. The
context says which, so whatever a life's code schedules belongs to that life too, without its knowing. Ending a life is
what `kill -9` does to a process: none of its callbacks ever runs again, and no `finally` of it has an effect, because
everything that it could reach outside of itself is cut off first.

What it deliberately does not do: sockets, threads, signals, subprocesses. Whoever asks for one gets `NotImplementedError`.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

CALLBACKS_MAX = 3_000_000
"""A simulation that runs longer turns in a circle: a seed takes some hundred thousand."""


class Standstill(Exception):
    """Nothing is scheduled any more, and what was waited for has not happened."""


class Life:
    """One run of a program: everything that it holds in memory, so that all of it can be gone at once."""

    def __init__(self, name: str, ended: asyncio.Future[None]) -> None:
        self.name = name
        self.over = False
        self.ended = ended
        self.context = contextvars.copy_context()
        self.context.run(_LIFE.set, self)
        self.tasks: list[asyncio.Task[Any]] = []

    def __repr__(self) -> str:
        return f"<Life {self.name}{', over' if self.over else ''}>"


_LIFE: contextvars.ContextVar[Life | None] = contextvars.ContextVar("life", default=None)


class SimulatedLoop(asyncio.AbstractEventLoop):
    def __init__(self) -> None:
        self._now = 0.0
        self._ready: deque[tuple[asyncio.Handle, Life | None]] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle, Life | None]] = []
        self._ages = itertools.count()
        self._closed = False
        self._running = False
        self._left = CALLBACKS_MAX
        self._lives: list[Life] = []
        self.errors: list[BaseException] = []
        """What callbacks and tasks of those alive failed with, unseen by anybody."""

    # ---- lives

    def begin(self, name: str) -> Life:
        life = Life(name, self.create_future())
        self._lives.append(life)
        return life

    def run_in(self, life: Life, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a coroutine as part of a life."""
        return self.create_task(work, context=life.context.copy())

    async def outcome_of(self, life: Life, work: Coroutine[Any, Any, T]) -> asyncio.Task[T] | None:
        """Run a coroutine as part of a life and wait for it from outside; None: the life ended first."""
        task = self.run_in(life, work)
        await asyncio.wait((task, life.ended), return_when=asyncio.FIRST_COMPLETED)
        return task if task.done() and not life.over else None

    def end(self, life: Life) -> None:
        """Kill: nothing of this life runs again."""
        life.over = True
        if not life.ended.done() and not self._closed:
            life.ended.set_result(None)
        for task in life.tasks:
            if not task.done():
                with contextlib.suppress(BaseException):
                    life.context.run(task.get_coro().close)
        life.tasks.clear()

    # ---- running

    def run_until_complete(self, future: Coroutine[Any, Any, T]) -> T:  # type: ignore[override]
        """Run until `future` is done. Raises `Standstill` when it cannot be done any more."""
        task = self.create_task(future)
        asyncio._set_running_loop(self)
        self._running = True
        try:
            while not task.done():
                self._next()
        finally:
            self._running = False
            asyncio._set_running_loop(None)
        return task.result()

    def _next(self) -> None:
        if not self._ready:
            self._pass_time()
        handle, life = self._ready.popleft()
        if (life is None or not life.over) and not handle.cancelled():
            handle._run()
        self._left -= 1
        if not self._left:
            raise Standstill(f"{CALLBACKS_MAX} callbacks, and no end")

    def _pass_time(self) -> None:
        timers = self._timers
        while timers and (timers[0][2].cancelled() or ((life := timers[0][3]) and life.over)):
            heapq.heappop(timers)
        if not timers:
            raise Standstill("nothing is scheduled any more")
        self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            _, _, handle, of = heapq.heappop(timers)
            self._ready.append((handle, of))

    def time(self) -> float:
        return self._now

    def is_running(self) -> bool:
        return self._running

    def is_closed(self) -> bool:
        return self._closed

    def get_debug(self) -> bool:
        return False

    def close(self) -> None:
        """End every life; what is still pending is dropped without a word."""
        self._closed = True
        for life in self._lives:
            self.end(life)
        self._ready.clear()
        self._timers.clear()

    # ---- scheduling

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        if context is None:
            context = contextvars.copy_context()
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append((handle, context.get(_LIFE)))
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment]  # there is one thread

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + max(0.0, delay), callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        if context is None:
            context = contextvars.copy_context()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._ages), handle, context.get(_LIFE)))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled timer is dropped when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: contextvars.Context | None = None
    ) -> asyncio.Task[T]:
        if context is None:
            context = contextvars.copy_context()
        task: asyncio.Task[T] = asyncio.Task(coro, loop=self, name=name, context=context)
        life = context.get(_LIFE)
        if life is not None:
            life.tasks.append(task)
            if len(life.tasks) > 1000:
                life.tasks = [held for held in life.tasks if not held.done()]
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Note a failed callback. What the garbage collector says of those that were killed is not news."""
        error = context.get("exception")
        if error is not None and not self._closed and "never retrieved" not in context["message"]:
            self.errors.append(error)
