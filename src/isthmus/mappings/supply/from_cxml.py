"""cXML OrderRequest, ConfirmationRequest, ShipNoticeRequest and InvoiceDetailRequest to canonical documents.

Each function takes a document and gives the canonical one, with the place that every field came from. They raise MappingError
for another kind of document, and for a field without which it means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from ...model import (
    AnsweredLine,
    InvoiceLine,
    LineAnswer,
    OrderConfirmation,
    OrderLine,
    Origin,
    PriceAdjustment,
    PurchaseOrder,
    ShipmentLine,
    ShipNotice,
    SupplierInvoice,
    TaxAmount,
)
from ...protocols import cxml
from ...protocols.cxml.totals import to_cents
from ..reader import MappingError
from . import codes
from . import from_cxml_parts as parts
from .cxml_reader import Reader

ONE, ZERO, CENT = Decimal(1), Decimal(0), Decimal("0.01")

Kind = TypeVar("Kind", bound=cxml.Value)
Part = TypeVar("Part", bound=cxml.Value)


def purchase_order(document: cxml.Document, origin: Origin | None = None) -> PurchaseOrder:
    """An OrderRequest."""
    body = _body(document, cxml.OrderRequest)
    header, reader = _header(body.header), Reader(document)
    _needed_date(reader, header, "ordered_at")
    return PurchaseOrder(
        origin=_origin(document, origin),
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
    body = _body(document, cxml.ConfirmationRequest)
    header, order, reader = _header(body.header), _header(body.order), Reader(document)
    return OrderConfirmation(
        origin=_origin(document, origin),
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
    body = _body(document, cxml.ShipNoticeRequest)
    header, reader = _header(body.header), Reader(document)
    _needed_date(reader, header, "noticed_at")
    items = [(portion, item) for portion in body.portions for item in portion.items]
    return ShipNotice(
        origin=_origin(document, origin),
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


def supplier_invoice(document: cxml.Document, origin: Origin | None = None) -> SupplierInvoice:
    """An InvoiceDetailRequest. One that bills several orders says the order on each line."""
    body = _body(document, cxml.InvoiceDetailRequest)
    header, summary, reader = _header(body.header), _header(body.summary), Reader(document)
    _needed_date(reader, header, "invoiced_at")
    first = body.orders[0] if len(body.orders) == 1 else None
    lines = list(_invoice_lines(reader, body.orders))
    _derived_totals(reader, summary, lines)
    partners = [one.contact for one in header.partners if one.contact]
    return SupplierInvoice(
        origin=_origin(document, origin),
        number=reader.needed("number", header, "invoice_id"),
        kind=reader.known("kind", header, "purpose", codes.CXML_INVOICE_KIND, "invoice"),
        operation=reader.known("operation", header, "operation", codes.CXML_OPERATION, "new"),
        **reader.moment("", header, "invoiced_at", "invoiced"),
        order_number=_order_number(reader, "order_number", first),
        ordered_on=_ordered_on(reader, first),
        currency=reader.currency(),
        total=_total(reader, summary),
        contract=reader.read("contract", first.agreement if first else None, "agreement_id"),
        shipped_on=reader.day("shipped_on", header, "shipped_at"),
        terms=parts.terms(reader, header.terms),
        parties=tuple(parts.contacts(reader, (*partners, *header.ship_contacts), 0)),
        adjustments=_summary_adjustments(reader, header.line_indicator, summary),
        taxes=_summary_taxes(reader, summary.tax, lines),
        references=parts.references(reader, "", header.references, header.extrinsics),
        comments=parts.comments(reader, "", header.comments),
        lines=tuple(lines),
        provenance=reader.provenance,
    )


def _body(document: cxml.Document, kind: type[Kind]) -> Kind:
    if not isinstance(document.body, kind):
        raise MappingError(f"the document is no {kind.__name__}", suggestion="route it to another flow")
    return document.body


def _header(part: Part | None) -> Part:
    if part is None:
        raise MappingError(
            "the document lacks its header, its order or its summary", suggestion="have the sender mend it"
        )
    return part


def _origin(document: cxml.Document, origin: Origin | None) -> Origin:
    """Where it came from: payloadID and the sender's first identity, where nothing else is said."""
    if origin is not None:
        return origin
    sender = document.header.sent_from[:1] if document.header else ()
    return Origin(control_id=document.payload_id, application=next((one.identity for one in sender), ""))


def _needed_date(reader: Reader, value: cxml.Value, field: str) -> None:
    if getattr(value, field) is None:
        reader.fault(value, field, "is empty or no date")


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


def _invoice_lines(reader: Reader, orders: tuple[cxml.InvoiceDetailOrder, ...]) -> Iterator[InvoiceLine]:
    pairs = [(order, item) for order in orders for item in order.items]
    for at, (order, item) in enumerate(pairs):
        around = f"lines[{at}]."
        number = _order_number(reader, f"{around}order_number", order) if len(orders) > 1 else ""
        yield _invoice_line(reader, around, item, number)


def _invoice_line(reader: Reader, around: str, item: cxml.InvoiceDetailItem, order_number: str) -> InvoiceLine:
    reference = item.reference
    said = [reference.description] if reference and reference.description else []
    line = InvoiceLine(
        number=reader.read(f"{around}number", item, "number"),
        order_number=order_number,
        order_line=reader.read(f"{around}order_line", reference, "line_number"),
        quantity=reader.needed(f"{around}quantity", item, "quantity"),
        unit=reader.read(f"{around}unit", item, "unit"),
        price=reader.amount(f"{around}price", item.price),
        price_per=parts.price_per(reader, around, item.basis, item.unit),
        items=parts.items(reader, around, reference.item if reference else None, reference),
        descriptions=parts.phrases(reader, f"{around}descriptions", said),
        lot=reader.read(f"{around}lot", reference, "lot"),
        taxes=parts.taxes(reader, f"{around}taxes", item.tax),
        adjustments=_adjustments(reader, around, item),
    )
    _derived(reader, f"{around}amount", item.subtotal, line.amount)
    return line


def _derived(reader: Reader, name: str, money: cxml.Money | None, amount: Decimal | None) -> None:
    """An amount that follows from others counts as used when it is what they come to."""
    stated = None if money is None else money.amount
    if money is not None and stated is not None and amount is not None and abs(stated - amount) < CENT:
        reader.note(name, money, "amount")


def _derived_totals(reader: Reader, summary: cxml.InvoiceDetailSummary, lines: list[InvoiceLine]) -> None:
    """What follows from the lines and the net: subtotal, gross (the net without the discount), due, sums of the lines'."""
    net = summary.net.amount if summary.net else None
    discount = summary.discount.amount if summary.discount else None
    _derived(reader, "subtotal", summary.subtotal, sum((to_cents(line.amount or ZERO) for line in lines), ZERO))
    taken = discount.amount if discount is not None and discount.amount is not None else ZERO
    _derived(reader, "gross", summary.gross, None if net is None else net + taken)
    _derived(reader, "due", summary.due, net)
    for kind, money in (("shipping", summary.shipping), ("handling", summary.special_handling), ("discount", discount)):
        amounts = [one.amount for line in lines for one in line.adjustments if one.kind == kind]
        _derived(reader, f"lines.{kind}", money, abs(sum(amounts, ZERO)))


def _total(reader: Reader, summary: cxml.InvoiceDetailSummary) -> Decimal | None:
    """NetAmount, else GrossAmount."""
    stated = [one for one in (summary.net, summary.gross) if one is not None and one.amount is not None]
    return next((reader.amount("total", one) for one in stated), None)


def _summary_adjustments(
    reader: Reader, in_line: cxml.LineIndicator, summary: cxml.InvoiceDetailSummary
) -> tuple[PriceAdjustment, ...]:
    """Of the summary; what it says that the lines hold is theirs."""
    kept: dict[str, Any] = {"modifications": summary.modifications}
    kept |= {} if in_line.shipping else {"shipping": summary.shipping}
    kept |= {} if in_line.special_handling else {"special_handling": summary.special_handling}
    kept |= {} if in_line.discount else {"discount": summary.discount}
    return _adjustments(reader, "", cxml.InvoiceDetailSummary(**kept))


def _summary_taxes(reader: Reader, tax: cxml.Tax | None, lines: Iterable[InvoiceLine]) -> tuple[TaxAmount, ...]:
    """Of the summary, unless all that it says is the sum of the lines'."""
    of_lines = [one.amount for line in lines for one in line.taxes]
    alone = tax.amount if tax is not None and not tax.details else None
    if alone is not None and of_lines and alone.amount == sum(of_lines, ZERO):
        reader.note("lines.taxes", alone, "amount")
        return ()
    return parts.taxes(reader, "taxes", tax)


def _adjustments(
    reader: Reader, around: str, value: cxml.InvoiceDetailItem | cxml.InvoiceDetailSummary
) -> tuple[PriceAdjustment, ...]:
    """Shipping, handling, a discount, and modifications that are amounts; those in percent are left."""
    discount = value.discount.amount if value.discount else None
    plain = [("shipping", value.shipping, 1), ("handling", value.special_handling, 1), ("discount", discount, -1)]
    found: list[PriceAdjustment] = []
    for kind, money, sign in plain:
        if money is not None and money.amount:
            amount = reader.amount(f"{around}adjustments[{len(found)}].amount", money)
            found.append(PriceAdjustment(kind=kind, amount=sign * amount))
    for one in value.modifications:
        found += _modification(reader, f"{around}adjustments[{len(found)}].", one)
    return tuple(found)


def _modification(reader: Reader, around: str, one: cxml.Modification) -> list[PriceAdjustment]:
    cost, deduction = reader.amount(f"{around}amount", one.cost), None
    if cost is None:
        deduction = reader.amount(f"{around}amount", one.deduction)
    if cost is None and deduction is None:
        return []
    return [
        PriceAdjustment(
            kind=reader.read(f"{around}kind", one, "name"),
            amount=cost if deduction is None else -deduction,
            description=reader.read(f"{around}description", one.description, "text"),
        )
    ]


def _order_number(reader: Reader, name: str, order: cxml.InvoiceDetailOrder | None) -> str:
    if order is None:
        return ""
    return str(reader.read(name, order, "order_id") or reader.read(name, order.order, "order_id"))


def _ordered_on(reader: Reader, order: cxml.InvoiceDetailOrder | None) -> Any:
    if order is None:
        return None
    return reader.day("ordered_on", order, "order_date") or reader.day("ordered_on", order.order, "order_date")
