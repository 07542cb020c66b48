"""cXML OrderRequest, ConfirmationRequest, ShipNoticeRequest and InvoiceDetailRequest to canonical documents.

Each function takes a document and gives the canonical one, with the place that every field came from. They raise MappingError
for another kind of document, and for a field without which it means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...model import (
    AnsweredLine,
    LineAnswer,
    OrderConfirmation,
    OrderLine,
    Origin,
    PurchaseOrder,
    ShipmentLine,
    ShipNotice,
)
from ...protocols import cxml
from . import codes
from . import from_cxml_parts as parts
from .cxml_reader import Reader
from .from_cxml_invoice import supplier_invoice


def purchase_order(document: cxml.Document, origin: Origin | None = None) -> PurchaseOrder:
    """An OrderRequest."""
    body = parts.body_of(document, cxml.OrderRequest)
    header, reader = parts.stated(body.header), Reader(document)
    parts.needs_date(reader, header, "ordered_at")
    return PurchaseOrder(
        origin=parts.origin_of(document, origin),
        number=reader.needed("number", header, "order_id"),
        operation=reader.known("operation", header, "type", codes.CXML_OPERATION, "new"),
        kind=codes.CXML_ORDER_KIND.word(reader.read("kind", header, "order_type")) or "regular",
        **reader.moment("", header, "ordered_at", "ordered"),
        currency=reader.currency(),
        total=reader.amount("total", header.total),
        contract=reader.read("contract", header, "agreement_id"),
        requisition=reader.read("requisition", header, "requisition_id"),
        requested_on=reader.day("requested_on", header, "requested_on"),
        terms=parts.terms(reader, header.terms),
        parties=tuple(parts.parties(reader, header)),
        adjustments=tuple(parts.shipping(reader, "adjustments[0].", header.shipping)),
        taxes=parts.taxes(reader, "taxes", header.tax),
        references=parts.references(reader, "", header.references, header.extrinsics),
        comments=parts.comments(reader, "", header.comments),
        lines=tuple(_order_line(reader, f"lines[{at}].", item) for at, item in enumerate(body.items)),
        provenance=reader.provenance,
    )


def order_confirmation(document: cxml.Document, origin: Origin | None = None) -> OrderConfirmation:
    """A ConfirmationRequest."""
    body = parts.body_of(document, cxml.ConfirmationRequest)
    header, order, reader = parts.stated(body.header), parts.stated(body.order), Reader(document)
    return OrderConfirmation(
        origin=parts.origin_of(document, origin),
        number=reader.read("number", header, "confirm_id"),
        order_number=reader.needed("order_number", order, "order_id"),
        ordered_on=reader.day("ordered_on", order, "order_date"),
        operation=reader.known("operation", header, "operation", codes.CXML_OPERATION, "new"),
        status=codes.CXML_ANSWER.word(reader.needed("status", header, "type")),
        **reader.moment("", header, "noticed_at", "confirmed"),
        currency=reader.currency(),
        total=reader.amount("total", header.total),
        parties=tuple(parts.contacts(reader, header.contacts, 0)),
        references=parts.references(reader, "", header.references, header.extrinsics),
        comments=parts.comments(reader, "", header.comments),
        lines=tuple(_answered_line(reader, f"lines[{at}].", item) for at, item in enumerate(body.items)),
        provenance=reader.provenance,
    )


def ship_notice(document: cxml.Document, origin: Origin | None = None) -> ShipNotice:
    """A ShipNoticeRequest: its first ShipControl, and the items of every portion."""
    body = parts.body_of(document, cxml.ShipNoticeRequest)
    header, reader = parts.stated(body.header), Reader(document)
    parts.needs_date(reader, header, "noticed_at")
    items = [(portion, item) for portion in body.portions for item in portion.items]
    return ShipNotice(
        origin=parts.origin_of(document, origin),
        number=reader.needed("number", header, "shipment_id"),
        operation=reader.known("operation", header, "operation", codes.CXML_OPERATION, "new"),
        **reader.moment("", header, "noticed_at", "noticed"),
        **reader.moment("", header, "shipped_at", "shipped"),
        **reader.moment("", header, "delivered_at", "expected"),
        **_carriage(reader, body.controls[:1]),
        parties=tuple(parts.contacts(reader, header.contacts, 0)),
        references=parts.references(reader, "", header.references, header.extrinsics),
        comments=parts.comments(reader, "", header.comments),
        lines=tuple(_shipment_line(reader, f"lines[{at}].", *pair) for at, pair in enumerate(items)),
        provenance=reader.provenance,
    )


def _order_line(reader: Reader, around: str, item: cxml.ItemOut) -> OrderLine:
    detail = item.detail
    return OrderLine(
        number=reader.read(f"{around}number", item, "line_number"),
        quantity=reader.needed(f"{around}quantity", item, "quantity"),
        unit=reader.read(f"{around}unit", detail, "unit"),
        price=reader.amount(f"{around}price", detail.price if detail else None),
        price_per=parts.price_per(reader, around, detail.basis if detail else None, detail.unit if detail else ""),
        items=parts.items(reader, around, item.item, detail),
        descriptions=parts.phrases(reader, f"{around}descriptions", detail.descriptions if detail else ()),
        requested_on=reader.day(f"{around}requested_on", item, "requested_on"),
        references=parts.references(reader, around, (), detail.extrinsics if detail else ()),
        comments=parts.comments(reader, around, item.comments),
    )


def _answered_line(reader: Reader, around: str, item: cxml.ConfirmationItem) -> AnsweredLine:
    return AnsweredLine(
        number=reader.read(f"{around}number", item, "line_number"),
        quantity=reader.read(f"{around}quantity", item, "quantity"),
        unit=reader.read(f"{around}unit", item, "unit"),
        answers=tuple(_answer(reader, f"{around}answers[{at}].", one) for at, one in enumerate(item.statuses)),
    )


def _answer(reader: Reader, around: str, status: cxml.ConfirmationStatus) -> LineAnswer:
    return LineAnswer(
        status=codes.CXML_LINE_ANSWER.word(reader.needed(f"{around}status", status, "type")),
        quantity=reader.read(f"{around}quantity", status, "quantity"),
        unit=reader.read(f"{around}unit", status, "unit"),
        price=reader.amount(f"{around}price", status.price),
        ships_on=reader.day(f"{around}ships_on", status, "ships_on"),
        delivered_on=reader.day(f"{around}delivered_on", status, "delivered_on"),
        comments=parts.comments(reader, around, status.comments),
    )


def _shipment_line(
    reader: Reader, around: str, portion: cxml.ShipNoticePortion, item: cxml.ShipNoticeItem
) -> ShipmentLine:
    batch = item.batches[0] if item.batches else None
    carton, pallet = _packages(reader, around, item.packaging)
    serials = [one for one in item.assets if one.serial]
    return ShipmentLine(
        order_number=reader.read(f"{around}order_number", portion.order, "order_id"),
        order_line=reader.read(f"{around}order_line", item, "line_number"),
        number=reader.read(f"{around}number", item, "notice_line_number"),
        quantity=reader.needed(f"{around}quantity", item, "quantity"),
        unit=reader.read(f"{around}unit", item, "unit"),
        items=parts.items(reader, around, item.item, item),
        descriptions=parts.phrases(reader, f"{around}descriptions", item.descriptions),
        lot=reader.read(f"{around}lot", batch, "lot") or reader.read(f"{around}lot", item, "lot"),
        expires_on=reader.day(f"{around}expires_on", batch, "expires_on")
        or reader.day(f"{around}expires_on", item, "expires_on"),
        serials=tuple(reader.read(f"{around}serials[{at}]", one, "serial") for at, one in enumerate(serials)),
        carton=carton,
        pallet=pallet,
    )


def _packages(reader: Reader, around: str, packaging: Iterable[cxml.Packaging]) -> tuple[str, str]:
    """The SSCC of the carton, and of the pallet: what the carton names as around it, or the outer package."""
    coded = [one for one in packaging if one.sscc]
    inner = next((one for one in coded if one.level != "outer"), None)
    outer = next((one for one in coded if one.level == "outer"), None)
    carton = reader.read(f"{around}carton", inner, "sscc")
    pallet = reader.read(f"{around}pallet", inner, "around") or reader.read(f"{around}pallet", outer, "sscc")
    return carton, pallet


def _carriage(reader: Reader, controls: Iterable[cxml.ShipControl]) -> dict[str, Any]:
    carriers = {one.domain: one for control in controls for one in control.carriers}
    shipments = [one for control in controls for one in control.shipments]
    tracking = [one for one in shipments if one.domain in ("", "trackingNumber")]
    bill = next((one for one in shipments if one.domain == "billOfLading"), None)
    return {
        "carrier": reader.read("carrier", carriers.get("SCAC"), "text"),
        "carrier_name": reader.read("carrier_name", carriers.get("companyName"), "text"),
        "tracking": tuple(reader.read(f"tracking[{at}]", one, "text") for at, one in enumerate(tracking)),
        "bill_of_lading": reader.read("bill_of_lading", bill, "text"),
    }


__all__ = ["order_confirmation", "purchase_order", "ship_notice", "supplier_invoice"]
