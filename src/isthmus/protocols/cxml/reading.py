"""Elements into values by their declared places, with the account of what no value took.

Everything is either taken by a value or listed in `unknown`: elements, attributes and text that the shapes do not know, and
the second element of a name where one is expected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from ..safe_xml import Element
from .grammar import Finding, ParseError, Secret, maybe_moment, maybe_number
from .shape import Place, Value, places

AnyValue = TypeVar("AnyValue", bound=Value)


Below = dict[str, list[tuple[Element, str]]]
"""The children of an element by name, each with its path."""


class Unknown(NamedTuple):
    """What no value took. `path` ends in `/@name` for an attribute, in `/text()` for text; `element`: it, or where it stands."""

    path: str
    element: Element


class Reading:
    """One document on its way into values. `where`: the path of the element that each value was read from, by `id`."""

    def __init__(self) -> None:
        self.where: dict[int, str] = {}
        self.findings: list[Finding] = []
        self._entered: set[int] = set()
        self._taken: set[tuple[int, str]] = set()

    def value(self, type: type[AnyValue], element: Element, path: str) -> AnyValue:
        """The value of an element. Raises ParseError for a number that is none."""
        self._entered.add(id(element))
        below: Below = {}
        for child, inner in numbered(element.children, path):
            below.setdefault(child.name, []).append((child, inner))
        found = type(**{name: self._field(place, element, path, below) for name, place in places(type).items()})
        self.where[id(found)] = path
        return found

    def enter(self, element: Element, *attributes: str) -> None:
        """Count an element, and these attributes of it, as known."""
        self._entered.add(id(element))
        self._taken.update((id(element), name) for name in attributes)

    def unknown(self, element: Element, path: str) -> Iterator[Unknown]:
        """What was not taken in an element and below, in the order of the document."""
        if id(element) not in self._entered:
            yield Unknown(path, element)
            return
        for name in element.attributes:
            if (id(element), name) not in self._taken:
                yield Unknown(joined(path, f"@{name}"), element)
        if element.text and (id(element), "") not in self._taken:
            yield Unknown(joined(path, "text()"), element)
        for child, inner in numbered(element.children, path):
            yield from self.unknown(child, inner)

    def _field(self, place: Place, element: Element, path: str, below: Below) -> Any:
        if place.steps and place.steps[0] not in below:
            return () if place.many else _ABSENT[place.kind]
        found = self._down(place, below) if place.steps else [(element, path)]
        if place.many:
            return tuple(self._one(place, *one) for one in found)
        return self._one(place, *found[0]) if found else _ABSENT[place.kind]

    def _down(self, place: Place, below: Below) -> list[tuple[Element, str]]:
        """The elements at a place: every last step where there may be several, else the first of each."""
        around = below[place.steps[0]]
        for depth, step in enumerate(place.steps, 1):
            if depth > 1:
                outer, outer_path = around[0]
                around = [one for one in numbered(outer.children, outer_path) if one[0].name == step]
            if not place.many or depth < len(place.steps):
                around = around[:1]
            if place.kind != "part" or depth < len(place.steps):
                self._entered.update(id(one) for one, _ in around)
            if not around:
                break
        return around

    def _one(self, place: Place, element: Element, path: str) -> Any:
        if place.type is not None:
            return self.value(place.type, element, path)
        self._taken.add((id(element), place.attribute))
        if not place.attribute:
            return _READ[place.kind](self, element.text, element, path)
        text = element.attributes.get(place.attribute, "").strip(" \t\r\n")
        return _READ[place.kind](self, text, element, joined(path, f"@{place.attribute}"))

    def _number(self, text: str, element: Element, path: str) -> Any:
        found = maybe_number(text)
        if text and found is None:
            message = f"A number in {element.name} is none"
            raise ParseError(message, offset=element.offset, line=element.line, rule="cXML number")
        return found

    def _moment(self, text: str, element: Element, path: str) -> Any:
        found = maybe_moment(text)
        if text and found is None:
            self.findings.append(Finding("date", element.line, "This is no date of ISO 8601", path))
        return found


def numbered(children: list[Element], path: str) -> Iterator[tuple[Element, str]]:
    """Children with their paths: `ItemOut`, `ItemOut[2]`, `ItemOut[3]`."""
    seen: Counter[str] = Counter()
    for child in children:
        seen[child.name] += 1
        number = seen[child.name]
        yield child, joined(path, child.name + (f"[{number}]" if number > 1 else ""))


def joined(path: str, step: str) -> str:
    """One step further from a path; the path of the root is ""."""
    return f"{path}/{step}" if path else step


_ABSENT = {"text": "", "number": None, "moment": None, "flag": False, "secret": None, "part": None}
_READ: dict[str, Callable[[Reading, str, Element, str], Any]] = {
    "text": lambda reading, text, element, path: text,
    "number": Reading._number,
    "moment": Reading._moment,
    "flag": lambda reading, text, element, path: text == "yes",
    "secret": lambda reading, text, element, path: Secret(text) if text else None,
}
