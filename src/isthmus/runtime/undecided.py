"""Messages that stand undecided: decided after a crash, or once a person has cleared what was in their way.

    journal --in order--> parked for a person?  its lanes stand
                          behind one that stands?  so do its lanes
                          else  decide --(durable)--> offer what follows

Invariants
 1. While they are gone through, the lanes that stood go on standing: what arrives in them meanwhile is appended undecided
    and has its turn. So nothing newer overtakes.
 2. What follows from a decision is offered in the order of the commits, like everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from ..kernel.errors import IsthmusError, Misuse, StorageUnable
from ..ports import Arrival, Decision, Entry, Journal
from .intake import SourceIntake, Standing
from .plan import Plan

PAGE = 500
STORAGE_CHECK_S = 0.5


class Undecided:
    def __init__(
        self,
        journal: Journal,
        plan: Plan,
        standing: Standing,
        intakes: Mapping[str, SourceIntake],
        formats: Callable[[str], str],
        offer: Callable[[Entry], None],
    ) -> None:
        """`formats` names the format of a source."""
        self._journal = journal
        self._plan = plan
        self._standing = standing
        self._intakes = intakes
        self._formats = formats
        self._offer = offer
        self._one_at_a_time = asyncio.Lock()

    async def reconsider(self) -> None:
        """Decide everything that nothing stands before any more."""
        async with self._one_at_a_time:
            found, after = Standing(), 0
            while True:
                added = self._standing.added
                page = await self._page(after)
                for arrival, parked in page:
                    after = arrival.id
                    await self._consider(arrival, parked, found)
                if len(page) < PAGE and added == self._standing.added:
                    self._standing.lanes = found.lanes
                    return

    async def _page(self, after: int) -> list[tuple[Arrival, bool]]:
        while True:
            try:
                return await self._journal.undecided(after, PAGE)
            except StorageUnable:  # they wait in the journal for as long as it takes
                await asyncio.sleep(STORAGE_CHECK_S)

    async def _consider(self, arrival: Arrival, parked: bool, found: Standing) -> None:
        if parked:
            if arrival.blocks:
                found.add(arrival.lanes)
        elif found.blocks(arrival.lanes) or not await self._decide(arrival):
            found.add(arrival.lanes)

    async def _decide(self, arrival: Arrival) -> bool:
        """Decide one message; whether its lanes may go on."""
        intake = self._intakes.get(arrival.source)
        if intake is None:
            return False
        read = self._plan.reader(arrival.source, self._formats(arrival.source))(arrival.raw)
        route = self._plan.route(arrival.source, read.type)
        if route is None:
            return False
        intake.decide(arrival, read, route)
        decided: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entries = list(arrival.entries)
        self._journal.decide(
            arrival.id,
            arrival.decision if arrival.work is None else Decision.UNDECIDED,
            arrival.version,
            entries,
            arrival.work,
            partial(self._decided, entries, decided),
            blocks=arrival.blocks,
        )
        try:
            await decided
        except Misuse:  # a person was faster
            return True
        return arrival.work is None or not route.waits

    def _decided(self, entries: list[Entry], decided: asyncio.Future[None], error: IsthmusError | None) -> None:
        if error is None:
            for entry in entries:
                self._offer(entry)
        if decided.done():
            return
        if error:
            decided.set_exception(error)
        else:
            decided.set_result(None)
