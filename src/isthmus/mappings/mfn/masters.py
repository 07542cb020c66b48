"""Which field of a master file is which column of a table: data. Columns are those of `packs.masters`.

Fields were held against HL7 v2.5.1 (chapters 8 and 15) and, for ITM, VND and PKG, v2.7 and v2.9 (chapter 17). What the
standard leaves to a site is a choice here, and another choice there: `CHARGES.where(revenue_code="CDM-7[2].1")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A master file.

    table      the table that it feeds
    key        column -> place; each has to be valued
    columns    column -> place
    kinds      column -> what its field holds, where it is not text: number, day, flag, active, location
    each       a segment that repeats within a record, each with days of its own: one row for each
    facility   the place in that segment that names facilities: those of other facilities are left out
    primary    a flag of a segment that repeats: the one that says Y is read, else the first
    first      the place of the first day
    last       the place of the last day
    inactive   the place of an A or I (table 0183): I ends the key as MDC does
    fixed      column -> text that stands for a value of a place: ("implant", "ITM-4.1", {"IMP": "Y"})
    """

    table: str
    key: Mapping[str, str]
    columns: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    each: str = ""
    facility: str = ""
    primary: str = ""
    first: str = ""
    last: str = ""
    inactive: str = ""
    fixed: tuple[tuple[str, str, Mapping[str, str]], ...] = ()

    def where(self, **places: str) -> Master:
        """The same with other places for some columns; "" leaves a column out."""
        columns = {column: place for column, place in {**self.columns, **places}.items() if place}
        keys = {column: places.get(column, place) for column, place in self.key.items()}
        return replace(self, key=keys, columns={column: columns[column] for column in columns if column not in keys})


STAFF = Master(
    table="staff",
    key={"staff": "MFE-4.1"},
    columns={
        "family_name": "STF-3.1.1",
        "given_name": "STF-3.2",
        "active": "STF-7",
        "department": "STF-8.1",
        "job_title": "STF-18",
        "cost_centre": "STF-36.1",
        "category": "PRA-3",
        "specialty": "PRA-5.1",
        "npi": "PRA-6[2=NPI].1",
    },
    kinds={"active": "active"},
)
"""M02, STF and PRA (§15.4.6, §15.4.5)."""

CHARGES = Master(
    table="charge-master",
    key={"charge_code": "MFE-4.1"},
    columns={
        "description": "CDM-3",
        "hcpcs": "CDM-7.1",
        "department": "PRC-3.1",
        "price": "PRC-5.1.1",
        "revenue_code": "PRC-14.1",
        "chargeable": "PRC-15",
    },
    kinds={"price": "number", "chargeable": "flag"},
    each="PRC",
    facility="PRC-2",
    first="PRC-11",
    last="PRC-12",
    inactive="CDM-8",
)
"""M04, CDM and PRC (§8.10). The standard has no field for a revenue code; its billing category, whose codes are a site's
(table 0293), is where it is looked for."""

LOCATIONS = Master(
    table="places",
    key={"facility": "LOC-1.4.1", "place": "LOC-1"},
    columns={
        "description": "LOC-2",
        "kind": "LOC-3.1",
        "department": "LDP-2.1",
        "service": "LDP-3.1",
        "cost_centre": "LDP-12.1",
    },
    kinds={"place": "location"},
    first="LDP-7",
    inactive="LDP-6",
)
"""M05, LOC and the first LDP of a location (§8.9)."""

INVENTORY = Master(
    table="stock",
    key={"inventory_id": "MFE-4.1"},
    columns={
        "item": "IIM-2.1",
        "lot": "IIM-3",
        "expires": "IIM-4",
        "manufacturer": "IIM-5.1",
        "location": "IIM-6.1",
        "on_hand": "IIM-12",
        "unit": "IIM-13.1",
    },
    kinds={"expires": "day", "on_hand": "number"},
)
"""M15, IIM (§8.12)."""

ITEMS = Master(
    table="item-master",
    key={"item": "ITM-1.1"},
    columns={
        "description": "ITM-2",
        "manufacturer": "ITM-8",
        "manufacturer_catalogue": "ITM-9",
        "chargeable": "ITM-11.1",
        "charge_code": "ITM-12.1",
        "gl_account": "ITM-19.1",
        "unspsc": "ITM-33.1",
        "vendor": "VND-2.1",
        "vendor_catalogue": "VND-4.1",
        "location": "IVT-2.1",
    },
    kinds={"chargeable": "flag"},
    primary="VND-5.1",
    fixed=(("implant", "ITM-4.1", {"IMP": "Y", "EQP": "N", "MED": "N", "SUP": "N", "TDC": "N"}),),
)
"""M16, ITM with its primary VND and first IVT (§17.4; item types: table 0778). UNSPSC came after v2.7. The GTIN is a
package's (PKG-8, v2.9), not an item's: a site whose first PKG is the unit of use says `ITEMS.where(gtin="PKG-8.1")`."""
