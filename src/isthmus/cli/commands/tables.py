"""The reference tables: what there is, what stands in them, and which codes parked work waits for.

  isthmus tables                                      every table: rows, days, version, where its rows come from
  isthmus tables charge-master 82947                  the rows of a key
  isthmus tables departments MAIN --on 2026-03-02     those that begin with MAIN and hold on that day
  isthmus tables --missing                            the codes that parked work misses, the most missed first

Rows about persons (`personal`) are audited when they are shown; the list of missing codes always is. Once the rows are
there: `isthmus deploy tables`, then `isthmus parked --code UNMAPPED --resend-listed --reason WHY`.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .. import arguments
from ..exits import Exit
from ..output import print_json, print_table, styled

if TYPE_CHECKING:
    from ...runtime.asks import Answer, Ask, Missing, TableRows, Tables

A = TypeVar("A", bound="Answer")


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", nargs="?", default="", metavar="TABLE", help="show rows of this table")
    parser.add_argument("key", nargs="*", metavar="KEY", help="the parts of a key, or its first ones; none: all rows")
    parser.add_argument("--on", default="", metavar="DAY", help="only rows that hold on this day, YYYY-MM-DD")
    parser.add_argument("--missing", action="store_true", help="the codes that parked work misses (of TABLE)")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="at most N rows (100)")
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...runtime import asks

    if given.missing:
        missing = _asked(given, "missing", asks.ListMissing(table=given.table, reason=given.reason), asks.Missing)
        _said(given, missing, show_missing)
    elif given.table:
        key = "|".join(given.key)
        ask = asks.ShowRows(table=given.table, key=key, on=given.on, limit=given.limit, reason=given.reason)
        _said(given, _asked(given, "rows", ask, asks.TableRows), show_rows)
    else:
        _said(given, _asked(given, "tables", asks.ListTables(), asks.Tables), show_tables)
    return Exit.OK


def _asked(given: argparse.Namespace, verb: str, ask: Ask, answers: type[A]) -> A:
    from ...runtime.hub import journal_exists
    from ...runtime.settings import load_settings
    from .. import access

    if verb != "missing" and not journal_exists(load_settings(given.folder)):
        return cast(A, _from_files(given, ask))
    return access.call(given.folder, verb, ask, answers)


def _from_files(given: argparse.Namespace, ask: Ask) -> Answer:
    """Before the hub has ever run: what its files say."""
    from ...runtime import asks, table_looks
    from ...runtime.loader import load_declarations

    tables = load_declarations(given.folder).tables
    if isinstance(ask, asks.ShowRows):
        return table_looks.rows_of(table_looks.named(tables, ask.table), ask)
    return table_looks.listed(tables)


def _said(given: argparse.Namespace, answer: Any, show: Any) -> None:
    if given.json:
        print_json(answer)
    else:
        show(answer)


COLUMNS = {
    "name": "TABLE",
    "key": "KEY",
    "keys": "KEYS",
    "rows": "ROWS",
    "first": "FROM",
    "last": "TO",
    "version": "VERSION",
    "fed_by": "FED BY",
}


def show_tables(found: Tables) -> None:
    rows = [{key: getattr(one, key) for key in COLUMNS} for one in found.tables]
    print_table(rows, COLUMNS, none="no flow declares a table")
    if found.version:
        print(styled(f"decisions record tables@{found.version}", "quiet"))


def show_rows(found: TableRows) -> None:
    columns = {column: column for row in found.rows for column in row.cells}
    days = {"valid_from": "valid_from", "valid_to": "valid_to"}
    rows = [{**row.cells, "valid_from": row.first, "valid_to": row.last} for row in found.rows]
    print_table(rows, columns | days, none="no row")
    if found.total > len(found.rows):
        print(styled(f"{found.total - len(found.rows)} more: --limit, or more of the key", "quiet"))


def show_missing(found: Missing) -> None:
    rows = [
        {"table": one.table, "key": one.key, "count": one.count, "since": one.since, "items": one.items}
        for one in found.codes
    ]
    columns = {"table": "TABLE", "key": "MISSING", "count": "PARKED", "since": "SINCE", "items": "ITEMS"}
    print_table(rows, columns, none="no parked work misses a code")
