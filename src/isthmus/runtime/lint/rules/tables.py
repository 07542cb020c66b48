"""Every reference table that a flow declares is a file in tables/ with its columns, and no key stands twice for a day."""

from __future__ import annotations

from collections.abc import Iterator

from ...tables import FOLDER, read_tables
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    _, faults = read_tables(subject.folder, subject.reference_tables)
    for file, line, what, mend in faults:
        yield Finding("error", file, line, f"the table {what}", mend)
    if list(subject.loading_faults()):
        return  # a flow that cannot be imported may declare what seems to be nobody's
    declared = {one.name for one in subject.reference_tables}
    for path in sorted((subject.folder / FOLDER).glob("*.csv")):
        if path.stem not in declared:
            mend = f'declare it in a flow: NAME = table("{path.stem}", key=...), or remove it'
            yield Finding("warning", f"{FOLDER}/{path.name}", 0, "no flow declares this table", mend)
