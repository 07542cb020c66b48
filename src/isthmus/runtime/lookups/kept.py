"""Answers that serve again: in memory, bounded, as old as their look-up declares. A restart forgets them."""

from __future__ import annotations

from collections import OrderedDict

from ...flows.lookup import Question
from ...kernel.answer import Answer
from ...kernel.clock import NS_PER_S

BYTES_MAX = 16 << 20
"""Of all kept answers together; the one that was asked for the longest ago makes room."""

_ENTRY_BYTES = 200
"""What an answer takes besides its body, about."""


class Kept:
    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._held: OrderedDict[tuple[str, bytes], Answer] = OrderedDict()
        self._bytes_left = bytes_max

    def maybe_find(self, question: Question, now_ns: int) -> Answer | None:
        """An answer to the same question that is not older than its look-up allows, marked as kept."""
        name = (question.lookup.name, question.digest)
        found = self._held.get(name)
        if found is None:
            return None
        if now_ns - found.at_ns > question.lookup.keep_s * NS_PER_S:
            self._drop(name)
            return None
        self._held.move_to_end(name)
        return found._replace(how="kept")

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep what a system said, where its look-up declares that it serves again."""
        if not question.lookup.keep_s:
            return
        name = (answer.lookup, answer.asked)
        if name in self._held:
            self._drop(name)
        self._held[name] = answer
        self._bytes_left -= _size(answer)
        while self._bytes_left < 0:
            self._drop(next(iter(self._held)))

    def _drop(self, name: tuple[str, bytes]) -> None:
        self._bytes_left += _size(self._held.pop(name))


def _size(answer: Answer) -> int:
    return _ENTRY_BYTES + len(answer.body)
