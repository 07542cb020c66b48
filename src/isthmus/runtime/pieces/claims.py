"""X12 remittances (835) and claims (837), a claim a piece: one claim is held at a time, however long the file is.

    835   ST BPR TRN N1*PR N1*PE    LX    CLP ... SVC ...   CLP ...   PLB  SE
    837   ST BHT NM1*41 NM1*40      HL*20 HL*22 [HL*23]   CLM ... LX ...   CLM ...   SE
          `------ lead ---------'   `--- levels ---'      `- claim -'

A claim's body is a transaction set of its own: the lead, the levels that are open around it, the claim, and a trailer that
counts them. What adds up over a whole 835 only (sum of CLP04 - sum of PLB = BPR02; TR3 005010X221A1 §1.10.2.1.3) is added
up on the way and held to at its SE: a remittance that does not balance is a fault of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ...flows import Flow
from ...protocols import x12
from ...protocols.x12 import Run, Segment
from ...protocols.x12.values import maybe_number
from .interchange import InterchangePieces
from .piece import Mark, Piece


class Cut(NamedTuple):
    """Which segments begin a claim, and a level around claims. `rank`: of a level's code in element 3 (HL03)."""

    claim: str
    level: str
    rank: dict[str, int]
    rest: frozenset[str]


_CUTS = {
    "835": Cut("CLP", "LX", {}, frozenset(("PLB", "SE"))),
    "837": Cut("CLM", "HL", {"20": 0, "22": 1, "23": 2}, frozenset(("SE",))),
}
CLAIM_BYTES_MAX = 16 << 20
"""A claim has at most 999 lines, some hundred KiB; attachments (BIN) are the only thing that is larger."""

_PLB_AMOUNTS = (4, 6, 8, 10, 12, 14)


class _Block:
    """Segments that belong together."""

    def __init__(self, first: Segment | None = None) -> None:
        self.raw = bytearray(bytes(first) if first else b"")
        self.count = 1 if first else 0
        self.place = first.number if first else 0

    def add(self, segment: Segment) -> None:
        self.raw += bytes(segment)
        self.count += 1
        if len(self.raw) > CLAIM_BYTES_MAX:
            note = f"A claim, or what stands before the first, is longer than {CLAIM_BYTES_MAX} bytes"
            raise x12.ParseError(note, segment=segment.number, offset=segment.offset, rule="claim-size")


class ClaimPieces(InterchangePieces):
    """Each CLP loop of an 835, each CLM loop of an 837."""

    def __init__(self, flow: Flow, mark: Mark | None, alone: bool) -> None:
        super().__init__(flow, mark, alone)
        self._alone = alone
        self._cut: Cut | None = None
        self._lead = _Block()
        self._levels: dict[int, _Block] = {}
        self._claim: _Block | None = None
        self._into = self._lead
        self._paid = Decimal(0)
        self._stated: Decimal | None = None

    def _run(self, run: Run) -> Iterator[Piece]:
        if run.tag == b"ST":
            self._begin(next(run.segments()))
        elif self._cut is not None and run.tag not in (b"ISA", b"GS", b"GE", b"IEA", b"-"):
            for segment in run.segments():
                if segment.tag:
                    yield from self._segment(self._cut, segment)

    def _begin(self, header: Segment) -> None:
        self._cut = _CUTS.get(header.element(1))
        if self._cut is None:
            raise header.fault("This is neither an 835 nor an 837: work it off by transactions", 1, "ST01")
        self._lead = self._into = _Block(header)
        self._levels = {}
        self._claim = None
        self._paid, self._stated = Decimal(0), None

    def _segment(self, cut: Cut, segment: Segment) -> Iterator[Piece]:
        tag = segment.tag
        if tag in (cut.claim, cut.level) or tag in cut.rest:
            yield from self._end_claim()
        if tag == cut.claim:
            self._claim = self._into = _Block(segment)
        elif tag == cut.level:
            rank = cut.rank.get(segment.element(3), 0)
            self._levels = {held: block for held, block in self._levels.items() if held < rank}
            self._levels[rank] = self._into = _Block(segment)
        elif tag not in cut.rest:
            self._into.add(segment)
        self._add_up(cut, segment)
        if tag == "SE":
            self._cut = None

    def _end_claim(self) -> Iterator[Piece]:
        claim, self._claim = self._claim, None
        if claim is None:
            return
        envelope = self._envelope
        blocks = [self._lead, *(self._levels[rank] for rank in sorted(self._levels)), claim]
        trailers = envelope.trailers(sum(block.count for block in blocks) + 1)
        yield self._piece(claim.place, envelope.isa, envelope.gs, *(bytes(block.raw) for block in blocks), trailers)

    def _add_up(self, cut: Cut, segment: Segment) -> None:
        """Keep the totals of an 835, and hold them to what it says at its end."""
        if cut.claim != "CLP" or self._alone:
            return
        if segment.tag == "BPR":
            self._stated = maybe_number(segment.element(2))
        elif segment.tag == "CLP":
            self._paid += maybe_number(segment.element(4)) or 0
        elif segment.tag == "PLB":
            self._paid -= sum(maybe_number(segment.element(at)) or 0 for at in _PLB_AMOUNTS)
        elif segment.tag == "SE" and self._paid != self._stated:
            note = "The remittance does not balance: its claims and adjustments do not come to BPR02"
            raise segment.fault(note, 0, "005010X221A1 transaction balance")
