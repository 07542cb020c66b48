"""How views read elements: amounts must be numbers, dates should be dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from ..findings import Finding
from ..loops import Loop
from ..segment import Segment
from ..values import maybe_date, maybe_number

ZERO = Decimal(0)


def amount(segment: Segment, element: int) -> Decimal:
    """A number that must be there. Raises ParseError."""
    found = maybe_number(segment.element(element))
    if found is None:
        raise segment.fault(
            "A number is missing or is none", element, f"{segment.tag[:3]}{element:02d} X12.6 data type R"
        )
    return found


def maybe_amount(segment: Segment, element: int) -> Decimal | None:
    """A number or nothing. Raises ParseError for what is neither."""
    return amount(segment, element) if segment.element(element) else None


def dated(loop: Loop, *qualifiers: str) -> date | None:
    """DTM or DTP of one of these qualifiers: the date, or the first of a range; None when there is none that can be."""
    for segment in loop.segments:
        if segment.tag in ("DTM", "DTP") and segment.element(1) in qualifiers:
            return maybe_date(segment.element(2 if segment.tag == "DTM" else 3).split("-")[0][:8])
    return None


def date_findings(segments: Iterable[Segment]) -> Iterator[Finding]:
    """Dates in DTM and DTP that no calendar has."""
    for segment in segments:
        tag = segment.tag
        if tag == "DTM":
            bad = [2] if segment.element(2) and maybe_date(segment.element(2)) is None else []
        elif tag == "DTP" and segment.element(2) in ("D8", "RD8"):
            bad = [3] if any(maybe_date(part) is None for part in segment.element(3).split("-")) else []
        else:
            continue
        for element in bad:
            yield Finding("date", segment.number, element, segment.offset, "This is no date")
