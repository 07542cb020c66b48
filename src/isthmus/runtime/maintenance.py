"""What a hub does beside its messages: closing hours with seals, and pruning, in steps that never hold up the intake."""

from __future__ import annotations

import asyncio
import math
from typing import cast

from ..journal import SqliteJournal, seals
from ..journal.prune import Retention, prune_step
from ..kernel.errors import IsthmusError
from .hub import Hub
from .settings import METADATA

EVERY_S = 60.0
BETWEEN_STEPS_S = 0.05
"""A step takes a few milliseconds of the intake's time: a pause of ten times as long bounds its share."""


class Maintenance:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._journal = cast(SqliteJournal, hub.journal)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="maintenance")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(EVERY_S)

    async def once(self) -> None:
        """One round; what fails is reported and tried again in the next."""
        try:
            await self.seal()
            await self.prune()
        except IsthmusError:
            pass  # the disk cannot be written: the intake has said so
        except Exception as error:
            self._hub.observer.failed("maintenance", error)

    async def seal(self) -> None:
        """Seal every hour that has closed."""
        now_ns = self._hub.clock.now_ns()
        while await self._journal.call(lambda batch: seals.seal_closed(batch, now_ns)):  # noqa: ASYNC110
            await asyncio.sleep(BETWEEN_STEPS_S)

    async def prune(self) -> None:
        """Take every step that retention asks for today. Hours are sealed first: what is sealed may be forgotten."""
        policy = retention_of(self._hub.settings.retention)
        now_ns = self._hub.clock.now_ns()
        while await self._journal.call(lambda batch: prune_step(batch, policy, now_ns)):  # noqa: ASYNC110
            await asyncio.sleep(BETWEEN_STEPS_S)


def retention_of(days: dict[str, float]) -> Retention:
    """[retention] as the journal's policy: whole days, never fewer than declared."""
    whole = {name: math.ceil(n) for name, n in days.items()}
    metadata = whole.pop(METADATA)
    return Retention(bodies_days=whole["standard"], metadata_days=metadata, classes=whole)
