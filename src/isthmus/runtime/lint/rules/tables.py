"""Every reference table that a flow declares is a file in tables/ (or is fed by messages): its columns are there, cells are
of their types, no key stands twice for a day, rows that it names in other tables are there, its own checks hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ....flows import Table
from ...tables import FOLDER, file_of, read_tables
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    _, faults = read_tables(subject.folder, subject.reference_tables)
    for file, line, what, mend in faults:
        yield Finding("error", file, line, f"the table {what}", mend)
    if list(subject.loading_faults()):
        return  # a flow that cannot be imported may declare what seems to be nobody's
    declared = {one.name: one for one in subject.reference_tables}
    yield from _unjudged(declared)
    for path in sorted((subject.folder / FOLDER).glob("*.csv")):
        found = declared.get(path.stem)
        if found is not None and found.fed:
            what, mend = "messages feed this table: its file is not read", "remove it, or declare the table without fed"
            yield Finding("warning", f"{FOLDER}/{path.name}", 0, what, mend)
        elif found is None:
            mend = f'declare it in a flow: NAME = table("{path.stem}", key=...), or remove it'
            yield Finding("warning", f"{FOLDER}/{path.name}", 0, "no flow declares this table", mend)


def _unjudged(declared: Mapping[str, Table[Any]]) -> Iterator[Finding]:
    """Columns that name rows of a table which is not there to be looked into."""
    for one in declared.values():
        for column in one.typed:
            if column.refers and column.refers not in declared and not one.fed:
                what = f"{column.name!r} names rows of the table {column.refers}, which no flow declares: it is not checked"
                yield Finding("warning", file_of(one), 1, what, f"declare the table {column.refers} in a flow")
