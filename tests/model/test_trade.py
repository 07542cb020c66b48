"""Documents of supply: what their lines come to, and whether an invoice adds up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from isthmus.model import (
    CATALOGUE,
    InvoiceLine,
    ItemId,
    LineAnswer,
    OrderLine,
    Party,
    PriceAdjustment,
    ShipNotice,
    SupplierInvoice,
    TaxAmount,
    TradePart,
)

DAY = date(2026, 3, 2)


def line(**changes: Any) -> InvoiceLine:
    return InvoiceLine(**({"number": "1", "quantity": Decimal(3), "price": Decimal("0.335")} | changes))


def invoice(*lines: InvoiceLine, **changes: Any) -> SupplierInvoice:
    return SupplierInvoice(number="I", invoiced_on=DAY, lines=lines, **changes)


def test_a_line_comes_to_its_quantity_at_its_price_for_so_many() -> None:
    assert line().amount == Decimal("1.005")
    assert line(quantity=Decimal(300), price=Decimal(12), price_per=Decimal(100)).amount == 36
    assert line(price=None).amount is None


def test_a_line_knows_its_item_by_kind() -> None:
    found = OrderLine(number="1", quantity=Decimal(1), items=(ItemId("supplier", "A"), ItemId("gtin", "B")))

    assert (found.item("gtin"), found.item("ndc")) == ("B", "")


def test_an_invoice_is_its_lines_adjustments_and_taxes() -> None:
    adjustments = (PriceAdjustment(kind="shipping", amount=Decimal(5)), PriceAdjustment(kind="x", amount=Decimal(-1)))
    tax = (TaxAmount(kind="vat", amount=Decimal(2)),)
    whole = invoice(line(adjustments=adjustments[1:]), adjustments=adjustments, taxes=tax, total=Decimal("6.01"))

    assert (whole.subtotal, whole.extras) == (Decimal("1.005"), 5)
    assert whole.difference == Decimal("-0.005")


@pytest.mark.parametrize(("summary", "extras"), [("2", 2), ("3", 5), (None, 2)])
def test_taxes_that_repeat_those_of_the_lines_are_counted_once(summary: str | None, extras: int) -> None:
    taxes = () if summary is None else (TaxAmount(kind="", amount=Decimal(summary)),)

    assert invoice(line(taxes=(TaxAmount(kind="vat", amount=Decimal(2)),)), taxes=taxes).extras == extras


def test_documents_come_back_from_their_bytes_with_their_tag() -> None:
    notice = ShipNotice(number="S", noticed_on=DAY, parties=(Party(role="ship_to", name="Dock"),))
    encoded = CATALOGUE.encode(notice)

    assert encoded.startswith(b'{"type":"ShipNotice@1"')
    assert CATALOGUE.decode(encoded) == notice


def test_no_repr_shows_content() -> None:
    values: list[TradePart] = [line(number="CANARY"), Party(role="CANARY"), ItemId("CANARY", "CANARY")]
    values.append(LineAnswer(status="CANARY"))

    assert "CANARY" not in repr(values)
