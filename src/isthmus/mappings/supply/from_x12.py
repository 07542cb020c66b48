"""X12 850, 855, 856 and 810 to canonical documents (004010, 005010).

Each function takes a transaction set and gives the document, with the place that every field came from. They raise ParseError
for an amount that is none, MappingError for a field without which the document means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ...model import (
    AnsweredLine,
    InvoiceLine,
    LineAnswer,
    OrderConfirmation,
    OrderLine,
    Origin,
    PurchaseOrder,
    ShipmentLine,
    ShipNotice,
    SupplierInvoice,
)
from ...protocols import x12
from ...protocols.x12.views import supply as views
from ...protocols.x12.views.supply.ship_levels import LOT_DATES
from ...protocols.x12.views.supply.trade_totals import PER
from . import codes
from . import from_x12_parts as parts
from .x12_reader import Reader

ONE_UNIT = ("", "PE", "UM")
"""Data element 639 that says no more than that the price is for one."""

ONE = Decimal(1)

REQUISITION, CONTRACT = "RQ", "CT"
"""Data element 128: a purchase requisition, a contract."""


def purchase_order(transaction: x12.Transaction, origin: Origin | None = None) -> PurchaseOrder:
    """An 850."""
    view, reader = views.read_850(transaction), Reader(transaction)
    references = [one for one in view.references if one.qualifier != REQUISITION]
    return PurchaseOrder(
        origin=origin or Origin(),
        number=reader.needed("number", view, "number"),
        operation=reader.known("operation", view, "purpose", codes.X12_OPERATION),
        kind=reader.word("kind", view, "type", codes.X12_ORDER_KIND),
        ordered_on=reader.needed("ordered_on", view, "ordered_on"),
        currency=parts.currency(reader, view),
        total=parts.total(reader, view),
        contract=reader.read("contract", view, "contract"),
        requisition=parts.reference(reader, "requisition", view.references, REQUISITION),
        **reader.dated("", view.dates, requested_on="002"),
        terms=parts.terms(reader, view),
        parties=parts.parties(reader, view.parties),
        adjustments=parts.adjustments(reader, "", view.allowances),
        taxes=parts.taxes(reader, "", view.taxes),
        references=parts.references(reader, "", references),
        comments=parts.comments(reader, "", view.loop),
        lines=tuple(_order_line(reader, f"lines[{at}].", line) for at, line in enumerate(view.lines)),
        provenance=reader.provenance,
    )


def order_confirmation(transaction: x12.Transaction, origin: Origin | None = None) -> OrderConfirmation:
    """An 855."""
    view, reader = views.read_855(transaction), Reader(transaction)
    return OrderConfirmation(
        origin=origin or Origin(),
        **reader.fields("", view, number="number", ordered_on="ordered_on", confirmed_on="acknowledged_on"),
        order_number=reader.needed("order_number", view, "order_number"),
        operation=reader.known("operation", view, "purpose", codes.X12_OPERATION),
        status=reader.word("status", view, "type", codes.X12_ANSWER),
        currency=parts.currency(reader, view),
        total=parts.total(reader, view),
        parties=parts.parties(reader, view.parties),
        references=parts.references(reader, "", view.references),
        comments=parts.comments(reader, "", view.loop),
        lines=tuple(_answered_line(reader, f"lines[{at}].", line) for at, line in enumerate(view.lines)),
        provenance=reader.provenance,
    )


def ship_notice(transaction: x12.Transaction, origin: Origin | None = None) -> ShipNotice:
    """An 856: of its levels, what their items are of, in and by."""
    view, reader = views.read_856(transaction), Reader(transaction)
    shipments = [level for level in view.levels if level.code == "S"][:1]
    references = [one for level in shipments for one in level.references]
    dates = (*view.dates, *(one for level in shipments for one in level.dates))
    carriers = [one for level in shipments for one in level.carriers][:1]
    items = enumerate(view.items)
    return ShipNotice(
        origin=origin or Origin(),
        number=reader.needed("number", view, "number"),
        operation=reader.known("operation", view, "purpose", codes.X12_OPERATION),
        noticed_on=reader.needed("noticed_on", view, "shipped_on"),
        **reader.dated("", dates, shipped_on="011", expected_on="017"),
        carrier=next((reader.read("carrier", one, "code") for one in carriers if one.qualifier == "2"), ""),
        carrier_name=next((reader.read("carrier_name", one, "routing") for one in carriers), ""),
        tracking=tuple(
            reader.read(f"tracking[{at}]", one, "value")
            for at, one in enumerate(one for one in references if one.qualifier == "CN")
        ),
        bill_of_lading=parts.reference(reader, "bill_of_lading", references, "BM"),
        parties=parts.parties(reader, [one for level in shipments for one in level.parties]),
        references=parts.references(reader, "", [one for one in references if one.qualifier not in ("CN", "BM")]),
        lines=tuple(_shipment_line(reader, f"lines[{at}].", item) for at, item in items),
        provenance=reader.provenance,
    )


def supplier_invoice(transaction: x12.Transaction, origin: Origin | None = None) -> SupplierInvoice:
    """An 810. Without BIG07 it is an invoice, without BIG08 a new one."""
    view, reader = views.read_810(transaction), Reader(transaction)
    said = {"kind": ("type", codes.X12_INVOICE_KIND), "operation": ("purpose", codes.X12_OPERATION)}
    stated = {name: reader.known(name, view, *where) for name, where in said.items() if getattr(view, where[0])}
    return SupplierInvoice(
        origin=origin or Origin(),
        number=reader.needed("number", view, "number"),
        **stated,
        invoiced_on=reader.needed("invoiced_on", view, "invoiced_on"),
        **reader.fields("", view, order_number="order_number", ordered_on="ordered_on", total="total"),
        currency=parts.currency(reader, view),
        contract=parts.reference(reader, "contract", view.references, CONTRACT),
        **reader.dated("", view.dates, shipped_on="011"),
        terms=parts.terms(reader, view),
        parties=parts.parties(reader, view.parties),
        adjustments=parts.adjustments(reader, "", view.allowances),
        taxes=parts.taxes(reader, "", view.taxes),
        references=parts.references(reader, "", [one for one in view.references if one.qualifier != CONTRACT]),
        comments=parts.comments(reader, "", view.loop),
        lines=tuple(_invoice_line(reader, f"lines[{at}].", line) for at, line in enumerate(view.lines)),
        provenance=reader.provenance,
    )


def _order_line(reader: Reader, around: str, line: views.TradeLine) -> OrderLine:
    return OrderLine(
        **_priced(reader, around, line, ()),
        **reader.dated(around, line.dates, requested_on="002"),
        references=parts.references(reader, around, line.references),
        comments=parts.comments(reader, around, line.loop),
    )


def _invoice_line(reader: Reader, around: str, line: views.TradeLine) -> InvoiceLine:
    own = {"order_number": "PO", "order_line": "PL", "lot": "LT"}
    pairs: dict[str, Any] = {name: _pair(reader, around + name, line, code) for name, code in own.items()}
    return InvoiceLine(
        **_priced(reader, around, line, tuple(own.values())),
        **pairs,
        taxes=parts.taxes(reader, around, line.taxes),
        adjustments=parts.adjustments(reader, around, line.allowances),
    )


def _priced(reader: Reader, around: str, line: views.TradeLine, without: tuple[str, ...]) -> dict[str, Any]:
    return {
        **reader.fields(around, line, number="number", unit="unit", price="price"),
        "quantity": reader.needed(f"{around}quantity", line, "quantity"),
        "price_per": _price_per(reader, around, line),
        **parts.item(reader, around, line.loop, line.ids, without),
    }


def _price_per(reader: Reader, around: str, line: views.TradeLine) -> Any:
    """For how many units the price is. A basis that says more than that is left, and so reported as not used."""
    if line.basis in PER or line.basis in ONE_UNIT:
        reader.read(f"{around}price_per", line, "basis")
    return PER.get(line.basis, ONE)


def _answered_line(reader: Reader, around: str, line: views.AcknowledgedLine) -> AnsweredLine:
    statuses = enumerate(line.statuses)
    return AnsweredLine(
        **reader.fields(around, line, number="number", quantity="quantity", unit="unit"),
        **parts.item(reader, around, line.loop, line.ids, ()),
        answers=tuple(_answer(reader, f"{around}answers[{at}].", line, one) for at, one in statuses),
    )


def _answer(reader: Reader, around: str, line: views.AcknowledgedLine, status: views.LineStatus) -> LineAnswer:
    """ACK, with the price of its PO1, and the dates of both."""
    own = {"ships_on": ("068", "010"), "delivered_on": ("067", "017", "002")}
    dates = reader.dated(around, status.dates, **{name: " ".join(wanted) for name, wanted in own.items()})
    for name, wanted in own.items():
        if status.date_qualifier in wanted and dates[name] is None:
            dates[name] = reader.read(around + name, status, "on")
    return LineAnswer(
        status=reader.word(f"{around}status", status, "status", codes.X12_LINE_ANSWER),
        **reader.fields(around, status, quantity="quantity", unit="unit"),
        price=_price(reader, around, line),
        **dates,
    )


def _price(reader: Reader, around: str, line: views.AcknowledgedLine) -> Decimal | None:
    """PO104; one that is not for one unit has no place, and is reported as not used."""
    if line.basis not in ONE_UNIT:
        return None
    reader.read(f"{around}price.basis", line, "basis")
    price: Decimal | None = reader.read(f"{around}price", line, "price")
    return price


def _shipment_line(reader: Reader, around: str, item: views.Item) -> ShipmentLine:
    level = item.level
    shipped = level.shipped or reader.lacks(level.loop, "SN1")
    order = next((one.order for one in (level, *reversed(item.around)) if one.order), None)
    product = level.loop.first("LIN") if level.loop else None
    return ShipmentLine(
        order_number=reader.read(f"{around}order_number", order, "order_number") if order else "",
        order_line=reader.read(f"{around}order_line", shipped, "line_number"),
        number=reader.take(f"{around}number", product, 1),
        quantity=reader.needed(f"{around}quantity", shipped, "quantity"),
        unit=reader.read(f"{around}unit", shipped, "unit"),
        **parts.item(reader, around, level.loop, level.ids, ("LT", "SN"), "LIN"),
        lot=_lot(reader, f"{around}lot", level),
        **reader.dated(around, level.dates, expires_on=" ".join(LOT_DATES)),
        serials=tuple(_serials(reader, around, level)),
        carton=_container(reader, f"{around}carton", item, "P"),
        pallet=_container(reader, f"{around}pallet", item, "T"),
    )


def _lot(reader: Reader, name: str, level: views.Level) -> str:
    product = level.loop.first("LIN") if level.loop else None
    named = next((reader.take(name, product, one.element) for one in level.ids if one.qualifier == "LT"), "")
    return named or parts.reference(reader, name, level.references, "LT")


def _serials(reader: Reader, around: str, level: views.Level) -> Iterable[str]:
    product = level.loop.first("LIN") if level.loop else None
    numbers = [(product, one.element) for one in level.ids if one.qualifier == "SN"]
    numbers += [(one.segment, 2) for one in level.references if one.qualifier == "SE"]
    return (reader.take(f"{around}serials[{at}]", *place) for at, place in enumerate(numbers))


def _container(reader: Reader, name: str, item: views.Item, code: str) -> str:
    """The SSCC of the nearest level of a code around an item."""
    marks = (mark for level in reversed(item.around) if level.code == code for mark in level.marks if mark.sscc)
    found = next(marks, None)
    if found is None or found.segment is None:
        return ""
    reader.take(name, found.segment, 2)
    return found.sscc


def _pair(reader: Reader, name: str, line: views.TradeLine, qualifier: str) -> str:
    segment = line.loop.segments[0] if line.loop else None
    return next((reader.take(name, segment, one.element) for one in line.ids if one.qualifier == qualifier), "")
