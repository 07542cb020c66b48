"""What a file is taken apart into, and how a reader says how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import msgspec

from ...kernel.errors import PeerFault


class Piece(NamedTuple):
    """One row, transaction set, claim or entry.

    number   from 1 over the file: bad ones are counted, header and trailer are not
    place    where it stands, for people: "line 17"
    content  what a handler reads; None where the piece has a fault
    parts    its body in parts: a file of one
    """

    number: int
    place: str
    type: str
    content: Any
    parts: tuple[bytes, ...]
    fault: PeerFault | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)

    def __repr__(self) -> str:
        return f"<Piece {self.number} at {self.place}{', bad' if self.fault else ''}>"


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """How far a reader has come: pieces given out, the byte from which it goes on, and what it must know to do so.

    offset 0: it goes on from the beginning of the file, and passes over the pieces up to `number`.
    """

    number: int = 0
    offset: int = 0
    state: bytes = b""


class Pieces(Protocol):
    note: str
    """What could not be held to and is no fault, for people; "" where all could."""

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """The pieces that the next bytes complete, beginning at `mark.offset`. Raises `PeerFault` for the whole file."""

    def close(self) -> Iterator[Piece]:
        """The end of the file. Raises `PeerFault` when it is not whole or does not add up."""

    @property
    def mark(self) -> Mark:
        """After the last piece given out."""
