"""PunchOut and orders: the setup of a catalogue session, the cart that it gives back, and the order (cXML.dtd)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .parts import (
    Address,
    Comments,
    Contact,
    Extrinsic,
    IdReference,
    ItemID,
    ItemIn,
    ItemOut,
    Money,
    PaymentTerm,
    Shipping,
    Tax,
)
from .shape import Value, flag_at, moment_at, number_at, part_at, parts_at, text_at, value


@value
class PunchOutSetupRequest(Value):
    """operation: create, edit, inspect, source; the cookie comes back with the cart."""

    operation: str = text_at("@operation")
    buyer_cookie: str = text_at("BuyerCookie")
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)
    return_url: str = text_at("BrowserFormPost/URL")
    contacts: tuple[Contact, ...] = parts_at("Contact", Contact)
    supplier_url: str = text_at("SupplierSetup/URL")
    ship_to: Address | None = part_at("ShipTo/Address", Address)
    selected: ItemID | None = part_at("SelectedItem/ItemID", ItemID)
    items: tuple[ItemOut, ...] = parts_at("ItemOut", ItemOut)


@value
class PunchOutSetupResponse(Value):
    """Where the buyer's browser goes."""

    start_url: str = text_at("StartPage/URL")


@value
class PunchOutOrderMessageHeader(Value):
    """operation_allowed: create, inspect, edit; quote_status: pending, final."""

    operation_allowed: str = text_at("@operationAllowed")
    quote_status: str = text_at("@quoteStatus")
    total: Money | None = part_at("Total/Money", Money)
    ship_to: Address | None = part_at("ShipTo/Address", Address)
    shipping: Shipping | None = part_at("Shipping", Shipping)
    tax: Tax | None = part_at("Tax", Tax)


@value
class PunchOutOrderMessage(Value):
    """The cart. Without items after an edit, the buyer's lines are deleted; with status 204 nothing changes."""

    buyer_cookie: str = text_at("BuyerCookie")
    header: PunchOutOrderMessageHeader | None = part_at("PunchOutOrderMessageHeader", PunchOutOrderMessageHeader)
    items: tuple[ItemIn, ...] = parts_at("ItemIn", ItemIn)


@value
class OrderRequestHeader(Value):
    """type: new, update, delete ("" is new); order_type: regular, release, blanket … ("" is regular).

    total         of the items, without tax and shipping
    previous      payloadID of the order that an update or delete is about
    """

    order_id: str = text_at("@orderID")
    ordered_at: date | None = moment_at("@orderDate")
    order_type: str = text_at("@orderType")
    type: str = text_at("@type")
    version: str = text_at("@orderVersion")
    agreement_id: str = text_at("@agreementID")
    agreement_payload_id: str = text_at("@agreementPayloadID")
    requisition_id: str = text_at("@requisitionID")
    ship_complete: bool = flag_at("@shipComplete")
    requested_on: date | None = moment_at("@requestedDeliveryDate")
    total: Money | None = part_at("Total/Money", Money)
    ship_to: Address | None = part_at("ShipTo/Address", Address)
    bill_to: Address | None = part_at("BillTo/Address", Address)
    shipping: Shipping | None = part_at("Shipping", Shipping)
    tax: Tax | None = part_at("Tax", Tax)
    terms: tuple[PaymentTerm, ...] = parts_at("PaymentTerm", PaymentTerm)
    contacts: tuple[Contact, ...] = parts_at("Contact", Contact)
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    followup_url: str = text_at("Followup/URL")
    previous: str = text_at("DocumentReference/@payloadID")
    supplier_order_id: str = text_at("SupplierOrderInfo/@orderID")
    references: tuple[IdReference, ...] = parts_at("IdReference", IdReference)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class OrderRequest(Value):
    """A purchase order, its change or its cancellation."""

    header: OrderRequestHeader | None = part_at("OrderRequestHeader", OrderRequestHeader)
    items: tuple[ItemOut, ...] = parts_at("ItemOut", ItemOut)


@value
class Status(Value):
    """code: 200 and the like as in HTTP; text: in words; detail: the element's own text."""

    code: Decimal | None = number_at("@code")
    text: str = text_at("@text")
    language: str = text_at("@xml:lang")
    detail: str = text_at(".")


@value
class StatusUpdateRequest(Value):
    """What became of a document that was accepted (201) before: `document` is its payloadID.

    payment   processing state of a payment; invoice: of an invoice (processing, reconciled, rejected, paying, paid …)
    """

    document: str = text_at("DocumentReference/@payloadID")
    status: Status | None = part_at("Status", Status)
    payment: str = text_at("PaymentStatus/@type")
    invoice: str = text_at("InvoiceStatus/@type")
    invoice_comments: tuple[Comments, ...] = parts_at("InvoiceStatus/Comments", Comments)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)
