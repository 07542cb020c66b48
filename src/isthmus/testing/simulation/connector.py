"""The hub's side of the simulated network: a connector like any other, held to `ports.py`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from ...kernel.errors import Unavailable
from ...ports import Context, Delivery, Intake, Outcome, Receipt
from .loop import Life
from .messages import named
from .network import Connection, Network, Request


class SimulatedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is nothing to set."""


class SimulatedConnector:
    """What a connector's module is to the hub, bound to one network and one life."""

    SourceSettings = SinkSettings = SimulatedSettings

    def __init__(self, network: Network, life: Life) -> None:
        self._network = network
        self._life = life

    def source(self, settings: SimulatedSettings, context: Context) -> SimulatedSource:
        return SimulatedSource(self._network, context.name, self._life)

    def sink(self, settings: SimulatedSettings, context: Context) -> SimulatedSink:
        return SimulatedSink(self._network, context.name, self._life)


class SimulatedSource:
    def __init__(self, network: Network, name: str, life: Life) -> None:
        self.life = life
        self._network = network
        self._name = name
        self._intake: Intake | None = None
        self._paused = False
        self._unread: deque[tuple[bytes, Callable[[Receipt], None]]] = deque()

    async def open(self, intake: Intake) -> None:
        self._intake = intake
        self._network.listeners[self._name] = self

    def arrived(self, raw: bytes, answer: Callable[[Receipt], None]) -> None:
        if self._intake is None:
            return
        if self._paused:
            self._unread.append((raw, answer))
        else:
            # A file has no id of its own: its name is what it is known by, as the connector for files does it.
            self._intake.receive(raw, answer, control=named(raw)[0].encode() if self._name == "clerk" else b"")

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        while self._unread and not self._paused:
            self.arrived(*self._unread.popleft())

    async def close(self) -> None:
        if self._network.listeners.get(self._name) is self:
            del self._network.listeners[self._name]
        self._unread.clear()


class SimulatedSink:
    def __init__(self, network: Network, name: str, life: Life) -> None:
        self._network = network
        self._name = name
        self._life = life
        self._connection: Connection | None = None

    async def open(self) -> None:
        await asyncio.sleep(self._network.delay_s())
        if not self._network.receivers[self._name].reachable:
            raise Unavailable
        self._connection = self._network.connect(self._name, self._life)

    async def deliver(self, delivery: Delivery) -> Outcome:
        connection = self._connection
        assert connection is not None
        assert connection.under_way is None, "a sink serves one delivery at a time"
        answer: asyncio.Future[Any] = self._network.loop.create_future()
        request = Request(connection, delivery, answer)
        self._network.send(request)
        outcome: Outcome = await answer
        if request.taken is not None:
            request.taken.heard_s = self._network.loop.time()
        return outcome

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.closed = True
            self._connection = None
