"""A real hub with the simulation's flows, on a simulated clock, disk and network on which nothing goes wrong by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from isthmus.ports import Receipt
from isthmus.runtime import asks
from isthmus.runtime.window import Bounds
from isthmus.testing.simulation.messages import named, write
from isthmus.testing.simulation.scenario import TARGETS, Scenario
from isthmus.testing.simulation.world import World

T = TypeVar("T")


class SmallHub(World):
    """`run` a test's coroutine on the simulated loop; inside, the hub is up."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        scenario = Scenario(0)
        scenario.lines.clear()
        scenario.faults.clear()
        scenario.connections = dict.fromkeys(TARGETS, 1)
        scenario.bounds = bounds or scenario.bounds
        super().__init__(scenario)
        self.replies: list[Receipt] = []

    def run(self, test: Coroutine[Any, Any, T]) -> T:  # type: ignore[override]
        async def started() -> T:
            await self._start()
            return await test

        try:
            found = self.loop.run_until_complete(started())
            self.check_alive()
            return found
        finally:
            self.loop.close()

    async def restart(self) -> None:
        """kill -9, and a new start."""
        self.crash(power=False)
        await self._start()

    def send(self, name: str, kind: str = "ADT^A08", patient: str = "P1", *, wish: str = "", merges: str = "") -> None:
        patients = (patient, merges) if merges else (patient,)
        raw = write(name, kind, patients, name, wish, 0).raw
        source = self.network.listeners[name.split(".")[0]]
        self.network.calls(source.life, source.arrived, raw, self.replies.append)

    def taken(self, target: str) -> list[str]:
        """The names of the messages that a target took, in order."""
        return [named(one.body)[0] for one in self.targets[target].taken]

    async def item(self) -> int:
        """The first item on the worklist that is no task, once there is one."""
        while True:
            assert self.operator is not None
            found = (await self.in_hub(self.operator.parked(asks.ListParked(), "ana"))).items
            parked = [one.item for one in found if one.kind != "task"]
            if parked:
                return parked[0]
            await asyncio.sleep(0.01)

    async def in_hub(self, work: Coroutine[Any, Any, T]) -> T:
        assert self.life is not None
        return await self.loop.run_in(self.life, work)

    def act(self, item: int) -> asks.ActOn:
        return asks.ActOn(items=[item], reason="a test", despite_newer=True)
