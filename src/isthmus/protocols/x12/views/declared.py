"""Values that are read from a loop and written as one, by a single declaration.

    class Trace(Record):                                  Trace.of(loop).number          reads
        kind: str = text("TRN01", default="2")            Trace(number="T1")             builds
        number: str = text("TRN02")                       TRN*2*T1                       is written

Invariants
 1. A field is read when it is first asked for, and stays; a number with its record, so that a bad amount is found at once.
 2. Fields are written in the order in which they are declared, which is the guide's.
 3. Two records are equal when their fields are, wherever they came from. `repr` shows no content.

Not here: the kinds of fields (`fields.py`), the structure of loops (`../loops.py` and the guides' tables).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, ClassVar, NamedTuple, Self

from ....kernel import Misuse
from ..loops import Loop, Spec
from ..segment import Segment
from .draft import Draft

_NOTHING = Spec("", "")
REQUIRED: Any = object()
"""The default of a field that a built value must name."""


class Place(NamedTuple):
    """Where a value was read: `component` is 0 for a whole element."""

    segment: Segment
    element: int
    component: int = 0

    @property
    def path(self) -> str:
        """As the standard writes it: CLM05-3."""
        return f"{self.segment.tag}{self.element:02d}" + (f"-{self.component}" if self.component else "")


def filled(segment: Segment) -> Iterator[Place]:
    """Every element that holds something, and every component where it has several."""
    for element in range(1, len(segment.elements)):
        components = segment.components(element)
        if len(components) > 1:
            yield from (Place(segment, element, at) for at, one in enumerate(components, 1) if one)
        elif components[0]:
            yield Place(segment, element)


class Field:
    """One field: where it stands, how it is read and written."""

    eager = False
    """Whether it is read with its record."""

    def __init__(self, default: Any) -> None:
        self.default = default
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, record: Base | None, owner: type | None = None) -> Any:
        if record is None:
            return self
        value = record.__dict__[self.name] = self.read(record.loop)
        return value

    def empty(self) -> Any:
        """The default; lists are new ones."""
        return [] if isinstance(self.default, list) else self.default

    def read(self, loop: Loop) -> Any:
        raise NotImplementedError

    def write(self, value: Any, draft: Draft) -> None:
        raise NotImplementedError

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        """Every place that the value was read from."""
        raise NotImplementedError


class Base:
    """What records and documents share."""

    fields: ClassVar[tuple[Field, ...]] = ()
    eager: ClassVar[tuple[Field, ...]] = ()
    by_name: ClassVar[dict[str, Field]] = {}
    level: ClassVar[str] = ""
    """HL03 of a record that is a hierarchical level."""

    childless: ClassVar[bool] = False
    """Whether the guide leaves HL04 out."""

    loop: Loop

    def __init_subclass__(cls, init: bool = True) -> None:
        own = [one for one in vars(cls).values() if isinstance(one, Field)]
        cls.fields = (*(one for one in cls.fields if one.name not in vars(cls)), *own)
        cls.eager = tuple(field for field in cls.fields if field.eager)
        cls.by_name = {field.name: field for field in cls.fields}

    @classmethod
    def of(cls, loop: Loop) -> Self:
        """What a loop says. Raises ParseError for an amount that is no number."""
        record = object.__new__(cls)
        values = record.__dict__
        values["loop"] = loop
        for field in cls.eager:
            values[field.name] = field.read(loop)
        return record

    def _fill(self, values: dict[str, Any]) -> None:
        if unknown := values.keys() - self.by_name.keys():
            raise Misuse(f"{type(self).__name__} has no field {min(unknown)}")
        for field in self.fields:
            value = values[field.name] if field.name in values else field.empty()
            if value is REQUIRED:
                raise Misuse(f"{type(self).__name__} needs {field.name}")
            self.__dict__[field.name] = value
        self.__dict__["loop"] = Loop(_NOTHING)

    def draft(self) -> Draft:
        """What is written: segments and the loops inside."""
        draft = Draft(self.level, self.childless)
        for field in self.fields:
            field.write(getattr(self, field.name), draft)
        return draft

    def places(self, *names: str) -> Iterator[Place]:
        """Every place that these fields were read from, all fields when none is named; nothing for what was built."""
        chosen = [self.by_name[name] for name in names if name in self.by_name] if names else self.fields
        return chain.from_iterable(field.places(self.loop, getattr(self, field.name)) for field in chosen)

    def replace(self, **changes: Any) -> Self:
        """A built value with other fields."""
        return type(self)(**{field.name: getattr(self, field.name) for field in self.fields} | changes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is a value: make another one with replace()")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, one.name) == getattr(other, one.name) for one in self.fields)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        first = self.loop.segments[0].number if self.loop.segments else 0
        return f"<{type(self).__name__}" + (f" at segment {first}>" if first else ">")
