"""MFI and MFE: what a message says of its master file, as changes of a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from ...kernel import Message
from ...model import TableChange, TableRecord
from ..adt import facility_of, origin_of
from ..reader import MappingError, Reader
from ..site import Site
from .entry import NONE, Entry, EntryReader, entries
from .masters import Master

Action = Literal["put", "update", "end"]
RECORD_EVENTS: dict[str, Action] = {"MAD": "put", "MAC": "put", "MUP": "update", "MDL": "end", "MDC": "end"}
"""HL7 table 0180."""

FILE_EVENTS = ("REP", "UPD")
"""HL7 table 0178."""

SHOWN_MAX = 20


class RecordRefused(NamedTuple):
    """A record that cannot be read: the number of its MFE, from 1, and why."""

    number: int
    error: MappingError


class Notification(NamedTuple):
    """change: what the good records say; refused: the others."""

    change: TableChange
    refused: list[RecordRefused]


class File(NamedTuple):
    """What is the same for all records of a message."""

    facility: str
    zone: ZoneInfo
    day: date
    complete: bool


def changes(message: Message, master: Master, site: Site) -> Iterator[TableChange]:
    """What a message says, as one change of its table. Raises MappingError that names every record at fault."""
    found = read(message, master, site)
    if found.refused:
        raise _refusal(found.refused)
    yield found.change


def read(message: Message, master: Master, site: Site) -> Notification:
    """The good records as one change, and those that cannot be read. Raises MappingError when MFI is at fault.

    A replacement (MFI-3 REP) with a record that cannot be read would end what that record says: then it raises, too.
    """
    file, header = file_of(message, site)
    records: list[TableRecord] = []
    refused: list[RecordRefused] = []
    for entry in entries(message.content):
        try:
            records.extend(_records(entry, master, file))
        except MappingError as error:
            refused.append(RecordRefused(entry.number, error))
    if refused and file.complete:
        raise _refusal(refused)
    return Notification(change_of(message, header, site, master.table, file, records), refused)


def file_of(message: Message, site: Site) -> tuple[File, Reader]:
    """The file level of a message. Raises MappingError."""
    header = Reader(message.content)
    facility, zone = facility_of(message, header, site)
    event = header.needed("complete", "MFI-3")
    if event not in FILE_EVENTS:
        header.fault("MFI-3", "is neither REP nor UPD (HL7 table 0178)", "have the source send one of them", event)
    if "MFE" not in message.content:
        header.fault("MFE", "is missing: a master file notification without a record says nothing", "discard it")
    day = header.day("day", "MFI-5", zone) or message.received.astimezone(zone).date()
    return File(facility, zone, day, event == "REP"), header


def change_of(
    message: Message, header: Reader, site: Site, table: str, file: File, records: list[TableRecord]
) -> TableChange:
    return TableChange(
        origin=origin_of(message, header, site),
        table=table,
        day=file.day,
        records=tuple(records),
        complete=file.complete,
        provenance=header.provenance,
    )


def action_of(reader: Reader) -> Action:
    """What MFE-1 asks for. Raises MappingError."""
    event = reader.needed("action", "MFE-1")
    return RECORD_EVENTS.get(event) or reader.fault(
        "MFE-1", "is not in HL7 table 0180", "have the source send MAD, MUP, MDL, MDC or MAC", event
    )


def _records(entry: Entry, master: Master, file: File) -> Iterator[TableRecord]:
    """One record for each repetition of the segment that has days of its own, one where there is none."""
    reader = entry.reader()
    action = action_of(reader)
    if master.inactive and entry.cell(reader, "inactive", master.inactive, "active") == "N":
        action = "end"
    first = entry.day(reader, "first", "MFE-3", file.zone)
    if action == "end":
        yield TableRecord("end", _key(entry, reader, master, file), first, place=entry.place)
        return
    for number in _chosen(entry, master, file):
        each = entry.reader(**_primary(entry, master) | ({master.each: number} if master.each else {}))
        yield TableRecord(
            action,
            _key(entry, each, master, file) | _cells(entry, each, master),
            entry.day(each, "first", master.first, file.zone) or first,
            entry.day(each, "last", master.last, file.zone),
            entry.place,
        )


def _chosen(entry: Entry, master: Master, file: File) -> list[int]:
    """The repetitions that count here: those that name no facility, or this one; NONE, and the record without any."""
    found = []
    for number in range(1, entry.count(master.each) + 1) if master.each else ():
        segment = entry.segments[master.each][number - 1]
        places = [one["1"] for one in segment.all(master.facility[4:])] if master.facility else []
        if not any(places) or file.facility in places:
            found.append(number)
    return found or [NONE]


def _primary(entry: Entry, master: Master) -> dict[str, int]:
    """The repetition of a segment that says of itself that it is the one that counts."""
    segment = master.primary[:3]
    for number in range(1, entry.count(segment) + 1) if segment else ():
        if entry.cell(entry.reader(**{segment: number}), "primary", master.primary, "flag") == "Y":
            return {segment: number}
    return {}


def _key(entry: Entry, reader: EntryReader, master: Master, file: File) -> dict[str, str]:
    cells: dict[str, str] = {}
    for column, place in master.key.items():
        found = entry.cell(reader, column, place, master.kinds.get(column, "text"))
        if not found and column == "facility":
            found = file.facility
        cells[column] = found or reader.fault(place, "is empty", f"have the source fill it ({column})")
    return cells


def _cells(entry: Entry, reader: EntryReader, master: Master) -> dict[str, str]:
    cells: dict[str, Any] = {
        column: entry.cell(reader, column, place, master.kinds.get(column, "text"))
        for column, place in master.columns.items()
    }
    for column, place, meanings in master.fixed:
        said = entry.cell(reader, column, place, "text")
        cells[column] = meanings.get(said) if said else said
    return {column: cell for column, cell in cells.items() if cell is not None}


def _refusal(refused: list[RecordRefused]) -> MappingError:
    """One error for all records at fault. What was found in them stays in the first one's detail."""
    first = refused[0].error
    if len(refused) == 1:
        return first
    words = "; ".join(f"MFE({number}): {error}" for number, error in refused[:SHOWN_MAX])
    return MappingError(
        f"{len(refused)} records cannot be read: {words}", suggestion=first.suggestion, detail=first.detail
    )
