"""Replay: recorded messages through the live flows again, from raw bytes, in order, to the destinations named.

A replayed message is a new one that names the one that it replays. It is exempt from the duplicate window, is decided
with the flows of today as if received when the original was (posting dates derive from that), keeps the lanes of its
keys, and never steps a live process: what a flow gives to a process or to a destination not named is left out. Look-ups
are answered as recorded, unless fresh answers are asked for; either is recorded with the replayed message.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from ..flows.dispatch import WORKLIST
from ..kernel.errors import IsthmusError, Misuse
from ..kernel.message import Message
from ..ports import Arrival, Decision, Entry
from . import asks, choosing
from .hub import Hub
from .lookups import questions, recorded_or_missing
from .plan import ROWS, Plan, Route, cause_of, in_words

PAGE = 100
FAILED_SHOWN_MAX = 100

Look = Callable[..., Awaitable[Any]]


class Replaying:
    def __init__(self, hub: Hub, look: Look, ask: asks.Replay) -> None:
        self._hub = hub
        self._look = look
        self._ask = ask
        self._only = set(ask.destinations)
        self._messages = self._nothing = 0
        self._dispatched: Counter[str] = Counter()
        self._failed: list[asks.NotReplayed] = []

    async def run(self) -> asks.Replayed:
        """Raises `Misuse` for destinations that a replay cannot have, and for a filter that is none."""
        self._require_destinations()
        ask, now_ns = self._ask, self._hub.clock.now_ns()
        if not ask.dry_run and not ask.reason.strip():
            raise Misuse("give a reason: the journal keeps it")
        meant, gone, newer_lanes = await self._look(choosing.replay_plan, ask, now_ns)
        refused = ""
        if newer_lanes and not ask.dry_run and not ask.despite_newer:
            refused = f"newer went through in {newer_lanes} lanes already: agree with despite_newer"
        else:
            await self._pages(now_ns)
        return asks.Replayed(
            dry_run=ask.dry_run,
            messages=self._messages,
            nothing=self._nothing,
            gone=gone,
            beyond=max(0, meant - gone - ask.limit),
            newer_lanes=newer_lanes,
            dispatched=dict(sorted(self._dispatched.items())),
            failed=self._failed,
            refused=refused,
        )

    def _require_destinations(self) -> None:
        known = self._hub.settings.destinations
        if not self._only:
            raise Misuse(f"name the destinations that shall get it: {', '.join(known) or 'there are none'}")
        for name in sorted(self._only):
            if name.startswith("process:"):
                raise Misuse("a replay never steps a live process: name destinations")
            if name.startswith("table:"):
                raise Misuse("a replay never changes a table, which holds what came after: name destinations")
            if name not in known and name != WORKLIST:
                raise Misuse(f"there is no destination {name!r} in hub.toml: there is {', '.join(known) or 'none'}")

    async def _pages(self, now_ns: int) -> None:
        after, left = 0, self._ask.limit
        while left > 0:
            page: list[Arrival] = await self._look(choosing.replay_page, self._ask, now_ns, after, min(PAGE, left))
            if not page:
                return
            left -= len(page)
            after = page[-1].original
            ready = [arrival for arrival in page if await self._decide(arrival)]
            if ready and not self._ask.dry_run:
                await asyncio.gather(*[self._append(arrival) for arrival in ready])
            await asyncio.sleep(0)

    async def _decide(self, arrival: Arrival) -> bool:
        """Fill in what the live flows make of it, as far as it is meant; False: nothing."""
        try:
            if self._ask.ask_again:
                await self._look_up(arrival)
            entries = decide(self._hub.plan, self._hub.settings.sources, arrival)
        except Exception as error:
            cause = error if isinstance(error, Misuse) else cause_of(error)
            if len(self._failed) < FAILED_SHOWN_MAX:
                self._failed.append(asks.NotReplayed(message=arrival.original, why=in_words(cause)))
            return False
        arrival.entries = [entry for entry in entries if entry.destination in self._only or self._works_off(entry)]
        if not arrival.entries:
            self._nothing += 1
            return False
        self._messages += 1
        self._dispatched.update(entry.destination for entry in arrival.entries)
        return True

    def _works_off(self, entry: Entry) -> bool:
        """A file that is worked off piece by piece: what its pieces give rise to is kept to the destinations named."""
        if not entry.destination.startswith(ROWS):
            return False
        entry.headers = {**(entry.headers or {}), "only": sorted(self._only)}
        return True

    async def _look_up(self, arrival: Arrival) -> None:
        """Fresh answers in the place of the recorded ones."""
        route, message = routed(self._hub.plan, self._hub.settings.sources, arrival)
        asked = questions(route.lookups, message)
        answer = self._hub.lookups.answer
        arrival.answers = tuple([await answer(one, arrival.original, wait=False) for one in asked])

    async def _append(self, arrival: Arrival) -> None:
        arrival.received_ns = self._hub.clock.now_ns()
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hub.journal.append(arrival, partial(self._appended, arrival, durable))
        await durable

    def _appended(self, arrival: Arrival, durable: asyncio.Future[None], error: IsthmusError | None) -> None:
        if error is None:  # offered in the order of the commits, like everything else
            for entry in arrival.entries:
                self._hub.offer(entry)
        _resolve(durable, error)


class NotTaken(Misuse):
    """No flow takes the message any more."""


def decide(plan: Plan, sources: dict[str, Any], arrival: Arrival) -> list[Entry]:
    """What the flows of a plan make of a recorded message; sets its lanes, version and decision.

    Raises `NotTaken`, `NotAnswered`, and what its format and its flows raise.
    """
    route, message = routed(plan, sources, arrival)
    arrival.lanes = plan.lanes(route, message.content, arrival.raw)
    arrival.version, arrival.retention, arrival.decision = route.version, route.retention, Decision.DECIDED
    arrival.answers = message.answers = recorded_or_missing(route.lookups, message, arrival.answers)
    return plan.decide(route, message, arrival.lanes)


def routed(plan: Plan, sources: dict[str, Any], arrival: Arrival) -> tuple[Route, Message]:
    """Who decides a recorded message, and as what a flow sees it. Raises `NotTaken`, and what its format raises."""
    endpoint = sources.get(arrival.source)
    if endpoint is None:
        raise NotTaken(f"its source {arrival.source} is no longer in hub.toml")
    read = plan.reader(arrival.source, endpoint.shared.format)(arrival.raw)
    route = plan.route(arrival.source, read.type)
    if route is None:
        raise NotTaken(f"no flow takes {read.type or 'it'} any more")
    message = Message(
        0,
        arrival.source,
        arrival.received_ns,
        arrival.raw,
        read.content,
        read.type,
        read.control.decode("latin-1"),
        endpoint.shared.facility,
    )
    return route, message


def _resolve(future: asyncio.Future[None], error: IsthmusError | None) -> None:
    if future.done():
        return
    if error:
        future.set_exception(error)
    else:
        future.set_result(None)
