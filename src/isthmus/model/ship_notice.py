"""What a supplier announces to be on its way."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from .event import Event
from .trade import ItemId, Operation, Party, TradePart, TradeReference


class ShipmentLine(TradePart, frozen=True, kw_only=True):
    """So many of one item of one order, of one lot, in one package.

    carton, pallet   the SSCC of the package that it is in, and of the one around that
    order_line       the line's number in the order
    """

    order_number: str
    order_line: str = ""
    number: str = ""
    quantity: Decimal
    unit: str = ""
    items: tuple[ItemId, ...] = ()
    descriptions: tuple[str, ...] = ()
    lot: str = ""
    expires_on: date | None = None
    serials: tuple[str, ...] = ()
    carton: str = ""
    pallet: str = ""


class ShipNotice(Event, frozen=True, kw_only=True):
    """A shipment, whole. noticed_on, shipped_on, expected_on: dates at the supplier; `_at` where a format says the moment.

    carrier        Standard Carrier Alpha Code; carrier_name: in words
    """

    number: str
    operation: Operation = "new"
    noticed_on: date
    noticed_at: datetime | None = None
    shipped_on: date | None = None
    shipped_at: datetime | None = None
    expected_on: date | None = None
    expected_at: datetime | None = None
    carrier: str = ""
    carrier_name: str = ""
    tracking: tuple[str, ...] = ()
    bill_of_lading: str = ""
    parties: tuple[Party, ...] = ()
    references: tuple[TradeReference, ...] = ()
    comments: tuple[str, ...] = ()
    lines: tuple[ShipmentLine, ...] = ()
