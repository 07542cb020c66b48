"""The item master: a product as purchasing, the wards, implant logs and the charge master know it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

import msgspec

from ...flows import Table, table
from ...flows.tables import Dated, Fault, refers_to

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12}|[0-9]{13}|[0-9]{14}", re.ASCII)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item.

    gtin         GTIN of the unit of use: for a device under the UDI rule, the device identifier (UDI-DI) of a GS1 label
    unspsc       United Nations Standard Products and Services Code, eight digits
    unit         in which it is issued and used; other units are in `unit-conversions`
    contract     under which it is bought; prices are in `contract-prices`
    implant      its lot or serial number has to be recorded with the patient
    chargeable   it goes on the patient's bill, as `charge_code`
    location     where it is kept
    """

    item: str
    description: str = ""
    gtin: str = ""
    vendor: str = ""
    vendor_catalogue: str = ""
    manufacturer: str = ""
    manufacturer_catalogue: str = ""
    unspsc: Annotated[str, msgspec.Meta(pattern=r"[0-9]{8}")] = ""
    unit: str = "EA"
    contract: str = ""
    gl_account: Annotated[str, refers_to("accounts")] = ""
    implant: bool = False
    chargeable: bool = False
    charge_code: Annotated[str, refers_to("charge-master")] = ""
    location: str = ""


def item_master(*, fed: bool = False) -> Table[Item]:
    """`item-master`: item"""
    return table("item-master", key="item", row=Item, check=check, together=1, fed=fed)


def item_by_gtin(items: Table[Item], gtin: str, on: date) -> Item | None:
    """The item of a GTIN, however many zeros stand before it. Looks through the table: for implants and cabinets, not
    for every charge."""
    wanted = gtin.zfill(14)
    return next((item for item in items.where(on=on) if item.gtin and item.gtin.zfill(14) == wanted), None)


def valid_gtin(text: str) -> bool:
    """Whether a text has the length and the check digit of a GTIN (GS1 General Specifications, 7.9: weights 3 and 1)."""
    if not _GTIN.fullmatch(text):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighted % 10 == 0


def check(rows: Sequence[Dated]) -> Iterator[Fault]:
    """What must hold in an item master beyond the types of its columns."""
    lines: dict[str, Dated] = {}
    for one in rows:
        item: Item = one.row
        if item.gtin and not valid_gtin(item.gtin):
            yield Fault(
                one.line, "'gtin' has not the check digit of a GTIN", "copy it from the label, all of its digits"
            )
        if item.chargeable and not item.charge_code:
            yield Fault(one.line, "is chargeable and has no 'charge_code'", "name its charge code, or write N")
        other = lines.setdefault(item.gtin.zfill(14), one) if item.gtin else one
        if other.row.item != item.item and one.first <= other.last and other.first <= one.last:
            yield Fault(one.line, f"has the GTIN of line {other.line}", "a GTIN names one product: mend one of them")
