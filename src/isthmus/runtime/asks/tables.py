"""What can be asked of reference tables."""

from __future__ import annotations

from .shape import Answer, Ask


class ListTables(Ask, frozen=True):
    """The reference tables: where their rows come from, how many, and which version answers now."""


class TableInfo(Answer, frozen=True):
    """fed_by: "file" or "messages"; first and last: the days that rows name, "" for none or without a bound."""

    name: str
    fed_by: str
    file: str
    key: list[str]
    keys: int
    rows: int
    version: str
    first: str
    last: str
    personal: bool


class Tables(Answer, frozen=True):
    """version: what decisions record now, over all tables."""

    version: str
    tables: list[TableInfo]


class ShowRows(Ask, frozen=True):
    """The rows of a key in a table. The look is audited when its rows are about persons.

    table   its name
    key     the parts of the key, with | between them; only the first ones: all rows that begin with them; "": all rows
    on      only what holds on this day, YYYY-MM-DD
    limit   at most so many
    reason  why, for the audit
    """

    table: str
    key: str = ""
    on: str = ""
    limit: int = 100
    reason: str = ""


class TableRow(Answer, frozen=True):
    """first and last: the days on which it holds, "" without a bound; cells: column -> text."""

    key: list[str]
    first: str
    last: str
    cells: dict[str, str]


class TableRows(Answer, frozen=True):
    """total: how many there are, shown or not."""

    table: str
    version: str
    total: int
    rows: list[TableRow]


class ListMissing(Ask, frozen=True):
    """The codes that parked work waits for, the most missed first. The look is audited.

    table   only of this table
    reason  why, for the audit
    """

    table: str = ""
    reason: str = ""


class MissingCode(Answer, frozen=True):
    """key: what was looked up, and for which day; items: of the worklist, to resend once the row is there."""

    table: str
    key: str
    count: int
    since: str
    items: list[int]


class Missing(Answer, frozen=True):
    codes: list[MissingCode]
