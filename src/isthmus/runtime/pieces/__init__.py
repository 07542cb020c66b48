"""Files taken apart into pieces, each of which a flow decides like a message of its own.

    pieces = opened(flow, mark)          mark None: from the beginning
    for piece in pieces.feed(chunk): ... Piece, good or with the fault that it has; raises PeerFault for the whole file
    for piece in pieces.close(): ...     the last ones; raises PeerFault when the file is not whole or does not add up
    pieces.mark                          how far it has come, to go on from later

A piece's body is a *file of one*: the header, the piece, and what else its format needs around it, so that it can be read
by itself once a person has mended it.

Lives here: one file for each way of taking files apart. May not: decide, or know of the journal.
Read first: `piece.py`, then `rows.py`.
"""

from __future__ import annotations

from ...flows import Flow
from ...kernel.errors import Misuse
from .bank import Bai2Pieces, NachaPieces
from .claims import ClaimPieces
from .interchange import TransactionPieces
from .piece import Mark, Piece, Pieces
from .rows import DelimitedPieces, NdjsonPieces

__all__ = ["EACH", "Mark", "Piece", "Pieces", "opened"]

_WAYS: dict[tuple[str, str], type] = {
    ("delimited", "row"): DelimitedPieces,
    ("ndjson", "row"): NdjsonPieces,
    ("x12", "transaction"): TransactionPieces,
    ("x12", "claim"): ClaimPieces,
    ("nacha", "entry"): NachaPieces,
    ("bai2", "entry"): Bai2Pieces,
}
EACH: dict[str, tuple[str, ...]] = {
    format: tuple(each for of, each in _WAYS if of == format) for format in dict.fromkeys(of for of, _ in _WAYS)
}
"""What the files of a format can be worked off by."""


def opened(flow: Flow, mark: Mark | None = None, *, alone: bool = False) -> Pieces:
    """A reader of a flow's files. `alone`: of a file of one. Raises `Misuse` for what cannot be taken apart."""
    way = _WAYS.get((flow.format, flow.each or ""))
    if way is None:
        raise Misuse(f"{flow.format} files cannot be worked off by {flow.each}: see `isthmus check`")
    made: Pieces = way(flow, mark, alone)
    return made
