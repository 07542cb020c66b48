"""CAS and PLB: up to six reasons in one segment, each of them one value here.

`segment` is where a value stood, 0 for one that was built; two values are equal without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain, groupby
from typing import Any, NamedTuple, TypeVar

from ..loops import Loop
from ..segment import Segment
from ..values import maybe_date
from .declared import REQUIRED, Field, Place, filled
from .draft import Draft, Element
from .reading import amount, maybe_amount

Reason = TypeVar("Reason")

_CAS_TRIPLES = range(2, 20, 3)
_PLB_PAIRS = range(3, 15, 2)


class Adjustment(NamedTuple):
    """One reason of a CAS. `group`: CO, OA, PI, PR (CR in 004010); `reason`: CARC; `amount` lowers the payment."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None = None
    segment: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Adjustment) and self[:4] == other[:4]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:4])

    def __repr__(self) -> str:
        return f"<Adjustment at segment {self.segment}>"


class ProviderAdjustment(NamedTuple):
    """One reason of a PLB. `reason`: WO, FB, L6, 72 …; `reference`: PLB03-2; `amount` lowers the payment."""

    provider: str
    period_end: date | None
    reason: str
    reference: str
    amount: Decimal
    segment: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProviderAdjustment) and self[:5] == other[:5]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:5])

    def __repr__(self) -> str:
        return f"<ProviderAdjustment at segment {self.segment}>"


class _Adjustments(Field):
    eager = True

    def read(self, loop: Loop) -> list[Adjustment]:
        return [one for segment in loop.segments if segment.elements[0] == "CAS" for one in adjustments(segment)]

    def write(self, value: list[Adjustment], draft: Draft) -> None:
        for group, all_reasons in groupby(value, lambda one: one.group):
            for reasons in _batches(list(all_reasons), len(_CAS_TRIPLES)):
                elements: dict[int, Element] = {1: group}
                for at, reason in zip(_CAS_TRIPLES, reasons, strict=False):
                    elements |= {at: reason.reason, at + 1: reason.amount}
                    elements |= {} if reason.quantity is None else {at + 2: reason.quantity}
                draft.add("CAS", elements)

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        return chain.from_iterable(filled(segment) for segment in loop.all("CAS"))


class _ProviderAdjustments(Field):
    def read(self, loop: Loop) -> list[ProviderAdjustment]:
        return [one for segment in loop.all("PLB") for one in _provider_adjustments(segment)]

    def write(self, value: list[ProviderAdjustment], draft: Draft) -> None:
        for (provider, period_end), all_reasons in groupby(value, lambda one: (one.provider, one.period_end)):
            for reasons in _batches(list(all_reasons), len(_PLB_PAIRS)):
                elements: dict[int, Element] = {1: provider, 2: "" if period_end is None else period_end}
                for at, reason in zip(_PLB_PAIRS, reasons, strict=False):
                    elements |= {at: (reason.reason, reason.reference), at + 1: reason.amount}
                draft.add("PLB", elements)

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        return chain.from_iterable(filled(segment) for segment in loop.all("PLB"))


def adjusted(*, default: Any = REQUIRED) -> Any:
    """Every reason of every CAS of a loop."""
    return _Adjustments(default)


def provider_adjusted(*, default: Any = REQUIRED) -> Any:
    """Every reason of every PLB."""
    return _ProviderAdjustments(default)


def adjustments(segment: Segment) -> Iterator[Adjustment]:
    """The reasons of one CAS: CAS01 group, then up to six of reason, amount, quantity."""
    elements = segment.elements
    group = segment.element(1)
    for at in _CAS_TRIPLES:
        if at >= len(elements):
            break
        if elements[at] or segment.element(at + 1):
            lowers, quantity = amount(segment, at + 1), maybe_amount(segment, at + 2)
            yield Adjustment(group, elements[at], lowers, quantity, segment.number)


def _provider_adjustments(segment: Segment) -> Iterator[ProviderAdjustment]:
    for at in _PLB_PAIRS:
        if segment.element(at) or segment.element(at + 1):
            reason, *reference = segment.components(at)
            yield ProviderAdjustment(
                segment.element(1),
                maybe_date(segment.element(2)),
                reason,
                "".join(reference[:1]),
                amount(segment, at + 1),
                segment.number,
            )


def _batches(values: list[Reason], size: int) -> list[list[Reason]]:
    return [values[at : at + size] for at in range(0, len(values), size)]
