"""A table as it is declared, and its look-ups.

departments = table("departments", key=("facility", "department"), columns=("account", "cost_centre"))
departments.find("MAIN", "LAB", on=day)["account"]

accounts = table("accounts", key="account", row=Account)            rows are values of a struct
accounts.get("4110", on=day).cost_centre_needed                     raises `Unmapped` where there is none

facility,department,account,cost_centre,valid_from,valid_to         tables/departments.csv
MAIN,LAB,4110,CC110,,2026-06-30
MAIN,LAB,4111,CC110,2026-07-01,
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import Any, Generic, TypeVar, overload

import msgspec

from ...kernel.errors import Misuse, Permanent
from ..declaration import Place
from .columns import Column, columns_of
from .rows import Dated, Fault, Row, Rows

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
R = TypeVar("R")
S = TypeVar("S", bound=msgspec.Struct)
Check = Callable[[Sequence[Dated]], Iterable[Fault]]


class Unmapped(Permanent):
    """A code has no row in the reference table that it is looked up in."""

    # The words name table, key columns and version. The key's values and the day stand in the first line of `detail`, in
    # the same words for the same key, so that what is missing can be counted; what else is known follows.
    code = "UNMAPPED"


class Table(Generic[R]):
    """See `table`."""

    def __init__(
        self,
        name: str,
        key: tuple[str, ...],
        columns: tuple[str, ...],
        *,
        row: type[msgspec.Struct] | None = None,
        check: Check | None = None,
        together: int = 0,
        fed: bool = False,
        personal: bool = False,
        owner: str = "",
    ) -> None:
        if not _NAME.fullmatch(name) or not key:
            raise Misuse("a table has a key and a name of small letters, digits, - and _: its file is tables/NAME.csv")
        self.name = name
        self.key = key
        self.type = row
        self.typed: tuple[Column, ...] = columns_of(row) if row is not None else ()
        self.columns = columns or tuple(one.name for one in self.typed if one.needed and one.name not in key)
        self.check = check
        self.together = together
        self.fed = fed
        self.personal = personal
        self.owner = owner
        self.place = Place()
        self._rows: Rows | None = None
        if row is not None and (strange := [part for part in key if part not in row.__struct_fields__]):
            raise Misuse(f"the key of table {name} names {strange[0]!r}, which {row.__name__} does not have")

    @classmethod
    def of(
        cls, name: str, key: tuple[str, ...], rows: Iterable[Row], row: type[msgspec.Struct] | None = None
    ) -> Table[Any]:
        """A table that holds rows already, without a file; `row`: the struct that they are looked up as.

        Raises KeyError for a row without a key's column, msgspec.ValidationError for one that is no such struct.
        """
        made: Table[Any] = Table(name, key, (), row=row)
        by_key = {}
        for cells in rows:
            held = cells if row is None else msgspec.convert(cells, row)
            by_key[tuple(cells[part] for part in key)] = [Dated(held, date.min, date.max, 0, cells)]
        made.put(Rows(by_key, "", dated=False))
        return made

    # ---- look-ups

    def find(self, *key: Hashable, on: date | None = None) -> R | None:
        """The row of a key, None when there is none. A table with days needs to be told which one."""
        rows = self._asked(on)
        if len(key) != len(self.key):
            raise Misuse(f"table {self.name} is looked up by {', '.join(self.key)}")
        return next((one.row for one in rows.by_key.get(key, ()) if one.holds(on)), None)

    def get(self, *key: Hashable, on: date | None = None) -> R:
        """The row of a key. Raises `Unmapped`: what is being decided is parked with its context."""
        found = self.find(*key, on=on)
        if found is None:
            raise self.unmapped(*key, on=on)
        return found

    def where(self, *begin: Hashable, on: date | None = None) -> list[R]:
        """The rows whose key begins with these parts (all rows for none), in the order of the file."""
        return [one.row for one in self._asked(on).beginning(begin) if one.holds(on)]

    def unmapped(
        self, *key: Hashable, on: date | None = None, what: str = "", needs: str = "", detail: str = ""
    ) -> Unmapped:
        """The error for a key without a row.

        what    what was looked up, in words: "the department of a charge"
        needs   what its row has to say, in words: "an account and a cost centre"
        detail  what else helps the person who mends it; may hold content, like the key
        """
        asked = ", ".join(f"{name} {part or '(empty)'}" for name, part in zip(self.key, key, strict=False))
        day = f" on {on}" if on is not None else ""
        return Unmapped(
            f"{what or ', '.join(self.key)} has no row in the table {self.name} (version {self.version or 'none'})",
            suggestion=self._mend(needs),
            detail=f"{self.name}: {asked}{day}" + (f"\n{detail}" if detail else ""),
        )

    def _mend(self, needs: str) -> str:
        row = "add a row for it" + (f" with {needs}" if needs else "")
        if self.fed:
            return f"have the source of the table {self.name} send it, or {row} by a change, then resend"
        return f"{row} to tables/{self.name}.csv, deploy, then resend"

    def _asked(self, on: date | None) -> Rows:
        rows = self.rows
        if rows.dated and on is None:
            raise Misuse(f"rows of table {self.name} hold on certain days: say on which (on=...)")
        return rows

    # ---- rows

    @property
    def rows(self) -> Rows:
        if self._rows is None:
            raise Misuse(f"table {self.name} is read when the hub starts: look things up within a handler")
        return self._rows

    @property
    def filled(self) -> bool:
        """Whether rows were put in."""
        return self._rows is not None

    @property
    def version(self) -> str:
        return self.rows.version

    def put(self, rows: Rows) -> None:
        """Let these rows answer from now on."""
        self._rows = rows

    def __repr__(self) -> str:
        return f"<Table {self.name}>"


@overload
def table(
    name: str,
    *,
    key: str | tuple[str, ...],
    columns: tuple[str, ...] = ...,
    fed: bool = ...,
    personal: bool = ...,
    owner: str = ...,
) -> Table[Row]: ...
@overload
def table(
    name: str,
    *,
    key: str | tuple[str, ...],
    row: type[S],
    check: Check | None = ...,
    together: int = ...,
    fed: bool = ...,
    personal: bool = ...,
    owner: str = ...,
) -> Table[S]: ...
def table(
    name: str,
    *,
    key: str | tuple[str, ...],
    columns: tuple[str, ...] = (),
    row: type[msgspec.Struct] | None = None,
    check: Check | None = None,
    together: int = 0,
    fed: bool = False,
    personal: bool = False,
    owner: str = "",
) -> Table[Any]:
    """Declare the reference table in `tables/NAME.csv`, or one that messages feed.

    key       the column, or columns, that a row is found by
    columns   what else the file must have; it may have more
    row       instead: a frozen struct whose fields are the columns, with their types (`columns.py`)
    check     what must hold over all rows of the file: yields faults
    together  of a table that messages feed: `check` looks at the rows that share so many parts of the key with one that
              changes; 0: it looks at files only
    fed       its rows come in messages (`TableChange`) and live in the hub's data, not in a file
    personal  its rows are about persons: every look at them is audited
    owner     the team that gets a change which does not fit; left out: that of the hub's first flow
    """
    key = (key,) if isinstance(key, str) else key
    return Table(name, key, columns, row=row, check=check, together=together, fed=fed, personal=personal, owner=owner)
