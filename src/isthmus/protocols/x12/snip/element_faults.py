"""What is wrong with the elements of one segment, all of it: the slow way, for segments that a fast test failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..grammar import Separators
from ..segment import split
from .datatypes import FORMATS, RULES, faults
from .guide import UNBOUNDED, ElementSpec, SegmentSpec
from .issue import Level
from .relations import EXCLUDED, Relation

MISSING, TOO_MANY, INVALID_CODE, TOO_MANY_REPETITIONS, TOO_MANY_COMPONENTS = "1", "3", "7", "12", "13"
NOT_USED = "I10"
"""IK403, element 621."""

_FORMAT, _FORMATTED = "1250", "1251"
"""Data elements: the format of a date or time, and the date or time."""


class Fault(NamedTuple):
    """What is wrong, without the segment that it is wrong in."""

    level: Level
    rule: str
    element: int
    component: int
    repetition: int
    note: str
    code: str
    reference: str


class ElementFaults:
    """Finds what is wrong, for interchanges with the same separators."""

    def __init__(self, separators: Separators) -> None:
        self._component = separators.component
        self._repetition = separators.repetition
        self.marks = (separators.component + separators.repetition).decode("latin-1")

    def of_segment(self, spec: SegmentSpec, values: Sequence[str]) -> Iterator[Fault]:
        """Of all elements and the conditions between them; `values` are the segment's name and elements."""
        specs = spec.elements
        for number, one in enumerate(specs, 1):
            yield from self.of_element(one, number, values[number] if number < len(values) else "")
        for number in range(most_elements(spec) + 1, len(values)):
            if values[number]:
                yield Fault(
                    Level.SYNTAX, "too-many-elements", number, 0, 0, f"It has {len(specs)} elements", TOO_MANY, ""
                )
        for relation in spec.relations:
            if (broken := relation.broken_at(values, 1)) is not None:
                number, code = broken
                reference = specs[number - 1].reference if number <= len(specs) else ""
                yield _condition(relation, spec.tag, number, 0, code, reference)
        for at, number in formatted(specs):
            yield from _misformatted(values, at, number, specs[number - 1].reference, 0)

    def of_element(self, spec: ElementSpec, number: int, value: str) -> Iterator[Fault]:
        """Of one element with all its repetitions and components."""
        if not value:
            if spec.usage == "R":
                yield _missing(spec, number, 0)
            return
        if spec.usage == "N":
            note = f"{spec.name or 'This element'} is not used by the guide"
            yield Fault(Level.GUIDE, "element-not-used", number, 0, 0, note, NOT_USED, spec.reference)
            return
        repetitions = split(value, self._repetition) if spec.repeats > 1 else [value]
        if len(repetitions) > spec.repeats:
            note = f"It may repeat {spec.repeats} times"
            yield Fault(
                Level.GUIDE, "repetitions", number, 0, spec.repeats + 1, note, TOO_MANY_REPETITIONS, spec.reference
            )
        for repetition, one in enumerate(repetitions, 1):
            at = repetition if len(repetitions) > 1 else 0
            if spec.components:
                yield from self._composite(spec, number, at, one)
            else:
                yield from self._value(spec, number, 0, at, one)

    def _composite(self, spec: ElementSpec, number: int, repetition: int, value: str) -> Iterator[Fault]:
        parts = split(value, self._component)
        specs = spec.components
        if spec.usage == "R" and not any(parts):
            yield _missing(spec, number, 0)
            return
        for component, one in enumerate(specs, 1):
            part = parts[component - 1] if component <= len(parts) else ""
            if part:
                yield from self._part(one, number, component, repetition, part)
            elif one.usage == "R" and any(parts):
                yield _missing(one, number, component, repetition)
        if any(parts[len(specs) :]):
            note = f"It has {len(specs)} components"
            yield Fault(
                Level.SYNTAX,
                "too-many-components",
                number,
                len(specs) + 1,
                repetition,
                note,
                TOO_MANY_COMPONENTS,
                spec.reference,
            )
        for relation in spec.relations:
            if (broken := relation.broken_at(parts, 0)) is not None:
                component, code = broken
                yield _condition(relation, "component ", number, component, code, spec.reference)
        for at, component in formatted(specs):
            if component <= len(parts):
                yield from _misformatted(
                    ["", *parts], at, component, specs[component - 1].reference, number, repetition
                )

    def _part(self, spec: ElementSpec, number: int, component: int, repetition: int, part: str) -> Iterator[Fault]:
        if spec.usage == "N":
            note = f"{spec.name or 'This component'} is not used by the guide"
            yield Fault(Level.GUIDE, "element-not-used", number, component, repetition, note, NOT_USED, spec.reference)
        else:
            yield from self._value(spec, number, component, repetition, part)

    def _value(self, spec: ElementSpec, number: int, component: int, repetition: int, value: str) -> Iterator[Fault]:
        if value in spec.codes:
            return
        for code in faults(spec.kind, spec.low, spec.high, value, self.marks) if spec.kind else ():
            rule, words = RULES[code]
            note = f"{spec.name or 'It'} {words}" + _allowed(spec, code)
            yield Fault(Level.SYNTAX, rule, number, component, repetition, note, code, spec.reference)
        if spec.codes and not spec.external:
            note = f"{spec.name or 'It'} is none of the codes that the guide uses here"
            yield Fault(Level.GUIDE, "code", number, component, repetition, note, INVALID_CODE, spec.reference)


def most_elements(spec: SegmentSpec) -> int:
    """How many elements a segment may have."""
    return UNBOUNDED if spec.open else len(spec.elements)


def formatted(specs: Sequence[ElementSpec]) -> list[tuple[int, int]]:
    """(number of the format, number of what has it), for each 1251 with a 1250 before it."""
    found = []
    for number, spec in enumerate(specs, 1):
        formats = [at for at, one in enumerate(specs[: number - 1], 1) if one.reference == _FORMAT]
        if spec.reference == _FORMATTED and formats:
            found.append((formats[-1], number))
    return found


def is_formatted(kind: str, value: str) -> bool:
    """Whether a value has the format that a code of element 1250 names; unknown ones are not checked."""
    known = FORMATS.get(kind)
    return known is None or known[0](value)


def _misformatted(
    values: Sequence[str], at: int, number: int, reference: str, composite: int, repetition: int = 0
) -> Iterator[Fault]:
    """`composite`: the element whose components these values are, 0 when they are elements."""
    if number < len(values) and values[number] and not is_formatted(values[at], values[number]):
        code = FORMATS[values[at]][1]
        note = f"It is not in the format {values[at]} that stands before it"
        where = (composite, number) if composite else (number, 0)
        yield Fault(Level.SYNTAX, RULES[code][0], *where, repetition, note, code, reference)


def _missing(spec: ElementSpec, number: int, component: int, repetition: int = 0) -> Fault:
    note = f"{spec.name or 'This element'} is required"
    return Fault(Level.GUIDE, "missing-element", number, component, repetition, note, MISSING, spec.reference)


def _condition(relation: Relation, prefix: str, number: int, component: int, code: str, reference: str) -> Fault:
    rule = "exclusion" if code == EXCLUDED else "condition"
    where = (number, component)
    return Fault(Level.SYNTAX, rule, *where, 0, relation.words(prefix), code, reference)


def _allowed(spec: ElementSpec, code: str) -> str:
    return f": {spec.low} to {spec.high}" if code in ("4", "5") else ""
