"""Who is one person: medical record numbers, enterprise numbers, accounts and guarantors, each with its authority.

    kind,authority,identifier,person,record,survivor
    MRN,MAIN,M1,E1,,
    MRN,MAIN,M7,,,M1                a record that was merged: M1 stays, M7 is retired
    ACCOUNT,MAIN,A1,,MAIN|M7,       the account belongs to the record M7, which M1 stands for now
    EMPI,HEALTH,E1,,,

An identifier without its authority names nobody: `M1` of two hospitals are two records. A merge sets `survivor`, which is
followed from record to record; it takes effect on its day, so that what was decided before can be explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from ...flows import Table, table
from ...flows.tables import Dated, Fault
from ...model import EncounterEvent, Event, PatientsMerged, TableChange, TableRecord

Kind = Literal["MRN", "EMPI", "ACCOUNT", "GUARANTOR"]
NAME = "identities"
_HOPS_MAX = 100
"""Merges of merges that are followed: more is a cycle that a change brought in."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One identifier.

    person    the number by which the enterprise knows the person (EMPI); "": not known
    record    of an account or guarantor: the medical record that it belongs to, as `AUTHORITY|NUMBER`
    survivor  the identifier of the same kind that stands for this one since a merge: a number of the same authority, or
              `AUTHORITY|NUMBER`
    """

    kind: Kind
    authority: str
    identifier: str
    person: str = ""
    record: str = ""
    survivor: str = ""

    def __repr__(self) -> str:
        return f"<Identity of kind {self.kind}>"


def identities(*, fed: bool = True) -> Table[Identity]:
    """`identities`: kind, authority, identifier"""
    key = ("kind", "authority", "identifier")
    return table(NAME, key=key, row=Identity, check=check, fed=fed, personal=True)


def record_of(known: Table[Identity], kind: Kind, authority: str, identifier: str, on: date) -> Identity:
    """The identifier that stands for this one after all merges; of an account or guarantor, its medical record's.

    Raises `Unmapped` when it is not known.
    """
    found = _standing(known, kind, authority, identifier, on)
    if not found.record:
        return found
    return _standing(known, "MRN", *_pointed(found.record, authority), on)


def _pointed(text: str, authority: str) -> tuple[str, str]:
    """Authority and number of what `record` or `survivor` names."""
    other, mark, number = text.partition("|")
    return (other, number) if mark else (authority, text)


def _standing(known: Table[Identity], kind: Kind, authority: str, identifier: str, on: date) -> Identity:
    asked = (authority, identifier)
    for _ in range(_HOPS_MAX):
        found = known.find(kind, *asked, on=on)
        if found is None:
            break
        if not found.survivor:
            return found
        asked = _pointed(found.survivor, found.authority)
    raise known.unmapped(kind, authority, identifier, on=on, what="an identifier of a person", needs="its person")


def identifiers_of(known: Table[Identity], kind: Kind, authority: str, person: str, on: date) -> list[Identity]:
    """A person's identifiers of a kind and authority that stand, retired ones left out."""
    return [one for one in known.where(kind, authority, on=on) if one.person == person and not one.survivor]


# ---- what ADT messages say of it


def seen(event: EncounterEvent, zone: ZoneInfo, *, person: str = "") -> TableChange:
    """The record and the account of a stay. `person`: the enterprise's number, where the message has one.

    It updates: a record that is retired stays retired, whoever still uses its number.
    """
    mrn = event.patient.mrn
    authority = mrn.authority or event.facility
    records = [_record("MRN", authority, mrn.value, **({"person": person} if person else {}))]
    if event.account:
        records.append(_record("ACCOUNT", event.facility, event.account, record=f"{authority}|{mrn.value}"))
    return _change(event, event.occurred_at, zone, records)


def merged(event: PatientsMerged, zone: ZoneInfo) -> TableChange:
    """A merge (A40): the prior record is retired, the surviving one stands for it."""
    stays, retires = ((one.authority or event.facility, one.value) for one in (event.surviving, event.prior))
    survivor = stays[1] if stays[0] == retires[0] else "|".join(stays)
    records = [_record("MRN", *stays), _record("MRN", *retires, survivor=survivor)]
    return _change(event, event.occurred_at, zone, records)


def _record(kind: Kind, authority: str, identifier: str, **more: str) -> TableRecord:
    return TableRecord("update", {"kind": kind, "authority": authority, "identifier": identifier, **more})


def _change(event: Event, at: datetime, zone: ZoneInfo, records: Iterable[TableRecord]) -> TableChange:
    day = at.astimezone(zone).date()
    return TableChange(origin=event.origin, table=NAME, day=day, records=tuple(records))


# ---- what must hold


def check(rows: Sequence[Dated]) -> Iterator[Fault]:
    """Survivors that are not there, and merges that go round in a circle."""
    held: dict[tuple[str, str, str], list[Dated]] = {}
    for one in rows:
        held.setdefault((one.row.kind, one.row.authority, one.row.identifier), []).append(one)
    for one in rows:
        if one.row.survivor:
            yield from _followed(one, held)


def _followed(one: Dated, held: dict[tuple[str, str, str], list[Dated]]) -> Iterator[Fault]:
    here, passed = one, {(one.row.authority, one.row.identifier)}
    while here.row.survivor:
        name = _pointed(here.row.survivor, here.row.authority)
        if name in passed:
            yield Fault(
                one.line, "its merges go round in a circle", "decide which record stays, and empty its survivor"
            )
            return
        passed.add(name)
        following = next((other for other in held.get((one.row.kind, *name), ()) if other.holds(one.last)), None)
        if following is None:
            if here is one:
                yield Fault(one.line, "its survivor is not there", "add the surviving record, or mend the survivor")
            return
        here = following
