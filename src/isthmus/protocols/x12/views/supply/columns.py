"""Which element of a segment holds which field: one table for reading a value, for writing it, and for saying where it stood.

    BEG = Columns("BEG", "purpose type number release ordered_on:date contract")

Fields stand in the order of the elements, `-` for one that is not taken. After a colon the data type of X12.6: `date` (DT),
`number` (R), `cents` (N2: the last two digits are decimals); text without. Amounts that are none raise ParseError, because
money is never guessed; dates that are none read as None and are a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from .....kernel import Misuse
from ...findings import Finding
from ...segment import Segment
from ...values import Value, maybe_date
from ..reading import maybe_amount

_DIGITS_MAX = 20
"""Data elements 610 (TDS01, SAC05), 380, 212 and 782 have at most 18; sums and products of more would be no money."""


@dataclass(frozen=True, slots=True)
class Record:
    """A value of a document. `repr` shows no content."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Column(NamedTuple):
    field: str
    element: int
    kind: str


class Columns:
    """`tag`: the segment's name; `columns`: its fields that are taken."""

    def __init__(self, tag: str, fields: str) -> None:
        self.tag = tag
        named = (text.partition(":") for text in fields.split())
        self.columns = tuple(Column(name, at, kind) for at, (name, _, kind) in enumerate(named, 1) if name != "-")

    @property
    def places(self) -> dict[str, str]:
        """Where each field stands: {"number": "BEG03"}."""
        return {column.field: f"{self.tag}{column.element:02d}" for column in self.columns}

    def read(self, segment: Segment | None) -> dict[str, Any]:
        """The fields of a segment; {} of None. Raises ParseError for an amount that is none."""
        if segment is None:
            return {}
        return {column.field: _READ[column.kind](segment, column.element) for column in self.columns}

    def write(self, value: object) -> list[Value]:
        """The elements of a value's segment, in order. Raises Misuse for more than two decimals in data type N2."""
        elements: list[Value] = [""] * self.columns[-1].element
        for column in self.columns:
            found = getattr(value, column.field)
            if found is not None:
                elements[column.element - 1] = _cents_written(found) if column.kind == "cents" else found
        return elements

    def date_findings(self, segments: Iterable[Segment]) -> Iterator[Finding]:
        """Dates in this segment that no calendar has."""
        dates = [column.element for column in self.columns if column.kind == "date"]
        for segment in segments:
            if segment.tag == self.tag:
                for element in dates:
                    if segment.element(element) and maybe_date(segment.element(element)) is None:
                        yield Finding("date", segment.number, element, segment.offset, "This is no date")


def cents(segment: Segment, element: int) -> Decimal | None:
    """Data type N2 (X12.6): digits with a sign, the decimal point implied before the last two. Raises ParseError."""
    text = segment.element(element)
    if not text:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX):
        raise segment.fault(
            "An amount is not in digits without a point", element, f"{segment.tag[:3]}{element:02d} X12.6 data type N2"
        )
    return Decimal(text).scaleb(-2)


def number(segment: Segment, element: int) -> Decimal | None:
    """Data type R (X12.6), None for nothing. Raises ParseError."""
    if len(segment.element(element)) > _DIGITS_MAX:
        raise segment.fault("A number is too long", element, f"{segment.tag[:3]}{element:02d} X12.6 data type R")
    return maybe_amount(segment, element)


def _cents_written(amount: Decimal) -> str:
    hundredfold = amount.scaleb(2)
    if hundredfold != hundredfold.to_integral_value():
        raise Misuse("An amount of data type N2 has more than two decimals: round it first")
    return f"{hundredfold:.0f}"


_READ: dict[str, Callable[[Segment, int], Any]] = {
    "": Segment.element,
    "date": lambda segment, element: maybe_date(segment.element(element)),
    "number": number,
    "cents": cents,
}
