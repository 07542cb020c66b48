"""What must add up in a cXML document.

    order, cart    Total = sum of quantity x unit price, and by some senders with shipping and tax
    confirmation   the quantities of a line's statuses come to the line's
    invoice line   SubtotalAmount = quantity x unit price
    invoice        SubtotalAmount = sum of the lines'; GrossAmount = subtotal + tax + special handling + shipping + charges -
                   allowances; NetAmount = that - discount; DueAmount = net - deposit

Amounts are compared to the cent, rounded once or line by line. What is not there, or stands in several currencies, is not
checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from .document import Document
from .fulfilment import ConfirmationRequest
from .grammar import Finding
from .invoices import InvoiceDetailItem, InvoiceDetailRequest, InvoiceDetailSummary
from .orders import OrderRequest, PunchOutOrderMessage
from .parts import ItemIn, ItemOut, Money, PriceBasis, Shipping, Tax
from .shape import Value

ZERO = Decimal(0)
_CENT = Decimal("0.01")
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


def balances(document: Document) -> list[Finding]:
    """What does not add up, with its path and the difference."""
    check = _CHECKS.get(type(document.body))
    return [] if check is None else [_placed(document, *found) for found in check(document.body)]


def extended(quantity: Decimal | None, price: Money | None, basis: PriceBasis | None) -> Decimal | None:
    """Quantity times price in the price's basis, not rounded; None when one of them is not there."""
    if quantity is None or price is None or price.amount is None:
        return None
    amount = _EXACT.multiply(quantity, price.amount)
    if basis is not None and basis.quantity:
        amount = _EXACT.divide(_EXACT.multiply(amount, basis.conversion or Decimal(1)), basis.quantity)
    return amount


Unbalanced = tuple[str, Value, str, Decimal]
"""Rule, the value whose field is wrong, that field, and the difference."""


def _order(order: OrderRequest) -> Iterator[Unbalanced]:
    if order.header is not None:
        yield from _total(order.header, order.items)


def _cart(cart: PunchOutOrderMessage) -> Iterator[Unbalanced]:
    if cart.header is not None:
        yield from _total(cart.header, cart.items)


def _total(header: Any, items: Iterable[ItemIn | ItemOut]) -> Iterator[Unbalanced]:
    items = list(items)
    parts = [extended(one.quantity, one.detail.price, one.detail.basis) if one.detail else None for one in items]
    prices = [one.detail.price for one in items if one.detail]
    if _amount(header.total) is None or None in parts or not _one_currency(header.total, *prices):
        return
    amounts = [one for one in parts if one is not None]
    around = [header, *items]
    extras = sum((_shipping(one.shipping) + _tax(one.tax) for one in around), ZERO)
    if not (_comes_to(header.total, amounts) or _comes_to(header.total, [*amounts, extras])):
        yield "order-total", header, "total", sum(amounts, ZERO) - (header.total.amount or ZERO)


def _confirmation(confirmation: ConfirmationRequest) -> Iterator[Unbalanced]:
    for item in confirmation.items:
        said = [one.quantity for one in item.statuses]
        if said and None not in said and item.quantity is not None and _one_unit(item.unit, item.statuses):
            difference = sum((one for one in said if one is not None), ZERO) - item.quantity
            if difference:
                yield "confirmed-quantity", item, "quantity", difference


def _invoice(invoice: InvoiceDetailRequest) -> Iterator[Unbalanced]:
    items = [item for order in invoice.orders for item in order.items]
    for item in items:
        amount = extended(item.quantity, item.price, item.basis)
        if amount is not None and _one_currency(item.price, item.subtotal):
            yield from _stated("line-subtotal", item, "subtotal", [amount])
    summary = invoice.summary
    if summary is not None and _one_currency(*_moneys(summary), *(item.subtotal for item in items)):
        yield from _summary(summary, items)


def _summary(summary: InvoiceDetailSummary, items: list[InvoiceDetailItem]) -> Iterator[Unbalanced]:
    subtotals = [_amount(item.subtotal) for item in items]
    if items and None not in subtotals:
        yield from _stated("invoice-subtotal", summary, "subtotal", [one for one in subtotals if one is not None])
    if _amount(summary.subtotal) is None:
        return
    extras = _tax(summary.tax), *(_amount(one) or ZERO for one in (summary.special_handling, summary.shipping))
    charges, allowances = _modified(summary)
    gross = [_amount(summary.subtotal) or ZERO, *extras, charges, -allowances]
    discount = _amount(summary.discount.amount) or ZERO if summary.discount else ZERO
    yield from _stated("invoice-gross", summary, "gross", gross)
    yield from _stated("invoice-net", summary, "net", [*gross, -discount])
    net = _amount(summary.net)
    if net is not None:
        yield from _stated("invoice-due", summary, "due", [net, -(_amount(summary.deposit) or ZERO)])


def _modified(summary: InvoiceDetailSummary) -> tuple[Decimal, Decimal]:
    """Charges and allowances: the totals where they are stated, else the modifications that are amounts."""
    costs = sum((_amount(one.cost) or ZERO for one in summary.modifications), ZERO)
    deductions = sum((_amount(one.deduction) or ZERO for one in summary.modifications), ZERO)
    charges, allowances = _amount(summary.charges), _amount(summary.allowances)
    return costs if charges is None else charges, deductions if allowances is None else allowances


def _stated(rule: str, value: Value, name: str, parts: list[Decimal]) -> Iterator[Unbalanced]:
    stated = getattr(value, name)
    if _amount(stated) is not None and not _comes_to(stated, parts):
        yield rule, value, name, sum(parts, ZERO) - stated.amount


def _comes_to(total: Money, parts: list[Decimal]) -> bool:
    rounded = [to_cents(one) for one in parts]
    return total.amount in (sum(parts, ZERO), to_cents(sum(parts, ZERO)), sum(rounded, ZERO))


def to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, context=_EXACT)


def _amount(money: Money | None) -> Decimal | None:
    return None if money is None else money.amount


def _tax(tax: Tax | None) -> Decimal:
    return (_amount(tax.amount) if tax is not None else None) or ZERO


def _shipping(shipping: Shipping | None) -> Decimal:
    return (_amount(shipping.amount) if shipping is not None else None) or ZERO


def _moneys(summary: InvoiceDetailSummary) -> list[Money | None]:
    tax = summary.tax.amount if summary.tax else None
    discount = summary.discount.amount if summary.discount else None
    return [summary.subtotal, summary.special_handling, summary.shipping, summary.gross, summary.net, tax, discount]


def _one_currency(*amounts: Money | None) -> bool:
    return len({one.currency for one in amounts if one is not None and one.amount is not None}) <= 1


def _one_unit(unit: str, statuses: Iterable[Any]) -> bool:
    return {one.unit for one in statuses} <= {unit, ""}


def _placed(document: Document, rule: str, value: Value, name: str, difference: Decimal) -> Finding:
    return Finding(rule, 0, f"It is out of balance by {difference:f}", document.place(value, name))


_CHECKS: dict[type, Callable[[Any], Iterator[Unbalanced]]] = {
    OrderRequest: _order,
    PunchOutOrderMessage: _cart,
    ConfirmationRequest: _confirmation,
    InvoiceDetailRequest: _invoice,
}
