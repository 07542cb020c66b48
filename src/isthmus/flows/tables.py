"""Reference tables: `tables/NAME.csv` of a hub, declared where they are used, looked up by key and by day.

    departments = table("departments", key=("facility", "department"), columns=("account", "cost_centre"))
    departments.find("MAIN", "LAB", on=day)["account"]

    facility,department,account,cost_centre,valid_from,valid_to
    MAIN,LAB,4110,CC110,,2026-06-30
    MAIN,LAB,4111,CC110,2026-07-01,

Invariants
 1. Declaring reads nothing. Whoever loads the hub puts the rows in, and puts all of them in again at a deploy: a look-up
    is pure between two deploys, and `version` says which rows answered.
 2. Of one key at most one row holds on a day. `valid_from` and `valid_to` are optional columns, both days included, an
    empty one without a bound.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ..kernel.errors import Misuse
from .declaration import Place

VALID_FROM, VALID_TO = "valid_from", "valid_to"
Row = Mapping[str, str]
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class Fault(NamedTuple):
    """What is wrong with a table's file; line 0: with the file as a whole."""

    line: int
    what: str
    mend: str


class Dated(NamedTuple):
    """A row and the days on which it holds."""

    row: Row
    first: date
    last: date
    line: int


class Rows:
    """What a table's file says; `version` is the hash of its bytes."""

    __slots__ = ("by_key", "dated", "version")

    def __init__(self, by_key: Mapping[tuple[str, ...], Sequence[Dated]], version: str, *, dated: bool) -> None:
        self.by_key = by_key
        self.version = version
        self.dated = dated

    def __len__(self) -> int:
        return sum(map(len, self.by_key.values()))


class Table:
    """See `table`."""

    def __init__(self, name: str, key: tuple[str, ...], columns: tuple[str, ...]) -> None:
        if not _NAME.fullmatch(name) or not key:
            raise Misuse("a table has a key and a name of small letters, digits, - and _: its file is tables/NAME.csv")
        self.name = name
        self.key = key
        self.columns = columns
        self.place = Place()
        self._rows: Rows | None = None

    @classmethod
    def of(cls, name: str, key: tuple[str, ...], rows: Iterable[Row]) -> Table:
        """A table that holds rows already, without a file. Raises KeyError for a row without a key's column."""
        made = cls(name, key, ())
        by_key = {tuple(row[part] for part in key): [Dated(row, date.min, date.max, 0)] for row in rows}
        made.put(Rows(by_key, "", dated=False))
        return made

    def find(self, *key: str, on: date | None = None) -> Row | None:
        """The row of a key, None when there is none. A table with days needs to be told which one."""
        rows = self.rows
        if len(key) != len(self.key):
            raise Misuse(f"table {self.name} is looked up by {', '.join(self.key)}")
        if rows.dated and on is None:
            raise Misuse(f"rows of table {self.name} hold on certain days: say on which (on=...)")
        found = rows.by_key.get(key, ())
        return next((one.row for one in found if on is None or one.first <= on <= one.last), None)

    @property
    def rows(self) -> Rows:
        if self._rows is None:
            raise Misuse(f"table {self.name} is read when the hub starts: look things up within a handler")
        return self._rows

    @property
    def version(self) -> str:
        return self.rows.version

    def put(self, rows: Rows) -> None:
        """Let these rows answer from now on."""
        self._rows = rows

    def __repr__(self) -> str:
        return f"<Table {self.name}>"


def table(name: str, *, key: str | tuple[str, ...], columns: tuple[str, ...] = ()) -> Table:
    """Declare the reference table in `tables/NAME.csv`.

    key      the column, or columns, that a row is found by
    columns  what else the file must have; it may have more
    """
    return Table(name, (key,) if isinstance(key, str) else key, columns)


def read_rows(declared: Table, content: bytes) -> tuple[Rows, list[Fault]]:
    """A file as rows of a table, and everything that is wrong with it. Cells are taken without blanks around them."""
    version = hashlib.sha256(content).hexdigest()[:12]
    by_key: dict[tuple[str, ...], list[Dated]] = {}
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
            _take(by_key, tuple(one.row[part] for part in declared.key), one, faults)
    return Rows(by_key, version, dated=VALID_FROM in header or VALID_TO in header), faults


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every line that is not empty."""
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [cell.strip() for cell in cells]


def _header_faults(declared: Table, header: list[str]) -> Iterator[Fault]:
    for column in dict.fromkeys((*declared.key, *declared.columns)):
        if column not in header:
            yield Fault(1, f"has no column {column!r}", "add it to the first line, and a value to every row")
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            yield Fault(1, f"has the column {column!r} twice", "remove one of them")


def _dated(header: list[str], line: int, cells: list[str], declared: Table, faults: list[Fault]) -> Dated | None:
    if len(cells) != len(header):
        faults.append(Fault(line, f"has {len(cells)} cells, the first line {len(header)}", "add or remove commas"))
        return None
    row = dict(zip(header, cells, strict=True))
    empty = [part for part in declared.key if not row[part]]
    if empty:
        faults.append(Fault(line, f"has nothing in {empty[0]!r}", "fill it in, or remove the row"))
        return None
    try:
        first = date.fromisoformat(row.get(VALID_FROM) or "0001-01-01")
        last = date.fromisoformat(row.get(VALID_TO) or "9999-12-31")
    except ValueError:
        faults.append(Fault(line, f"{VALID_FROM} or {VALID_TO} is no date", "write YYYY-MM-DD, or nothing"))
        return None
    if first > last:
        faults.append(
            Fault(line, f"{VALID_FROM} is after {VALID_TO}", "the row would never hold: exchange or mend them")
        )
        return None
    return Dated(row, first, last, line)


def _take(by_key: dict[tuple[str, ...], list[Dated]], key: tuple[str, ...], one: Dated, faults: list[Fault]) -> None:
    held = by_key.setdefault(key, [])
    for other in held:
        if one.first <= other.last and other.first <= one.last:
            what = f"has the key of line {other.line}, for the same days"
            faults.append(Fault(one.line, what, f"remove one of them, or end the older with {VALID_TO}"))
            return
    held.append(one)
