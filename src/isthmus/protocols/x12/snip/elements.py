"""What a guide and X12.6 ask of the elements of one segment.

Most segments are right: each element is first given one fast test, made from its specification once. Only where a test
fails is the segment gone through again to say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..grammar import Separators
from ..segment import Segment, split
from .datatypes import FORMATS, RULES, faults, test
from .guide import UNBOUNDED, ElementSpec, SegmentSpec
from .issue import Issue, Level, place
from .relations import EXCLUDED, Relation

MISSING, TOO_MANY, INVALID_CODE, TOO_MANY_REPETITIONS, TOO_MANY_COMPONENTS = "1", "3", "7", "12", "13"
NOT_USED = "I10"
"""IK403, element 621."""

_REMEMBERED_MAX = 4096
"""Amounts, dates and procedure codes of a file repeat. Beyond this many they are tested again."""

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


class _Tests(NamedTuple):
    """The fast tests of one segment: of its elements, whether they must be there, and which numbers are conditions."""

    elements: list[tuple[Callable[[str], object], bool]]
    last_required: int
    relations: list[tuple[int, Relation]]
    formatted: list[tuple[int, int]]
    most: int


class Elements:
    """Checks the segments of interchanges with the same separators."""

    def __init__(self, separators: Separators) -> None:
        self._component = separators.component
        self._repetition = separators.repetition
        self._marks = (separators.component + separators.repetition).decode("latin-1")
        self._tests: dict[SegmentSpec, _Tests] = {}

    def passes(self, spec: SegmentSpec, segment: Segment) -> bool:
        """Whether the fast tests find nothing wrong; they may fail a segment that is right."""
        return _passes(self._tests.get(spec) or self._compile(spec), segment.elements)

    def check(self, spec: SegmentSpec, segment: Segment, position: int, loop: str) -> list[Issue]:
        """All that is wrong with the elements of a segment."""
        tests = self._tests.get(spec) or self._compile(spec)
        return [
            Issue(
                fault.level,
                fault.rule,
                place(segment, position, loop, fault.element, fault.component, fault.repetition),
                fault.note,
                fault.code,
                fault.reference,
            )
            for fault in self._faults(spec, tests, segment.elements)
        ]

    def _compile(self, spec: SegmentSpec) -> _Tests:
        specs = spec.elements
        required = [number for number, one in enumerate(specs, 1) if one.usage == "R"]
        tests = _Tests(
            elements=[(self._test(one), one.usage == "R") for one in specs],
            last_required=max(required, default=0),
            relations=sorted((0 if one.kind == "R" else min(one.elements), one) for one in spec.relations),
            formatted=_formatted(specs),
            most=UNBOUNDED if spec.open else len(specs),
        )
        self._tests[spec] = tests
        return tests

    def _test(self, spec: ElementSpec) -> Callable[[str], object]:
        if spec.usage == "N":
            return lambda value: False
        if spec.components or spec.repeats > 1:
            return _remembering(lambda value: next(self._element(spec, 1, value), None) is None)
        if spec.codes and not spec.external:
            return spec.codes.__contains__
        if not spec.kind:
            return bool
        found = test(spec.kind, spec.low, spec.high, self._marks)
        return found if spec.kind in ("AN", "ID") else _remembering(found)

    def _faults(self, spec: SegmentSpec, tests: _Tests, values: Sequence[str]) -> Iterator[Fault]:
        specs = spec.elements
        for number, one in enumerate(specs, 1):
            yield from self._element(one, number, values[number] if number < len(values) else "")
        for number in range(tests.most + 1, len(values)):
            if values[number]:
                yield Fault(
                    Level.SYNTAX, "too-many-elements", number, 0, 0, f"It has {len(specs)} elements", TOO_MANY, ""
                )
        for relation in spec.relations:
            if (broken := relation.broken_at(values, 1)) is not None:
                number, code = broken
                reference = specs[number - 1].reference if number <= len(specs) else ""
                yield _condition(relation, spec.tag, number, 0, code, reference)
        for at, number in tests.formatted:
            yield from _misformatted(values, at, number, specs[number - 1].reference, 0)

    def _element(self, spec: ElementSpec, number: int, value: str) -> Iterator[Fault]:
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
        for at, component in _formatted(specs):
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
        for code in faults(spec.kind, spec.low, spec.high, value, self._marks) if spec.kind else ():
            rule, words = RULES[code]
            note = f"{spec.name or 'It'} {words}" + _allowed(spec, code)
            yield Fault(Level.SYNTAX, rule, number, component, repetition, note, code, spec.reference)
        if spec.codes and not spec.external:
            note = f"{spec.name or 'It'} is none of the codes that the guide uses here"
            yield Fault(Level.GUIDE, "code", number, component, repetition, note, INVALID_CODE, spec.reference)


def _remembering(test: Callable[[str], object]) -> Callable[[str], object]:
    """A test that is made once for each value of a document; what it remembers goes with the document."""
    known: dict[str, object] = {}

    def passes(value: str) -> object:
        found = known.get(value)
        if found is None:
            if len(known) >= _REMEMBERED_MAX:
                known.clear()
            found = known[value] = bool(test(value))
        return found

    return passes


def _passes(tests: _Tests, values: Sequence[str]) -> bool:
    count = len(values) - 1
    if count < tests.last_required or count > tests.most:
        return False
    for value, (passes, required) in zip(values[1:], tests.elements, strict=False):
        if value:
            if not passes(value):
                return False
        elif required:
            return False
    for first, relation in tests.relations:
        if first > count:
            break
        if relation.broken_at(values, 1) is not None:
            return False
    for at, number in tests.formatted:
        if number <= count and values[number] and not _formats(values[at], values[number]):
            return False
    return True


def _formatted(specs: Sequence[ElementSpec]) -> list[tuple[int, int]]:
    """(number of the format, number of what has it), for each 1251 with a 1250 before it."""
    found = []
    for number, spec in enumerate(specs, 1):
        formats = [at for at, one in enumerate(specs[: number - 1], 1) if one.reference == _FORMAT]
        if spec.reference == _FORMATTED and formats:
            found.append((formats[-1], number))
    return found


def _formats(kind: str, value: str) -> bool:
    known = FORMATS.get(kind)
    return known is None or known[0](value)


def _misformatted(
    values: Sequence[str], at: int, number: int, reference: str, composite: int, repetition: int = 0
) -> Iterator[Fault]:
    """`composite`: the element whose components these values are, 0 when they are elements."""
    if number < len(values) and values[number] and not _formats(values[at], values[number]):
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
