"""Reads values of an X12 view, and notes which element each canonical field came from.

A place is a path with the number of the segment among those of its name, where it is not the first: `PO102(3)` is element 02
of the third PO1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn

from ...protocols import x12
from ...protocols.x12.views.supply import (
    invoice,
    order_acknowledgement,
    purchase_order,
    ship_levels,
    ship_notice,
    trade,
)
from ...protocols.x12.views.supply.columns import Columns, Record
from ..reader import MappingError
from .codes import Codes

_TABLES: tuple[Columns, ...] = (
    purchase_order.BEG,
    purchase_order.PO1,
    order_acknowledgement.BAK,
    order_acknowledgement.ACK,
    ship_notice.BSN,
    ship_levels.PRF,
    ship_levels.SN1,
    ship_levels.TD5,
    invoice.BIG,
    invoice.IT1,
    invoice.TDS,
    trade.REF,
    trade.DTM,
    trade.N1,
    trade.N4,
    trade.SAC,
    trade.TXI,
    trade.ITD,
)
_ELEMENTS = {table.tag: {column.field: column.element for column in table.columns} for table in _TABLES}
_OF_A_LOOP = frozenset({"BEG", "BAK", "BSN", "BIG", "TDS", "PO1", "IT1", "N1", "N4"})


class Reader:
    """Reads one transaction set."""

    def __init__(self, transaction: x12.Transaction) -> None:
        self.provenance: dict[str, str] = {}
        seen: Counter[str] = Counter()
        self._numbers: dict[int, int] = {}
        for segment in transaction.segments:
            seen[segment.tag] += 1
            self._numbers[id(segment)] = seen[segment.tag]

    def place(self, segment: x12.Segment, element: int) -> str:
        """Where an element stands: `PO102(3)`."""
        number = self._numbers.get(id(segment), 1)
        return f"{segment.tag}{element:02d}" + (f"({number})" if number > 1 else "")

    def take(self, name: str, segment: x12.Segment | None, element: int) -> str:
        """The text of an element, for the canonical field `name`."""
        text = segment.element(element) if segment is not None else ""
        if segment is not None and text:
            self.provenance[name] = self.place(segment, element)
        return text

    def read(self, name: str, record: Record, field: str) -> Any:
        """The value of a view's field, for the canonical field `name`."""
        value = getattr(record, field)
        if value not in ("", None):
            self.provenance[name] = self.place(*self._where(record, field))
        return value

    def fields(self, around: str, record: Record, **fields: str) -> dict[str, Any]:
        """Canonical fields from fields of the view: {canonical: the view's}."""
        return {name: self.read(around + name, record, field) for name, field in fields.items()}

    def word(self, name: str, record: Record, field: str, codes: Codes) -> str:
        """What the code of a field means."""
        return codes.word(self.read(name, record, field))

    def known(self, name: str, record: Record, field: str, codes: Codes) -> Any:
        """What the code of a field means. Raises MappingError for one that has no word: it is not guessed."""
        code = self.read(name, record, field)
        if not codes.known(code):
            self.fault(record, field, "says something that this document cannot be")
        return codes.word(code)

    def needed(self, name: str, record: Record, field: str) -> Any:
        """The value of a field. Raises MappingError when there is none."""
        value = self.read(name, record, field)
        return self.fault(record, field, "is empty or cannot be read") if value in ("", None) else value

    def fault(self, record: Record, field: str, rule: str) -> NoReturn:
        """Raise the MappingError for a field."""
        place = self.place(*self._where(record, field))
        raise MappingError(f"{place} {rule}", suggestion=f"have the sender fill it ({field})")

    def lacks(self, loop: x12.Loop | None, tag: str) -> NoReturn:
        """Raise the MappingError for a segment that a loop must have."""
        place = self.place(loop.segments[0], 1) if loop is not None else "a loop that was made"
        raise MappingError(f"{place} has no {tag}", suggestion="have the sender fill it")

    def dated(self, around: str, dates: tuple[trade.DateTime, ...], **qualifiers: str) -> dict[str, Any]:
        """Canonical dates by their qualifiers: {canonical: "011 017"}, the first that there is."""
        found: dict[str, Any] = {}
        for name, wanted in qualifiers.items():
            one = next((one for code in wanted.split() for one in dates if one.qualifier == code and one.on), None)
            found[name] = self.read(around + name, one, "on") if one else None
        return found

    def _where(self, record: Any, field: str) -> tuple[x12.Segment, int]:
        segment: x12.Segment | None = getattr(record, "segment", None)
        segments = [segment] if segment is not None else [one for one in record.loop.segments if one.tag in _OF_A_LOOP]
        return next((one, _ELEMENTS[one.tag][field]) for one in segments if field in _ELEMENTS.get(one.tag, {}))


QUALIFIERS: Mapping[str, frozenset[int]] = {
    "REF": frozenset({1, 3}),
    "N1": frozenset({1, 3}),
    "DTM": frozenset({1}),
    "PER": frozenset({1, 3, 5, 7}),
    "AMT": frozenset({1}),
    "PID": frozenset({1}),
    "MAN": frozenset({1}),
    "SAC": frozenset({1, 12}),
    "BSN": frozenset({5}),
    "TXI": frozenset({4, 7}),
    "ITD": frozenset({1, 2}),
    "ACK": frozenset({4}),
    "TD5": frozenset({2}),
    "CUR": frozenset({1}),
    "N9": frozenset({1}),
    "LIN": frozenset(range(2, 32, 2)),
    "PO1": frozenset(range(6, 26, 2)),
    "IT1": frozenset(range(6, 26, 2)),
}
"""Elements that say what another of the segment is."""

ENVELOPE = frozenset({"ST", "SE", "CTT", "HL", "LS", "LE"})
"""What the set is held together by: numbers, counts, levels."""


def unused(transaction: x12.Transaction, provenance: Mapping[str, str]) -> list[str]:
    """Places of the populated elements that no canonical field was made from, in the order of the set.

    Where one element of a segment was used, those that only say what it is count as used.
    """
    reader, used, found = Reader(transaction), set(provenance.values()), []
    for segment in transaction.segments:
        if segment.tag in ENVELOPE:
            continue
        populated = [at for at in range(1, len(segment.elements)) if segment.element(at)]
        left = [at for at in populated if reader.place(segment, at) not in used]
        qualifiers = QUALIFIERS.get(segment.tag, frozenset()) if len(left) < len(populated) else frozenset()
        found += [reader.place(segment, at) for at in left if not (at in qualifiers and _tells(segment.tag, at, left))]
    return found


def _tells(tag: str, at: int, left: list[int]) -> bool:
    """Whether what a qualifier tells of was used: of pairs, the element behind it."""
    return tag not in ("LIN", "PO1", "IT1", "PER") or at + 1 not in left
