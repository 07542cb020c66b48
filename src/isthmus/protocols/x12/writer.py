"""Interchanges from nothing, segment by segment, with envelopes and counts that are right.

    writer = Writer(sender=("ZZ", "HUB"), receiver=("ZZ", "PAYER"), control_number=1, at=at)
    writer.group("HC", sender="HUB", receiver="PAYER", control_number=1, version="005010X222A1")
    writer.transaction("837", "0001", implementation="005010X222A1")
    writer.segment("BHT", "0019", "00", "1", date, time, "CH")
    data = writer.close()

What is open is ended by what begins next. `take` gives out what is finished so far, so that a large file is never held.
"""

from __future__ import annotations

from datetime import datetime

from ...kernel import Misuse
from .grammar import FIRST_WITH_REPETITION, ISA_WIDTHS, Separators
from .values import Value, written

RECOMMENDED = Separators()


class Writer:
    """Writes one interchange. Wrong use (a separator in a value, a segment outside a set) raises Misuse."""

    def __init__(
        self,
        *,
        sender: tuple[str, str],
        receiver: tuple[str, str],
        control_number: int,
        at: datetime,
        version: str = "00501",
        usage: str = "P",
        ack_requested: bool = False,
        separators: Separators = RECOMMENDED,
        line_end: str = "",
    ) -> None:
        """`sender` and `receiver` are (qualifier, id); `usage` is ISA15: P, T or I; `line_end` follows every segment."""
        self._separators = separators
        self._marks = [mark.decode("latin-1") for mark in separators]
        self._line_end = line_end.encode("ascii")
        self._out = bytearray()
        self._at = at
        self._control = f"{control_number:09d}"
        self._group = ""
        self._groups = 0
        self._transaction = ""
        self._transactions = 0
        self._segments = 0
        self._closed = False
        if version < FIRST_WITH_REPETITION:
            self._marks[2] = ""
        eleventh = self._marks[2] or "U"
        elements = ("00", "", "00", "", *sender, *receiver, f"{at:%y%m%d}", f"{at:%H%M}", eleventh, version)
        self._isa(*elements, self._control, "1" if ack_requested else "0", usage, self._marks[1])

    def group(
        self, functional_id: str, *, sender: str, receiver: str, control_number: int, version: str, agency: str = "X"
    ) -> None:
        """Begin a functional group: GS01, GS02, GS03, GS06, GS08, GS07; date and time are the interchange's."""
        self._end_group()
        self._group = str(control_number)
        self._groups += 1
        when = (f"{self._at:%Y%m%d}", f"{self._at:%H%M}")
        self._put("GS", functional_id, sender, receiver, *when, self._group, agency, version)

    def transaction(self, type: str, control_number: str, *, implementation: str = "") -> None:
        """Begin a transaction set: ST01, ST02 (four to nine characters), ST03."""
        if not self._group:
            raise Misuse("A transaction set stands in a group: begin one first")
        self._end_transaction()
        self._transaction = control_number
        self._transactions += 1
        self._segments = 0
        self._put("ST", type, control_number, implementation)

    def segment(self, tag: str, *elements: Value) -> None:
        """A segment of the set that is open; empty elements at the end are left out."""
        if not self._transaction:
            raise Misuse("A segment stands in a transaction set: begin one first")
        self._put(tag, *elements)

    def interchange_segment(self, tag: str, *elements: Value) -> None:
        """A segment outside of groups, before the first: TA1."""
        if self._groups:
            raise Misuse(f"{tag} stands before the first group")
        self._put(tag, *elements)

    def can_write(self, text: str) -> bool:
        """Whether a text holds none of the interchange's separators."""
        return not any(mark and mark in text for mark in self._marks)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._out)
        self._out.clear()
        return taken

    def close(self) -> bytes:
        """End what is open, and `take`. May be called twice."""
        if not self._closed:
            self._end_group()
            self._put("IEA", str(self._groups), self._control)
            self._closed = True
        return self.take()

    def _end_transaction(self) -> None:
        if self._transaction:
            self._put("SE", str(self._segments + 1), self._transaction)
            self._transaction = ""

    def _end_group(self) -> None:
        self._end_transaction()
        if self._group:
            self._put("GE", str(self._transactions), self._group)
        self._group = ""
        self._transactions = 0

    def _isa(self, *elements: str) -> None:
        padded = [element.ljust(width) for element, width in zip(elements, ISA_WIDTHS, strict=True)]
        for number, (element, width) in enumerate(zip(padded, ISA_WIDTHS, strict=True), 1):
            if len(element) != width and number != 11:
                raise Misuse(f"ISA{number:02d} has {width} characters")
            if number not in (11, 16):
                self._refuse(element, self._marks)
        self._end("ISA", padded)

    def _put(self, tag: str, *elements: Value) -> None:
        if self._closed:
            raise Misuse("The interchange is closed")
        element, component, repetition, terminator = self._marks
        for value in elements:
            if isinstance(value, list) and len(value) > 1 and not repetition:
                raise Misuse("An interchange of this version has no separator for repetitions")
            inner = [component, repetition] if isinstance(value, (tuple, list)) else []
            for part in value if isinstance(value, (tuple, list)) else [str(value)]:
                self._refuse(
                    part, [element, terminator, *(inner if isinstance(value, tuple) else [repetition] * bool(inner))]
                )
        self._end(tag, [written(value, component, repetition) for value in elements])
        self._segments += 1

    def _refuse(self, text: str, marks: list[str]) -> None:
        if any(mark and mark in text for mark in marks):
            raise Misuse("A value holds a separator of the interchange, and X12 has no escape for it: choose others")

    def _end(self, tag: str, elements: list[str]) -> None:
        text = self._marks[0].join((tag, *elements))
        text = text if tag == "ISA" else text.rstrip(self._marks[0])
        self._out += text.encode(self._separators.codec) + self._separators.terminator + self._line_end
