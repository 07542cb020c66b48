"""Fields that stand in one element, or in one element of every segment of a name.

A date whose element before says its format (DTP, DMG) is written with it. Amounts that are no numbers raise ParseError.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ....kernel import Misuse
from ..loops import Loop
from ..path import path
from ..segment import Segment
from ..values import Value, maybe_date
from .declared import REQUIRED, Field, Place
from .draft import Draft
from .periods import maybe_period, written_period
from .reading import amount, maybe_amount

_FORMATTED = ("DTP", "DMG")
"""Segments with the format of a date in the element before it."""


class Element(Field):
    """An element of one segment, found by name and qualifier."""

    def __init__(self, at: str, qualifier: str, default: Any) -> None:
        super().__init__(default)
        place = path(at)
        self.tag, self.element, self.component = place.tag, place.element, place.component
        self.qualifier = qualifier

    def find(self, loop: Loop) -> Segment | None:
        tag, qualifier = self.tag, self.qualifier
        for segment in loop.segments:
            elements = segment.elements
            if elements[0] == tag and (not qualifier or segment.element(1) == qualifier):
                return segment
        return None

    def read(self, loop: Loop) -> Any:
        segment = self.find(loop)
        return self.empty_read() if segment is None else self.of(segment)

    def empty_read(self) -> Any:
        return ""

    def of(self, segment: Segment) -> Any:
        """The value in a segment."""
        if self.component:
            components = segment.components(self.element)
            return components[self.component - 1] if self.component <= len(components) else ""
        return segment.element(self.element)

    def write(self, value: Any, draft: Draft) -> None:
        if value not in ("", None, []):
            draft.put(self.tag, self.qualifier, self.element, self.component, self.written(value))

    def written(self, value: Any) -> Value:
        return value  # type: ignore[no-any-return]

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        segment = self.find(loop)
        if segment is not None and segment.element(self.element):
            if self.qualifier:
                yield Place(segment, 1)
            yield Place(segment, self.element, self.component)


class Number(Element):
    eager = True

    def empty_read(self) -> None:
        return None

    def read(self, loop: Loop) -> Any:
        segment = self.find(loop)
        if segment is None:
            if self.default is not REQUIRED:
                return None
            message = f"A number is missing: there is no {self.tag}"
            raise loop.segments[0].fault(message, 0, f"{self.tag}{self.element:02d}")
        return (amount if self.default is REQUIRED else maybe_amount)(segment, self.element)

    def written(self, value: Any) -> Value:
        if not (isinstance(value, Decimal) and value.is_finite()):
            raise Misuse(f"{self.name} is a finite Decimal")
        return value


class Day(Element):
    def empty_read(self) -> None:
        return None

    def of(self, segment: Segment) -> Any:
        return maybe_date(segment.element(self.element).split("-")[0][:8])

    def write(self, value: Any, draft: Draft) -> None:
        if value is not None and self.tag in _FORMATTED:
            draft.put(self.tag, self.qualifier, self.element - 1, 0, "D8")
        super().write(value, draft)

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        for place in super().places(loop, value):
            if place.element == self.element and self.tag in _FORMATTED:
                yield place._replace(element=self.element - 1)
            yield place


class Span(Element):
    """A period with its format in the element before."""

    def empty_read(self) -> None:
        return None

    def of(self, segment: Segment) -> Any:
        return maybe_period(segment.element(self.element - 1), segment.element(self.element))

    def write(self, value: Any, draft: Draft) -> None:
        if value is not None:
            form, text = written_period(value)
            draft.put(self.tag, self.qualifier, self.element - 1, 0, form)
            draft.put(self.tag, self.qualifier, self.element, 0, text)

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        for place in super().places(loop, value):
            if place.element == self.element:
                yield place._replace(element=self.element - 1)
            yield place


class Parts(Element):
    def empty_read(self) -> list[str]:
        return []

    def of(self, segment: Segment) -> Any:
        found = segment.components(self.element)
        while found and not found[-1]:
            found.pop()
        return found

    def written(self, value: Any) -> Value:
        return tuple(value)


class Repeated(Element):
    def empty_read(self) -> list[str]:
        return []

    def of(self, segment: Segment) -> Any:
        return segment.repetitions(self.element)


class Texts(Element):
    """An element of every segment of a name."""

    def read(self, loop: Loop) -> Any:
        return [self.of(segment) for segment in loop.segments if segment.tag == self.tag]

    def write(self, value: Any, draft: Draft) -> None:
        for text in value:
            draft.add(self.tag, {self.element: text})

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        found = (segment for segment in loop.segments if segment.tag == self.tag)
        return (Place(segment, self.element) for segment in found if segment.element(self.element))
