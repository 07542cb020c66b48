"""The files of a hub's reference tables: read, checked and put in, all of them or none.

The version of the tables is one hash over all of them, recorded with every decision and step beside the version of the
flow or process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ..flows import Table
from ..flows.tables import Rows, read_rows
from ..kernel.errors import Misuse

FOLDER = "tables"


class TableFault(NamedTuple):
    """file: relative to the hub's folder; line 0: the file as a whole."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}: {self.mend}"


def read_tables(folder: Path, tables: Iterable[Table]) -> tuple[dict[str, Rows], list[TableFault]]:
    """What the files say, by table, and everything that is wrong with them."""
    found: dict[str, Rows] = {}
    faults: list[TableFault] = []
    for one in tables:
        file = f"{FOLDER}/{one.name}.csv"
        try:
            content = (folder / file).read_bytes()
        except OSError as error:
            mend = f"write it with the columns {', '.join((*one.key, *one.columns))}"
            faults.append(TableFault(file, 0, f"cannot be read ({error.strerror})", mend))
            continue
        rows, wrong = read_rows(one, content)
        found[one.name] = rows
        faults.extend(TableFault(file, *fault) for fault in wrong)
    return found, faults


def put_tables(folder: Path, tables: Iterable[Table]) -> None:
    """Read every file again and let the rows answer. Raises `Misuse` with all faults: then nothing has changed."""
    tables = list(tables)
    found, faults = read_tables(folder, tables)
    if faults:
        raise Misuse("\n".join(str(fault) for fault in dict.fromkeys(faults)))
    for one in tables:
        one.put(found[one.name])


def version_of_tables(tables: Iterable[Table]) -> str:
    """One hash over the versions of all tables; "" where there are none."""
    versions = sorted({f"{one.name}@{one.version}" for one in tables})
    return hashlib.sha256(" ".join(versions).encode()).hexdigest()[:12] if versions else ""
