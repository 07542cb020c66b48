"""856 ship notice (004010, 005010): a tree of hierarchical levels, read, checked, written.

Which levels there are and in what order is the partner's guide (BSN05); HL02 says which level holds which. Checks: HL01 counts,
HL02 names a level before it, HL04 says whether there are children, the SSCC's check digit, CTT01 = number of HL, CTT02 = hash
total of SN102.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from ...envelope import Transaction
from ...findings import Finding
from ...loops import Loop
from ...segment import Segment
from ...writer import Writer
from ..reading import date_findings
from . import trade, trade_document
from .columns import Columns, Record
from .ship_levels import PRF, Item, Level, level_segments, level_tree, parents_of, walk_levels
from .sscc import sscc_findings
from .trade import DateTime, Written
from .trade_guide import SHIP_NOTICE
from .trade_totals import hash_of, hash_totals, line_count

BSN = Columns("BSN", "purpose number shipped_on:date time structure")


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ShipNotice(Record):
    """purpose: BSN01; number: BSN02; structure: BSN05, 0001 shipment, order, pack, item, 0004 shipment, order, item …"""

    purpose: str = "00"
    number: str = ""
    shipped_on: date | None = None
    time: str = ""
    structure: str = ""
    dates: tuple[DateTime, ...] = ()
    levels: tuple[Level, ...] = ()
    loop: Loop | None = field(default=None, compare=False)
    transaction: Transaction | None = field(default=None, compare=False)
    unexpected: tuple[Finding, ...] = field(default=(), compare=False)

    @property
    def items(self) -> Iterator[Item]:
        """Every item level, in the order of the file."""
        return (Item(around[-1], around[:-1]) for around in walk_levels(self.levels) if around[-1].code == "I")

    def balances(self) -> list[Finding]:
        """What does not add up: `line-count` (of HL), `hash-total` (of SN102)."""
        if self.loop is None or self.transaction is None:
            return []
        heads, shipped = self.transaction.all("HL"), self.transaction.all("SN1")
        return [*line_count(self.loop, heads), *hash_totals(self.loop, shipped, 2)]

    def findings(self) -> list[Finding]:
        """Segments without a place, levels that do not hang together, dates that are none, marks that are no SSCC."""
        segments = self.transaction.segments if self.transaction else []
        found = [*self.unexpected, *_hierarchy(segments), *date_findings(segments)]
        found += sscc_findings(segments)
        found += [one for columns in (BSN, PRF) for one in columns.date_findings(segments)]
        return sorted(found, key=lambda finding: finding.segment)


def read_856(transaction: Transaction) -> ShipNotice:
    """The notice. Raises ParseError when it is another set, has no BSN, or has a quantity that is none."""
    base = trade_document.opened(transaction, "856", SHIP_NOTICE)
    root = base["loop"]
    return ShipNotice(
        **base, **trade_document.begun(root, BSN), dates=trade.dates(root), levels=level_tree(root.inside("HL"))
    )


def write_856(writer: Writer, notice: ShipNotice, control_number: str) -> None:
    """The notice as a set of the open group (GS01 SH). Raises Misuse for a value that X12 cannot hold."""
    trade_document.write_set(writer, "856", control_number, _segments(notice))


def _hierarchy(segments: list[Segment]) -> Iterator[Finding]:
    heads = [segment for segment in segments if segment.tag == "HL"]
    parents = list(parents_of(heads))
    holding = set(parents)
    for at, head in enumerate(heads):
        if head.element(1) != str(at + 1):
            yield Finding("level-number", head.number, 1, head.offset, f"It is the level {at + 1} of the set")
        if head.element(2) and parents[at] is None:
            yield Finding("level-parent", head.number, 2, head.offset, "No level before it, or not one to hold another")
        if head.element(4) in ("0", "1") and (head.element(4) == "1") != (at in holding):
            yield Finding("level-child", head.number, 4, head.offset, "It does not say whether there are levels inside")


def _segments(notice: ShipNotice) -> Iterator[Written]:
    yield "BSN", BSN.write(notice)
    yield from trade.write_parts(notice, "dates")
    numbers: dict[int, int] = {}
    levels = list(walk_levels(notice.levels))
    for number, around in enumerate(levels, 1):
        numbers[len(around)] = number
        parent = str(numbers[len(around) - 1]) if len(around) > 1 else ""
        yield from level_segments(around[-1], number, parent)
    shipped = (around[-1].shipped for around in levels)
    yield "CTT", [str(len(levels)), hash_of(one.quantity for one in shipped if one)]
