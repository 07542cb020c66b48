"""cXML InvoiceDetailRequest to SupplierInvoice.

What the summary only sums up (line indicators) is the lines'; amounts that follow from others (subtotal, gross, due) count as used
when they are what those come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from ...model import InvoiceLine, Origin, PriceAdjustment, SupplierInvoice, TaxAmount
from ...protocols import cxml
from ...protocols.cxml.totals import to_cents
from . import codes
from . import from_cxml_parts as parts
from .cxml_reader import Reader

ZERO, CENT = Decimal(0), Decimal("0.01")


def supplier_invoice(document: cxml.Document, origin: Origin | None = None) -> SupplierInvoice:
    """An InvoiceDetailRequest. One that bills several orders says the order on each line."""
    body = parts.body_of(document, cxml.InvoiceDetailRequest)
    header, summary, reader = parts.stated(body.header), parts.stated(body.summary), Reader(document)
    parts.needs_date(reader, header, "invoiced_at")
    first = body.orders[0] if len(body.orders) == 1 else None
    lines = list(_invoice_lines(reader, body.orders))
    _derived_totals(reader, summary, lines)
    partners = [one.contact for one in header.partners if one.contact]
    return SupplierInvoice(
        origin=parts.origin_of(document, origin),
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
