"""A hub of one flow on real sockets, a sender and a receiver that a test directs."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from isthmus.observe import Observer
from isthmus.protocols import hl7v2
from isthmus.runtime.hub import Hub, open_hub

PATIENCE_S = 10.0

FLOW = """
from isthmus import flow, forward

ehr = flow("ehr", source="ehr", accepts="hl7v2", owner="integration", lane={lane!r}, when_parked={when_parked!r})


@ehr.on()
def every_message(msg):
    if msg["PID-5.1"] == "BROKEN":
        raise ValueError(msg["PID-5.2"])
    yield forward("out")
"""


def adt(number: int, patient: str = "P1", *, event: str = "A01", name: str = "DOE", merged: str = "") -> bytes:
    """A message with control id Mnnnnn; `merged`: the patient that it merges into `patient`."""
    merge = f"MRG|{merged}^^^H^MR\r" if merged else ""
    return (
        f"MSH|^~\\&|EHR|MAIN|HUB|SBRH|20260302101500||ADT^{event}|M{number:05}|P|2.5.1\r"
        f"EVN||20260302101500\rPID|1||{patient}^^^H^MR||{name}^JANE\r{merge}"
    ).encode()


def number_of(raw: bytes) -> int:
    return int(raw.split(b"|")[9][1:])


class Sender:
    """A connection to the hub."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer

    def put(self, *messages: bytes) -> None:
        self.writer.write(b"".join(b"\x0b" + raw + b"\x1c\r" for raw in messages))

    async def answer(self) -> str:
        """The next acknowledgement: "AA M00001"; "" when the hub closed the connection."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                ack = hl7v2.read_ack((await self._reader.readuntil(b"\x1c\r"))[1:-2])
        except (asyncio.IncompleteReadError, ConnectionError):
            return ""
        return f"{ack.code} {ack.control_id}"

    async def send(self, raw: bytes) -> str:
        self.put(raw)
        return await self.answer()


class Receiver:
    """Answers AA, or what `replies` says for a message's number: a code, or None for no answer."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.replies: dict[int, str | None] = {}
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                raw = (await reader.readuntil(b"\x1c\r"))[1:-2]
                number = number_of(raw)
                self.received.append(number)
                self._changed.set()
                code = self.replies.get(number, "AA")
                if code:
                    text = "" if code == "AA" else "|DOE^JANE is unknown"
                    ack = f"MSH|^~\\&|OUT|X|HUB|X|20260302||ACK|1|P|2.5.1\rMSA|{code}|M{number:05}{text}\r"
                    writer.write(b"\x0b" + ack.encode() + b"\x1c\r")
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def until(self, holds: Callable[[list[int]], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds(self.received):
                self._changed.clear()
                await self._changed.wait()


class Ward:
    """A hub's folder, and the hub that runs on it."""

    def __init__(self, folder: Path, receiver: Receiver, *, flow: str = "") -> None:
        self.folder, self.receiver = folder, receiver
        self.log = io.StringIO()
        self.hub: Hub
        self._flow = flow
        self._senders: list[Sender] = []

    def write(
        self,
        *,
        source: str = "",
        destination: str = "",
        lane: str | Sequence[str] = "PID-3.1",
        when_parked: str = "wait",
    ) -> None:
        """Write hub.toml and the flow; `source` and `destination` are more lines of their tables."""
        (self.folder / "flows").mkdir(parents=True, exist_ok=True)
        named = lane if isinstance(lane, str) else tuple(lane)
        flow = self._flow or FLOW.format(lane=named, when_parked=when_parked)
        (self.folder / "flows" / "ehr.py").write_text(flow)
        (self.folder / "hub.toml").write_text(
            f"""
[hub]
name = "ward"

[sources.ehr]
connector = "mllp"
listen = "127.0.0.1:0"
{source}

[destinations.out]
connector = "mllp"
address = "127.0.0.1:{self.receiver.port}"
owner = "integration"
connections = 4
probe_s = 0.02
back_off_s = 0.01
{destination}
"""
        )

    async def start(self) -> None:
        observer = Observer(self.log, level="debug")
        self.hub = open_hub(self.folder, observer)
        await self.hub.start()

    async def stop(self) -> None:
        for sender in self._senders:
            sender.writer.close()
        self._senders.clear()
        await self.hub.stop(4.0)

    async def connect(self) -> Sender:
        sender = Sender(*await asyncio.open_connection("127.0.0.1", self.hub.sources["ehr"].port))  # type: ignore[attr-defined]
        self._senders.append(sender)
        return sender

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await self.hub.journal.call(lambda batch: batch.store.rows(sql))  # type: ignore[attr-defined, no-any-return]

    async def states(self) -> list[str]:
        """The states of all deliveries, in order."""
        from isthmus.ports import State

        return [State(state).name for (state,) in await self.rows("select state from delivery order by id")]

    async def until_states(self, *expected: str) -> None:
        """Wait until the deliveries stand so. Raises AssertionError with how they stand instead."""
        found: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while found != list(expected):
                    found = await self.states()
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"the deliveries stand {found}, not {list(expected)}") from None

    def count(self, event: str) -> int:
        return self.hub.observer.counts[event]
