"""Reads the files of reference tables again by themselves when they have changed: `[tables] reload = "change"`.

    look --as at the last look, and not handled yet--> deploy the tables --> handled, whatever came of it

Invariants
 1. Files that still change are left alone: they must look the same twice, `poll_s` apart.
 2. What is wrong with them is said once, and the old rows answer until the files change again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..kernel.errors import IsthmusError
from ..observe.events import DeployRefused, FlowDeployed
from . import asks
from .deploy import TABLES
from .tables import file_of

if TYPE_CHECKING:
    from .hub import Hub
    from .operator import Operator

ACTOR = "changed files"

Look = dict[str, tuple[int, int, int] | None]
"""File -> inode, size, time of the last change; None: it is not there."""


class TableWatch:
    def __init__(self, hub: Hub, operator: Operator) -> None:
        self._hub = hub
        self._operator = operator
        self._task: asyncio.Task[None] | None = None
        self._last: Look | None = None
        self._handled: Look | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="watch-tables")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self.once()
            except Exception as error:
                self._hub.observer.failed("watching the tables", error)
            await asyncio.sleep(self._hub.settings.tables.poll_s)

    async def once(self) -> None:
        """One look, and what follows from it."""
        look = await asyncio.to_thread(self._look)
        settled, self._last = look == self._last, look
        if not settled or look == self._handled or not look:
            return
        self._handled = look
        try:
            deployed = await self._operator.deploy(asks.Deploy(flow=TABLES, reason="the files changed"), ACTOR)
        except IsthmusError as error:
            self._hub.observer(DeployRefused(str(error)))
            return
        if deployed.changed:
            self._hub.observer(FlowDeployed(TABLES, deployed.version))

    def _look(self) -> Look:
        found: Look = {}
        for file in sorted({file_of(one) for one in list(self._hub.plan.tables) if not one.fed}):
            try:
                stat = (self._hub.settings.folder / file).stat()
            except OSError:
                found[file] = None
            else:
                found[file] = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
        return found
