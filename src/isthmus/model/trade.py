"""What the documents of supply share: items, parties, references, terms, taxes, allowances and charges.

Kinds and roles are words of this model, whatever code a format has for them. One that the model has no word for keeps the
format's own, with the format's name before it where it is a bare code: `x12:DS`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

ZERO = Decimal(0)

Operation = Literal["new", "update", "delete"]
"""update: this document takes the place of the one before; delete: what it says is cancelled."""


class TradePart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a document of supply. `repr` shows no content."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class ItemId(TradePart, frozen=True):
    """What an item is called. kind: supplier, supplier_auxiliary, buyer, manufacturer, gtin, upc, ndc, unspsc …"""

    kind: str
    value: str


class TradeReference(TradePart, frozen=True):
    """A number of something else. kind: department, requisition, supplier_order, tracking, or the partners' own word."""

    kind: str
    value: str
    description: str = ""


class PartyContact(TradePart, frozen=True):
    """Whom to ask. `phone` as it is dialled."""

    name: str = ""
    phone: str = ""
    email: str = ""


class Party(TradePart, frozen=True, kw_only=True):
    """Who and where. role: buyer, supplier, ship_to, bill_to, ship_from, remit_to, end_user …

    id, id_kind   its number, and whose: gln, duns, hin (health industry number), buyer, supplier …; "" is not said
    attention     lines of the address before the street
    country       ISO 3166-1 alpha-2
    """

    role: str
    name: str = ""
    id: str = ""
    id_kind: str = ""
    attention: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    contacts: tuple[PartyContact, ...] = ()


class PaymentTerms(TradePart, frozen=True, kw_only=True):
    """Days count from the invoice; the discount is for paying within `discount_days`."""

    net_days: int | None = None
    discount_percent: Decimal | None = None
    discount_days: int | None = None


class PriceAdjustment(TradePart, frozen=True, kw_only=True):
    """What is added to the price of the lines or taken from it. kind: shipping, handling, discount …

    amount   a charge is positive, an allowance negative
    """

    kind: str
    amount: Decimal
    description: str = ""


class TaxAmount(TradePart, frozen=True, kw_only=True):
    """kind: sales, vat, gst, "" for all taxes in one …; rate in percent; amount is added to the price."""

    kind: str
    amount: Decimal
    rate: Decimal | None = None
    jurisdiction: str = ""


class PricedLine(TradePart, frozen=True, kw_only=True):
    """Something at a price. unit: by the partners' list, as it was sent (X12 data element 355, UN/CEFACT Recommendation 20).

    price      for `price_per` units, None where none is stated
    """

    number: str
    quantity: Decimal
    unit: str = ""
    price: Decimal | None = None
    price_per: Decimal = Decimal(1)
    items: tuple[ItemId, ...] = ()
    descriptions: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """Quantity times price, not rounded; None without a price."""
        return None if self.price is None else self.quantity * self.price / self.price_per

    def item(self, kind: str) -> str:
        """The item's number of a kind, "" when there is none."""
        return next((one.value for one in self.items if one.kind == kind), "")
