"""Stock: the lots of an item that a place holds, as inventory messages tell them (HL7 v2 IIM)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from ...flows import Table, table


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """A lot of an item at a place. on_hand: as of the last message about it."""

    inventory_id: str
    item: str
    lot: str = ""
    expires: date | None = None
    manufacturer: str = ""
    location: str = ""
    on_hand: Decimal | None = None
    unit: str = ""


def stock(*, fed: bool = True) -> Table[Lot]:
    """`stock`: inventory_id, the sender's key of a lot at a place (IIM-1)"""
    return table("stock", key="inventory_id", row=Lot, fed=fed)
