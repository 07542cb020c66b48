"""Rules of every set with hierarchical levels, and of line numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ..segment import Segment
from .document import Document
from .issue import Issue
from .situations import INVALID_CODE, Rule

_LEVELS_IN = {
    "20": ("",),
    "21": ("20",),
    "19": ("21",),
    "22": ("20", "21", "19"),
    "23": ("22",),
    "PT": ("19", "22"),
}
"""HL03 of a level and of those that it may be in. 837: 20 22 23; 270 and 271: 20 21 22 23; 276 and 277: 20 21 19 22 23; PT: 277CA."""

_HEALTH = ("270", "271", "276", "277", "837")


def _levels(document: Document) -> list[Segment]:
    return [segment for segment in document.transaction.segments if segment.elements[0] == "HL"]


def sequence(document: Document) -> Iterator[Issue]:
    """HL01 counts from 1."""
    for number, level in enumerate(_levels(document), 1):
        if level.element(1) != str(number):
            note = "HL01 counts the levels of the set from 1 without gaps"
            yield document.broken(level, note, element=1, code=INVALID_CODE, reference="628")


def parent(document: Document) -> Iterator[Issue]:
    """HL02 names a level before it, of a kind that this one may be in."""
    seen: dict[str, str] = {}
    for level in _levels(document):
        above, kind = level.element(2), level.element(3)
        allowed = _LEVELS_IN.get(kind)
        if above and above not in seen:
            note = "HL02 names no level that stands before this one"
        elif allowed is not None and seen.get(above, "") not in allowed:
            note = "HL02 names a level of a kind that this one cannot be in"
        else:
            note = ""
        if note:
            yield document.broken(level, note, element=2, code=INVALID_CODE, reference="734")
        seen.setdefault(level.element(1), kind)


def children(document: Document) -> Iterator[Issue]:
    """HL04 is 1 when another level names this one as its parent, 0 when none does."""
    levels = _levels(document)
    parents = {level.element(2) for level in levels}
    for level in levels:
        said, has = level.element(4), level.element(1) in parents
        if said in ("0", "1") and said != str(int(has)):
            note = (
                "HL04 says that levels follow in this one, and none does"
                if said == "1"
                else "HL04 says that no level follows in this one, and one does"
            )
            yield document.broken(level, note, element=4, code=INVALID_CODE, reference="736")


def line_numbers(document: Document) -> Iterator[Issue]:
    """LX01 counts the service lines of each claim from 1."""
    expected = 1
    for segment in document.transaction.segments:
        tag = segment.elements[0]
        if tag == "CLM":
            expected = 1
        elif tag == "LX":
            if segment.element(1) != str(expected):
                note = "LX01 counts the service lines of a claim from 1 without gaps"
                yield document.broken(segment, note, element=1, code=INVALID_CODE, reference="554")
            expected += 1


HIERARCHY_RULES = (
    Rule("hl-sequence", _HEALTH, "X12 segment HL, comments on HL01", sequence),
    Rule("hl-parent", _HEALTH, "X12 segment HL, comments on HL02; the loops of the guides", parent),
    Rule("hl-child", _HEALTH, "X12 segment HL, comments on HL04", children),
    Rule(
        "line-number",
        ("837",),
        "837 guides, 2400 LX01; known to the field, not verified against the guide",
        line_numbers,
    ),
)
