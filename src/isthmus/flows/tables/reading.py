"""A CSV file as rows of a table, and everything that is wrong with it, by line."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from .rows import VALID_FROM, VALID_TO, Dated, Fault, Key, Row, Rows, overlapping

if TYPE_CHECKING:
    from .declared import Table


class CellFault(NamedTuple):
    """What is wrong with a row, wherever it came from."""

    what: str
    mend: str


def read_rows(declared: Table[Any], content: bytes) -> tuple[Rows, list[Fault]]:
    """A file as rows of a table, and everything that is wrong with it. Cells are taken without blanks around them."""
    version = hashlib.sha256(content).hexdigest()[:12]
    by_key: dict[Key, list[Dated]] = {}
    try:
        lines = list(_lines(content))
    except (UnicodeDecodeError, csv.Error):
        return Rows({}, version, dated=False), [Fault(1, "is not CSV in UTF-8", "save it as CSV (UTF-8)")]
    header = lines[0][1] if lines else []
    faults = list(_header_faults(declared, header))
    if faults:
        return Rows({}, version, dated=False), faults
    for line, cells in lines[1:]:
        one = _dated(header, line, cells, declared, faults)
        if one is not None:
            _take(by_key, key_of(declared, one), one, faults)
    rows = Rows(by_key, version, dated=VALID_FROM in header or VALID_TO in header)
    if declared.check is not None and not faults:
        faults.extend(declared.check([one for _, one in rows.all()]))
    return rows, faults


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every line that is not empty."""
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [cell.strip() for cell in cells]


def _header_faults(declared: Table[Any], header: list[str]) -> Iterator[Fault]:
    for column in dict.fromkeys((*declared.key, *declared.columns)):
        if column not in header:
            yield Fault(1, f"has no column {column!r}", "add it to the first line, and a value to every row")
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            yield Fault(1, f"has the column {column!r} twice", "remove one of them")


def _dated(header: list[str], line: int, cells: list[str], declared: Table[Any], faults: list[Fault]) -> Dated | None:
    if len(cells) != len(header):
        faults.append(Fault(line, f"has {len(cells)} cells, the first line {len(header)}", "add or remove commas"))
        return None
    row = dict(zip(header, cells, strict=True))
    days, wrong = _days(row)
    value, more = value_of(declared, row)
    faults.extend(Fault(line, *one) for one in (*more, *wrong))
    return None if wrong or more else Dated(value, *days, line, row)


def _days(row: Row) -> tuple[tuple[date, date], list[CellFault]]:
    try:
        first = date.fromisoformat(row.get(VALID_FROM) or "0001-01-01")
        last = date.fromisoformat(row.get(VALID_TO) or "9999-12-31")
    except ValueError:
        words = CellFault(f"{VALID_FROM} or {VALID_TO} is no date", "write YYYY-MM-DD, or nothing")
        return (date.min, date.max), [words]
    if first > last:
        mend = "the row would never hold: exchange or mend them"
        return (first, last), [CellFault(f"{VALID_FROM} is after {VALID_TO}", mend)]
    return (first, last), []


def value_of(declared: Table[Any], cells: Mapping[str, str]) -> tuple[Any, list[CellFault]]:
    """What cells say as a row of the table, and what is wrong with them; the first empty key alone when there is one."""
    empty = [part for part in declared.key if not cells.get(part)]
    if empty:
        return None, [CellFault(f"has nothing in {empty[0]!r}", "fill it in, or remove the row")]
    if declared.type is None:
        return cells, []
    values: dict[str, Any] = {}
    faults: list[CellFault] = []
    for column in declared.typed:
        text = cells.get(column.name, "")
        if not text:
            values[column.name] = column.default
            if column.needed:
                faults.append(CellFault(f"has nothing in {column.name!r}", "fill it in"))
            continue
        try:
            values[column.name] = column.cell.read(text)
        except ValueError:
            faults.append(CellFault(f"{column.name!r} {column.cell.what}", column.cell.mend))
    return (None if faults else declared.type(**values)), faults


def key_of(declared: Table[Any], one: Dated) -> Key:
    """The key of a row, of values where its columns have types."""
    if declared.type is None:
        return tuple(one.cells[part] for part in declared.key)
    return tuple(getattr(one.row, part) for part in declared.key)


def _take(by_key: dict[Key, list[Dated]], key: Key, one: Dated, faults: list[Fault]) -> None:
    held = by_key.setdefault(key, [])
    other = overlapping(one, held)
    if other is None:
        held.append(one)
    else:
        what = f"has the key of line {other.line}, for the same days"
        faults.append(Fault(one.line, what, f"remove one of them, or end the older with {VALID_TO}"))
