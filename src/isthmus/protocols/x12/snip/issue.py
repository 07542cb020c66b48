"""What a validation says, one issue for each thing that is wrong: where, by which rule, how an acknowledgement says it.

Invariant: no issue holds content. Its note names what the guide or the standard asks for, never what stood there.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from ..answers import Trigger
from ..segment import Segment


class Level(IntEnum):
    """The types of the WEDI Strategic National Implementation Process (SNIP) that are validated here."""

    SYNTAX = 1
    """X12.6: segments that can be, types and lengths of elements, conditions between elements."""
    GUIDE = 2
    """The implementation guide: what it requires, what it does not use, repeats, qualifiers and codes."""
    BALANCE = 3
    """Totals and counts that say the same."""
    SITUATION = 4
    """What one segment requires of another."""
    CODES = 5
    """Codes of lists that others keep: diagnoses, procedures, drugs, identifiers with check digits."""


class Place(NamedTuple):
    """Where: `segment` counts from 1 over the file, `position` from ST, which is 1; `offset` is a byte of what was parsed.

    `loop` is the guide's name (2010AA), "" outside of loops. `element`, `component` and `repetition` count from 1; 0: all.
    """

    segment: int
    position: int
    loop: str
    tag: str
    element: int
    component: int
    repetition: int
    offset: int


class Issue(NamedTuple):
    """`rule` is a stable name. `code` is what IK304 says, or IK403 when the place has an element; "" when a 999 cannot say it.

    `reference` is the data element's number (IK402). `trigger` is what made a situational rule apply (CTX*SITUATIONAL TRIGGER).
    """

    level: Level
    rule: str
    place: Place
    note: str
    code: str = ""
    reference: str = ""
    source: str = ""
    trigger: Trigger | None = None


def place(
    segment: Segment,
    position: int,
    loop: str = "",
    element: int = 0,
    component: int = 0,
    repetition: int = 0,
    tag: str = "",
) -> Place:
    """The place of a segment, or of an element in it. `tag` names a segment that is missing where this one stands."""
    offset = segment.offset + (_into(segment, element, component, repetition) if element and not tag else 0)
    return Place(segment.number, position, loop, tag or segment.tag, element, component, repetition, offset)


def _into(segment: Segment, element: int, component: int, repetition: int) -> int:
    """How many bytes into the segment an element begins; its end when the element is not there."""
    body = segment.raw[segment.offset - segment.at :]
    start, end = _part(body, segment.separators.element, element, 0, len(body))
    for mark, number in ((segment.separators.repetition, repetition), (segment.separators.component, component)):
        if number:
            start, end = _part(body, mark, number - 1, start, end)
    return start


def _part(body: bytes, mark: bytes, number: int, start: int, end: int) -> tuple[int, int]:
    for _ in range(number):
        found = body.find(mark, start, end) if mark else -1
        if found < 0:
            return end, end
        start = found + len(mark)
    found = body.find(mark, start, end) if mark else -1
    return start, end if found < 0 else found
