"""Reading a file that is being worked off: from a cursor on, a part of its body at a time, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..flows import Flow
from ..kernel.errors import IsthmusError, PeerFault, Permanent
from ..ports import Journal
from .pieces import Mark, Piece, opened
from .plan import in_words

FINDINGS_SHOWN_MAX = 100
"""Of a file that is refused: so many faults are listed, all are counted."""

PIECE = "piece"
"""The header by which a piece that is a delivery of its own is known: its number in the file."""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """How far a file has come. `good` and `bad` count its pieces, `follows` what they gave rise to."""

    mark: Mark = Mark()
    good: int = 0
    bad: int = 0
    follows: int = 0


class Reading:
    """A file that is being read: its pieces one after the other, a chunk of the body at a time."""

    def __init__(self, journal: Journal, delivery: int, flow: Flow, cursor: Cursor, part_bytes: int) -> None:
        self.flow = flow
        self._part_bytes = part_bytes
        self.cursor = cursor
        self.fault: PeerFault | None = None
        self._journal = journal
        self._delivery = delivery
        self._pieces = opened(flow, cursor.mark if cursor.mark.number else None)
        self._at = cursor.mark.offset
        self._given: Iterator[Piece] = iter(())
        self._closed = False

    @property
    def mark(self) -> Mark:
        return self._pieces.mark

    @property
    def note(self) -> str:
        return self._pieces.note

    async def next(self) -> Piece | None:
        """The next piece, None at the end. Raises `PeerFault` for the file."""
        while True:
            piece = next(self._given, None)
            if piece is not None or self._closed:
                return piece
            chunk = await self._journal.read(self._delivery, self._at, self._part_bytes)
            self._at += len(chunk)
            self._closed = not chunk
            self._given = self._pieces.feed(chunk) if chunk else self._pieces.close()


class Wrong:
    """Everything that is wrong with a file that is refused; the words of causes that may hold content are kept apart."""

    def __init__(self) -> None:
        self.count = 0
        self._first = ""
        self._words: list[str] = []

    def add(self, where: str, cause: IsthmusError) -> None:
        self.count += 1
        self._first = self._first or f"{where}: {cause}"
        if self.count <= FINDINGS_SHOWN_MAX:
            self._words.append(f"{where}: {in_words(cause)}" + (f" ({cause.detail})" if cause.detail else ""))

    def as_one(self) -> Permanent:
        rest = self.count - len(self._words)
        return Permanent(
            f"the file is refused, and nothing of it was dispatched; faults: {self.count}, the first in {self._first}",
            detail="\n".join(self._words + ([f"and {rest} more"] if rest else [])),
            suggestion="ask the sender for a right one and discard this, or mend it",
        )
