"""The EHR's MLLP sender: one connection per stream, one message at a time, repeated byte for byte until answered.

    connect -> write frame -> wait for the answer -> next
        ^         |  no answer in time, connection lost
        +---------+  (back-off; the same bytes again)

What real senders do, and this one does: it waits for the answer before the next message; it takes AE, CE for "bad
message" and goes on; it takes AR, CR for "not now" and tries again a few times; an answer whose MSA-2 is not the one
it waits for belongs to an earlier attempt and is passed over. Bytes that are no message are sent once.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .day import Sending

FRAME_START, FRAME_END = b"\x0b", b"\x1c\r"
ANSWER = re.compile(rb"(?:^|\r)MSA.([A-Z]{2})(?:.([^\r|]*))?")
POSITIVE, REJECTED = {"AA", "CA"}, {"AR", "CR"}
BACK_OFF_S = (0.05, 0.1, 0.2, 0.5, 1.0)
REJECTED_TRIES = 3


@dataclass(slots=True)
class Tally:
    """What the sender saw: its own half of the accounting."""

    frames: int = 0
    resent: int = 0
    connects: int = 0
    timeouts: int = 0
    unanswered: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    """Well-formed messages, repeats included, that were answered AA or CA."""
    refused: list[str] = field(default_factory=list)
    """Control ids of well-formed messages that the sender gave up on after AE, CE, AR or CR."""


@dataclass(slots=True)
class Stream:
    """One connection and its state."""

    host: str
    port: int
    answer_timeout_s: float
    tally: Tally
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def run(self, sendings: Iterable[Sending], started: float, per_second: float) -> None:
        """Send in order; `per_second` is the pace of the whole day (0: as fast as answers come)."""
        clock = asyncio.get_running_loop()
        for sending in sendings:
            if per_second:
                await asyncio.sleep(started + sending.number / per_second - clock.time())
            await self.send(sending)
        self.disconnect()

    async def send(self, sending: Sending) -> None:
        """Until there is an answer that settles it."""
        rejected = 0
        for attempt in range(1_000_000):
            code = await self.attempt(sending, again=attempt > 0)
            if not sending.well_formed:
                return
            if code in REJECTED:
                rejected += 1
            if code and (code not in REJECTED or rejected == REJECTED_TRIES):
                break
            await asyncio.sleep(BACK_OFF_S[min(attempt, len(BACK_OFF_S) - 1)])
        if code in POSITIVE:
            self.tally.accepted += 1
        else:
            self.tally.refused.append(sending.control_id)

    async def attempt(self, sending: Sending, *, again: bool) -> str:
        """Send once: the acknowledgement code, or "" when none came."""
        try:
            reader, writer = await self.connected()
            writer.write(FRAME_START + sending.raw + FRAME_END)
            self.tally.frames += 1
            self.tally.resent += again
            async with asyncio.timeout(self.answer_timeout_s):
                await writer.drain()
                code = await self.answer(reader, sending)
        except TimeoutError:
            self.tally.timeouts += 1
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        else:
            self.tally.answers[code] += 1
            return code
        self.tally.unanswered += 1
        self.disconnect()
        return ""

    async def answer(self, reader: asyncio.StreamReader, sending: Sending) -> str:
        while True:
            frame = await reader.readuntil(FRAME_END)
            found = ANSWER.search(frame[frame.find(FRAME_START) + 1 :])
            if found is None:
                continue
            code, control_id = found[1].decode("ascii"), (found[2] or b"").decode("ascii", "replace")
            if control_id == sending.control_id or not sending.well_formed:
                return code

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.reader is None or self.writer is None or self.writer.is_closing() or self.reader.at_eof():
            self.disconnect()
            self.tally.connects += 1
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self.reader, self.writer

    def disconnect(self) -> None:
        if self.writer is not None:
            with contextlib.suppress(OSError):
                self.writer.close()
        self.reader = self.writer = None


async def send_day(
    sendings: Iterable[Sending],
    tally: Tally,
    *,
    host: str = "127.0.0.1",
    port: int,
    per_second: float = 0,
    answer_timeout_s: float = 5.0,
) -> None:
    """Send everything, each stream over its own connection, and count into `tally` as it goes."""
    by_stream: dict[int, list[Sending]] = {}
    for sending in sendings:
        by_stream.setdefault(sending.stream, []).append(sending)
    started = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as group:
        for part in by_stream.values():
            stream = Stream(host, port, answer_timeout_s, tally)
            group.create_task(stream.run(part, started, per_second))
