"""Rows of a table as JSON, from whatever system can write them: the ERP that is polled, a script, an HTTP call.

    {"type": "TableRows", "table": "accounts", "complete": true, "day": "2026-03-02",
     "rows": [{"account": "4110", "description": "Laboratory", "cost_centre_needed": true}],
     "ended": [{"account": "4199"}]}

complete   the rows are all of the table; left out: they are added to what it says
day        from when on; left out: the day of receipt
ended      keys that are used no longer

A cell is a text, true or false, a whole number, or null for an empty one. Numbers with decimals come as texts: a JSON number
passes through binary floating point in too many programs to carry a price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, NoReturn
from zoneinfo import ZoneInfo

from ..kernel import Message
from ..model import Origin, TableChange, TableRecord
from .reader import MappingError

TYPE = "TableRows"
Action = Literal["put", "update", "end"]


def table_rows(message: Message, zone: ZoneInfo) -> Iterator[TableChange]:
    """What a message of type `TableRows` says, as one change. Raises MappingError with the place of what is at fault."""
    said = message.content
    if not isinstance(said, Mapping) or not isinstance(said.get("table"), str):
        _fault("table", "is missing or no text", "name the table that the rows are of")
    complete = said.get("complete", False)
    if not isinstance(complete, bool):
        _fault("complete", "is neither true nor false", "say whether the rows are all of the table")
    records = [*_records(said, "rows", "put" if complete else "update"), *_records(said, "ended", "end")]
    yield TableChange(
        origin=Origin(source=message.source, message_id=message.id, control_id=message.control_id),
        table=said["table"],
        day=_day(said.get("day"), message, zone),
        records=tuple(records),
        complete=complete,
    )


def _records(said: Mapping[str, Any], part: str, action: Action) -> Iterator[TableRecord]:
    for number, row in enumerate(_list(said, part)):
        place = f"{part}[{number}]"
        yield TableRecord(action, _cells(row, place), place=place)


def _list(said: Mapping[str, Any], part: str) -> list[Any]:
    found = said.get(part, [])
    if not isinstance(found, list):
        _fault(part, "is no list", "write a list of objects")
    return found


def _cells(row: Any, place: str) -> dict[str, str]:
    if not isinstance(row, Mapping):
        _fault(place, "is no object", "write column and cell")
    return {column: _cell(value, f"{place}.{number}") for number, (column, value) in enumerate(row.items())}


def _cell(value: Any, place: str) -> str:
    """Places count cells, because a column's name is the sender's word too."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if not isinstance(value, str | int):
        _fault(place, "is neither text, true, false, a whole number nor null", "write numbers with decimals as texts")
    return str(value).strip()


def _day(value: Any, message: Message, zone: ZoneInfo) -> date:
    if value is None:
        return message.received.astimezone(zone).date()
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        _fault("day", "is no date", "write YYYY-MM-DD, or leave it out")


def _fault(place: str, rule: str, mend: str) -> NoReturn:
    raise MappingError(f"{place} {rule}", suggestion=mend)
