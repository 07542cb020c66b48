"""The codes of one segment against the lists that were handed in, and their forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ..segment import Segment
from .codes import CODED_TAGS, Coded, CodeSet, coded
from .element_faults import INVALID_CODE
from .forms import FORMED_TAGS, FORMS, malformed
from .guide import SegmentSpec
from .issue import Issue, Level, place

_Place = tuple[int, int, str, frozenset[str]]
"""Element and component, the list's name, and the codes that the guide itself gives."""


class Outside:
    """Checks codes; `unchecked` names the lists of codes that were there and that no list was handed in for."""

    def __init__(self, code_sets: Mapping[str, CodeSet], on: date | None) -> None:
        self.unchecked: set[str] = set()
        self._lists = code_sets
        self._on = on
        self._external: dict[SegmentSpec, list[_Place]] = {}

    def concerns(self, segment: Segment, spec: SegmentSpec | None) -> bool:
        """Whether a segment may have anything to check: most do not."""
        tag = segment.elements[0]
        return tag in CODED_TAGS or tag in FORMED_TAGS or (spec is not None and bool(self._places(spec)))

    def check(self, segment: Segment, spec: SegmentSpec | None, position: int, loop: str) -> Iterator[Issue]:
        """The issues of one segment."""
        seen = set()
        for one in coded(segment):
            seen.add((one.element, one.component))
            yield from self._code(one, segment, position, loop)
        if spec is not None and spec.elements:
            for one in self._by_spec(spec, segment):
                if (one.element, one.component) not in seen:
                    yield from self._code(one, segment, position, loop)
        for fault in malformed(segment):
            where = place(segment, position, loop, fault.element)
            yield Issue(Level.CODES, fault.rule, where, fault.note, INVALID_CODE, fault.reference)

    def _code(self, one: Coded, segment: Segment, position: int, loop: str) -> Iterator[Issue]:
        form, known = FORMS.get(one.list), self._lists.get(one.list)
        if known is None:
            self.unchecked.add(one.list)
        if form is not None and not form(one.code):
            rule, note = "code-form", f"A code of {one.list} does not look like this"
        elif known is not None and not known.holds(one.code, self._on):
            rule, note = "code-list", f"It is no code of {one.list}" + (" that is valid on the day" if self._on else "")
        else:
            return
        where = place(segment, position, loop, one.element, one.component, one.repetition)
        yield Issue(Level.CODES, rule, where, note, INVALID_CODE)

    def _by_spec(self, spec: SegmentSpec, segment: Segment) -> Iterator[Coded]:
        """The codes that the guide says are of an outside list, and that it does not list itself."""
        for element, component, name, own in self._places(spec):
            value = segment.element(element)
            if component and value:
                parts = segment.components(element)
                value = parts[component - 1] if component <= len(parts) else ""
            if value and value not in own:
                yield Coded(name, value, element, component)

    def _places(self, spec: SegmentSpec) -> list[_Place]:
        places = self._external.get(spec)
        if places is None:
            places = self._external[spec] = list(_external(spec))
        return places


def _external(spec: SegmentSpec) -> Iterator[_Place]:
    for number, element in enumerate(spec.elements, 1):
        if element.external:
            yield number, 0, element.external, element.codes
        for component, part in enumerate(element.components, 1):
            if part.external:
                yield number, component, part.external, part.codes
