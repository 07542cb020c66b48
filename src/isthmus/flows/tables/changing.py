"""What a change makes of a table's rows: pure, all of its records or none.

    put, update from day D      the row before it ends on D-1; one that begins on D gives way; one that begins later stays,
                              and the new row ends the day before it
    end a key on day D        the row that holds then ends on D-1; what begins on D or later is withdrawn
    a complete table          as put, and every key that the change does not name ends

Nothing that held on a day before D is ever altered: what was decided for that day can be decided again. A record that
says what the table says already changes nothing, so a repeat of a change is no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from ...model import TableChange, TableRecord
from .declared import Table
from .reading import key_of, value_of
from .references import dangling
from .rows import Dated, Key, Rows

_DAY = timedelta(days=1)


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
    result: dict[Key, tuple[Dated, ...]] = {}
    faults: list[RecordFault] = []
    named: set[Key] = set()
    for number, record in enumerate(change.records, 1):
        found = _read(declared, _completed(declared, record, change.day, result, rows), change.day)
        place = record.place or f"record {number}"
        faults += [RecordFault(place, *fault) for fault in found[1]]
        if found[0] is None:
            continue
        one, key = found[0], key_of(declared, found[0])
        named.add(key)
        if record.action != "end":
            faults += [RecordFault(place, wrong.what, wrong.mend) for wrong in dangling(declared, [one], others)]
        held = result.get(key, tuple(rows.by_key.get(key, ())))
        result[key] = ended(held, one.first) if record.action == "end" else put(held, one)
    if change.complete:
        for key, gone in rows.by_key.items():
            if key not in named:
                result[key] = ended(gone, change.day)
    different = {key: held for key, held in result.items() if held != tuple(rows.by_key.get(key, ()))}
    if declared.check is not None and declared.together and not faults:
        faults = list(_checked(declared, rows, different))
    return Changed({} if faults else different, faults)


def _checked(declared: Table[Any], rows: Rows, different: Mapping[Key, tuple[Dated, ...]]) -> Iterator[RecordFault]:
    """What does not hold any more among the rows that a change touches."""
    assert declared.check is not None
    for prefix in dict.fromkeys(key[: declared.together] for key in different):
        held = [one for one in rows.beginning(prefix) if key_of(declared, one) not in different]
        fresh = [one for key, new in different.items() if key[: declared.together] == prefix for one in new]
        for _, what, mend in declared.check([*held, *fresh]):
            yield RecordFault("what the table would say after it", what, mend)


def _completed(
    declared: Table[Any], record: TableRecord, day: date, result: Mapping[Key, Sequence[Dated]], rows: Rows
) -> TableRecord:
    """An update as a put: with the cells of the row that holds on its day, where it does not name them."""
    if record.action != "update":
        return record
    keyed, faults = _key_only(declared, record.cells)
    if faults:
        return record
    key = key_of(declared, Dated(keyed, date.min, date.max, 0, record.cells))
    held = result.get(key, rows.by_key.get(key, ()))
    known = next((one.cells for one in held if one.holds(record.first or day)), {})
    return TableRecord("put", {**known, **record.cells}, record.first, record.last, record.place)


def _read(declared: Table[Any], record: TableRecord, day: date) -> tuple[Dated | None, list[Any]]:
    first, last = record.first or day, record.last or date.max
    if record.action == "end":
        value, faults = _key_only(declared, record.cells)
    else:
        value, faults = value_of(declared, record.cells)
        if not faults and first > last:
            faults = [("ends before it begins", "mend its days")]
    return (None, faults) if faults else (Dated(value, first, last, 0, record.cells), [])


def _key_only(declared: Table[Any], cells: Mapping[str, str]) -> tuple[Any, list[Any]]:
    """A row of which only the key is told: enough to end it."""
    if declared.type is None:
        return value_of(declared, cells)
    kinds = {column.name: column.cell for column in declared.typed}
    try:
        values = {part: kinds[part].read(cells.get(part, "")) for part in declared.key}
    except ValueError:
        return None, [("has a key that is none", "mend the key")]
    if not all(cells.get(part) for part in declared.key):
        return None, [("has no key", "fill the key in")]
    return _Keyed(values), []


class _Keyed:
    """Stands for a row while only its key counts."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def put(held: Sequence[Dated], one: Dated) -> tuple[Dated, ...]:
    """The rows of a key after `one` holds from its first day on."""
    if any(_says_the_same(other, one) for other in held):
        return tuple(held)
    later = min((other.first for other in held if other.first > one.first), default=None)
    if later is not None and later <= one.last:
        one = one._replace(last=later - _DAY)
    before = [_until(other, one.first) for other in held if other.first < one.first]
    after = [other for other in held if other.first > one.first]
    return tuple(sorted([*before, one, *after], key=lambda other: other.first))


def _says_the_same(other: Dated, one: Dated) -> bool:
    """Whether `other` holds on the first day of `one` and says what it says; an open end is any end."""
    same_end = one.last in (date.max, other.last)
    return other.holds(one.first) and other.cells == one.cells and same_end


def ended(held: Sequence[Dated], day: date) -> tuple[Dated, ...]:
    """The rows of a key that is used no longer from `day` on."""
    return tuple(_until(other, day) for other in held if other.first < day)


def _until(one: Dated, day: date) -> Dated:
    """A row that no longer holds on `day`."""
    return one._replace(last=min(one.last, day - _DAY)) if day > date.min else one


def with_rows(rows: Rows, changes: Mapping[Key, Sequence[Dated]], version: str) -> Rows:
    """The rows of a table after some keys' have changed."""
    by_key = {**rows.by_key, **changes}
    return Rows({key: held for key, held in by_key.items() if held}, version, dated=True)
