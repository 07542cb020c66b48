"""Fields that hold records: of segments of the same loop, or of the loops inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..loops import Loop, Spec
from ..segment import Segment
from .declared import Base, Field, Place
from .draft import Draft

_SINGLE = Spec("segment", "")


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
