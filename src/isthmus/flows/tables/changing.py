"""What a change makes of a table's rows: pure, all of its records or none.

    put from day D       the row before it ends on D-1; one that begins on D gives way; one that begins later stays, and the
                         new row ends the day before it
    update from day D    the cells that it names change the row of D as put does, and later rows that said the same in them
    end from day D       the row that holds then ends on D-1; what begins on D or later is withdrawn
    a complete table     as put, and every key that the change does not name ends

A record that says what the table says already changes nothing, so a repeat of a change is no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from ...model import TableChange, TableRecord
from .declared import Table
from .reading import key_of, value_of
from .references import dangling
from .rows import Dated, Key, Rows
from .succession import ended, later_cells, on, put


class RecordFault(NamedTuple):
    """place: that of the record in what brought it ("MFE(3)")."""

    place: str
    what: str
    mend: str


class Changed(NamedTuple):
    """The keys whose rows are others now, with all their rows; () where none is left."""

    rows: dict[Key, tuple[Dated, ...]]
    faults: list[RecordFault]


def changed(declared: Table[Any], rows: Rows, change: TableChange, others: Mapping[str, Rows]) -> Changed:
    """What is different after the change. `others`: the rows of the tables that columns refer to."""
    work = _Work(declared, rows, change.day, others)
    for number, record in enumerate(change.records, 1):
        work.take(record, record.place or f"record {number}")
    if change.complete:
        work.end_the_others()
    return work.done()


class _Work:
    """A change under way: the keys that it touched, with their rows as they would be."""

    def __init__(self, declared: Table[Any], rows: Rows, day: date, others: Mapping[str, Rows]) -> None:
        self.declared = declared
        self.rows = rows
        self.day = day
        self.others = others
        self.result: dict[Key, tuple[Dated, ...]] = {}
        self.faults: list[RecordFault] = []

    def held(self, key: Key) -> tuple[Dated, ...]:
        return self.result.get(key, tuple(self.rows.by_key.get(key, ())))

    def take(self, record: TableRecord, place: str) -> None:
        first, last = record.first or self.day, record.last or date.max
        if record.action == "put":
            one = self._read(record.cells, first, last, place)
            if one is not None:
                key = key_of(self.declared, one)
                self.result[key] = put(self.held(key), one)
            return
        key = self._key(record, place)
        if key and record.action == "end":
            self.result[key] = ended(self.held(key), first)
        elif key:
            self._update(key, record, first, last, place)

    def _update(self, key: Key, record: TableRecord, first: date, last: date, place: str) -> None:
        held = self.held(key)
        one = self._read({**on(held, first), **record.cells}, first, last, place)
        if one is not None:
            later = later_cells(held, first, record.cells) if record.last is None else {}
            self.result[key] = tuple(self._again(other, later) for other in put(held, one))

    def _key(self, record: TableRecord, place: str) -> Key:
        """The key that a record names; () where it names none."""
        declared = self.declared
        kinds = {column.name: column.cell for column in declared.typed}
        key = []
        for part in declared.key:
            text = record.cells.get(part, "")
            if not text:
                self.faults.append(RecordFault(place, f"has nothing in {part!r}", "fill it in"))
                return ()
            try:
                key.append(kinds[part].read(text) if kinds else text)
            except ValueError:
                self.faults.append(RecordFault(place, f"{part!r} {kinds[part].what}", kinds[part].mend))
                return ()
        return tuple(key)

    def _read(self, cells: Mapping[str, str], first: date, last: date, place: str) -> Dated | None:
        value, faults = value_of(self.declared, cells)
        self.faults += [RecordFault(place, *fault) for fault in faults]
        if first > last:
            self.faults.append(RecordFault(place, "ends before it begins", "mend its days"))
        elif not faults:
            one = Dated(value, first, last, 0, cells)
            wrong = dangling(self.declared, [one], self.others)
            self.faults += [RecordFault(place, fault.what, fault.mend) for fault in wrong]
            return one
        return None

    def _again(self, one: Dated, later: Mapping[date, Mapping[str, str]]) -> Dated:
        cells = later.get(one.first)
        return one if cells is None else one._replace(row=value_of(self.declared, cells)[0], cells=cells)

    def end_the_others(self) -> None:
        for key, held in self.rows.by_key.items():
            if key not in self.result:
                self.result[key] = ended(held, self.day)

    def done(self) -> Changed:
        different = {key: held for key, held in self.result.items() if held != tuple(self.rows.by_key.get(key, ()))}
        if self.declared.check is not None and self.declared.together and not self.faults:
            self.faults += _checked(self.declared, self.rows, different)
        return Changed({} if self.faults else different, self.faults)


def _checked(declared: Table[Any], rows: Rows, different: Mapping[Key, tuple[Dated, ...]]) -> Iterator[RecordFault]:
    """What does not hold any more among the rows that a change touches."""
    assert declared.check is not None
    for prefix in dict.fromkeys(key[: declared.together] for key in different):
        held = [one for one in rows.beginning(prefix) if key_of(declared, one) not in different]
        fresh = [one for key, new in different.items() if key[: declared.together] == prefix for one in new]
        for _, what, mend in declared.check([*held, *fresh]):
            yield RecordFault("what the table would say after it", what, mend)


def with_rows(rows: Rows, changes: Mapping[Key, Sequence[Dated]], version: str) -> Rows:
    """The rows of a table after some keys' have changed."""
    by_key = {**rows.by_key, **changes}
    return Rows({key: held for key, held in by_key.items() if held}, version, dated=True)
