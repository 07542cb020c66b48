"""Unit conversions: 1 BX = 12 EA, exact, along chains, and never with two answers.

    item,unit,to_unit,factor            1 of `unit` is `factor` of `to_unit`; item `*`: for every item
    *,DZ,EA,12
    4711,CS,BX,10
    4711,BX,EA,1/3                      fractions stay fractions: nothing is rounded

Invariants, held by `isthmus check`
 1. No unit is converted into itself, no factor is zero or negative.
 2. What follows from other rows is not stated again, neither otherwise (a contradiction) nor alike (a cycle): a table
    that says everything once cannot come to contradict itself.
An item's own row for a pair of units goes before the one for every item.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from ...flows import Table, table
from ...flows.tables import Dated, Fault

ANY = "*"
Edges = dict[str, dict[str, Fraction]]


class UnitConversion(msgspec.Struct, frozen=True, kw_only=True):
    """1 `unit` of the item is `factor` `to_unit`."""

    item: str
    unit: str
    to_unit: str
    factor: Fraction


def unit_conversions(*, fed: bool = False) -> Table[UnitConversion]:
    """`unit-conversions`: item, unit, to_unit -> factor"""
    return table(
        "unit-conversions", key=("item", "unit", "to_unit"), row=UnitConversion, check=check, together=1, fed=fed
    )


def convert(
    conversions: Table[UnitConversion],
    quantity: Decimal | Fraction | int,
    unit: str,
    to_unit: str,
    *,
    item: str,
    on: date,
) -> Fraction:
    """A quantity in another unit, exactly. Raises `Unmapped` when no chain of rows leads there on that day."""
    factor = _along(_edges(_rows_for(conversions, item, on)), unit, to_unit)
    if factor is None:
        raise conversions.unmapped(item, unit, to_unit, on=on, what="a conversion of units", needs="its factor")
    return Fraction(quantity) * factor


def _rows_for(conversions: Table[UnitConversion], item: str, on: date) -> list[UnitConversion]:
    """The item's rows, and those for every item that it does not say itself."""
    own = conversions.where(item, on=on)
    said = {frozenset((row.unit, row.to_unit)) for row in own}
    return [*own, *(row for row in conversions.where(ANY, on=on) if frozenset((row.unit, row.to_unit)) not in said)]


def _edges(rows: Iterable[UnitConversion]) -> Edges:
    edges: Edges = {}
    for row in rows:
        if row.factor > 0:
            edges.setdefault(row.unit, {})[row.to_unit] = row.factor
            edges.setdefault(row.to_unit, {})[row.unit] = 1 / row.factor
    return edges


def _along(edges: Edges, unit: str, to_unit: str) -> Fraction | None:
    """The product of the factors on the shortest chain; None: there is none."""
    reached, queue = {unit: Fraction(1)}, deque([unit])
    while queue:
        here = queue.popleft()
        if here == to_unit:
            return reached[here]
        for there, factor in edges.get(here, {}).items():
            if there not in reached:
                reached[there] = reached[here] * factor
                queue.append(there)
    return None


# ---- what must hold


def check(rows: Sequence[Dated]) -> Iterator[Fault]:
    """Factors that are none, units converted into themselves, contradictions and cycles."""
    sound = []
    for one in rows:
        if one.row.factor <= 0:
            yield Fault(one.line, "'factor' is zero or negative", "write how many of `to_unit` one of `unit` is")
        elif one.row.unit == one.row.to_unit:
            yield Fault(one.line, "converts a unit into itself", "remove it")
        else:
            sound.append(one)
    by_item: dict[str, list[Dated]] = {}
    for one in sound:
        by_item.setdefault(one.row.item, []).append(one)
    shared = by_item.get(ANY, [])
    found = {fault for item, own in by_item.items() for fault in _of_item(own, shared if item != ANY else [])}
    yield from sorted(found)


def _of_item(own: Sequence[Dated], shared: Sequence[Dated]) -> Iterator[Fault]:
    """Looks at every day on which a row of the item begins: between those days only fewer rows hold."""
    for day in sorted({one.first for one in (*own, *shared)}):
        held = [one for one in own if one.holds(day)]
        if not held:
            continue
        said = {frozenset((one.row.unit, one.row.to_unit)) for one in held}
        more = [one for one in shared if one.holds(day) and frozenset((one.row.unit, one.row.to_unit)) not in said]
        yield from _stated_twice([*more, *held])


def _stated_twice(rows: Sequence[Dated]) -> Iterator[Fault]:
    """Rows that the rows before them say already, alike or otherwise."""
    edges: Edges = {}
    for one in rows:
        row: UnitConversion = one.row
        known = _along(edges, row.unit, row.to_unit)
        if known is None:
            edges.setdefault(row.unit, {})[row.to_unit] = row.factor
            edges.setdefault(row.to_unit, {})[row.unit] = 1 / row.factor
        elif known == row.factor:
            yield Fault(one.line, "closes a cycle: other lines say the same already", "remove it, or one of those")
        else:
            yield Fault(
                one.line, f"contradicts other lines: by them the factor is {known}", "mend or remove one of them"
            )
