"""One system as look-ups ask it: a bounded number of questions at once, and a pause while it is away.

    ask --turn--> away? --one probes, the others wait--> attempt: sink, time budget --> the answer, or whose fault it is

Invariants
 1. At most `connections` of the destination are under way.
 2. Who is patient waits for as long as the system is away; nothing is counted. Who is not hears `Unavailable` at once while
    it is, but for one every `probe_max_s` at most: that one finds out whether it is back.
 3. A connection on which a question was cut off is closed: a late answer is never taken for the next question's.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from ...kernel.errors import IsthmusError, Misuse, PeerFault, Permanent, Transient, Unavailable
from ...observe import Observer
from ...observe.events import DestinationPaused, DestinationResumed
from ...ports import Delivery, Sink
from ..settings import DeliveryPolicy


class Connection:
    """One sink and whether it is open."""

    __slots__ = ("open", "sink")

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.open = False

    async def close(self) -> None:
        self.open = False
        await self.sink.close()


class Line:
    def __init__(
        self, name: str, sink: Callable[[], Sink], policy: DeliveryPolicy, observer: Observer, seed: int | None = None
    ) -> None:
        self.name = name
        self.policy = policy
        self.away_because: str | None = None
        self._observe = observer
        self._random = random.Random(seed)  # noqa: S311 - jitter
        self._loop = asyncio.get_running_loop()
        self._connections = [Connection(sink()) for _ in range(policy.connections)]
        self._free = list(self._connections)
        self._turns = asyncio.Semaphore(policy.connections)
        self._probing = False
        self._next_probe = 0.0
        self._stand_off_s = policy.probe_s
        self._back = asyncio.Event()
        self._answers = 0

    async def ask(self, question: Delivery, timeout_s: float, *, patient: bool) -> bytes:
        """The system's words. An impatient question is answered or fails within `timeout_s`, whatever comes between.

        Raises `Unavailable` (impatient only), `Transient` when every attempt failed, and what the sink raises for good.
        """
        deadline = None if patient else self._loop.time() + timeout_s
        while True:
            try:
                return await self._in_turn(question, timeout_s, deadline)
            except Unavailable:
                if deadline is not None:
                    raise
            except (Transient, PeerFault) as error:
                delay_s = self._back_off(question.attempt, error)
                late = deadline is not None and self._loop.time() + delay_s >= deadline
                if late or question.attempt >= self.policy.attempts_max:
                    raise
                question.attempt += 1
                await asyncio.sleep(delay_s)

    async def _in_turn(self, question: Delivery, timeout_s: float, deadline: float | None) -> bytes:
        try:
            async with asyncio.timeout_at(deadline):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable(f"no connection was free within {timeout_s:g} s") from None
        try:
            return await self._through(question, timeout_s, deadline)
        finally:
            self._turns.release()

    async def _through(self, question: Delivery, timeout_s: float, deadline: float | None) -> bytes:
        """One attempt, now or when it is this one's to find out whether the system is back."""
        if self.away_because is not None:
            if deadline is None:
                await self._until_back_or_probe()
            elif self._probing or self._loop.time() < self._next_probe:
                raise Unavailable(self.away_because)
        probes = self.away_because is not None
        self._probing = self._probing or probes
        try:
            within_s = timeout_s if deadline is None else max(0.0, deadline - self._loop.time())
            return await self._attempt(question, within_s)
        finally:
            if probes:
                self._probing = False

    async def _until_back_or_probe(self) -> None:
        """Until the system is back, or it is time to look and nobody else does."""
        while self.away_because is not None:
            wait_s = self._next_probe - self._loop.time()
            if wait_s <= 0 and not self._probing:
                return
            try:
                async with asyncio.timeout(max(wait_s, self.policy.probe_s)):
                    await self._back.wait()
            except TimeoutError:
                continue

    async def _attempt(self, question: Delivery, within_s: float) -> bytes:
        answered, connection = self._answers, self._free.pop()
        try:
            async with asyncio.timeout(within_s):
                if not connection.open:
                    await self._connect(connection)
                outcome = await connection.sink.deliver(question)
        except TimeoutError:
            await connection.close()
            words = f"no answer within {within_s:g} s"
            if self._answers > answered:  # others got through meanwhile: it is this question's fault (ADR 6)
                raise Transient(words) from None
            self._is_away(words)
            raise Unavailable(words) from None
        except Unavailable as error:
            await connection.close()
            self._is_away(str(error))
            raise
        except IsthmusError:
            self._is_there()
            raise
        except Exception as error:
            await connection.close()
            raise Permanent(f"the connector failed: {type(error).__name__}", detail=repr(error)) from error
        except asyncio.CancelledError:
            await connection.close()
            raise
        finally:
            self._free.append(connection)
        self._is_there()
        if outcome.reply is None:
            raise Permanent(f"{self.name} gives no answer", suggestion="set pass_on = true at this destination")
        return outcome.reply

    async def _connect(self, connection: Connection) -> None:
        try:
            await connection.sink.open()
        except Misuse as error:
            # A waiver that ended, a secret that is gone: wrong for every question, and read anew at the next try.
            raise Unavailable(str(error)) from None
        connection.open = True

    def _is_away(self, because: str) -> None:
        if self.away_because is None:
            self._stand_off_s = self.policy.probe_s
            self._back.clear()
            self._observe(DestinationPaused(self.name, because))
        self.away_because = because
        self._next_probe = self._loop.time() + self._stand_off_s
        self._stand_off_s = min(self._stand_off_s * 2, self.policy.probe_max_s)

    def _is_there(self) -> None:
        """The system answered, whatever it said."""
        self._answers += 1
        if self.away_because is not None:
            self.away_because = None
            self._back.set()
            self._observe(DestinationResumed(self.name))

    def _back_off(self, attempt: int, error: IsthmusError) -> float:
        if isinstance(error, Transient) and error.retry_after_s is not None:
            return error.retry_after_s
        ceiling: float = min(self.policy.back_off_s * 2 ** (attempt - 1), self.policy.back_off_max_s)
        return ceiling * (0.5 + self._random.random() / 2)

    async def close(self) -> None:
        """Release. Safe twice."""
        for connection in self._connections:
            await connection.close()
