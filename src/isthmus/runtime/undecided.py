"""Messages that stand undecided: other systems are asked about them first; or they are decided after a crash, or once a
person has cleared what was in their way.

    journal --in order--> parked for a person?  its lanes stand
                          behind one that stands?  so do its lanes
                          other systems are asked?  its lanes stand until the answers are there
                          else  decide --(durable)--> offer what follows, and look who stood behind it

Invariants
 1. While they are gone through, the lanes that stood go on standing: what arrives in them meanwhile is appended undecided
    and has its turn. So nothing newer overtakes.
 2. What follows from a decision is offered in the order of the commits, like everything else.
 3. A look-up holds nothing but the lanes of its message, and is not made for a message that has another before it.
 4. At most `ASKED_MAX` messages, of `ASKED_BYTES_MAX`, are held in memory for their answers; the others wait in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from ..flows.lookup import Question
from ..kernel.answer import Answer
from ..kernel.errors import IsthmusError, Misuse, StorageUnable
from ..ports import Arrival, Decision, Entry, Journal
from .formats import Read
from .intake import SourceIntake, Standing
from .lookups import Lookups, missing, questions
from .plan import Plan, Route, cause_of

PAGE = 500
NEXT_PAGE = 50
"""When only those behind one message are looked for: most often the next is the first."""

STORAGE_CHECK_S = 0.5

ASKED_MAX = 500
"""Messages about which other systems are asked at the same time: more than any system's connections."""

ASKED_BYTES_MAX = 32 << 20
"""Of their bodies, which memory holds meanwhile."""


class Undecided:
    def __init__(
        self,
        journal: Journal,
        plan: Plan,
        standing: Standing,
        intakes: Mapping[str, SourceIntake],
        formats: Callable[[str], str],
        offer: Callable[[Entry], None],
        lookups: Lookups,
    ) -> None:
        """`formats` names the format of a source."""
        self._journal = journal
        self._plan = plan
        self._standing = standing
        self._intakes = intakes
        self._formats = formats
        self._offer = offer
        self._lookups = lookups
        self._one_at_a_time = asyncio.Lock()
        self._asked: dict[int, asyncio.Task[None]] = {}  # by message
        self._asked_bytes = 0
        self._unasked = False  # whether one was left in the journal because too many are asked about
        self._stopping = False

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

    async def _page(self, after: int, limit: int = PAGE) -> list[tuple[Arrival, bool]]:
        while True:
            try:
                return await self._journal.undecided(after, limit)
            except StorageUnable:  # they wait in the journal for as long as it takes
                await asyncio.sleep(STORAGE_CHECK_S)

    async def _consider(self, arrival: Arrival, parked: bool, found: Standing) -> None:
        if parked:
            if arrival.blocks:
                found.add(arrival.lanes)
        elif found.blocks(arrival.lanes) or not await self._decide(arrival):
            found.add(arrival.lanes)

    # ---- other systems are asked

    def look_up(self, arrival: Arrival) -> None:
        """Ask about a message that stands first in its lanes, undecided and durable; decide it when that is answered."""
        if arrival.id in self._asked or self._stopping:
            return
        if len(self._asked) >= ASKED_MAX or (self._asked and self._asked_bytes + len(arrival.raw) > ASKED_BYTES_MAX):
            self._unasked = True
            return
        self._asked_bytes += len(arrival.raw)
        task = self._asked[arrival.id] = asyncio.get_running_loop().create_task(self._answered(arrival), name="look-up")
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._stopping:
            self._lookups.failed(error)

    async def _answered(self, arrival: Arrival) -> None:
        """Every answer, then the decision, then those that stood behind it."""
        cause = await self._ask(arrival)
        async with self._one_at_a_time:
            del self._asked[arrival.id]
            self._asked_bytes -= len(arrival.raw)
            if await self._decide(arrival, cause):
                self._standing.remove(arrival.lanes)
                await self._go_on(arrival.lanes)
        if self._unasked and len(self._asked) <= ASKED_MAX // 2:
            self._unasked = False
            await self.reconsider()

    async def _ask(self, arrival: Arrival) -> Exception | None:
        """Put the answers beside the arrival; or why they cannot be had."""
        try:
            while asked := self._unanswered(arrival):
                arrival.answers += await _all([self._lookups.answer(one, arrival.id) for one in asked])
        except Exception as error:
            return error
        return None

    def _unanswered(self, arrival: Arrival) -> list[Question]:
        """What is to be asked before a message can be decided. Raises what `ask` raises."""
        found = self._routed(arrival)
        if found is None:
            return []
        intake, read, route = found
        return (
            missing(questions(route.lookups, intake.message(arrival, read)), arrival.answers) if route.lookups else []
        )

    async def _go_on(self, lanes: tuple[bytes, ...]) -> None:
        """Some lanes stand no longer behind one message: the next in each has its turn, unless others stand before it."""
        freed, found, after = set(lanes), Standing(), 0
        while any(lane in self._standing.lanes and lane not in found.lanes for lane in freed):
            added = self._standing.added
            page = await self._page(after, NEXT_PAGE)
            for arrival, parked in page:
                after = arrival.id
                if parked and not arrival.blocks:
                    continue
                turn = not parked and not freed.isdisjoint(arrival.lanes) and not found.blocks(arrival.lanes)
                if turn and await self._decide(arrival):
                    self._standing.remove(arrival.lanes)
                    freed.update(arrival.lanes)
                else:
                    found.add(arrival.lanes)
                if freed <= found.lanes.keys():
                    return
            if not page and added == self._standing.added:
                return

    # ---- decided

    def _routed(self, arrival: Arrival) -> tuple[SourceIntake, Read, Route] | None:
        """Who decides a message; None: nobody takes it any more."""
        intake = self._intakes.get(arrival.source)
        if intake is None:
            return None
        read = self._plan.reader(arrival.source, self._formats(arrival.source))(arrival.raw)
        route = self._plan.route(arrival.source, read.type)
        return None if route is None else (intake, read, route)

    async def _decide(self, arrival: Arrival, cause: Exception | None = None) -> bool:
        """Decide one message, or park it for `cause`; whether its lanes may go on."""
        found = None if arrival.id in self._asked else self._routed(arrival)
        if found is None:
            return False
        intake, read, route = found
        if route.lookups and cause is None:
            try:
                asks = bool(self._unanswered(arrival))
            except Exception as error:
                asks, cause = False, error
            if asks:
                self.look_up(arrival)
                return False
        if cause is None:
            intake.decide(arrival, read, route)
        else:
            intake.park(arrival, route, cause_of(cause))
        return await self._store(arrival, route)

    async def _store(self, arrival: Arrival, route: Route) -> bool:
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
            answers=arrival.answers,
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

    async def stop(self) -> None:
        """Ask no more: what is not answered stands undecided in the journal, and is asked again at the next start."""
        self._stopping = True
        asked = list(self._asked.values())
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def _all(asked: list[Coroutine[Any, Any, Answer]]) -> tuple[Answer, ...]:
    """Every answer; the first that cannot be had calls the others off."""
    tasks = [asyncio.ensure_future(one) for one in asked]
    try:
        return tuple(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
