"""The task of a source that has to look for its messages, and the times at which it looks.

Invariants
 1. A look that fails ends nothing: its cause is kept in `trouble` until a look goes well, and `looked` is told of each.
 2. `close` lets the piece that is being taken come to its end, then stops. Cancelled, it stops in the middle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..kernel.errors import IsthmusError, Misuse, Unavailable


class Polling:
    """Calls `look` again and again, `wait_s()` apart.

    A look asks `may_go_on` before each piece that it takes.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[None]],
        wait_s: Callable[[], float],
        looked: Callable[[IsthmusError | None], None],
    ) -> None:
        self._look = look
        self._wait_s = wait_s
        self._tell = looked
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._running = asyncio.Event()
        self._running.set()
        self.trouble: IsthmusError | None = None

    def start(self, name: str) -> None:
        self._closing.clear()
        self._running.set()
        self._task = asyncio.get_running_loop().create_task(self._poll(), name=f"poll-{name}")

    def pause(self) -> None:
        self._running.clear()

    def resume(self) -> None:
        self._running.set()

    async def may_go_on(self) -> bool:
        """Waits while paused. False: the source is being closed."""
        await self._running.wait()
        return not self._closing.is_set()

    async def close(self) -> None:
        """Safe before `start` and twice."""
        task, self._task = self._task, None
        if task is None:
            return
        self._closing.set()
        self._running.set()
        try:
            await asyncio.shield(task)
        finally:
            task.cancel()

    async def _poll(self) -> None:
        while not self._closing.is_set():
            self.trouble = await self._looked()
            self._tell(self.trouble)
            try:
                async with asyncio.timeout(self._wait_s()):
                    await self._closing.wait()
            except TimeoutError:
                continue

    async def _looked(self) -> IsthmusError | None:
        try:
            await self._look()
        except IsthmusError as error:
            return error
        except OSError as error:
            return Unavailable(f"it cannot be looked at: {error.strerror or type(error).__name__}")
        except Exception as error:  # its words may be content
            return Misuse(f"the hub failed while it looked ({type(error).__name__})")
        return None


class PollingSource:
    """What the sources that have a `Polling` do alike; each opens and closes in its own way."""

    _polling: Polling

    def pause(self) -> None:
        self._polling.pause()

    def resume(self) -> None:
        self._polling.resume()

    @property
    def trouble(self) -> IsthmusError | None:
        """Why the last look failed; None: it went well."""
        return self._polling.trouble


class Timetable:
    """Every so many seconds, or at times of day ("HH:MM") in a time zone of the IANA database.

    Raises `Misuse` for a time or a zone that is none.
    """

    def __init__(self, every_s: float, at: tuple[str, ...], time_zone: str, name: str) -> None:
        self._every_s = every_s
        try:
            self._at = sorted(time.fromisoformat(text) for text in at)
            self._zone = ZoneInfo(time_zone) if time_zone else None
        except (ValueError, ZoneInfoNotFoundError):
            raise Misuse(f'{name}: at = ["02:00"] needs times of day, and a time_zone of the IANA database') from None
        if (self._zone is None) != (not self._at) or any(one.tzinfo for one in self._at):
            raise Misuse(f'{name}: at = ["02:00"] and time_zone = "America/Chicago" are given together or not at all')

    def wait_s(self, now: datetime | None = None, *, soon: bool = False) -> float:
        """How long until the next look; `soon`: what was begun is not complete, so that no time of day is waited for."""
        if soon or self._zone is None:
            return self._every_s
        now = now or datetime.now(UTC)
        return (self.next(now) - now).total_seconds()

    def next(self, now: datetime) -> datetime:
        """The first time of the table after `now`, in UTC.

        A time that a change of the clocks leaves out counts by the clock as it was before; one that comes twice, the first time.
        """
        assert self._zone is not None
        today = now.astimezone(self._zone).date()
        days = (today + timedelta(days=day) for day in (-1, 0, 1))
        times = (datetime.combine(day, at, self._zone).astimezone(UTC) for day in days for at in self._at)
        return min(one for one in times if one > now)
