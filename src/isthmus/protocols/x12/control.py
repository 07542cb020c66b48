"""The envelope's arithmetic: control numbers and counts of ISA/IEA, GS/GE, ST/SE (X12.5, X12.6), run by run in flat memory.

    ISA13 = IEA02   IEA01 = groups            GS06 = GE02   GE01 = transaction sets         ST02 = SE02   SE01 = segments

Nothing here stops the reading: what does not hold is a finding, at the trailer that says it or the header that lacks one.
"""

from __future__ import annotations

from .findings import Finding
from .grammar import ISA_WIDTHS
from .reader import Run
from .segment import Segment

_LEVELS = ("interchange", "group", "transaction")
_HEADERS = {b"ISA": 0, b"GS": 1, b"ST": 2}
_TRAILERS = {b"IEA": 0, b"GE": 1, b"SE": 2}
_TRAILER_NAMES = ("IEA", "GE", "SE")
_CONTROL_AT = (13, 6, 2)
_OUTSIDE = ("TA1", "ISB", "ISE")
"""What may stand in an interchange outside of a group: acknowledgements and interchange security."""


_DIGITS_MAX = 10
"""Control numbers have nine digits, SE01 has ten: longer ones are no numbers, and would only cost time."""


class _Open:
    """One envelope that has begun: what it says and what it holds so far."""

    def __init__(self, header: Segment, control: str) -> None:
        self.header = header
        self.control = control
        self.count = 0
        self.numbers = _Numbers()


class _Numbers:
    """The control numbers of one level within what holds them."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.last = ""

    def take(self, control: str) -> str:
        """ "repeated", "gap" or ""."""
        said = "repeated" if control in self.seen else ""
        if (
            not said
            and _number(self.last) is not None
            and _number(control) not in (None, (_number(self.last) or 0) + 1)
        ):
            said = "gap"
        self.seen.add(control)
        self.last = control
        return said


class Control:
    """`take` every run of a stream, then `end`; `findings` says all that does not hold."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._open: list[_Open | None] = [None, None, None]
        self._interchanges: dict[str, _Numbers] = {}

    def take(self, run: Run) -> None:
        if run.tag in _HEADERS:
            self._begin(_HEADERS[run.tag], next(run.segments()))
        elif run.tag in _TRAILERS:
            self._finish(_TRAILERS[run.tag], next(run.segments()))
        elif run.tag != b"-":
            self._hold(run)

    def end(self) -> None:
        """The stream ended: what is still open has no trailer."""
        self._drop(0)

    def _begin(self, depth: int, header: Segment) -> None:
        self._drop(depth)
        if depth and self._open[depth - 1] is None:
            self._find(f"no-{('isa', 'gs')[depth - 1]}", header, 0, f"A {_LEVELS[depth]} without the header around it")
        control = header.element(_CONTROL_AT[depth])
        self._numbered(depth, header, control)
        self._open[depth] = opened = _Open(header, control)
        opened.count = 1 if depth == 2 else 0
        if depth:
            self._count(depth - 1, 1)
        else:
            self._widths(header)

    def _numbered(self, depth: int, header: Segment, control: str) -> None:
        around = self._open[depth - 1] if depth else None
        if depth == 0:
            pair = "|".join(header.elements[5:9])
            numbers = self._interchanges.setdefault(pair, _Numbers())
        elif around is not None:
            numbers = around.numbers
        else:
            return
        if not control.strip():
            self._find(f"{_LEVELS[depth]}-control-number", header, _CONTROL_AT[depth], "There is no control number")
        elif said := numbers.take(control):
            note = "was used before" if said == "repeated" else "does not follow the one before"
            self._find(f"{_LEVELS[depth]}-control-{said}", header, _CONTROL_AT[depth], f"The control number {note}")

    def _finish(self, depth: int, trailer: Segment) -> None:
        self._drop(depth + 1)
        opened = self._open[depth]
        if opened is None:
            self._find(f"unexpected-{trailer.tag.lower()}", trailer, 0, f"A trailer without its {_LEVELS[depth]}")
            return
        counted = opened.count + (depth == 2)
        name = trailer.tag.lower()
        if _number(trailer.element(1)) != counted:
            self._find(f"{name}-count", trailer, 1, f"{counted} were counted")
        if trailer.element(2) != opened.control:
            self._find(f"{name}-control-number", trailer, 2, "It is not the control number of the header")
        self._open[depth] = None

    def _hold(self, run: Run) -> None:
        """Segments between the envelope's own."""
        empty = sum(1 for piece in run.pieces if not piece.strip())
        if empty:
            self._find("empty-segment", next(run.segments()), 0, f"{empty} segments without a name")
        self._count(2, len(run.pieces) - empty)
        if self._open[2] is None:
            for segment in run.segments():
                inside = self._open[1] is not None
                if segment.raw.strip() and (inside or segment.tag not in _OUTSIDE):
                    self._find("outside-transaction", segment, 0, "A segment outside of any transaction set")

    def _count(self, depth: int, more: int) -> None:
        opened = self._open[depth]
        if opened is not None:
            opened.count += more

    def _drop(self, depth: int) -> None:
        """Another begins, or what is around ends: these have no trailer."""
        for level in range(2, depth - 1, -1):
            opened = self._open[level]
            if opened is not None:
                rule = f"no-{_TRAILER_NAMES[level].lower()}"
                self._find(rule, opened.header, 0, f"The {_LEVELS[level]} has no trailer")
                self._open[level] = None

    def _widths(self, header: Segment) -> None:
        for number, (element, width) in enumerate(zip(header.elements[1:], ISA_WIDTHS, strict=False), 1):
            if len(element) != width:
                self._find("isa-width", header, number, f"{len(element)} characters where ISA has {width}")

    def _find(self, rule: str, segment: Segment, element: int, note: str) -> None:
        self.findings.append(Finding(rule, segment.number, element, segment.offset, note))


def _number(text: str) -> int | None:
    return int(text) if len(text) <= _DIGITS_MAX and text.isascii() and text.isdigit() else None
