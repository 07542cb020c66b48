"""HI: diagnoses, procedures, occurrences, values and conditions, up to twelve composites in one segment."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from ..loops import Loop
from ..segment import Segment
from ..values import maybe_number
from .declared import REQUIRED, Field, Place
from .draft import Draft, Element
from .periods import Period, maybe_period, written_period

CODES_MAX = 12
"""HI01 to HI12."""


class HealthCode(NamedTuple):
    """One composite C022. `qualifier`: ABK principal diagnosis, ABF other, BBR procedure, BE value, BG condition, BH occurrence …

    `when` is HI0x-3 and -4, `amount` HI0x-5 (of a value code), `present_on_admission` HI0x-9.
    """

    qualifier: str
    code: str
    when: Period | None = None
    amount: Decimal | None = None
    present_on_admission: str = ""

    def __repr__(self) -> str:
        return f"<HealthCode {self.qualifier[:3]}>"


class _HealthCodes(Field):
    """One list for each HI, because which codes share a segment is the guide's choice (837P and 837I differ)."""

    eager = True

    def read(self, loop: Loop) -> list[list[HealthCode]]:
        return [list(_codes(segment)) for segment in loop.segments if segment.elements[0] == "HI"]

    def write(self, value: list[list[HealthCode]], draft: Draft) -> None:
        for codes in value:
            draft.add("HI", {at: _composite(code) for at, code in enumerate(codes, 1)})

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        for segment in loop.all("HI"):
            for element in range(1, len(segment.elements)):
                parts = segment.components(element)
                yield from (
                    Place(segment, element, at) for at in (1, 2, 3, 4, 5, 9) if at <= len(parts) and parts[at - 1]
                )


def health_codes(*, default: Any = REQUIRED) -> Any:
    return _HealthCodes(default)


def _codes(segment: Segment) -> Iterator[HealthCode]:
    for element in range(1, len(segment.elements)):
        if segment.elements[element]:
            qualifier, code, form, when, amount, *_, present = [*segment.components(element), *[""] * 9][:9]
            yield HealthCode(qualifier, code, maybe_period(form, when), _amount(segment, element, amount), present)


def _amount(segment: Segment, element: int, text: str) -> Decimal | None:
    if text and maybe_number(text) is None:
        raise segment.fault("An amount is no number", element, "HI C022-5 X12.6 data type R")
    return maybe_number(text)


def _composite(code: HealthCode) -> Element:
    form, when = written_period(code.when) if code.when else ("", "")
    amount = "" if code.amount is None else f"{code.amount:f}"
    return (code.qualifier, code.code, form, when, amount, "", "", "", code.present_on_admission)
