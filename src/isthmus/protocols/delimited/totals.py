"""Counts and sums of a file while it is read or written, and what they are held to.

A bad row counts as a record; when its amount could not be read, a sum over it is unknown and is reported as such: it is
neither taken as tied nor held against the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Context, Decimal, Inexact

import msgspec

from .layout import Control, Layout
from .values import Value

# Exact addition: 18 digits and a billion rows fit; Inexact would say so if they ever did not.
_EXACT = Context(prec=60, traps=[Inexact])


class Totals(msgspec.Struct):
    """records: all that are not blank; details: of them; sums: by column; unknown: columns with an amount not read."""

    records: int = 0
    details: int = 0
    sums: dict[str, Decimal] = {}
    unknown: frozenset[str] = frozenset()
    stated: dict[str, Decimal] = {}

    def add_detail(self, layout: Layout, values: Mapping[str, Value], *, whole: bool = True) -> None:
        """Count a detail. `whole`: whether every column could be read; a blank amount counts as zero."""
        self.details += 1
        for control in layout.controls:
            if control.sum and (value := values.get(control.sum)) is not None:
                amount = Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)
                self.sums[control.sum] = _EXACT.add(self.sums.get(control.sum, Decimal(0)), amount)
            elif control.sum and not whole and control.sum not in values:
                self.unknown |= {control.sum}

    def value(self, control: Control, ahead: int = 0) -> Decimal:
        """What a control's column must read. `ahead`: records still to come."""
        if control.count:
            return Decimal(self.details if control.count == "details" else self.records + ahead)
        return self.sums.get(control.sum, Decimal(0))

    def state(self, layout: Layout, place: str, values: Mapping[str, Value]) -> None:
        """Keep what the header or trailer says."""
        for control in layout.controls:
            value = values.get(control.column)
            if control.place == place and isinstance(value, int | Decimal):
                self.stated[f"{place}.{control.column}"] = Decimal(value)

    def breaks(self, layout: Layout) -> Iterator[tuple[str, Control]]:
        """Rule and control for each that does not hold, or cannot be held: call at the end of the file."""
        for control in layout.controls:
            stated = self.stated.get(f"{control.place}.{control.column}")
            if stated is None:
                yield "control-missing", control
            elif control.sum in self.unknown:
                yield "total-unknown", control
            elif stated != self.value(control):
                yield "count-mismatch" if control.count else "total-mismatch", control
