"""Answers to questions: kept ones, those of the system, or the fallback that the flow declared."""

from __future__ import annotations

from collections.abc import Callable

from ...flows.lookup import Question
from ...kernel.answer import Answer
from ...kernel.clock import Clock
from ...kernel.errors import Permanent, Transient, Unavailable
from ...observe import Observer
from ...observe.events import LookupFellBack
from ...ports import Delivery
from .kept import Kept
from .line import Line


class Lookups:
    def __init__(self, line_of: Callable[[str], Line], clock: Clock, observer: Observer) -> None:
        """`line_of` makes the line to a destination. Raises `Misuse` when there is no such destination."""
        self._line_of = line_of
        self._clock = clock
        self._observe = observer
        self._kept = Kept()
        self.lines: dict[str, Line] = {}

    def away_because(self, destination: str) -> str | None:
        """Why a system does not answer look-ups; None: it does, or none was made."""
        line = self.lines.get(destination)
        return None if line is None else line.away_because

    def failed(self, error: BaseException) -> None:
        """Report what nobody foresaw: a message stays undecided until the next start."""
        self._observe.failed("a look-up", error)

    async def answer(self, question: Question, message_id: int, *, wait: bool = True) -> Answer:
        """Waits for as long as the system is away, unless the look-up has a fallback, or `wait` is False.

        Raises what parks the message: `Unavailable` (when it does not wait), `Transient` when every attempt failed, `Permanent` and its kin, `Misuse`.
        """
        lookup = question.lookup
        kept = self._kept.maybe_find(question, self._clock.now_ns()) if lookup.keep_s else None
        if kept is not None:
            return kept
        try:
            body = await self._ask(question, message_id, patient=wait and lookup.fallback is None)
        except (Unavailable, Transient) as error:
            if lookup.fallback is None:
                raise
            self._observe(LookupFellBack(lookup.name, lookup.to, str(error)))
            return Answer(lookup.name, "fallback", self._clock.now_ns(), question.digest, lookup.fallback)
        if len(body) > lookup.bytes_max:
            raise Permanent(
                f"the answer to {lookup.name} has {len(body)} bytes, and the look-up takes {lookup.bytes_max}",
                suggestion="raise bytes_max of the look-up, or ask for less",
            )
        answer = Answer(lookup.name, "asked", self._clock.now_ns(), question.digest, body)
        self._kept.keep(question, answer)
        return answer

    async def _ask(self, question: Question, message_id: int, *, patient: bool) -> bytes:
        lookup = question.lookup
        line = self.lines.get(lookup.to)
        if line is None:
            line = self.lines[lookup.to] = self._line_of(lookup.to)
        # A key of this asking: what honours it gives the same answer to its attempts, and a fresh one to the next asking.
        key = f"{lookup.name}|{message_id}|{self._clock.now_ns()}"
        asked = Delivery(0, message_id, lookup.to, question.body, key, headers={"lookup": lookup.name})
        return await line.ask(asked, lookup.timeout_s, patient=patient)

    async def close(self) -> None:
        for line in self.lines.values():
            await line.close()
