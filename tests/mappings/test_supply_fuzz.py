"""Documents with bytes replaced: a mapping raises ParseError or MappingError, or makes a document that travels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_samples import DAY, ORDER

from isthmus.mappings import MappingError, supply
from isthmus.mappings.supply import from_cxml, from_x12, to_cxml, to_x12
from isthmus.model import (
    CATALOGUE,
    AnsweredLine,
    InvoiceLine,
    ItemId,
    LineAnswer,
    OrderConfirmation,
    Party,
    PriceAdjustment,
    ShipmentLine,
    ShipNotice,
    SupplierInvoice,
    TaxAmount,
)
from isthmus.protocols import cxml, x12
from isthmus.protocols.x12.views import supply as views

ONE, GLOVES = Decimal(1), (ItemId("supplier", "GL-7"),)
TAXES = (TaxAmount(kind="vat", amount=Decimal("0.50"), rate=Decimal(5)),)
SHIPPING = (PriceAdjustment(kind="shipping", amount=Decimal("2.50")),)
SHIPPED = ShipmentLine(
    order_number="PO-1", order_line="1", number="1", quantity=ONE, items=GLOVES, lot="L1", expires_on=DAY,
    carton="003456780000000021", pallet="003456780000000014",
)  # fmt: skip
ANSWER = LineAnswer(status="accepted", quantity=ONE, price=Decimal("10.5"), ships_on=DAY)

SAMPLES: dict[str, tuple[Any, Callable[..., None]]] = {
    "purchase_order": (ORDER, views.write_850),
    "order_confirmation": (
        OrderConfirmation(
            order_number="PO-1",
            status="changed",
            confirmed_on=DAY,
            lines=(AnsweredLine(number="1", quantity=ONE, answers=(ANSWER,)),),
        ),
        views.write_855,
    ),
    "ship_notice": (
        ShipNotice(number="S", noticed_on=DAY, carrier="UPSN", tracking=("1Z",), lines=(SHIPPED,)),
        views.write_856,
    ),
    "supplier_invoice": (
        SupplierInvoice(
            number="I",
            invoiced_on=DAY,
            order_number="PO-1",
            currency="USD",
            total=Decimal("13.50"),
            parties=(Party(role="remit_to", name="S", id="1", id_kind="gln"),),
            adjustments=SHIPPING,
            lines=(InvoiceLine(number="1", quantity=ONE, price=Decimal("10.5"), items=GLOVES, taxes=TAXES),),
        ),
        views.write_810,
    ),
}


def written_x12(name: str) -> bytes:
    document, write = SAMPLES[name]
    writer = x12.Writer(sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=datetime(2026, 3, 2, tzinfo=UTC))
    writer.group("ZZ", sender="A", receiver="B", control_number=1, version="004010")
    write(writer, getattr(to_x12, name)(document), "0001")
    return writer.close()


X12 = {name: written_x12(name) for name in SAMPLES}
CXML = {name: cxml.write(cxml.Document(body=getattr(to_cxml, name)(SAMPLES[name][0]))) for name in SAMPLES}


def travels(document: Any) -> bool:
    return bool(CATALOGUE.decode(CATALOGUE.encode(document)) == document and document.provenance)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_map(name: str) -> None:
    sent, posted = next(x12.parse(X12[name]).transactions), cxml.parse(CXML[name])

    assert supply.content(getattr(from_x12, name)(sent)) == SAMPLES[name][0]
    assert supply.content(getattr(from_cxml, name)(posted)) == SAMPLES[name][0]


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=80)
@given(at=st.integers(100, 900), length=st.integers(0, 20), new=st.text("*~0123456789.-AEZ", max_size=12))
def test_x12_with_bytes_replaced(name: str, at: int, length: int, new: str) -> None:
    try:
        sent = list(x12.parse(X12[name][:at] + new.encode() + X12[name][at + length :]).transactions)
        document = getattr(from_x12, name)(sent[0]) if sent else None
    except (x12.ParseError, MappingError):
        return
    assert document is None or travels(document)
    assert document is None or isinstance(supply.unused_of_x12(sent[0], document.provenance), list)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=80)
@given(at=st.integers(200, 3000), length=st.integers(0, 20), new=st.text('<>"/=0123456789.-AZ', max_size=12))
def test_cxml_with_bytes_replaced(name: str, at: int, length: int, new: str) -> None:
    try:
        posted = cxml.parse(CXML[name][:at] + new.encode() + CXML[name][at + length :])
        document = getattr(from_cxml, name)(posted)
    except (cxml.ParseError, MappingError):
        return
    assert travels(document)
    assert isinstance(supply.unused_of_cxml(posted, document.provenance), list)


@settings(max_examples=200)
@given(st.sampled_from(sorted(SAMPLES)), st.text("0123456789.-E", min_size=1, max_size=31), st.integers(0, 40))
def test_numbers_of_every_kind(name: str, text: str, which: int) -> None:
    pieces = CXML[name].decode().split('"')
    numbers = [at for at, piece in enumerate(pieces) if piece.isdigit()]
    pieces[numbers[which % len(numbers)]] = text
    try:
        document = getattr(from_cxml, name)(cxml.parse('"'.join(pieces).encode()))
    except (cxml.ParseError, MappingError):
        return
    assert travels(document)
