"""One transaction set as the rules between segments see it: its loops by the views' tables, its segments by number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar, cast

from ..answers import Trigger
from ..envelope import Transaction
from ..loops import Loop, Spec
from ..segment import Segment
from ..views import Claims, Remittance
from .issue import Issue, Level, place

T = TypeVar("T")
_VIEWS: Mapping[str, type[Remittance] | type[Claims]] = {"835": Remittance, "837": Claims}


class Document:
    """`loops`: the guide's name of each segment's loop, by position from 1, where a guide was walked."""

    def __init__(self, transaction: Transaction, loops: Sequence[str] = ()) -> None:
        self.transaction = transaction
        self._loops = loops
        self._once: dict[object, object] = {}

    @cached_property
    def _positions(self) -> Mapping[int, tuple[int, Segment]]:
        segments = (segment for segment in self.transaction.segments if segment.elements[0])
        return {segment.number: (position, segment) for position, segment in enumerate(segments, 1)}

    @cached_property
    def view(self) -> Remittance | Claims | None:
        """The view of an 835 or an 837, None of other sets."""
        view = _VIEWS.get(self.transaction.type)
        return view(self.transaction) if view else None

    @cached_property
    def root(self) -> Loop:
        """The loops of an 835 or an 837; a loop without any of other sets."""
        return self.view.root if self.view else Loop(Spec("", ""))

    def once(self, build: Callable[[Document], T]) -> T:
        """What a function makes of the document, made once for all rules."""
        if build not in self._once:
            self._once[build] = build(self)
        return cast("T", self._once[build])

    def segment(self, number: int) -> Segment:
        """The segment of a number of the file."""
        return self._positions[number][1] if number in self._positions else self.transaction.header

    def position(self, segment: Segment) -> int:
        """From ST, which is 1."""
        return self._positions[segment.number][0] if segment.number in self._positions else 1

    def loop(self, segment: Segment) -> str:
        """The guide's name of the loop that a segment is in, "" where no guide was walked."""
        position = self.position(segment)
        return self._loops[position - 1] if position <= len(self._loops) else ""

    def trigger(self, segment: Segment, element: int, component: int = 0, reference: str = "") -> Trigger:
        """What made a rule apply."""
        return Trigger(segment.tag, self.position(segment), self.loop(segment), element, component, reference=reference)

    def unbalanced(self, rule: str, segment: Segment, element: int, note: str) -> Issue:
        """What does not add up; a 999 has no code for it."""
        where = place(segment, self.position(segment), self.loop(segment), element)
        return Issue(Level.BALANCE, rule, where, note)

    def broken(
        self,
        segment: Segment,
        note: str,
        *,
        code: str,
        element: int = 0,
        component: int = 0,
        missing: str = "",
        loop: str = "",
        reference: str = "",
        trigger: Trigger | None = None,
    ) -> Issue:
        """What breaks a rule between segments; the table gives it the rule's name and source.

        `missing`: the name of a segment that is not there; `segment` is then the one that it belongs to.
        """
        where = place(segment, self.position(segment), loop or self.loop(segment), element, component, tag=missing)
        return Issue(Level.SITUATION, "", where, note, code, reference, "", trigger)
