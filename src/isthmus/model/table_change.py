"""Master data on its way into a reference table of the hub, whatever brought it: MFN messages, the ERP, a file."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from .event import Event


class TableRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row that holds from a day on, or a key that is used no longer from a day on.

    action  put: the cells are the row; update: they change what the row of that day says, other cells stay; end: the key
            is used no longer
    cells   column -> text, as a cell of the table's file would say it; to end a key, its columns are enough
    first   the first day; None: the day of the change
    last    the last day on which a row holds; None: until something else is said
    place   where it stood in what brought it ("MFE(3)"), for people
    """

    action: Literal["put", "update", "end"]
    cells: dict[str, str]
    first: date | None = None
    last: date | None = None
    place: str = ""

    def __repr__(self) -> str:
        return f"<TableRecord {self.action} {self.place}>"


class TableChange(Event, frozen=True, kw_only=True):
    """Records for one table: they take effect together, or not at all.

    day      the day that counts where a record names none: of receipt, at the source
    complete the records are all of the table: keys that they do not name end on `day`
    """

    table: str
    day: date
    records: tuple[TableRecord, ...] = ()
    complete: bool = False
