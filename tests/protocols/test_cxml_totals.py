"""What must add up in cXML: orders, carts, confirmations, invoices."""

from __future__ import annotations

import pytest
from written_cxml import CART, CONFIRMATION, INVOICE, ORDER, changed

from isthmus.protocols import cxml


def rules(data: bytes, *changes: tuple[str, str]) -> list[str]:
    return [finding.rule for finding in cxml.balances(cxml.parse(changed(data, *changes)))]


def money(amount: str) -> str:
    return f'<Money currency="USD">{amount}</Money>'


@pytest.mark.parametrize(("total", "found"), [("461", []), ("473.50", []), ("473.51", ["order-total"])])
def test_an_order_s_total_is_its_items_with_shipping_or_without(total: str, found: list[str]) -> None:
    assert rules(ORDER, (money("461.00"), money(total))) == found


def test_what_does_not_add_up_has_its_path_and_difference() -> None:
    (finding,) = cxml.balances(cxml.parse(changed(ORDER, (money("461.00"), money("460")))))

    assert finding.path == "Request/OrderRequest/OrderRequestHeader/Total/Money"
    assert finding.note == "It is out of balance by 1.0"


def test_an_order_without_a_price_or_in_two_currencies_is_not_checked() -> None:
    assert rules(ORDER, (money("42.5"), money("")), (money("461.00"), money("1"))) == []
    assert rules(ORDER, (money("42.5"), money("42.5").replace("USD", "EUR")), (money("461.00"), money("1"))) == []


def test_a_cart_s_total_is_its_items() -> None:
    assert rules(CART, (money("8.1"), money("8.2"))) == ["order-total"]


def test_the_quantities_of_a_line_s_statuses_come_to_the_line_s() -> None:
    assert rules(CONFIRMATION, ('quantity="6"', 'quantity="5"')) == ["confirmed-quantity"]
    assert rules(CONFIRMATION, ('<ConfirmationStatus quantity="6"', '<ConfirmationStatus quantity=""')) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (('quantity="6"', 'quantity="7"'), ["line-subtotal"]),
        ((money("12.50"), money("12.51")), ["invoice-gross", "invoice-net"]),
        ((money("283.80"), money("283.81")), ["invoice-gross"]),
        ((money("5.10"), money("5.00")), ["invoice-net"]),
        ((money("278.70"), money("278.71")), ["invoice-net", "invoice-due"]),
        ((money("270"), money("271")), ["invoice-due"]),
        ((money("8.70"), money("8.71")), ["invoice-due"]),
        (("<NetAmount>", f"<TotalCharges>{money('1')}</TotalCharges><NetAmount>"), ["invoice-gross", "invoice-net"]),
    ],
)
def test_an_invoice_adds_up_line_by_line_and_in_its_summary(change: tuple[str, str], found: list[str]) -> None:
    assert rules(INVOICE, change) == found


def test_the_summary_s_subtotal_is_the_sum_of_the_lines() -> None:
    summary = f"<InvoiceDetailSummary><SubtotalAmount>{money('255.00')}"

    assert rules(INVOICE, (summary, summary.replace("255", "256")), (money("283.80"), money("284.80"))) == [
        "invoice-subtotal",
        "invoice-net",
    ]


def test_modifications_count_where_their_totals_are_not_stated() -> None:
    charge = "<InvoiceHeaderModifications><Modification><AdditionalCost>{}</AdditionalCost></Modification>"
    charge += "</InvoiceHeaderModifications><NetAmount>"

    assert rules(INVOICE, ("<NetAmount>", charge.format(money("2")))) == ["invoice-gross", "invoice-net"]
    assert rules(INVOICE, ("<NetAmount>", charge.format(money("0")))) == []
