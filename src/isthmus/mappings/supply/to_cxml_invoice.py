"""SupplierInvoice to cXML InvoiceDetailRequest: the lines by order, and the summary that they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from ...model import InvoiceLine, SupplierInvoice
from ...protocols import cxml
from ...protocols.cxml.totals import to_cents
from . import codes
from . import to_cxml_parts as parts

ZERO = Decimal(0)


def supplier_invoice(invoice: SupplierInvoice) -> cxml.InvoiceDetailRequest:
    """The invoice, with its lines by order and the summary that they come to."""
    return cxml.InvoiceDetailRequest(
        header=cxml.InvoiceDetailRequestHeader(
            invoice_id=invoice.number,
            purpose=codes.CXML_INVOICE_KIND.code(invoice.kind) or "",
            operation=codes.CXML_OPERATION.code(invoice.operation) or "",
            invoiced_at=invoice.invoiced_at or invoice.invoiced_on,
            line_indicator=_in_lines(invoice),
            partners=tuple(cxml.InvoicePartner(contact=one) for one in parts.contacts(invoice.parties)),
            shipped_at=invoice.shipped_on,
            terms=tuple(parts.terms(invoice.terms)),
            comments=parts.comments(invoice.comments),
            extrinsics=parts.extrinsics(invoice.references),
        ),
        orders=tuple(_billed_orders(invoice)),
        summary=_summary(invoice),
    )


def _billed_orders(invoice: SupplierInvoice) -> Iterator[cxml.InvoiceDetailOrder]:
    """By OrderIDInfo, which needs no payloadID."""
    agreement = cxml.AgreementReference(agreement_id=invoice.contract) if invoice.contract else None
    for number, lines in groupby(invoice.lines, lambda line: line.order_number or invoice.order_number):
        yield cxml.InvoiceDetailOrder(
            agreement=agreement,
            order_id=number,
            order_date=invoice.ordered_on if number == invoice.order_number else None,
            items=tuple(_billed(line, invoice.currency) for line in lines),
        )


def _billed(line: InvoiceLine, currency: str) -> cxml.InvoiceDetailItem:
    said, reference = line.descriptions[:1], parts.item_id(line.items)
    return cxml.InvoiceDetailItem(
        number=line.number,
        quantity=line.quantity,
        unit=line.unit,
        price=parts.money(line.price, currency),
        basis=parts.basis(line.price_per, line.unit),
        reference=cxml.ItemReference(
            line_number=line.order_line,
            item=reference,
            description=next(iter(parts.phrases(said)), None),
            classifications=parts.classifications(line.items),
            manufacturer_part=next((one.value for one in line.items if one.kind == "manufacturer"), ""),
            lot=line.lot,
        ),
        subtotal=parts.money(None if line.amount is None else to_cents(line.amount), currency),
        tax=parts.tax(line.taxes, currency),
        **parts.adjusted(line.adjustments, currency),
    )


def _in_lines(invoice: SupplierInvoice) -> cxml.LineIndicator:
    """What the lines hold, and the summary only sums up."""
    places = {place for line in invoice.lines for place in parts.adjusted(line.adjustments, "")}
    return cxml.LineIndicator(
        tax=any(line.taxes for line in invoice.lines),
        special_handling="special_handling" in places,
        shipping="shipping" in places,
        discount="discount" in places,
    )


def _summary(invoice: SupplierInvoice) -> cxml.InvoiceDetailSummary:
    """What the lines hold is summed up here; an adjustment of the invoice beside such a sum is a modification."""
    currency = invoice.currency
    taxes = [one for line in invoice.lines for one in line.taxes]
    tax = parts.tax(invoice.taxes, currency) or parts.tax(taxes, currency, details=False)
    lines = [parts.adjusted(line.adjustments, currency) for line in invoice.lines]
    sums = {
        place: _summed(lines, place, currency) for place in parts.OWN.values() if any(place in line for line in lines)
    }
    own = parts.adjusted(invoice.adjustments, currency, without=frozenset(sums))
    modifications = [one for found in (own, *lines) for one in found["modifications"]]
    return cxml.InvoiceDetailSummary(
        subtotal=parts.money(sum((to_cents(line.amount or ZERO) for line in invoice.lines), ZERO), currency),
        tax=tax or cxml.Tax(amount=parts.money(ZERO, currency), description=cxml.Phrase(language=parts.LANGUAGE)),
        charges=parts.money(_moved(modifications, "cost"), currency),
        allowances=parts.money(_moved(modifications, "deduction"), currency),
        net=parts.money(invoice.total, currency),
        **{**sums, **own},
    )


def _summed(lines: Iterable[dict[str, Any]], place: str, currency: str) -> Any:
    """The sum of what the lines have at a place."""
    found = [line[place] for line in lines if place in line]
    moneys = [one.amount if isinstance(one, cxml.Discount) else one for one in found]
    total = parts.money(sum((one.amount or ZERO for one in moneys if one is not None), ZERO), currency)
    return cxml.Discount(amount=total) if place == "discount" else total


def _moved(modifications: Iterable[cxml.Modification], field: str) -> Decimal | None:
    """The sum of the costs, or of the deductions; None without any."""
    moneys = [getattr(one, field) for one in modifications]
    amounts = [one.amount or ZERO for one in moneys if one is not None]
    return sum(amounts, ZERO) if amounts else None
