"""The simulated network between the hub and the systems around it: delays, losses, cut answers, connections that break.

Everything here belongs to the world around the hub and goes on when the hub dies.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections.abc import Callable
from typing import Any, Protocol

from ...kernel.errors import IsthmusError
from ...ports import Delivery, Fate, Outcome, Receipt
from .loop import Life, SimulatedLoop
from .messages import Planned

PATIENCE_S = {"ehr": 1.0, "lab": 1.0, "desk": 4.0, "clerk": 1.0}
"""How long a sender waits for its answer before it sends the same bytes again. The desk wants the target's own answer."""


class Trace(Protocol):
    def __call__(self, who: str, what: str, *facts: object) -> None: ...


class Listener(Protocol):
    """The hub's side of a source."""

    life: Life

    def arrived(self, raw: bytes, answer: Callable[[Receipt], None]) -> None: ...


class Taken:
    """What a target took. `heard_s`: when the hub heard of it; None: never."""

    __slots__ = ("at_s", "body", "delivery", "heard_s")

    def __init__(self, at_s: float, delivery: int, body: bytes) -> None:
        self.at_s = at_s
        self.delivery = delivery
        self.body = body
        self.heard_s: float | None = None


class Request:
    """One delivery on its way to a target."""

    __slots__ = ("answer", "body", "connection", "delivery", "key", "taken")

    def __init__(self, connection: Connection, delivery: Delivery, answer: asyncio.Future[Outcome]) -> None:
        self.connection = connection
        self.delivery = delivery.id
        self.key = delivery.key
        self.body = delivery.body
        self.answer = answer
        self.taken: Taken | None = None


class Connection:
    """One connection of a sink to its target, from the hub's side."""

    def __init__(self, network: Network, target: str, life: Life) -> None:
        self.network = network
        self.target = target
        self.life = life
        self.closed = False
        self.under_way: Request | None = None


class Receiver(Protocol):
    """A target system."""

    reachable: bool

    def arrived(self, request: Request) -> None: ...

    def take(self, request: Request) -> Outcome | IsthmusError: ...


class Network:
    def __init__(self, loop: SimulatedLoop, chance: random.Random, trace: Trace) -> None:
        self.loop = loop
        self.trace = trace
        self.listeners: dict[str, Listener] = {}
        self.receivers: dict[str, Receiver] = {}
        self.connections: list[Connection] = []
        self.lost = 0.0
        """The share of requests and answers that get lost."""
        self._chance = chance
        self._usual_s = chance.choice((0.0002, 0.002, 0.02))
        self._outside = contextvars.copy_context()

    def delay_s(self) -> float:
        return self._usual_s * (0.2 + self._chance.random())

    def loses(self) -> bool:
        return self.lost > 0 and self._chance.random() < self.lost

    def later(self, delay_s: float, function: Callable[..., Any], *arguments: Any) -> None:
        """Call something of the world outside of the hub, whoever asks for it."""
        self.loop.call_later(delay_s, function, *arguments, context=self._outside)

    def calls(self, life: Life, function: Callable[..., Any], *arguments: Any) -> None:
        """Call something of the hub."""
        self.loop.call_soon(function, *arguments, context=life.context)

    # ---- towards the hub

    def attempt(self, source: str, raw: bytes) -> asyncio.Future[Fate | None]:
        """Send a message. The fate that the hub answers; None: the connection broke; or nothing, for ever."""
        answer: asyncio.Future[Fate | None] = self.loop.create_future()
        if not self.loses():
            self.later(self.delay_s(), self._arrive, source, raw, answer)
        return answer

    def _arrive(self, source: str, raw: bytes, answer: asyncio.Future[Fate | None]) -> None:
        listener = self.listeners.get(source)
        if answer.done():
            return
        if listener is None or listener.life.over:
            self.later(self.delay_s(), self._answered, answer, None)
            return

        def reply(receipt: Receipt) -> None:
            if not self.loses():
                fate = None if receipt.fate is Fate.UNABLE else receipt.fate
                self.later(self.delay_s(), self._answered, answer, fate)

        self.calls(listener.life, listener.arrived, raw, reply)

    @staticmethod
    def _answered(answer: asyncio.Future[Any], value: Any) -> None:
        if not answer.done():
            answer.set_result(value)

    # ---- towards a target

    def connect(self, target: str, life: Life) -> Connection:
        connection = Connection(self, target, life)
        self.connections.append(connection)
        return connection

    def send(self, request: Request) -> None:
        request.connection.under_way = request
        if not self.loses():
            receiver = self.receivers[request.connection.target]
            self.later(self.delay_s(), self._deliver, receiver, request)

    def _deliver(self, receiver: Receiver, request: Request) -> None:
        if not request.connection.closed:
            receiver.arrived(request)

    def answer(self, request: Request, result: Outcome | IsthmusError) -> None:
        """A target's answer, on its way back to the hub."""
        self.later(self.delay_s(), self._take_back, request, result)

    def _take_back(self, request: Request, result: Outcome | IsthmusError) -> None:
        connection = request.connection
        if connection.closed or request.answer.done() or connection.under_way is not request:
            return
        connection.under_way = None
        if isinstance(result, Outcome):
            request.answer.set_result(result)
        else:
            request.answer.set_exception(result)

    def drop(self, life: Life) -> None:
        """The hub died: its connections break. What had reached a target may be taken by it all the same."""
        kept = []
        for connection in self.connections:
            if connection.life is not life:
                kept.append(connection)
                continue
            request, connection.under_way = connection.under_way, None
            receiver = self.receivers[connection.target]
            if request is not None and not connection.closed and receiver.reachable and self._chance.random() < 0.3:
                receiver.take(request)
            connection.closed = True
        self.connections = kept


class Sender:
    """One connection of a sending system: the next message goes out only after the answer to the one before.

    What was not answered is sent again, byte for byte. Now and then one that was answered is sent again, too: a sender
    that was restored from a back-up, or whose own database did not note the answer.
    """

    def __init__(self, network: Network, source: str, planned: list[Planned], pace_s: float, seed: str) -> None:
        self.network = network
        self.source = source
        self.planned = planned
        self.answered: dict[str, Fate] = {}
        self.attempts: dict[str, int] = {}
        self._pace_s = pace_s
        self._chance = random.Random(seed)  # noqa: S311 - a scenario

    async def run(self) -> None:
        chance = self._chance
        for at, message in enumerate(self.planned):
            await asyncio.sleep(self._pace_s * chance.choice((0.0, 0.0, 0.5, 1.0, 3.0)))
            await self._until_answered(message)
            again = chance.choice(self.planned[: at + 1])
            if chance.random() < 0.03 and self.answered[again.name] is not Fate.RETURNED:
                await self._until_answered(again)

    async def _until_answered(self, message: Planned) -> None:
        while True:
            self.attempts[message.name] = self.attempts.get(message.name, 0) + 1
            self.network.trace(self.source, "sends", message.name)
            fate = await self._attempt(message)
            if fate is not None:
                self.network.trace(self.source, "was answered", message.name, fate.value)
                self.answered[message.name] = fate
                if fate is not Fate.RETURNED or self._chance.random() < 0.5:
                    return
            await asyncio.sleep(0.05 + 0.2 * self._chance.random())

    async def _attempt(self, message: Planned) -> Fate | None:
        answer = self.network.attempt(self.source, message.raw)
        try:
            async with asyncio.timeout(PATIENCE_S[self.source]):
                return await answer
        except TimeoutError:
            return None
