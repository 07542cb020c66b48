"""Loops by an implementation guide's structure, given as a table.

A loop begins with the segment its guide says (name, and where names repeat a qualifier), allows the segments that the guide
lists, and holds loops. A segment goes to the innermost open loop that begins a child with it or allows it; the loops inside
of that one end. What no open loop knows stays in the innermost one and is a finding, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .findings import Finding
from .segment import Segment


class Spec(NamedTuple):
    """`start` is the segment's name; `at` the element that must hold one of `codes`, 0 when the name is enough."""

    name: str
    start: str
    at: int = 0
    codes: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    loops: tuple[Spec, ...] = ()

    def begins(self, segment: Segment) -> bool:
        return segment.tag == self.start and (not self.at or segment.element(self.at) in self.codes)


def loop(name: str, start: str, segments: str = "", *loops: Spec) -> Spec:
    """`start` is "CLP" or "NM1*85|87" (a code in element 1) or "HL**20" (in element 2, 3 by more stars)."""
    tag, _, codes = start.partition("*")
    at = 0
    if codes:
        at = 1 + len(codes) - len(codes.lstrip("*"))
    chosen = frozenset(codes.lstrip("*").split("|")) if codes else frozenset()
    return Spec(name, tag, at, chosen, frozenset(segments.split()), loops)


class Loop:
    """One occurrence of a loop: its segments and the loops inside of it, in the order of the file."""

    __slots__ = ("loops", "segments", "spec")

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.segments: list[Segment] = []
        self.loops: list[Loop] = []

    @property
    def name(self) -> str:
        return self.spec.name

    def all(self, tag: str, *qualifiers: str) -> list[Segment]:
        """Its own segments of a name whose first elements are these; "" stands for any."""
        return [
            segment
            for segment in self.segments
            if segment.tag == tag and all(not q or segment.element(n) == q for n, q in enumerate(qualifiers, 1))
        ]

    def first(self, tag: str, *qualifiers: str) -> Segment | None:
        found = self.all(tag, *qualifiers)
        return found[0] if found else None

    def value(self, tag: str, element: int, *qualifiers: str) -> str:
        """An element of the first segment of a name; "" when it is not there."""
        found = self.first(tag, *qualifiers)
        return found.element(element) if found else ""

    def inside(self, name: str) -> list[Loop]:
        """The loops of a name directly inside."""
        return [loop for loop in self.loops if loop.spec.name == name]

    def __repr__(self) -> str:
        return f"<Loop {self.spec.name}: {len(self.segments)} segments, {len(self.loops)} loops>"


class Walk:
    """Takes segments in order. A loop of a name in `given_out` is given out when it ends, and not kept in its parent."""

    def __init__(self, spec: Spec, given_out: Iterable[str] = ()) -> None:
        self.root = Loop(spec)
        self.findings: list[Finding] = []
        self._stack = [self.root]
        self._given_out = frozenset(given_out)

    def take(self, segment: Segment) -> list[Loop]:
        """The loops to give out that this segment ends."""
        stack = self._stack
        tag = segment.elements[0]
        for depth in range(len(stack) - 1, -1, -1):
            spec = stack[depth].spec
            for child in spec.loops:
                if child.start == tag and child.begins(segment):
                    return self._begin(depth, child, segment)
            if tag in spec.segments:
                stack[depth].segments.append(segment)
                return self._end(depth + 1) if depth + 1 < len(stack) else []
        if tag:
            note = f"The guide has no place for this segment after loop {stack[-1].spec.name}"
            self.findings.append(Finding("unexpected-segment", segment.number, 0, segment.offset, note))
        stack[-1].segments.append(segment)
        return []

    def end(self) -> list[Loop]:
        """The loops to give out that were still open."""
        return self._end(1)

    def _begin(self, depth: int, spec: Spec, segment: Segment) -> list[Loop]:
        ended = self._end(depth + 1)
        begun = Loop(spec)
        begun.segments.append(segment)
        if spec.name not in self._given_out:
            self._stack[depth].loops.append(begun)
        self._stack.append(begun)
        return ended

    def _end(self, depth: int) -> list[Loop]:
        ended = [loop for loop in self._stack[depth:] if loop.spec.name in self._given_out]
        del self._stack[depth:]
        return ended


def walk(spec: Spec, segments: Iterable[Segment]) -> tuple[Loop, list[Finding]]:
    """The whole structure of one transaction set."""
    found = Walk(spec)
    for segment in segments:
        found.take(segment)
    return found.root, found.findings


def descend(loop: Loop, *names: str) -> Iterator[Loop]:
    """The loops of these names at any depth below, in the order of the file."""
    for inner in loop.loops:
        if inner.spec.name in names:
            yield inner
        yield from descend(inner, *names)
