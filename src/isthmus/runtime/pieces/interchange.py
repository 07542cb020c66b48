"""X12 interchanges, a transaction set a piece; and what is common to all ways of taking interchanges apart.

Counts and control numbers of the envelope are held to at the end of the file: an interchange that was cut off is a fault
of the file. What they are counted from cannot be put down and taken up, so a reader that goes on begins at the beginning
and passes over what was given out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...flows import Flow
from ...kernel.errors import PeerFault
from ...protocols import x12
from ...protocols.x12 import Run, Segment
from ..formats import broken_envelope, x12_type_of
from .piece import Mark, Piece

TRANSACTION_BYTES_MAX = 64 << 20
"""A transaction set that is handed to a flow is held whole. Guides limit an 837 to 5,000 claims and an 835 to 10,000, a
few MiB each; a larger one is worked off by claims, which are held one at a time."""


class Envelope:
    """The ISA, GS and ST that are open, and a file of one within them."""

    def __init__(self) -> None:
        self.isa = self.gs = self.st = b""
        self.guide = ""
        self.separators = x12.Separators(b"*", b"", b":", b"~")
        self._header: dict[bytes, Segment] = {}

    def open(self, run: Run) -> None:
        """Take a header."""
        segment = next(run.segments())
        self._header[run.tag] = segment
        if run.tag == b"ISA":
            self.isa, self.separators = bytes(run), run.separators
            self.gs = self.st = b""
        elif run.tag == b"GS":
            self.gs, self.guide = bytes(run), segment.element(8)
        else:
            self.st = bytes(run)

    @property
    def type(self) -> str:
        """Of the transaction set that is open."""
        st = self._header[b"ST"]
        return x12_type_of(st.element(1), st.element(3) or self.guide)

    def trailers(self, segments: int | None) -> bytes:
        """SE (for that many segments; None: it is there), GE and IEA around one transaction set."""
        element, end = self.separators.element, self.separators.terminator
        rows = [] if segments is None else [(b"SE", b"%d" % segments, self._number(b"ST", 2))]
        rows += [(b"GE", b"1", self._number(b"GS", 6))] if self.gs else []
        rows += [(b"IEA", b"1" if self.gs else b"0", self._number(b"ISA", 13))]
        return b"".join(element.join(row) + end for row in rows)

    def _number(self, tag: bytes, element: int) -> bytes:
        return self._header[tag].element(element).encode("latin-1", "replace")


class InterchangePieces:
    """Feeds runs to `_run`, which gives out pieces; passes over what was given out before."""

    def __init__(self, flow: Flow, mark: Mark | None, alone: bool) -> None:
        self.note = ""
        self._flow = flow
        self._reader = x12.Reader()
        self._control = x12.Control()
        self._envelope = Envelope()
        self._number = 0
        self._done = mark.number if mark else 0

    @property
    def mark(self) -> Mark:
        return Mark(max(self._number, self._done))

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        return self._pieces(self._reader.runs(chunk))

    def close(self) -> Iterator[Piece]:
        yield from self._pieces(self._reader.last_runs())
        self._control.end()
        broken_envelope(self._control.findings)

    def _pieces(self, runs: list[Run]) -> Iterator[Piece]:
        for run in runs:
            self._control.take(run)
            if run.tag in (b"ISA", b"GS", b"ST"):
                self._envelope.open(run)
            for piece in self._run(run):
                if self._number > self._done:
                    yield piece

    def _run(self, run: Run) -> Iterator[Piece]:
        raise NotImplementedError

    def _piece(self, place: Segment | int, *parts: bytes) -> Piece:
        """The next piece: a file of one, read as one transaction set."""
        self._number += 1
        number = place if isinstance(place, int) else place.number
        where, type = f"segment {number}", self._envelope.type
        if self._number <= self._done:
            return Piece(self._number, where, type, None, parts)
        try:
            if not self._flow.takes(type):
                raise x12.ParseError("A transaction set that the flow does not take", segment=number, rule="ST01")
            return Piece(self._number, where, type, _one_transaction(b"".join(parts)), parts)
        except PeerFault as fault:
            return Piece(self._number, where, type, None, parts, fault)


def _one_transaction(body: bytes) -> x12.Transaction:
    interchanges = x12.parse(body)
    broken_envelope(interchanges.findings)
    return next(interchanges.transactions)


class TransactionPieces(InterchangePieces):
    """Each transaction set, with the envelope around it."""

    def __init__(self, flow: Flow, mark: Mark | None, alone: bool) -> None:
        super().__init__(flow, mark, alone)
        self._held: list[bytes] = []
        self._bytes = 0
        self._first = 0

    def _run(self, run: Run) -> Iterator[Piece]:
        if run.tag == b"ST":
            self._held, self._bytes, self._first = [], 0, run.number
        if not self._first or run.tag in (b"ISA", b"GS", b"-"):
            return
        if run.tag in (b"GE", b"IEA"):
            self._first = 0
            return
        raw = bytes(run)
        self._held.append(raw)
        self._bytes += len(raw)
        if self._bytes > TRANSACTION_BYTES_MAX:
            note = f"A transaction set is longer than {TRANSACTION_BYTES_MAX} bytes: work it off by claims"
            raise x12.ParseError(note, segment=self._first, offset=run.at, rule="transaction-size")
        if run.tag == b"SE":
            envelope = self._envelope
            yield self._piece(self._first, envelope.isa, envelope.gs, *self._held, envelope.trailers(None))
            self._first = 0
