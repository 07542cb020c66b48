"""What a buyer orders, and what the supplier answers to it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from .event import Event
from .trade import (
    ItemId,
    Operation,
    Party,
    PaymentTerms,
    PriceAdjustment,
    PricedLine,
    TaxAmount,
    TradePart,
    TradeReference,
)


class OrderLine(PricedLine, frozen=True, kw_only=True):
    """One line of an order."""

    requested_on: date | None = None
    references: tuple[TradeReference, ...] = ()
    comments: tuple[str, ...] = ()


class PurchaseOrder(Event, frozen=True, kw_only=True):
    """An order, its change or its cancellation.

    kind         regular, blanket, release …
    ordered_on   the date at the buyer; ordered_at: the moment, where the format says it
    total        what the buyer says that it comes to; by the partners' agreement with adjustments and taxes or without
    """

    number: str
    operation: Operation = "new"
    kind: str = "regular"
    ordered_on: date
    ordered_at: datetime | None = None
    currency: str = ""
    total: Decimal | None = None
    contract: str = ""
    requisition: str = ""
    requested_on: date | None = None
    terms: tuple[PaymentTerms, ...] = ()
    parties: tuple[Party, ...] = ()
    adjustments: tuple[PriceAdjustment, ...] = ()
    taxes: tuple[TaxAmount, ...] = ()
    references: tuple[TradeReference, ...] = ()
    comments: tuple[str, ...] = ()
    lines: tuple[OrderLine, ...] = ()


class LineAnswer(TradePart, frozen=True, kw_only=True):
    """What becomes of a part of a line. status: accepted, changed, backordered, rejected, substituted, rescheduled …"""

    status: str
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    ships_on: date | None = None
    delivered_on: date | None = None
    comments: tuple[str, ...] = ()


class AnsweredLine(TradePart, frozen=True, kw_only=True):
    """A line of the order by its number; the quantities of the answers come to its own."""

    number: str
    quantity: Decimal | None = None
    unit: str = ""
    items: tuple[ItemId, ...] = ()
    descriptions: tuple[str, ...] = ()
    answers: tuple[LineAnswer, ...] = ()


class OrderConfirmation(Event, frozen=True, kw_only=True):
    """The supplier's answer to an order.

    number         the supplier's number of it
    status         accepted, changed (by line), detailed (by line, as ordered), excepted, rejected …
    confirmed_on   the date at the supplier; confirmed_at: the moment, where the format says it
    """

    number: str = ""
    order_number: str
    ordered_on: date | None = None
    operation: Operation = "new"
    status: str
    confirmed_on: date | None = None
    confirmed_at: datetime | None = None
    currency: str = ""
    total: Decimal | None = None
    parties: tuple[Party, ...] = ()
    references: tuple[TradeReference, ...] = ()
    comments: tuple[str, ...] = ()
    lines: tuple[AnsweredLine, ...] = ()
