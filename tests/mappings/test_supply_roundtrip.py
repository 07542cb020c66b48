"""A canonical document goes out in either format and comes back the same, as far as the format carries it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_samples import CONFIRMATIONS, DAY, INVOICES, NOTICES, ORDER, ORDERS

from isthmus.kernel import Misuse
from isthmus.mappings import supply
from isthmus.mappings.supply import from_cxml, from_x12, to_cxml, to_x12
from isthmus.model import (
    AnsweredLine,
    InvoiceLine,
    ItemId,
    LineAnswer,
    OrderConfirmation,
    OrderLine,
    Party,
    PartyContact,
    PriceAdjustment,
    PurchaseOrder,
    ShipNotice,
    SupplierInvoice,
    TaxAmount,
    TradeReference,
)
from isthmus.protocols import cxml, x12
from isthmus.protocols.x12.views import supply as views

EMPTY_NOTES = {"N901", "N902"}
"""What the builder writes around notes."""

WRITE: dict[type, tuple[str, Callable[..., None]]] = {
    PurchaseOrder: ("purchase_order", views.write_850),
    OrderConfirmation: ("order_confirmation", views.write_855),
    ShipNotice: ("ship_notice", views.write_856),
    SupplierInvoice: ("supplier_invoice", views.write_810),
}


def as_x12(document: Any) -> x12.Transaction:
    name, write = WRITE[type(document)]
    writer = x12.Writer(sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=datetime(2026, 3, 2, tzinfo=UTC))
    writer.group("ZZ", sender="A", receiver="B", control_number=1, version="004010")
    write(writer, getattr(to_x12, name)(document), "0001")
    return next(x12.parse(writer.close()).transactions)


def as_cxml(document: Any) -> cxml.Document:
    return cxml.parse(cxml.write(cxml.Document(body=getattr(to_cxml, WRITE[type(document)][0])(document))))


def exercise(document: Any) -> None:
    name = WRITE[type(document)][0]
    sent, posted = as_x12(document), as_cxml(document)
    of_x12, of_cxml = getattr(from_x12, name)(sent), getattr(from_cxml, name)(posted)

    assert supply.content(of_x12) == supply.content(of_cxml) == document
    assert supply.not_carried_by_x12(document) == supply.not_carried_by_cxml(document) == []
    assert {place.split("(")[0] for place in supply.unused_of_x12(sent, of_x12.provenance)} <= EMPTY_NOTES | {"BSN04"}


@settings(max_examples=50)
@given(ORDERS)
def test_an_order_is_the_same_document_in_both_formats(order: PurchaseOrder) -> None:
    exercise(order)


@settings(max_examples=50)
@given(CONFIRMATIONS)
def test_a_confirmation_is_the_same_document_in_both_formats(confirmation: OrderConfirmation) -> None:
    exercise(confirmation)


@settings(max_examples=50)
@given(NOTICES)
def test_a_ship_notice_is_the_same_document_in_both_formats(notice: ShipNotice) -> None:
    exercise(notice)


@settings(max_examples=50)
@given(INVOICES)
def test_an_invoice_is_the_same_document_in_both_formats_and_adds_up_in_both(invoice: SupplierInvoice) -> None:
    exercise(invoice)

    assert views.read_810(as_x12(invoice)).balances() == []
    assert cxml.balances(as_cxml(invoice)) == []


@given(st.one_of(ORDERS, NOTICES))
def test_what_is_written_adds_up(document: PurchaseOrder | ShipNotice) -> None:
    sent = as_x12(document)
    view = views.read_850(sent) if isinstance(document, PurchaseOrder) else views.read_856(sent)

    assert [finding.rule for finding in (*view.findings(), *view.balances()) if finding.rule != "order-total"] == []


AT = datetime(2026, 3, 2, 9, 14, tzinfo=UTC)
MORE = OrderLine(
    number="3",
    quantity=Decimal(1),
    price=Decimal(1),
    price_per=Decimal(7),
    items=(ItemId("supplier", "A"), ItemId("supplier_auxiliary", "B"), ItemId("unspsc", "C"), ItemId("x12:CB", "D")),
    references=(TradeReference("lot", "1", "what"),),
)


def order(**changes: Any) -> PurchaseOrder:
    return ORDER.replace(**changes)


@pytest.mark.parametrize(
    ("changes", "x12_lacks", "cxml_lacks"),
    [
        ({"ordered_at": AT}, ["ordered_at"], []),
        ({"kind": "x12:DS"}, [], ["kind"]),
        ({"kind": "stockTransport"}, ["kind"], []),
        ({"parties": (Party(role="technicalSupport", name="T"),)}, ["parties[0]"], []),
        ({"parties": (Party(role="x12:XY", name="T"),)}, [], []),
        (
            {"parties": (Party(role="ship_to", name="T", contacts=(PartyContact(name="N"), PartyContact(phone="2"))),)},
            [],
            ["parties[0].contacts[0]", "parties[0].contacts[1]"],
        ),
        (
            {"adjustments": (PriceAdjustment(kind="pallet", amount=Decimal(1)),)},
            ["adjustments[0].kind"],
            ["adjustments[0]"],
        ),
        ({"taxes": (TaxAmount(kind="luxury", amount=Decimal(1)),)}, ["taxes[0].kind"], []),
        ({"references": (TradeReference("department", "1", "what"),)}, [], ["references[0].description"]),
        (
            {"lines": (MORE,)},
            ["lines[0].price_per", "lines[0].items[1]", "lines[0].items[2]", "lines[0].references[0].description"],
            ["lines[0].references[0].description"],
        ),
    ],
)
def test_what_a_format_cannot_carry_is_named(
    changes: dict[str, Any], x12_lacks: list[str], cxml_lacks: list[str]
) -> None:
    assert supply.not_carried_by_x12(order(**changes)) == x12_lacks
    assert supply.not_carried_by_cxml(order(**changes)) == cxml_lacks


def test_an_answer_that_cxml_has_no_word_for_goes_as_detail_and_is_named() -> None:
    answer = LineAnswer(status="price_changed", quantity=Decimal(1), price=Decimal(2))
    confirmation = OrderConfirmation(
        order_number="P", status="changed", confirmed_on=DAY, lines=(AnsweredLine(number="1", answers=(answer,)),)
    )

    assert supply.not_carried_by_x12(confirmation) == []
    assert supply.not_carried_by_cxml(confirmation) == ["lines[0].answers[0].status"]


def test_answers_at_several_prices_have_no_place_in_an_855() -> None:
    answers = tuple(LineAnswer(status="accepted", quantity=Decimal(1), price=Decimal(price)) for price in (1, 2))
    confirmation = OrderConfirmation(
        order_number="P", status="changed", confirmed_on=DAY, lines=(AnsweredLine(number="1", answers=answers),)
    )

    assert supply.not_carried_by_x12(confirmation) == ["lines[0].answers[0].price", "lines[0].answers[1].price"]


def test_an_invoice_of_several_orders_says_the_order_on_each_line() -> None:
    lines = tuple(
        InvoiceLine(number=str(at), order_number=number, order_line="1", quantity=Decimal(1), price=Decimal(2))
        for at, number in enumerate(("PO-1", "PO-2", "PO-1"), 1)
    )
    invoice = SupplierInvoice(number="I", invoiced_on=DAY, currency="USD", total=Decimal(6), lines=lines)

    assert supply.content(from_cxml.supplier_invoice(as_cxml(invoice))) == invoice
    assert supply.content(from_x12.supplier_invoice(as_x12(invoice))) == invoice


def test_an_invoice_that_does_not_add_up_does_not_go_out_as_an_810() -> None:
    line = InvoiceLine(number="1", quantity=Decimal(1), price=Decimal(2))
    invoice = SupplierInvoice(number="I", invoiced_on=DAY, currency="USD", total=Decimal(3), lines=(line,))

    assert invoice.difference == -1
    with pytest.raises(Misuse, match="total"):
        supply.not_carried_by_x12(invoice)


def test_a_value_with_a_separator_is_refused_when_it_is_written_and_not_before() -> None:
    assert supply.not_carried_by_x12(order(number="PO*1")) == []
    with pytest.raises(Misuse, match="separator"):
        as_x12(order(number="PO*1"))
