"""Fast tests of the elements of one segment, made from its specification once.

Most segments are right: a segment that passes its tests is right. Only one that fails is gone through again
(`element_faults.py`) to say what is wrong, if anything is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..grammar import Separators
from ..segment import Segment
from .datatypes import test
from .element_faults import ElementFaults, formatted, is_formatted, most_elements
from .guide import ElementSpec, SegmentSpec
from .issue import Issue, place
from .relations import Relation

_REMEMBERED_MAX = 4096
"""Amounts, dates and procedure codes of a file repeat. Beyond this many they are tested again."""


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
        self._faults = ElementFaults(separators)
        self._tests: dict[SegmentSpec, _Tests] = {}

    def passes(self, spec: SegmentSpec, segment: Segment) -> bool:
        """Whether the fast tests find nothing wrong; they may fail a segment that is right."""
        return _passes(self._tests.get(spec) or self._compile(spec), segment.elements)

    def check(self, spec: SegmentSpec, segment: Segment, position: int, loop: str) -> list[Issue]:
        """All that is wrong with the elements of a segment."""
        return [
            Issue(
                fault.level,
                fault.rule,
                place(segment, position, loop, fault.element, fault.component, fault.repetition),
                fault.note,
                fault.code,
                fault.reference,
            )
            for fault in self._faults.of_segment(spec, segment.elements)
        ]

    def _compile(self, spec: SegmentSpec) -> _Tests:
        specs = spec.elements
        required = [number for number, one in enumerate(specs, 1) if one.usage == "R"]
        tests = _Tests(
            elements=[(self._test(one), one.usage == "R") for one in specs],
            last_required=max(required, default=0),
            relations=sorted((0 if one.kind == "R" else min(one.elements), one) for one in spec.relations),
            formatted=formatted(specs),
            most=most_elements(spec),
        )
        self._tests[spec] = tests
        return tests

    def _test(self, spec: ElementSpec) -> Callable[[str], object]:
        if spec.usage == "N":
            return lambda value: False
        if spec.components or spec.repeats > 1:
            return _remembering(lambda value: next(self._faults.of_element(spec, 1, value), None) is None)
        if spec.codes and not spec.external:
            return spec.codes.__contains__
        if not spec.kind:
            return bool
        found = test(spec.kind, spec.low, spec.high, self._faults.marks)
        return found if spec.kind in ("AN", "ID") else _remembering(found)


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
        if number <= count and values[number] and not is_formatted(values[at], values[number]):
            return False
    return True
