"""A hub's reference tables: the files of those that have one read, checked and put in, all of them or none.

The version of the tables is one hash over all of them, recorded with every decision and step beside the version of the
flow or process. Tables that messages feed have no file: their rows live in the journal (`stored_tables.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..flows import Table
from ..flows.tables import Rows, read_rows
from ..flows.tables.references import dangling
from ..kernel.errors import Misuse
from .stored_tables import reread

FOLDER = "tables"
SAMPLES = "samples/tables"


class TableFault(NamedTuple):
    """file: relative to the hub's folder; line 0: the file as a whole."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}: {self.mend}"


def file_of(declared: Table[Any]) -> str:
    """Where a table's file stands, relative to the hub's folder."""
    return f"{FOLDER}/{declared.name}.csv"


def read_tables(
    folder: Path, tables: Iterable[Table[Any]], others: Mapping[str, Rows] | None = None
) -> tuple[dict[str, Rows], list[TableFault]]:
    """What the files say, by table, and everything that is wrong with them. `others`: rows that no file holds."""
    found: dict[str, Rows] = {}
    faults: list[TableFault] = []
    with_file = [one for one in tables if not one.fed]
    for one in with_file:
        rows = _read_file(folder, one, faults)
        if rows is not None:
            found[one.name] = rows
    return found, [*faults, *_dangling(with_file, found, dict(others or {}) | found)]


def _read_file(folder: Path, one: Table[Any], faults: list[TableFault]) -> Rows | None:
    file = file_of(one)
    try:
        content = (folder / file).read_bytes()
    except OSError as error:
        mend = f"write it with the columns {', '.join((*one.key, *one.columns))}"
        faults.append(TableFault(file, 0, f"cannot be read ({error.strerror})", mend))
        return None
    rows, wrong = read_rows(one, content)
    faults.extend(TableFault(file, *fault) for fault in wrong)
    return rows


def _dangling(
    tables: Iterable[Table[Any]], found: Mapping[str, Rows], others: Mapping[str, Rows]
) -> Iterator[TableFault]:
    for one in tables:
        if one.name in found:
            dated = (dated for _, dated in found[one.name].all())
            yield from (TableFault(file_of(one), *fault) for fault in dangling(one, dated, others))


def put_tables(folder: Path, tables: Iterable[Table[Any]], running: Iterable[Table[Any]] = ()) -> None:
    """Read every file again and let the rows answer. Raises `Misuse` with all faults: then nothing has changed.

    `running`: tables that answer now; one that messages feed takes its rows over from the one of its name.
    """
    tables = list(tables)
    fed = {one.name: one.rows for one in running if one.fed and one.filled}
    fresh = {id(one): reread(one, fed.get(one.name)) for one in tables if one.fed and not one.filled}
    found, faults = read_tables(folder, tables, fed)
    if faults:
        raise Misuse("\n".join(str(fault) for fault in dict.fromkeys(faults)))
    for one in tables:
        rows = fresh.get(id(one)) if one.fed else found[one.name]
        if rows is not None:
            one.put(rows)


def put_samples(folder: Path, tables: Iterable[Table[Any]]) -> None:
    """For cases: the rows of tables that messages feed, from `samples/tables/NAME.csv` where it is there.

    Raises `Misuse` with all faults.
    """
    faults: list[TableFault] = []
    for one in tables:
        file = f"{SAMPLES}/{one.name}.csv"
        if one.fed and (folder / file).is_file():
            rows, wrong = read_rows(one, (folder / file).read_bytes())
            faults.extend(TableFault(file, *fault) for fault in wrong)
            one.put(Rows(rows.by_key, rows.version, dated=True))
    if faults:
        raise Misuse("\n".join(map(str, faults)))


def version_of_tables(tables: Iterable[Table[Any]]) -> str:
    """One hash over the versions of all tables; "" where there are none."""
    versions = sorted({f"{one.name}@{one.version}" for one in tables})
    return hashlib.sha256(" ".join(versions).encode()).hexdigest()[:12] if versions else ""
