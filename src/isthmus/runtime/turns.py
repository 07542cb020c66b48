"""Messages are taken in a few at a time, so that between them the loop hears what destinations answer.

    read   m1 ... m50     (one iteration of the loop reads what all senders have sent)
    turn   m1 ... m9 | answers of destinations, next deliveries | m10 ... m17 | ... | m50

A destination takes one message a connection at a time. If a burst of fifty messages were taken in at a stroke, fifty would
come in for each sixteen that go out on sixteen connections, and what was taken in would pile up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

TURN = 8
"""Messages between two looks at the network."""


class Turns:
    __slots__ = ("_call_soon", "_scheduled", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._call_soon = loop.call_soon
        self._waiting: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._scheduled = False

    def wait(self, take: Callable[..., None], *arguments: Any) -> None:
        """Have `take` called in its turn, in the order of these calls; at once when it is the first since the last look."""
        if self._scheduled:
            self._waiting.append((take, arguments))
        else:
            self._scheduled = True
            self._call_soon(self._turn)
            take(*arguments)

    def _turn(self) -> None:
        waiting = self._waiting
        try:
            for _ in range(min(TURN, len(waiting))):
                take, arguments = waiting.popleft()
                take(*arguments)
        finally:
            self._scheduled = bool(waiting)
            if waiting:
                self._call_soon(self._turn)

    def close(self) -> None:
        """Take nothing more: what waits was not acknowledged, its sender sends it again."""
        self._waiting.clear()
