"""What a record becomes before it is written: segments in order, and the drafts of the loops inside.

HL01 and HL02 are numbered here, HL04 says whether a level has levels below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from ..values import Value
from ..writer import Writer

Element = Value | dict[int, str]
"""A whole element, or its components by number."""


class Draft:
    def __init__(self, level: str = "", childless: bool = False) -> None:
        self.level = level
        self.childless = childless
        self.items: list[tuple[str, dict[int, Element]] | Draft] = []
        self._open: dict[tuple[str, str], dict[int, Element]] = {}

    def put(self, tag: str, qualifier: str, element: int, component: int, value: Value) -> None:
        """A value into the segment of this name and qualifier, which the first value begins."""
        elements = self._open.get((tag, qualifier))
        if elements is None:
            elements = self._open[tag, qualifier] = self.add(tag, {1: qualifier} if qualifier else {})
        if not component:
            elements[element] = value
            return
        parts = elements.setdefault(element, {})
        assert isinstance(parts, dict)
        assert isinstance(value, str)
        parts[component] = value

    def add(self, tag: str, elements: dict[int, Element]) -> dict[int, Element]:
        """A segment of its own."""
        self.items.append((tag, elements))
        return elements

    def inside(self, draft: Draft) -> None:
        """A loop or a segment with a record of its own."""
        self.items.append(draft)

    def write(self, writer: Writer) -> None:
        for tag, elements in self._segments(0, count(1)):
            writer.segment(tag, *elements)

    def _segments(self, parent: int, numbers: Iterator[int]) -> Iterator[tuple[str, list[Value]]]:
        if self.level:
            below = any(isinstance(item, Draft) and item.level for item in self.items)
            number = next(numbers)
            yield "HL", [number, parent or "", self.level, *([] if self.childless else [str(int(below))])]
            parent = number
        for item in self.items:
            if isinstance(item, Draft):
                yield from item._segments(parent, numbers)
            else:
                yield item[0], [_value(item[1].get(at, "")) for at in range(1, max(item[1], default=0) + 1)]


def _value(element: Element) -> Value:
    if isinstance(element, dict):
        return tuple(element.get(at, "") for at in range(1, max(element) + 1))
    return element
