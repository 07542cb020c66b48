"""The levels of an 856: what stands in one HL and what is inside of it; read into a tree by HL02, and written.

HL03  S shipment     TD1 TD5 REF DTM N1          weight, carrier, bill of lading, when it was shipped, from and to whom
      O order        PRF                         the purchase order
      T tare         MAN                         a pallet and its SSCC
      P pack         MAN                         a carton and its SSCC
      I item         LIN SN1 PID REF DTM         what and how many, lots, serial numbers, expiry
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ...loops import Loop
from ...segment import Segment
from ...values import Value
from . import trade
from .columns import Columns, Record
from .sscc import QUALIFIERS, bare_sscc
from .trade import DateTime, ProductId, Reference, TradeParty, Written

PRF = Columns("PRF", "order_number release change ordered_on:date line_number contract")


SN1 = Columns("SN1", "line_number quantity:number unit shipped_to_date:number ordered:number ordered_unit - status")


TD5 = Columns("TD5", "sequence qualifier code method routing")


TD1 = Columns("TD1", "packaging packages:number - - - weight_qualifier weight:number weight_unit")


DEPTH_MAX = 16
"""The standard's codes for HL03 make five or six levels at most."""


LOT_DATES = ("036", "208")
"""DTM01 of an expiry: expiration date, and lot number expiration."""


@dataclass(frozen=True, slots=True, repr=False)
class Mark(Record):
    """MAN. `qualifier`: GM an SSCC with its application identifier, AA an SSCC, CP the carrier's number …"""

    qualifier: str = ""
    text: str = ""
    segment: Segment | None = field(default=None, compare=False)

    @property
    def sscc(self) -> str:
        """The eighteen digits, as they stand; "" for another kind of mark."""
        return bare_sscc(self.text) if self.qualifier in QUALIFIERS else ""


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class OrderRef(Record):
    """PRF: the order that a level belongs to."""

    order_number: str = ""
    release: str = ""
    change: str = ""
    ordered_on: date | None = None
    line_number: str = ""
    contract: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Shipped(Record):
    """SN1: how many of an item. `line_number` is SN101, by most guides the line of the order; LIN01 is the level's `assigned`."""

    line_number: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    shipped_to_date: Decimal | None = None
    ordered: Decimal | None = None
    ordered_unit: str = ""
    status: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Carrier(Record):
    """TD5. `code` where `qualifier` is 2: the Standard Carrier Alpha Code."""

    sequence: str = ""
    qualifier: str = ""
    code: str = ""
    method: str = ""
    routing: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Packages(Record):
    """TD1: kind (CTN25, PLT94), number and weight."""

    packaging: str = ""
    packages: Decimal | None = None
    weight_qualifier: str = ""
    weight: Decimal | None = None
    weight_unit: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Level(Record):
    """One HL and the levels inside of it. `code`: HL03. Its numbers are given when it is written."""

    code: str
    order: OrderRef | None = None
    assigned: str = ""
    ids: tuple[ProductId, ...] = ()
    shipped: Shipped | None = None
    descriptions: tuple[str, ...] = ()
    packages: tuple[Packages, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    references: tuple[Reference, ...] = ()
    marks: tuple[Mark, ...] = ()
    dates: tuple[DateTime, ...] = ()
    parties: tuple[TradeParty, ...] = ()
    levels: tuple[Level, ...] = ()
    loop: Loop | None = field(default=None, compare=False)

    @property
    def sscc(self) -> str:
        """Of the first mark that is one; "" when there is none."""
        return next((mark.sscc for mark in self.marks if mark.sscc), "")

    @property
    def lot(self) -> str:
        """LIN with LT, else REF*LT."""
        named = [one.value for one in self.ids if one.qualifier == "LT"]
        return next(iter([*named, *(one.value for one in self.references if one.qualifier == "LT")]), "")

    @property
    def expiry(self) -> date | None:
        """DTM*036, else DTM*208."""
        return next((one.on for wanted in LOT_DATES for one in self.dates if one.qualifier == wanted), None)

    @property
    def serials(self) -> tuple[str, ...]:
        """LIN with SN, and REF*SE."""
        named = [one.value for one in self.ids if one.qualifier == "SN"]
        return (*named, *(one.value for one in self.references if one.qualifier == "SE"))


class Item(NamedTuple):
    """An item level and the levels around it: the outermost first."""

    level: Level
    around: tuple[Level, ...]

    @property
    def order_number(self) -> str:
        """PRF01 of the nearest level that has one."""
        return next((one.order.order_number for one in (self.level, *reversed(self.around)) if one.order), "")

    def sscc(self, code: str) -> str:
        """Of the level of this code around it, T or P; "" when there is none."""
        return next((one.sscc for one in reversed(self.around) if one.code == code), "")


def walk_levels(levels: tuple[Level, ...]) -> Iterator[tuple[Level, ...]]:
    """Every level with those around it, the outermost first and itself last."""
    waiting: list[tuple[Level, ...]] = [(level,) for level in reversed(levels)]
    while waiting:
        around = waiting.pop()
        yield around
        waiting.extend((*around, inner) for inner in reversed(around[-1].levels))


def level_tree(loops: list[Loop]) -> tuple[Level, ...]:
    """The levels by HL02. One that names no level before it stands at the top, and is a finding."""
    parents = list(parents_of([loop.segments[0] for loop in loops]))
    inner: dict[int | None, list[Level]] = {}
    for at in range(len(loops) - 1, -1, -1):
        level = _level(loops[at], tuple(reversed(inner.pop(at, []))))
        inner.setdefault(parents[at], []).append(level)
    return tuple(reversed(inner.pop(None, [])))


def parents_of(heads: list[Segment]) -> Iterator[int | None]:
    """For each HL the place of the one before it that HL02 names."""
    seen: dict[str, int] = {}
    depths: list[int] = []
    for at, head in enumerate(heads):
        parent = seen.get(head.element(2)) if head.element(2) else None
        if parent is not None and depths[parent] >= DEPTH_MAX:
            parent = None
        depths.append(1 if parent is None else depths[parent] + 1)
        seen[head.element(1)] = at
        yield parent


def _level(loop: Loop, levels: tuple[Level, ...]) -> Level:
    product, order, shipped = (loop.first(tag) for tag in ("LIN", "PRF", "SN1"))
    return Level(
        code=loop.segments[0].element(3),
        order=OrderRef(**PRF.read(order), segment=order) if order else None,
        assigned=product.element(1) if product else "",
        ids=trade.product_ids(product, 2) if product else (),
        shipped=Shipped(**SN1.read(shipped), segment=shipped) if shipped else None,
        descriptions=trade.descriptions(loop),
        packages=tuple(Packages(**TD1.read(one), segment=one) for one in loop.all("TD1")),
        carriers=tuple(Carrier(**TD5.read(one), segment=one) for one in loop.all("TD5")),
        references=trade.references(loop),
        marks=tuple(Mark(one.element(1), one.element(2), one) for one in loop.all("MAN")),
        dates=trade.dates(loop),
        parties=trade.parties(loop),
        levels=levels,
        loop=loop,
    )


def level_segments(level: Level, number: int, parent: str) -> Iterator[Written]:
    yield "HL", [str(number), parent, level.code, "1" if level.levels else "0"]
    if level.ids or level.assigned:
        yield "LIN", [level.assigned, *trade.write_product_ids(level.ids)]
    yield from _one("SN1", SN1, level.shipped)
    yield from _one("PRF", PRF, level.order)
    yield from trade.write_parts(level, "descriptions")
    yield from (("TD1", TD1.write(one)) for one in level.packages)
    yield from (("TD5", TD5.write(one)) for one in level.carriers)
    yield from trade.write_parts(level, "references")
    yield from (("MAN", [one.qualifier, one.text]) for one in level.marks)
    yield from trade.write_parts(level, "dates", "parties")


def _one(tag: str, columns: Columns, value: object) -> Iterator[Written]:
    if value is not None:
        elements: list[Value] = columns.write(value)
        yield tag, elements
