"""An implementation guide as tables, however it was written: loops, segments, elements, codes.

    Guide > LoopSpec > SegmentSpec, LoopSpec      SegmentSpec > ElementSpec > ElementSpec (components)

Order: items of a loop stand in the order of `rank`; those of the same rank in any order. What the tables do not say is not
checked: a `partial` guide lists what is known, and segments that it does not know pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..segment import Segment
from .relations import Relation

UNBOUNDED = 1 << 30
"""How often something may be that may be any number of times."""


@dataclass(slots=True, frozen=True)
class ElementSpec:
    """`usage`: R required, S situational, N not used. `kind`, `low`, `high`: data type and length; "" is unknown.

    `codes`: what it may hold, empty for anything; `external`: the name of a list that somebody else keeps and that adds to them.
    """

    name: str
    usage: str
    reference: str = ""
    kind: str = ""
    low: int = 0
    high: int = 0
    codes: frozenset[str] = frozenset()
    external: str = ""
    repeats: int = 1
    components: tuple[ElementSpec, ...] = ()
    relations: tuple[Relation, ...] = ()


class Key(NamedTuple):
    """The qualifier by which a segment is told from others of its name: one of `codes` at an element or its component."""

    element: int
    component: int
    codes: frozenset[str]

    def holds(self, segment: Segment) -> bool:
        elements = segment.elements
        if self.element >= len(elements):
            return False
        value = elements[self.element]
        if self.component:
            parts = segment.components(self.element)
            value = parts[self.component - 1] if self.component <= len(parts) else ""
        return value in self.codes


@dataclass(slots=True, eq=False)
class SegmentSpec:
    """One segment at its place in a loop; `most`: how often it may stand there; `open`: it may have elements that are not listed."""

    tag: str
    name: str
    usage: str
    most: int
    rank: int = 0
    key: Key | None = None
    elements: tuple[ElementSpec, ...] = ()
    relations: tuple[Relation, ...] = ()
    open: bool = False

    def matches(self, segment: Segment) -> bool:
        return self.key is None or self.key.holds(segment)


@dataclass(slots=True, eq=False)
class LoopSpec:
    """A loop begins with `start`, which is the first of its items. `name` is "" for the transaction set itself.

    `most`: how often it may repeat. `by_tag` and `required` do not hold the start, which whatever is around the loop finds.
    """

    name: str
    usage: str
    most: int
    rank: int = 0
    items: list[SegmentSpec | LoopSpec] = field(default_factory=list)
    by_tag: dict[str, list[SegmentSpec | LoopSpec]] = field(default_factory=dict)
    required: list[SegmentSpec | LoopSpec] = field(default_factory=list)

    @property
    def start(self) -> SegmentSpec:
        return next(item for item in self.items if isinstance(item, SegmentSpec))

    @property
    def tag(self) -> str:
        """The name of the segment that it begins with."""
        return self.start.tag

    def matches(self, segment: Segment) -> bool:
        return self.start.matches(segment)

    def index(self) -> None:
        """Order the items by rank and find them by name; the start is found by what holds this loop."""
        start = self.start
        self.items.sort(key=lambda item: item.rank)
        for item in self.items:
            if item is not start:
                self.by_tag.setdefault(item.tag, []).append(item)
            if item is not start and item.usage == "R":
                self.required.append(item)
            if isinstance(item, LoopSpec):
                item.index()


@dataclass(slots=True, eq=False)
class Guide:
    """`name`: the version that it describes (005010X221A1); `source`: what said so; `partial`: it does not say all."""

    name: str
    type: str
    source: str
    root: LoopSpec
    partial: bool = False
    tags: frozenset[str] = frozenset()
    title: str = ""

    def __post_init__(self) -> None:
        self.root.index()
        self.tags = frozenset(spec.tag for spec in segments(self.root))

    def __repr__(self) -> str:
        return f"<Guide {self.name}, {'partial' if self.partial else 'whole'}>"


def segments(loop: LoopSpec) -> Iterator[SegmentSpec]:
    """Every segment of a loop and of the loops inside of it."""
    for item in loop.items:
        if isinstance(item, LoopSpec):
            yield from segments(item)
        else:
            yield item
