"""A column that names a row of another table: the row is there, and holds as long as the one that names it.

A table that is not declared, or whose rows are not at hand (those that messages feed, for `isthmus check`), is not judged.
Gaps inside the days of a named row are not looked for: only whether it is there when the naming row begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from .declared import Table
from .rows import Dated, Fault, Rows


def dangling(declared: Table[Any], rows: Iterable[Dated], others: Mapping[str, Rows]) -> Iterator[Fault]:
    """What rows of a table name that other tables do not hold. Lines are those of the naming rows."""
    named = [column for column in declared.typed if column.refers in others]
    for one in rows if named else ():
        for column in named:
            value = getattr(one.row, column.name)
            if value not in (None, ""):
                yield from _judged(column.name, column.refers, one, others[column.refers].by_key.get((value,), ()))


def _judged(column: str, table: str, one: Dated, held: Iterable[Dated]) -> Iterator[Fault]:
    held = list(held)
    if not held:
        yield Fault(one.line, f"{column!r} names no row of the table {table}", f"mend the code, or add it to {table}")
    elif max(other.last for other in held) < one.last:
        mend = f"end this row as well, or name a code of {table} that goes on"
        yield Fault(one.line, f"{column!r} names a row of the table {table} that ends before this one does", mend)
    elif one.first != date.min and min(other.first for other in held) > one.first:
        mend = f"begin this row later, or the one in {table} earlier"
        yield Fault(one.line, f"{column!r} names a row of the table {table} that begins after this one does", mend)
