"""Looking into reference tables: what there is, the rows of a key, and which codes parked work waits for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from ..flows import Table
from ..flows.tables import Dated, Unmapped
from ..flows.tables.rows import Key, text_of
from ..journal import worklist
from ..journal.view import View
from ..kernel.errors import Misuse
from . import asks
from .looks import LIMIT_MAX, at
from .tables import file_of, version_of_tables

SEPARATOR = "|"
ITEMS_MAX = 100_000
"""Parked items that are looked through for the codes they miss."""


def listed(tables: Iterable[Table[Any]]) -> asks.Tables:
    """Every table once, by name."""
    by_name = {one.name: one for one in tables}
    found = [_info(one) for _, one in sorted(by_name.items())]
    return asks.Tables(version=version_of_tables(by_name.values()), tables=found)


def _info(one: Table[Any]) -> asks.TableInfo:
    days = [day for _, row in one.rows.all() for day in (row.first, row.last) if day not in (date.min, date.max)]
    return asks.TableInfo(
        name=one.name,
        fed_by="messages" if one.fed else "file",
        file="" if one.fed else file_of(one),
        key=list(one.key),
        keys=sum(1 for held in one.rows.by_key.values() if held),
        rows=len(one.rows),
        version=one.version,
        first=min(days).isoformat() if days else "",
        last=max(days).isoformat() if days else "",
        personal=one.personal,
    )


def named(tables: Iterable[Table[Any]], name: str) -> Table[Any]:
    """The table of a name. Raises `Misuse` with the names that there are."""
    by_name = {one.name: one for one in tables}
    if name not in by_name:
        raise Misuse(f"there is no table {name!r}: there is {', '.join(sorted(by_name)) or 'none'}")
    return by_name[name]


def rows_of(one: Table[Any], ask: asks.ShowRows) -> asks.TableRows:
    """The rows that an ask means, by key and day. Raises `Misuse` for a day or limit that is none."""
    if not 0 < ask.limit <= LIMIT_MAX:
        raise Misuse(f"limit is between 1 and {LIMIT_MAX}")
    parts = tuple(ask.key.split(SEPARATOR)) if ask.key else ()
    if len(parts) > len(one.key):
        raise Misuse(f"table {one.name} is looked up by {', '.join(one.key)}")
    on = _day(ask.on)
    found = sorted(
        ((text_of(key), row) for key, row in one.rows.all() if text_of(key)[: len(parts)] == parts and row.holds(on)),
        key=lambda pair: (pair[0], pair[1].first),
    )
    rows = [_row(key, row) for key, row in found[: ask.limit]]
    return asks.TableRows(table=one.name, version=one.version, total=len(found), rows=rows)


def _row(key: Key, row: Dated) -> asks.TableRow:
    return asks.TableRow(
        key=[str(part) for part in key],
        first="" if row.first == date.min else row.first.isoformat(),
        last="" if row.last == date.max else row.last.isoformat(),
        cells=dict(row.cells),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Misuse("a day is written YYYY-MM-DD") from None


def missing(view: View, ask: asks.ListMissing) -> asks.Missing:
    """What stands parked as `UNMAPPED`, by what it misses: the first line of its cause, `TABLE: KEY on DAY`."""
    codes: dict[tuple[str, str], list[worklist.Item]] = {}
    for item in worklist.items(view, code=Unmapped.code, limit=ITEMS_MAX):
        table, _, key = item.detail.partition("\n")[0].partition(": ")
        if not ask.table or ask.table == table:
            codes.setdefault((table, key), []).append(item)
    found = [
        asks.MissingCode(
            table=table,
            key=key,
            count=len(items),
            since=at(min(item.opened_ns for item in items)),
            items=sorted(item.id for item in items),
        )
        for (table, key), items in codes.items()
    ]
    return asks.Missing(codes=sorted(found, key=lambda one: (-one.count, one.table, one.key)))
