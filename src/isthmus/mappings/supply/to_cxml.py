"""Canonical documents to cXML OrderRequest, ConfirmationRequest, ShipNoticeRequest and InvoiceDetailRequest.

    cxml.write(cxml.Document(payload_id=..., timestamp=..., header=..., body=to_cxml.purchase_order(order)))

What cXML has no place for is left out; `not_carried_by_cxml` says what that was. Who sends it to whom is the header's, which
is the caller's to make: it holds the secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ...model import (
    AnsweredLine,
    LineAnswer,
    OrderConfirmation,
    OrderLine,
    PurchaseOrder,
    ShipmentLine,
    ShipNotice,
)
from ...protocols import cxml
from . import codes
from . import to_cxml_parts as parts
from .to_cxml_invoice import supplier_invoice


def purchase_order(order: PurchaseOrder) -> cxml.OrderRequest:
    """The order, with the parties that have no place of their own as contacts."""
    by_role = {one.role: one for one in reversed(order.parties)}
    placed = {"ship_to", "bill_to"}
    others = [one for one in order.parties if one.role not in placed or by_role[one.role] is not one]
    shipping = next((one for one in order.adjustments if one.kind == "shipping"), None)
    return cxml.OrderRequest(
        header=cxml.OrderRequestHeader(
            order_id=order.number,
            ordered_at=order.ordered_at or order.ordered_on,
            order_type=codes.CXML_ORDER_KIND.code(order.kind) or "",
            type=codes.CXML_OPERATION.code(order.operation) or "",
            agreement_id=order.contract,
            requisition_id=order.requisition,
            requested_on=order.requested_on,
            total=parts.money(order.total, order.currency),
            ship_to=parts.address(by_role.get("ship_to")),
            bill_to=parts.address(by_role.get("bill_to")),
            shipping=parts.shipping(shipping, order.currency),
            tax=parts.tax(order.taxes, order.currency),
            terms=tuple(parts.terms(order.terms)),
            contacts=parts.contacts(others),
            comments=parts.comments(order.comments),
            extrinsics=parts.extrinsics(order.references),
        ),
        items=tuple(_item_out(line, order.currency) for line in order.lines),
    )


def order_confirmation(confirmation: OrderConfirmation, order_payload_id: str = "") -> cxml.ConfirmationRequest:
    """The answer. `order_payload_id`: of the OrderRequest that it answers, which the DTD wants."""
    return cxml.ConfirmationRequest(
        header=cxml.ConfirmationHeader(
            confirm_id=confirmation.number,
            operation=codes.CXML_OPERATION.code(confirmation.operation) or "",
            type=codes.CXML_ANSWER.code(confirmation.status) or "detail",
            noticed_at=confirmation.confirmed_at or confirmation.confirmed_on,
            total=parts.money(confirmation.total, confirmation.currency),
            contacts=parts.contacts(confirmation.parties),
            comments=parts.comments(confirmation.comments),
            extrinsics=parts.extrinsics(confirmation.references),
        ),
        order=cxml.OrderReference(
            order_id=confirmation.order_number, order_date=confirmation.ordered_on, payload_id=order_payload_id
        ),
        items=tuple(_confirmed(line, confirmation.currency) for line in confirmation.lines),
    )


def ship_notice(notice: ShipNotice, order_payload_id: str = "") -> cxml.ShipNoticeRequest:
    """The shipment, with a portion for each order in the order of the lines."""
    portions = groupby(notice.lines, lambda line: line.order_number)
    return cxml.ShipNoticeRequest(
        header=cxml.ShipNoticeHeader(
            shipment_id=notice.number,
            operation=codes.CXML_OPERATION.code(notice.operation) or "",
            noticed_at=notice.noticed_at or notice.noticed_on,
            shipped_at=notice.shipped_at or notice.shipped_on,
            delivered_at=notice.expected_at or notice.expected_on,
            contacts=parts.contacts(notice.parties),
            comments=parts.comments(notice.comments),
            extrinsics=parts.extrinsics(notice.references),
        ),
        controls=tuple(_control(notice)),
        portions=tuple(
            cxml.ShipNoticePortion(
                order=cxml.OrderReference(order_id=number, payload_id=order_payload_id),
                items=tuple(_shipped(line) for line in lines),
            )
            for number, lines in portions
        ),
    )


def _item_out(line: OrderLine, currency: str) -> cxml.ItemOut:
    return cxml.ItemOut(
        quantity=line.quantity,
        line_number=line.number,
        requested_on=line.requested_on,
        item=parts.item_id(line.items),
        detail=cxml.ItemDetail(
            price=parts.money(line.price, currency),
            descriptions=parts.phrases(line.descriptions),
            unit=line.unit,
            basis=parts.basis(line.price_per, line.unit),
            classifications=parts.classifications(line.items),
            manufacturer_part=line.item("manufacturer"),
            extrinsics=parts.extrinsics(line.references),
        ),
        comments=parts.comments(line.comments),
    )


def _confirmed(line: AnsweredLine, currency: str) -> cxml.ConfirmationItem:
    return cxml.ConfirmationItem(
        quantity=line.quantity,
        line_number=line.number,
        unit=line.unit,
        statuses=tuple(_status(answer, currency) for answer in line.answers),
    )


def _status(answer: LineAnswer, currency: str) -> cxml.ConfirmationStatus:
    return cxml.ConfirmationStatus(
        quantity=answer.quantity,
        type=codes.CXML_LINE_ANSWER.code(answer.status) or "",
        ships_on=answer.ships_on,
        delivered_on=answer.delivered_on,
        unit=answer.unit,
        price=parts.money(answer.price, currency),
        comments=parts.comments(answer.comments),
    )


def _control(notice: ShipNotice) -> Iterator[cxml.ShipControl]:
    carriers = {"SCAC": notice.carrier, "companyName": notice.carrier_name}
    shipments = [("trackingNumber", number) for number in notice.tracking]
    shipments += [("billOfLading", notice.bill_of_lading)] if notice.bill_of_lading else []
    if shipments or any(carriers.values()):
        yield cxml.ShipControl(
            carriers=tuple(cxml.Identifier(domain=domain, text=text) for domain, text in carriers.items() if text),
            shipments=tuple(cxml.Identifier(domain=domain, text=text) for domain, text in shipments),
        )


def _shipped(line: ShipmentLine) -> cxml.ShipNoticeItem:
    batch = cxml.Batch(expires_on=line.expires_on, lot=line.lot)
    return cxml.ShipNoticeItem(
        quantity=line.quantity,
        line_number=line.order_line,
        notice_line_number=line.number,
        item=parts.item_id(line.items),
        descriptions=parts.phrases(line.descriptions),
        classifications=parts.classifications(line.items),
        manufacturer_part=next((one.value for one in line.items if one.kind == "manufacturer"), ""),
        unit=line.unit,
        packaging=tuple(_packaging(line)),
        batches=(batch,) if batch != cxml.Batch() else (),
        assets=tuple(cxml.AssetInfo(serial=serial) for serial in line.serials),
    )


def _packaging(line: ShipmentLine) -> Iterator[cxml.Packaging]:
    """The carton with the pallet around it, or the pallet alone. PackagingCode is what the DTD wants first."""
    if line.carton:
        carton = (cxml.Phrase(text="Carton", language=parts.LANGUAGE),)
        yield cxml.Packaging(codes=carton, level="inner", sscc=line.carton, around=line.pallet)
    elif line.pallet:
        pallet = (cxml.Phrase(text="Pallet", language=parts.LANGUAGE),)
        yield cxml.Packaging(codes=pallet, level="outer", sscc=line.pallet)


__all__ = ["order_confirmation", "purchase_order", "ship_notice", "supplier_invoice"]
