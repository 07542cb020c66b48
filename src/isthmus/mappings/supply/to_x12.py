"""Canonical documents to X12 850, 855, 856 and 810: values of the views, which their builders write.

    write_850(writer, to_x12.purchase_order(order), "0001")

What X12 has no place for is left out; `not_carried` says what that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ...model import (
    AnsweredLine,
    InvoiceLine,
    LineAnswer,
    OrderConfirmation,
    OrderLine,
    PricedLine,
    PurchaseOrder,
    ShipmentLine,
    ShipNotice,
    SupplierInvoice,
)
from ...protocols.x12.views import supply as views
from ...protocols.x12.views.supply.trade_totals import to_cents
from . import codes
from . import to_x12_parts as parts
from .from_x12 import CONTRACT, REQUISITION

_BASIS = {1: "PE", 10: "PN", 100: "HP", 1_000: "TP", 10_000: "TT", 100_000: "HT"}
"""Data element 639 for so many units."""

_STRUCTURE = "0001"
"""BSN05: shipment, order, packaging, item."""


def purchase_order(order: PurchaseOrder) -> views.PurchaseOrder:
    """For an 850."""
    requisition = (views.Reference(REQUISITION, order.requisition),) if order.requisition else ()
    return views.PurchaseOrder(
        purpose=codes.X12_OPERATION.code(order.operation) or "",
        type=codes.X12_ORDER_KIND.code(order.kind) or "",
        number=order.number,
        ordered_on=order.ordered_on,
        contract=order.contract,
        currency=order.currency,
        total=order.total,
        references=(*requisition, *parts.references(order.references)),
        dates=parts.dates({"002": order.requested_on}),
        terms=parts.terms(order.terms),
        parties=parts.parties(order.parties),
        allowances=parts.allowances(order.adjustments),
        taxes=parts.taxes(order.taxes),
        notes=order.comments,
        lines=tuple(_order_line(line) for line in order.lines),
    )


def order_confirmation(confirmation: OrderConfirmation) -> views.OrderAcknowledgement:
    """For an 855."""
    return views.OrderAcknowledgement(
        purpose=codes.X12_OPERATION.code(confirmation.operation) or "",
        type=codes.X12_ANSWER.code(confirmation.status) or "",
        order_number=confirmation.order_number,
        ordered_on=confirmation.ordered_on,
        number=confirmation.number,
        acknowledged_on=confirmation.confirmed_on,
        currency=confirmation.currency,
        total=confirmation.total,
        references=parts.references(confirmation.references),
        parties=parts.parties(confirmation.parties),
        notes=confirmation.comments,
        lines=tuple(_answered_line(line) for line in confirmation.lines),
    )


def ship_notice(notice: ShipNotice) -> views.ShipNotice:
    """For an 856: one shipment, with a level for each order, pallet and carton, in the order of the lines."""
    bill = (views.Reference("BM", notice.bill_of_lading),) if notice.bill_of_lading else ()
    tracking = tuple(views.Reference("CN", number) for number in notice.tracking)
    shipment = views.Level(
        code="S",
        carriers=_carriers(notice),
        references=(*bill, *tracking, *parts.references(notice.references)),
        dates=parts.dates({"011": notice.shipped_on, "017": notice.expected_on}),
        parties=parts.parties(notice.parties),
        levels=tuple(_orders(notice.lines)),
    )
    moment = notice.noticed_at
    return views.ShipNotice(
        purpose=codes.X12_OPERATION.code(notice.operation) or "",
        number=notice.number,
        shipped_on=notice.noticed_on,
        time=f"{moment:%H%M}" if moment else "0000",
        structure=_STRUCTURE,
        levels=(shipment,),
    )


def supplier_invoice(invoice: SupplierInvoice) -> views.Invoice:
    """For an 810."""
    contract = (views.Reference(CONTRACT, invoice.contract),) if invoice.contract else ()
    return views.Invoice(
        invoiced_on=invoice.invoiced_on,
        number=invoice.number,
        ordered_on=invoice.ordered_on,
        order_number=invoice.order_number,
        type=codes.X12_INVOICE_KIND.code(invoice.kind) or "",
        purpose=codes.X12_OPERATION.code(invoice.operation) or "",
        total=None if invoice.total is None else to_cents(invoice.total),
        currency=invoice.currency,
        references=(*contract, *parts.references(invoice.references)),
        dates=parts.dates({"011": invoice.shipped_on}),
        terms=parts.terms(invoice.terms),
        parties=parts.parties(invoice.parties),
        allowances=parts.allowances(invoice.adjustments),
        taxes=parts.taxes(invoice.taxes),
        notes=invoice.comments,
        lines=tuple(_invoice_line(line) for line in invoice.lines),
    )


def _order_line(line: OrderLine) -> views.TradeLine:
    return views.TradeLine(
        **_priced(line, parts.ids(line.items)),
        references=parts.references(line.references),
        dates=parts.dates({"002": line.requested_on}),
        notes=line.comments,
    )


def _invoice_line(line: InvoiceLine) -> views.TradeLine:
    own = {"PO": line.order_number, "PL": line.order_line, "LT": line.lot}
    pairs = tuple(views.ProductId(qualifier, value) for qualifier, value in own.items() if value)
    return views.TradeLine(
        **_priced(line, (*parts.ids(line.items), *pairs)),
        taxes=parts.taxes(line.taxes),
        allowances=parts.allowances(line.adjustments),
    )


def _priced(line: PricedLine, ids: tuple[views.ProductId, ...]) -> dict[str, Any]:
    return {
        "number": line.number,
        "quantity": line.quantity,
        "unit": line.unit,
        "price": line.price,
        "basis": _basis(line),
        "ids": ids,
        "descriptions": line.descriptions,
    }


def _basis(line: PricedLine) -> str:
    if line.price is None:
        return ""
    return _BASIS.get(int(line.price_per), "") if line.price_per == int(line.price_per) else ""


def _answered_line(line: AnsweredLine) -> views.AcknowledgedLine:
    """PO104 is the price of the answers, where they have one."""
    prices = {answer.price for answer in line.answers}
    return views.AcknowledgedLine(
        number=line.number,
        quantity=line.quantity,
        unit=line.unit,
        price=prices.pop() if len(prices) == 1 else None,
        ids=parts.ids(line.items),
        descriptions=line.descriptions,
        statuses=tuple(one for answer in line.answers for one in _status(answer)),
    )


def _status(answer: LineAnswer) -> Iterator[views.LineStatus]:
    """ACK with the day of shipping, DTM with that of delivery."""
    code = codes.X12_LINE_ANSWER.code(answer.status)
    if code is not None:
        yield views.LineStatus(
            status=code,
            quantity=answer.quantity,
            unit=answer.unit,
            date_qualifier="068" if answer.ships_on else "",
            on=answer.ships_on,
            dates=parts.dates({"067": answer.delivered_on}),
        )


def _carriers(notice: ShipNotice) -> tuple[views.Carrier, ...]:
    if not (notice.carrier or notice.carrier_name):
        return ()
    return (views.Carrier(qualifier="2" if notice.carrier else "", code=notice.carrier, routing=notice.carrier_name),)


def _orders(lines: tuple[ShipmentLine, ...]) -> Iterator[views.Level]:
    for number, of_order in groupby(lines, lambda line: line.order_number):
        order = views.OrderRef(order_number=number) if number else None
        yield views.Level(code="O", order=order, levels=tuple(_packages(of_order, ("pallet", "carton"))))


def _packages(lines: Iterable[ShipmentLine], kinds: tuple[str, ...]) -> Iterator[views.Level]:
    """A level for each package of a kind, holding the next kind; what is in none of that kind stands beside them."""
    if not kinds:
        yield from map(_item, lines)
        return
    kind, *inner = kinds
    for sscc, within in groupby(lines, lambda line: str(getattr(line, kind))):
        levels = tuple(_packages(within, tuple(inner)))
        if sscc:
            mark = views.Mark("GM", f"00{sscc}" if len(sscc) == 18 else sscc)
            yield views.Level(code="T" if kind == "pallet" else "P", marks=(mark,), levels=levels)
        else:
            yield from levels


def _item(line: ShipmentLine) -> views.Level:
    lot = (views.ProductId("LT", line.lot),) if line.lot else ()
    return views.Level(
        code="I",
        assigned=line.number,
        ids=(*parts.ids(line.items), *lot),
        shipped=views.Shipped(line_number=line.order_line, quantity=line.quantity, unit=line.unit),
        descriptions=line.descriptions,
        references=tuple(views.Reference("SE", serial) for serial in line.serials),
        dates=parts.dates({"036": line.expires_on}),
    )
