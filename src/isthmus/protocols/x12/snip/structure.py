"""Where each segment of a transaction set stands in the guide: loops opened and closed, order, repeats, what is missing.

    take(segment)      innermost open loop first:  an item with its name and qualifier, not before the last one taken
       | none          out of sequence (7)  |  the one item of that name, its qualifier wrong  |  no place for it (1, 2)

What is required and was not there is said when its loop ends, with the place at which it was passed over.
"""

from __future__ import annotations

from ..segment import Segment
from .guide import Guide, LoopSpec, SegmentSpec
from .issue import Issue, Level, place

UNRECOGNIZED, UNEXPECTED, MISSING, LOOP_REPEATED, REPEATED, OUT_OF_SEQUENCE = "1", "2", "3", "4", "5", "7"
NOT_USED = "I4"
"""IK304, element 620."""

_Item = SegmentSpec | LoopSpec


class _Open:
    """A loop that is open. `rank` of the last item taken; `due`: how many of the required ones were looked at."""

    __slots__ = ("counts", "due", "passed", "rank", "spec")

    def __init__(self, spec: LoopSpec) -> None:
        self.spec = spec
        self.rank = spec.start.rank
        self.counts: dict[_Item, int] = {}
        self.due = 0
        self.passed: list[tuple[_Item, Segment, int]] = []


class Structure:
    """Takes the segments of one transaction set in order, then `end`. `loop` names the loop that the last one is in."""

    def __init__(self, guide: Guide) -> None:
        self.issues: list[Issue] = []
        self._guide = guide
        self._stack = [_Open(guide.root)]
        self._last: tuple[Segment, int] | None = None
        self.loop = ""

    def take(self, segment: Segment, position: int) -> SegmentSpec | None:
        """Its specification, None when the guide has no place for it."""
        self._last = (segment, position)
        tag = segment.elements[0]
        if position == 1:
            return self._guide.root.start
        if tag == "SE":
            return self._trailer(segment, position)
        stack = self._stack
        for depth in range(len(stack) - 1, -1, -1):
            items = stack[depth].spec.by_tag.get(tag)
            found = _choose(stack[depth], items, segment) if items else None
            if found is not None:
                return self._accept(depth, found, segment, position)
        return self._misplaced(tag, segment, position)

    def end(self) -> None:
        """The set ended: what is still open ends."""
        if self._last is not None:
            self._close(0, *self._last)

    def _trailer(self, segment: Segment, position: int) -> SegmentSpec | None:
        """SE ends the set wherever it comes; whether it is there at all is the envelope's finding."""
        self._close(1, segment, position)
        self.loop = ""
        return next((item for item in self._guide.root.by_tag.get("SE", ()) if isinstance(item, SegmentSpec)), None)

    def _accept(
        self, depth: int, item: _Item, segment: Segment, position: int, *, in_place: bool = True
    ) -> SegmentSpec:
        if depth + 1 < len(self._stack):
            self._close(depth + 1, segment, position)
        opened = self._stack[depth]
        if item.rank > opened.rank:
            self._pass(opened, item.rank, segment, position)
            opened.rank = item.rank
        count = opened.counts[item] = opened.counts.get(item, 0) + 1
        if isinstance(item, LoopSpec):
            self._stack.append(_Open(item))
            self.loop = item.name
            spec = item.start
        else:
            self.loop = opened.spec.name
            spec = item
        if in_place and (count > item.most or item.usage == "N"):
            self._exceed(item, segment, position)
        return spec

    def _pass(self, opened: _Open, rank: int, segment: Segment, position: int) -> None:
        """Note what is required before `rank` and was not there."""
        required = opened.spec.required
        while opened.due < len(required) and required[opened.due].rank < rank:
            item = required[opened.due]
            opened.due += 1
            if item not in opened.counts:
                opened.passed.append((item, segment, position))

    def _close(self, depth: int, segment: Segment, position: int) -> None:
        for opened in reversed(self._stack[depth:]):
            if opened.passed or opened.due < len(opened.spec.required):
                self._pass(opened, 1 << 30, segment, position)
                for item, where, at in opened.passed:
                    if item not in opened.counts and item.tag != "SE":
                        self._miss(opened.spec, item, where, at)
        del self._stack[depth:]

    def _miss(self, loop: LoopSpec, item: _Item, segment: Segment, position: int) -> None:
        if isinstance(item, LoopSpec):
            name, note, rule = item.name, f"Loop {item.name} is required before this segment", "missing-loop"
        else:
            name, note, rule = loop.name, f"{item.name or item.tag} is required before this segment", "missing-segment"
        self.issues.append(Issue(Level.GUIDE, rule, place(segment, position, name, tag=item.tag), note, MISSING))

    def _exceed(self, item: _Item, segment: Segment, position: int) -> None:
        if item.usage == "N":
            rule, code, note = "segment-not-used", NOT_USED, "The guide does not use this segment here"
        elif isinstance(item, LoopSpec):
            rule, code, note = "loop-repeats", LOOP_REPEATED, f"Loop {item.name} may stand here {item.most} times"
        else:
            rule, code, note = "segment-repeats", REPEATED, f"It may stand here {item.most} times"
        self.issues.append(Issue(Level.GUIDE, rule, place(segment, position, self.loop), note, code))

    def _misplaced(self, tag: str, segment: Segment, position: int) -> SegmentSpec | None:
        for depth in range(len(self._stack) - 1, -1, -1):
            for item in self._stack[depth].spec.by_tag.get(tag, ()):
                if item.matches(segment):
                    spec = self._accept(depth, item, segment, position, in_place=False)
                    note = "It stands after segments that the guide has behind it"
                    self._say(Level.SYNTAX, "segment-sequence", segment, position, note, OUT_OF_SEQUENCE)
                    return spec
        if self._guide.partial:
            return None
        if (only := self._only(tag)) is not None:
            return self._accept(*only, segment, position)
        if tag in self._guide.tags:
            note = f"The guide has no place for this segment, with this qualifier, after loop {self.loop}"
            self._say(Level.GUIDE, "segment-unexpected", segment, position, note, UNEXPECTED)
        else:
            note = "The guide has no segment of this name"
            self._say(Level.SYNTAX, "segment-unrecognized", segment, position, note, UNRECOGNIZED)
        return None

    def _only(self, tag: str) -> tuple[int, _Item] | None:
        """The one item of a name that may follow here: with a wrong qualifier it is that one all the same."""
        for depth in range(len(self._stack) - 1, -1, -1):
            opened = self._stack[depth]
            items = [item for item in opened.spec.by_tag.get(tag, ()) if item.rank >= opened.rank]
            if items:
                only = items[0]
                may_be = isinstance(only, SegmentSpec) or opened.counts.get(only, 0) < only.most
                return (depth, only) if len(items) == 1 and may_be else None
        return None

    def _say(self, level: Level, rule: str, segment: Segment, position: int, note: str, code: str) -> None:
        self.issues.append(Issue(level, rule, place(segment, position, self.loop), note, code))


def _choose(opened: _Open, items: list[_Item], segment: Segment) -> _Item | None:
    """The first that may still be here, else the first that may not as often."""
    found = None
    for item in items:
        if item.rank >= opened.rank and item.matches(segment):
            if opened.counts.get(item, 0) < item.most:
                return item
            found = found or item
    return found
