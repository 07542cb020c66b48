"""A TCP proxy that provokes, at a chosen request, the faults that a network really has.

    client --request--> proxy --request--> target
           <--answer---       <--answer---

A *request* is what a client sends between two answers: one HTTP request on a kept-alive connection, one MLLP frame that
waits for its acknowledgement. A fault is armed for the next request that holds given bytes, so a test can cut the
answer of one POST out of twenty calls on the same connection:

    proxy = await FaultProxy.start("127.0.0.1", target_port)
    cut = proxy.arm(Cut(), when=b"POST /orders")
    ...
    await cut.done.wait()

Invariants
 1. Without an armed fault every byte passes, unchanged and at once.
 2. A fault strikes exactly one request, and once; `seen` is set when it begins, `done` when its effect is complete.
    Tests wait for these instead of sleeping.
 3. A request that was held still reaches the target when the client has gone meanwhile: as in a real network, a POST
    that timed out may still be running.

What it does not do: read HTTP or MLLP, terminate TLS (encrypted traffic passes, `when` cannot see into it), or limit
memory (what a test sends is small). Frames that are pipelined without waiting for answers count as one request.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from types import TracebackType

LINGER_S = 30.0
"""How long an answer is awaited for a client that has gone: longer than any request that a test makes."""


@dataclass(frozen=True)
class Cut:
    """The request goes through and is answered; the client sees `answer_bytes` of the answer, then the end of it.

    Without any answer byte the end is a reset, otherwise an orderly close (a reset may overtake bytes on their way).
    """

    answer_bytes: int = 0


@dataclass(frozen=True)
class Hold:
    """The request is held back for `seconds`, or until `release()`; the target gets it then, client or no client."""

    seconds: float | None = None


@dataclass(frozen=True)
class Swallow:
    """Half-open: the request vanishes, no answer ever comes, the connection stays up."""


@dataclass(frozen=True)
class Drip:
    """The answer trickles: `piece_bytes` at a time, `pause_s` apart."""

    piece_bytes: int = 1
    pause_s: float = 0.01


@dataclass(frozen=True)
class Reset:
    """`request_bytes` of the request reach the target, then both sides are reset."""

    request_bytes: int = 0


Fault = Cut | Hold | Swallow | Drip | Reset


@dataclass
class Armed:
    """A fault that waits for its request."""

    fault: Fault
    when: bytes = b""
    seen: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let a held request go on to the target."""
        self._released.set()

    async def wait_until_released(self, seconds: float | None) -> None:
        try:
            await asyncio.wait_for(self._released.wait(), seconds)
        except TimeoutError:
            self._released.set()


class FaultProxy:
    """Listens on a loopback port of its own and forwards to one target."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = 0
        self.connections = 0
        self.requests = 0
        self._armed: list[Armed] = []
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    @classmethod
    async def start(cls, host: str, port: int) -> FaultProxy:
        """Listen on a free loopback port, found in `.port`, and forward to `host:port`."""
        proxy = cls(host, port)
        await proxy.listen()
        return proxy

    async def listen(self) -> None:
        """Accept connections (again): always on the same port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse new connections and reset all open ones. `listen()` makes the proxy reachable again."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in list(self._sessions):
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    async def __aenter__(self) -> FaultProxy:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    def arm(self, fault: Fault, *, when: bytes = b"") -> Armed:
        """Arm a fault for the next request whose first bytes hold `when`; several are used up in order of arming."""
        armed = Armed(fault, when)
        self._armed.append(armed)
        return armed

    def disarm(self) -> None:
        """Forget the faults that have not struck yet."""
        self._armed.clear()

    def take(self, request: bytes) -> Armed | None:
        """The fault for a request that begins with these bytes, which is used up."""
        self.requests += 1
        for armed in self._armed:
            if armed.when in request:
                self._armed.remove(armed)
                armed.seen.set()
                return armed
        return None

    def begin(self, client: _Client) -> None:
        self.connections += 1
        session = asyncio.get_running_loop().create_task(_Session(self, client).run())
        self._sessions.add(session)
        session.add_done_callback(self._sessions.discard)


class _Peer(asyncio.Protocol):
    """One side of a session: bytes in a queue, and None at the end."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received.put_nowait(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.received.put_nowait(None)


class _Client(_Peer):
    def __init__(self, proxy: FaultProxy) -> None:
        super().__init__()
        self._proxy = proxy

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._proxy.begin(self)


class _Session:
    """One connection of a client and its counterpart to the target."""

    def __init__(self, proxy: FaultProxy, client: _Client) -> None:
        self._proxy = proxy
        self._client = client
        self._target = _Peer()
        self._armed: Armed | None = None
        self._client_gone = False
        self._between_requests = True
        self._answer_bytes = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self._target, *self._proxy.target)
        except OSError:
            _reset(self._client.transport)
            return
        up, down = loop.create_task(self._requests()), loop.create_task(self._answers())
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            if self._client_gone and not self._between_requests:
                await asyncio.wait((down,), timeout=LINGER_S)
        finally:
            up.cancel()
            down.cancel()
            self._end()

    def _end(self) -> None:
        fault = self._armed.fault if self._armed else None
        if isinstance(fault, Reset) or fault == Cut(answer_bytes=0):
            _reset(self._client.transport)
        self._client.transport.close()
        self._target.transport.close()
        if self._armed is not None:
            self._armed.done.set()

    async def _requests(self) -> None:
        """Client to target, until the client ends or a fault ends it."""
        while (data := await self._client.received.get()) is not None:
            if self._between_requests:
                self._between_requests = False
                self._answer_bytes = 0
                self._armed = self._proxy.take(data)
            if not await self._forward(data):
                return
        self._client_gone = True

    async def _forward(self, data: bytes) -> bool:
        """Send request bytes on as the fault has it; False: the connection is over."""
        armed, target = self._armed, self._target.transport
        match armed.fault if armed else None:
            case Swallow():
                assert armed is not None
                armed.done.set()
            case Reset(request_bytes=count):
                target.write(data[:count])
                return False
            case Hold(seconds=seconds):
                assert armed is not None
                await armed.wait_until_released(seconds)
                target.write(data)
            case _:
                target.write(data)
        return True

    async def _answers(self) -> None:
        """Target to client, until the target ends, a fault ends it, or a client that has gone is answered."""
        while (data := await self._target.received.get()) is not None:
            if not await self._answer(data) or self._client_gone:
                return
            self._between_requests = True

    async def _answer(self, data: bytes) -> bool:
        """Pass answer bytes as the fault has it; False: the connection is over."""
        client = self._client.transport
        match self._armed.fault if self._armed else None:
            case Cut(answer_bytes=count):
                client.write(data[: max(count - self._answer_bytes, 0)])
                self._answer_bytes += len(data)
                return self._answer_bytes < count
            case Drip(piece_bytes=size, pause_s=pause_s):
                for start in range(0, len(data), size):
                    client.write(data[start : start + size])
                    await asyncio.sleep(pause_s)
            case _:
                client.write(data)
        if self._armed is not None:
            self._armed.done.set()
        return True


def _reset(transport: asyncio.Transport) -> None:
    """Close with RST instead of FIN: SO_LINGER with a time of zero (RFC 9293 §3.10.5, ABORT)."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is not None and not transport.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
