"""The kinds of fields that records are declared of.

    text("EB05")  number("EB07")  day("BHT04")                an element of the first segment of its name
    text("REF02", "6R")  period("DTP03", "472")               of the one whose first element is this
    text("CLM05-3")                                           a component
    parts("SVC01")  repeated("EB03")  texts("MSG01")          all components, all repetitions, of every segment
    each("STC", Status)                                       a record for every segment of a name
    within("N3 N4", Address)                                  one record of the loop's own segments of these names
    one("2100C", Party)  loops("2110C 2110D", Benefit)        the loop, the loops of these names

A date whose element before says its format (DTP, DMG) is written with it. Amounts that are no numbers raise ParseError.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from ....kernel import Misuse
from ..loops import Loop, Spec
from ..path import path
from ..segment import Segment
from ..values import Value, maybe_date
from .declared import REQUIRED, Base, Field, Place
from .draft import Draft
from .reading import amount, maybe_amount

_SINGLE = Spec("segment", "")
_FORMATTED = ("DTP", "DMG")


class Period(NamedTuple):
    """A day or a moment (D8, DT), or the days from `start` to `end` (RD8)."""

    start: date
    end: date | None = None

    def __repr__(self) -> str:
        return "<Period>"


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


class Nested(Field):
    """Records inside; read with their record when they hold what must be."""

    def __init__(self, kind: type[Base], default: Any) -> None:
        super().__init__(default)
        self.kind = kind
        self.eager = bool(kind.eager)

    def found(self, loop: Loop) -> Iterator[Loop]:
        raise NotImplementedError

    def read(self, loop: Loop) -> Any:
        return [self.kind.of(inner) for inner in self.found(loop)]

    def write(self, value: Any, draft: Draft) -> None:
        for record in value:
            draft.inside(record.draft())

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        for record in value:
            yield from record.places()


class Each(Nested):
    def __init__(self, tag: str, kind: type[Base], default: Any) -> None:
        super().__init__(kind, default)
        self.tag = tag

    def found(self, loop: Loop) -> Iterator[Loop]:
        return (single(segment) for segment in loop.segments if segment.elements[0] == self.tag)


class Within(Nested):
    def __init__(self, tags: str, kind: type[Base], default: Any) -> None:
        super().__init__(kind, default)
        self.tags = frozenset(tags.split())

    def read(self, loop: Loop) -> Any:
        return self.kind.of(loop) if any(segment.elements[0] in self.tags for segment in loop.segments) else None

    def write(self, value: Any, draft: Draft) -> None:
        super().write([] if value is None else [value], draft)

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        return super().places(loop, [] if value is None else [value])


class Loops(Nested):
    def __init__(self, names: str, kind: type[Base], bracket: str, default: Any) -> None:
        super().__init__(kind, default)
        self.names = frozenset(names.split())
        self.bracket = bracket

    def found(self, loop: Loop) -> Iterator[Loop]:
        return (inner for inner in loop.loops if inner.spec.name in self.names)

    def write(self, value: Any, draft: Draft) -> None:
        if value and self.bracket:
            draft.add("LS", {1: self.bracket})
        super().write(value, draft)
        if value and self.bracket:
            draft.add("LE", {1: self.bracket})


class One(Loops):
    def read(self, loop: Loop) -> Any:
        return next((self.kind.of(inner) for inner in self.found(loop)), None)

    def write(self, value: Any, draft: Draft) -> None:
        super().write([] if value is None else [value], draft)

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        return super().places(loop, [] if value is None else [value])


def single(segment: Segment) -> Loop:
    """A loop of one segment."""
    found = Loop(_SINGLE)
    found.segments.append(segment)
    return found


def maybe_period(form: str, text: str) -> Period | None:
    """DTP02 and DTP03; None for what is no period of days (D8, RD8) or moment (DT)."""
    if form == "RD8":
        days = [maybe_date(part) for part in text.split("-")]
        if len(days) != 2 or days[0] is None or days[1] is None:
            return None
        return Period(days[0], days[1])
    if form == "DT":
        return _maybe_moment(text)
    day = maybe_date(text) if form == "D8" else None
    return None if day is None else Period(day)


def written_period(period: Period) -> tuple[str, str]:
    """DTP02 and DTP03 of a period. Raises Misuse for a range of moments."""
    start, end = period
    if isinstance(start, datetime):
        if end is not None:
            raise Misuse("A moment has no end in DTP03")
        return "DT", f"{start:%Y%m%d%H%M}"
    return ("D8", _day(start)) if end is None else ("RD8", f"{_day(start)}-{_day(end)}")


def _day(day: date) -> str:
    return f"{day.year:04d}{day:%m%d}"


def _maybe_moment(text: str) -> Period | None:
    day, clock = maybe_date(text[:8]), text[8:]
    if day is None or len(clock) != 4 or not (clock.isascii() and clock.isdigit()):
        return None
    hour, minute = int(clock[:2]), int(clock[2:])
    return Period(datetime.combine(day, time(hour, minute))) if hour < 24 and minute < 60 else None


def text(at: str, qualifier: str = "", *, default: Any = REQUIRED) -> Any:
    return Element(at, qualifier, default)


def number(at: str, qualifier: str = "", *, default: Any = REQUIRED) -> Any:
    """A Decimal. Without a default it must be there."""
    return Number(at, qualifier, default)


def day(at: str, qualifier: str = "", *, default: Any = REQUIRED) -> Any:
    """A date, or the first of a range; None when there is none that can be."""
    return Day(at, qualifier, default)


def period(at: str, qualifier: str = "", *, default: Any = REQUIRED) -> Any:
    return Span(at, qualifier, default)


def parts(at: str, *, default: Any = REQUIRED) -> Any:
    return Parts(at, "", default)


def repeated(at: str, *, default: Any = REQUIRED) -> Any:
    return Repeated(at, "", default)


def texts(at: str, *, default: Any = REQUIRED) -> Any:
    return Texts(at, "", default)


def each(tag: str, kind: type[Base], *, default: Any = REQUIRED) -> Any:
    return Each(tag, kind, default)


def within(tags: str, kind: type[Base], *, default: Any = REQUIRED) -> Any:
    return Within(tags, kind, default)


def loops(names: str, kind: type[Base], *, bracket: str = "", default: Any = REQUIRED) -> Any:
    """`bracket` is the LS01 and LE01 that stand around them."""
    return Loops(names, kind, bracket, default)


def one(names: str, kind: type[Base], *, default: Any = REQUIRED) -> Any:
    return One(names, kind, "", default)
