"""What the supplier says to an order and ships for it: ConfirmationRequest, ShipNoticeRequest (Fulfill.dtd)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .parts import (
    AgreementReference,
    Classification,
    Comments,
    Contact,
    Extrinsic,
    Identifier,
    IdReference,
    ItemID,
    ItemIn,
    Money,
    OrderReference,
    Phrase,
    Quantity,
    Shipping,
    Tax,
)
from .shape import Value, moment_at, number_at, part_at, parts_at, text_at, value


@value
class ConfirmationHeader(Value):
    """type: accept, allDetail, detail, backordered, except, reject, requestToPay, replace; operation: new, update."""

    confirm_id: str = text_at("@confirmID")
    operation: str = text_at("@operation")
    type: str = text_at("@type")
    noticed_at: date | None = moment_at("@noticeDate")
    invoice_id: str = text_at("@invoiceID")
    inco_terms: str = text_at("@incoTerms")
    version: str = text_at("@version")
    previous: str = text_at("DocumentReference/@payloadID")
    total: Money | None = part_at("Total/Money", Money)
    shipping: Shipping | None = part_at("Shipping", Shipping)
    tax: Tax | None = part_at("Tax", Tax)
    contacts: tuple[Contact, ...] = parts_at("Contact", Contact)
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    references: tuple[IdReference, ...] = parts_at("IdReference", IdReference)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class ConfirmationStatus(Value):
    """Of a part of a line's quantity. type: accept, allDetail, detail, backordered, reject, unknown, requestToPay."""

    quantity: Decimal | None = number_at("@quantity")
    type: str = text_at("@type")
    ships_on: date | None = moment_at("@shipmentDate")
    delivered_on: date | None = moment_at("@deliveryDate")
    unit: str = text_at("UnitOfMeasure")
    substitute: ItemIn | None = part_at("ItemIn", ItemIn)
    price: Money | None = part_at("UnitPrice/Money", Money)
    tax: Tax | None = part_at("Tax", Tax)
    shipping: Shipping | None = part_at("Shipping", Shipping)
    lot: str = text_at("SupplierBatchID")
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class ConfirmationItem(Value):
    """A line of the order by its number."""

    quantity: Decimal | None = number_at("@quantity")
    line_number: str = text_at("@lineNumber")
    parent_line_number: str = text_at("@parentLineNumber")
    unit: str = text_at("UnitOfMeasure")
    contacts: tuple[Contact, ...] = parts_at("Contact", Contact)
    statuses: tuple[ConfirmationStatus, ...] = parts_at("ConfirmationStatus", ConfirmationStatus)


@value
class ConfirmationRequest(Value):
    """The supplier's answer to an order."""

    header: ConfirmationHeader | None = part_at("ConfirmationHeader", ConfirmationHeader)
    order: OrderReference | None = part_at("OrderReference", OrderReference)
    items: tuple[ConfirmationItem, ...] = parts_at("ConfirmationItem", ConfirmationItem)


@value
class Dimension(Value):
    """type: grossWeight, weight, length, volume …"""

    type: str = text_at("@type")
    quantity: Decimal | None = number_at("@quantity")
    unit: str = text_at("UnitOfMeasure")


@value
class Packaging(Value):
    """A package: its container code (SSCC), and that of the one around it. level: inner, intermediate, outer, auxiliary."""

    codes: tuple[Phrase, ...] = parts_at("PackagingCode", Phrase)
    dimensions: tuple[Dimension, ...] = parts_at("Dimension", Dimension)
    description: Phrase | None = part_at("Description", Phrase)
    level: str = text_at("PackagingLevelCode")
    package_type: str = text_at("PackageTypeCodeIdentifierCode")
    sscc: str = text_at("ShippingContainerSerialCode")
    around: str = text_at("ShippingContainerSerialCodeReference")
    package_id: str = text_at("PackageID/PackageTrackingID")
    mark: str = text_at("ShippingMark")
    ordered: Quantity | None = part_at("OrderedQuantity", Quantity)
    dispatched: Quantity | None = part_at("DispatchQuantity", Quantity)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class Batch(Value):
    """A lot: the supplier's number and the buyer's, made and expiring on."""

    produced_on: date | None = moment_at("@productionDate")
    expires_on: date | None = moment_at("@expirationDate")
    buyer_lot: str = text_at("BuyerBatchID")
    lot: str = text_at("SupplierBatchID")


@value
class AssetInfo(Value):
    tag: str = text_at("@tagNumber")
    serial: str = text_at("@serialNumber")
    location: str = text_at("@location")


@value
class ShipNoticeItem(Value):
    """How many of a line of the order are in the shipment."""

    quantity: Decimal | None = number_at("@quantity")
    line_number: str = text_at("@lineNumber")
    parent_line_number: str = text_at("@parentLineNumber")
    notice_line_number: str = text_at("@shipNoticeLineNumber")
    item: ItemID | None = part_at("ItemID", ItemID)
    price: Money | None = part_at("ShipNoticeItemDetail/UnitPrice/Money", Money)
    descriptions: tuple[Phrase, ...] = parts_at("ShipNoticeItemDetail/Description", Phrase)
    detail_unit: str = text_at("ShipNoticeItemDetail/UnitOfMeasure")
    classifications: tuple[Classification, ...] = parts_at("ShipNoticeItemDetail/Classification", Classification)
    manufacturer_part: str = text_at("ShipNoticeItemDetail/ManufacturerPartID")
    manufacturer: Phrase | None = part_at("ShipNoticeItemDetail/ManufacturerName", Phrase)
    unit: str = text_at("UnitOfMeasure")
    packaging: tuple[Packaging, ...] = parts_at("Packaging", Packaging)
    batches: tuple[Batch, ...] = parts_at("Batch", Batch)
    lot: str = text_at("SupplierBatchID")
    assets: tuple[AssetInfo, ...] = parts_at("AssetInfo", AssetInfo)
    ordered: Quantity | None = part_at("OrderedQuantity", Quantity)
    expires_on: date | None = moment_at("ShipNoticeItemIndustry/ShipNoticeItemRetail/ExpiryDate/@date")
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class ShipNoticePortion(Value):
    """What is shipped of one order; without items, all of it."""

    order: OrderReference | None = part_at("OrderReference", OrderReference)
    agreement: AgreementReference | None = part_at("MasterAgreementReference", AgreementReference)
    contacts: tuple[Contact, ...] = parts_at("Contact", Contact)
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)
    items: tuple[ShipNoticeItem, ...] = parts_at("ShipNoticeItem", ShipNoticeItem)


@value
class ShipControl(Value):
    """One leg of the way: the carrier by its identifiers, the shipment by its own."""

    carriers: tuple[Identifier, ...] = parts_at("CarrierIdentifier", Identifier)
    shipments: tuple[Identifier, ...] = parts_at("ShipmentIdentifier", Identifier)
    contacts: tuple[Contact, ...] = parts_at("Contact", Contact)
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class ShipNoticeHeader(Value):
    """operation: new, update, delete; shipment_type: actual, planned; fulfilment: partial, complete."""

    shipment_id: str = text_at("@shipmentID")
    operation: str = text_at("@operation")
    noticed_at: date | None = moment_at("@noticeDate")
    shipped_at: date | None = moment_at("@shipmentDate")
    delivered_at: date | None = moment_at("@deliveryDate")
    shipment_type: str = text_at("@shipmentType")
    fulfilment: str = text_at("@fulfillmentType")
    reason: str = text_at("@reason")
    service_levels: tuple[Phrase, ...] = parts_at("ServiceLevel", Phrase)
    previous: str = text_at("DocumentReference/@payloadID")
    contacts: tuple[Contact, ...] = parts_at("Contact", Contact)
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    packaging: tuple[Packaging, ...] = parts_at("Packaging", Packaging)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)
    references: tuple[IdReference, ...] = parts_at("IdReference", IdReference)


@value
class ShipNoticeRequest(Value):
    """The supplier's announcement of a shipment."""

    header: ShipNoticeHeader | None = part_at("ShipNoticeHeader", ShipNoticeHeader)
    controls: tuple[ShipControl, ...] = parts_at("ShipControl", ShipControl)
    portions: tuple[ShipNoticePortion, ...] = parts_at("ShipNoticePortion", ShipNoticePortion)
