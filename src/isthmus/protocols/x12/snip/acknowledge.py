"""Issues as a 999 or 997 says them: IK3 for segments, IK4 for elements, CTX for the claim they are in and for what triggered a rule.

The levels that a 999 is about are 1, 2 and 4. Balances (3) have no code there, and codes of outside lists (5) are for the payer's
answer (277CA); with `levels` a partner who wants code errors in the 999 gets them, as invalid code values (7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from ..answers import ElementError, SegmentError, Trigger
from ..envelope import Group, Transaction
from ..segment import Segment
from .issue import Issue, Place
from .report import Report

ACKNOWLEDGED = (1, 2, 4)
"""The levels that a 999 answers to."""

ELEMENTS_IN_ERROR = "8"
"""IK304: the segment has data element errors."""

VALUE_MAX = 99
"""IK404, element 724: a copy of the bad value has at most 99 characters."""


LOOP_MAX = 4
"""IK303 and CTX04, element 447, has four characters: 2010 of 2010AA."""

_Context = tuple[tuple[str, ...], ...]
"""SegmentError.context."""


class _Unit(NamedTuple):
    """CTX01 of a business unit: its name, the segment and element that identify it, the segment that ends it."""

    name: str
    tag: str
    element: int
    until: str
    qualifier: str = ""


_UNITS = {
    "837": _Unit("CLM01", "CLM", 1, "HL"),
    "835": _Unit("TRN02", "TRN", 2, ""),
    "270": _Unit("TRN02", "TRN", 2, "HL"),
    "271": _Unit("TRN02", "TRN", 2, "HL"),
    "276": _Unit("TRN02", "TRN", 2, "HL"),
    "277": _Unit("TRN02", "TRN", 2, "HL"),
    "820": _Unit("ENT01", "ENT", 1, ""),
    "834": _Unit("SUBSCRIBER NUMBER REF02", "REF", 2, "INS", "0F"),
}
"""005010X231A1, CTX Business Unit Identifier."""


def segment_errors(
    report: Report, transaction: Transaction, *, levels: Iterable[int] = ACKNOWLEDGED, values: bool = False
) -> tuple[SegmentError, ...]:
    """The errors of one set for `judge_group`.

    `values`: copy the bad values into IK404, which the sender knows but a log need not. They are read from `transaction`.
    """
    chosen = set(levels)
    issues = [issue for issue in report.issues if issue.code and issue.level in chosen]
    units = _units(transaction, {issue.place.position for issue in issues}) if issues else {}
    segments = [segment for segment in transaction.segments if segment.elements[0]] if values else []
    return tuple(
        error
        for position, some in groupby(issues, lambda issue: issue.place.position)
        for error in _errors(list(some), units.get(position, ()), segments)
    )


def group_errors(
    group: Group, reports: Iterable[Report], *, levels: Iterable[int] = ACKNOWLEDGED, values: bool = False
) -> Mapping[tuple[str, str], tuple[SegmentError, ...]]:
    """The errors of a group for `judge_group`; `reports` are those of its transaction sets, in their order."""
    wanted = tuple(levels)
    return {
        (group.control_number, transaction.control_number): found
        for transaction, report in zip(group.transactions, reports, strict=True)
        if (found := segment_errors(report, transaction, levels=wanted, values=values))
    }


def _errors(issues: list[Issue], context: _Context, segments: list[Segment]) -> Iterator[SegmentError]:
    """The errors at one position: one for each issue of a segment, one for all of a segment's elements."""
    by_segment: dict[tuple[str, str], list[ElementError]] = {}
    for issue in issues:
        place = issue.place
        loop = place.loop[:LOOP_MAX]
        if place.element:
            by_segment.setdefault((place.tag, loop), []).append(_element(issue, segments))
        else:
            yield SegmentError(place.tag, place.position, issue.code, loop, (), context, _triggers(issue))
    for (tag, loop), elements in by_segment.items():
        position = issues[0].place.position
        yield SegmentError(tag, position, ELEMENTS_IN_ERROR, loop, tuple(elements), context)


def _element(issue: Issue, segments: list[Segment]) -> ElementError:
    place = issue.place
    value = _value(segments[place.position - 1], place) if segments else ""
    return ElementError(
        place.element,
        issue.code,
        place.component,
        place.repetition,
        issue.reference,
        value[:VALUE_MAX],
        _triggers(issue),
    )


def _triggers(issue: Issue) -> tuple[Trigger, ...]:
    return (issue.trigger._replace(loop=issue.trigger.loop[:LOOP_MAX]),) if issue.trigger else ()


def _value(segment: Segment, place: Place) -> str:
    repetition = f"[{place.repetition}]" if place.repetition else ""
    component = f"-{place.component}" if place.component else ""
    return segment[f"{place.element:02d}{repetition}{component}"] if place.element < 100 else ""


def _units(transaction: Transaction, positions: set[int]) -> dict[int, _Context]:
    """What each of these positions belongs to: a claim, an inquiry, a member."""
    unit = _UNITS.get(transaction.type)
    found: dict[int, _Context] = {}
    if unit is None:
        return found
    current = ""
    segments = (segment for segment in transaction.segments if segment.elements[0])
    for position, segment in enumerate(segments, 1):
        tag = segment.elements[0]
        if tag == unit.until:
            current = ""
        if tag == unit.tag and unit.qualifier in ("", segment.element(1)):
            current = segment.element(unit.element)
        if current and position in positions:
            found[position] = ((unit.name, current),)
    return found
