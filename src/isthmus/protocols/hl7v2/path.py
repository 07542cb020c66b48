"""Paths: which value of a message is meant.

    PID                 the first PID segment             OBX(3)       the third OBX
    PID-3               a field                           PID-3[2]     its second repetition
    PID-3.1             its first component               PID-3.4.2    a sub-component
    PID-3[MR]           the repetition of identifier type MR: component 5 of CX, or the component by which the type of
                        that field tells repetitions apart (`kinds`)
    PID-3[5=MR,4.1=GH]  the repetition whose component 5 is MR and whose component 4.1 is GH

Relative to a segment the segment's name is left out: `11.1`, `3[MR].1`. Everything counts from 1.

A path that stops above the leaf reads the first leaf below it: this is how the standard lets a field grow components
(HL7 v2 §2.8.2: a receiver ignores components it does not expect).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ...kernel import Misuse
from . import kinds

# Paths come from code, so there are few; the bound is against code that makes them from data.
_CACHED_PATHS_MAX = 4096
_REPETITIONS_MAX = 999_999

_NUMBER = r"[1-9]\d{0,3}"
_PATH = re.compile(
    rf"(?P<segment>[A-Z][A-Z0-9]{{2}})(?:\((?P<occurrence>[1-9]\d{{0,5}})\))?"
    rf"(?:-(?P<field>{_NUMBER})(?:\[(?P<repetition>[^\]]+)\])?"
    rf"(?:\.(?P<component>{_NUMBER})(?:\.(?P<subcomponent>{_NUMBER}))?)?)?"
)
_TEST = re.compile(rf"({_NUMBER})(?:\.({_NUMBER}))?=([^,\]]*)")


class Test(NamedTuple):
    """One condition of a selector; component and subcomponent count from 0. `plain` is what `value` mostly looks like."""

    component: int
    subcomponent: int
    value: str
    plain: bytes


class Path:
    """A compiled path. Positions count from 0, except `field` (1 is the first, as in a split segment).

    depth     what the path names: 0 segment, 1 field, 2 repetition, 3 component, 4 sub-component
    chooses   whether another repetition than the first is meant
    first     whether the first of everything is meant: repetition, component, sub-component
    selector  conditions that choose the repetition; empty when it is chosen by number
    place     which segment: its name, with its number where that is not 1
    special   read otherwise than by splitting: a segment as such, and MSH-1 and MSH-2, which hold the separators
    """

    __slots__ = (
        "chooses",
        "component",
        "depth",
        "field",
        "first",
        "name",
        "occurrence",
        "place",
        "repetition",
        "segment",
        "selector",
        "special",
        "subcomponent",
        "text",
    )

    def __init__(self, text: str) -> None:
        match = _PATH.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise Misuse(f"{text!r} is not a path such as PID-3, PID-3[2].4.1, PID-3[MR].1 or OBX(3)-5")
        segment, occurrence, field, repetition, component, subcomponent = match.groups()
        self.text = text
        self.segment: str = segment
        self.name = segment.encode("ascii")
        self.occurrence = int(occurrence or 1) - 1
        self.place = self.name + (b"(%d)" % (self.occurrence + 1) if self.occurrence else b"")
        self.field = int(field or 0)
        self.special = self.field == 0 or (segment == "MSH" and self.field < 3)
        self.repetition, self.selector = _repetition(text, f"{segment}-{field}", repetition)
        self.chooses = bool(self.repetition or self.selector)
        self.component = int(component or 1) - 1
        self.subcomponent = int(subcomponent or 1) - 1
        self.first = not (self.chooses or self.component or self.subcomponent)
        named = enumerate((field, repetition, component, subcomponent), 1)
        self.depth = max((depth for depth, part in named if part), default=0)

    def __repr__(self) -> str:
        return f"Path({self.text!r})"


def _repetition(text: str, field: str, selector: str | None) -> tuple[int, tuple[Test, ...]]:
    """The repetition's number from 0, or the conditions that choose it."""
    if not selector:
        return 0, ()
    if selector.isdecimal() and 0 < int(selector) <= _REPETITIONS_MAX:
        return int(selector) - 1, ()
    if "=" not in selector and not selector.isdecimal():
        return 0, (_test(kinds.COMPONENT.get(field, kinds.DEFAULT) - 1, 0, selector),)
    tests = [_TEST.fullmatch(condition) for condition in selector.split(",")]
    if not all(tests):
        raise Misuse(f"{text!r}: a repetition is chosen as [2], [MR] or [5=MR,4.1=AUTHORITY]")
    return 0, tuple(_test(int(t[1]) - 1, int(t[2] or 1) - 1, t[3]) for t in tests if t)


def _test(component: int, subcomponent: int, value: str) -> Test:
    return Test(component, subcomponent, value, value.encode("utf-8", "replace"))


compiled: dict[str | Path, Path] = {}
"""Paths by their text, and by themselves, so that both are looked up alike."""


def path(at: str | Path) -> Path:
    """Compile a path. Raises Misuse when it is none. Compiled paths are kept, so calling again costs a look-up."""
    found = compiled.get(at)
    if found is None:
        found = at if isinstance(at, Path) else Path(at)
        if len(compiled) >= _CACHED_PATHS_MAX:
            compiled.clear()
        compiled[at] = found
    return found
