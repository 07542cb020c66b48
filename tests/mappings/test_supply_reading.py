"""X12 and cXML to canonical documents: every field with its place, nothing dropped silently, nothing guessed."""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from supply_samples import ORDER, ORDER_CXML, ORDER_X12, document, transaction

from isthmus.mappings import MappingError, supply
from isthmus.mappings.supply import from_cxml, from_x12
from isthmus.model import CATALOGUE, ItemId, Origin, PaymentTerms, PriceAdjustment, TaxAmount, TradeReference
from isthmus.protocols import cxml, x12

CORPUS = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")


def order_x12(*changes: tuple[str, str]) -> x12.Transaction:
    text = "\n".join(ORDER_X12)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return transaction(*text.split("\n"), type="850", kind="PO")


def order_cxml(*changes: tuple[str, str]) -> cxml.Document:
    text = ORDER_CXML
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return document(text)


def test_the_same_order_in_two_formats_is_the_same_document() -> None:
    assert supply.content(from_x12.purchase_order(order_x12())) == ORDER
    assert supply.content(from_cxml.purchase_order(order_cxml())) == ORDER


def test_every_field_has_the_place_that_it_came_from() -> None:
    of_x12 = from_x12.purchase_order(order_x12()).provenance
    of_cxml = from_cxml.purchase_order(order_cxml()).provenance

    assert of_x12["number"] == "BEG03"
    assert of_x12["lines[1].quantity"] == "PO102(2)"
    assert of_x12["parties[1].name"] == "N102(2)"
    assert of_x12["lines[0].items[1]"] == "PO109"
    assert of_x12["lines[0].requested_on"] == "DTM02(2)"
    assert of_cxml["number"] == "Request/OrderRequest/OrderRequestHeader/@orderID"
    assert of_cxml["lines[1].price"] == "Request/OrderRequest/ItemOut[2]/ItemDetail/UnitPrice/Money"
    assert of_cxml["parties[0].city"] == "Request/OrderRequest/OrderRequestHeader/ShipTo/Address/PostalAddress/City"


def test_every_place_holds_what_was_read() -> None:
    sent = order_x12()
    for name, place in from_x12.purchase_order(sent).provenance.items():
        found = re.fullmatch(r"([A-Z0-9]{2,3})(\d\d)(?:\((\d+)\))?", place)
        assert found is not None, name
        assert sent.all(found[1])[int(found[3] or 1) - 1].element(int(found[2])), name


def test_what_was_not_used_is_listed_in_order() -> None:
    sent = order_x12(
        ("CUR*BY*USD", "CUR*BY*USD\nFOB*CC\nREF*RQ*R-6"), ("PID*F****Exam gloves", "PO4*1*10*BX\nPID*F*08***Exam")
    )

    assert supply.unused_of_x12(sent, from_x12.purchase_order(sent).provenance) == [
        "FOB01", "REF01(2)", "REF02(2)", "N901", "N902", "PO401", "PO402", "PO403", "PID02",
    ]  # fmt: skip


def test_what_was_not_used_of_cxml_is_listed_with_what_no_value_took() -> None:
    posted = order_cxml(("<ItemDetail>", "<Path/><ItemDetail>"), ('lineNumber="1"', 'lineNumber="1" isAdHoc="yes"'))

    assert supply.unused_of_cxml(posted, from_cxml.purchase_order(posted).provenance) == [
        "Request/OrderRequest/OrderRequestHeader/ShipTo/Address/PostalAddress/Country",
        "Request/OrderRequest/ItemOut/@isAdHoc",
        "Request/OrderRequest/ItemOut/Path",
    ]


def test_what_was_used_and_what_was_not_make_up_the_whole_document() -> None:
    sent, posted = order_x12(), order_cxml()

    assert set(supply.unused_of_x12(sent, from_x12.purchase_order(sent).provenance)) < set(
        supply.unused_of_x12(sent, {})
    )
    assert "PO102" in supply.unused_of_x12(sent, {})
    assert "Request/OrderRequest/ItemOut/@quantity" in supply.unused_of_cxml(posted, {})


def test_the_origin_is_the_callers_or_the_documents() -> None:
    origin = Origin(source="buyer", message_id=7)

    assert from_x12.purchase_order(order_x12(), origin).origin == origin
    assert from_cxml.purchase_order(order_cxml(), origin).origin == origin
    assert from_cxml.purchase_order(order_cxml()).origin == Origin(control_id="P1", application="123")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("BEG*00*SA*PO-1", "BEG*00*SA*"), "BEG03"),
        (("BEG*00", "BEG*06"), "BEG01"),
        (("20260302*C-77", "20261302*C-77"), "BEG05"),
        (("PO1*2*300", "PO1*2*"), "PO102(2)"),
        (("**10**30", "**10**3O"), "ITD07"),
    ],
)
def test_a_field_without_which_an_850_means_nothing_is_refused_with_its_place(
    change: tuple[str, str], place: str
) -> None:
    with pytest.raises(MappingError) as raised:
        from_x12.purchase_order(order_x12(change))

    assert str(raised.value).startswith(f"{place} ")
    assert raised.value.suggestion


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (('orderID="PO-1"', ""), "OrderRequestHeader/@orderID"),
        (('orderDate="2026-03-02"', 'orderDate="soon"'), "OrderRequestHeader/@orderDate"),
        (('orderID="PO-1"', 'orderID="PO-1" type="maybe"'), "OrderRequestHeader/@type"),
        (('quantity="300"', ""), "ItemOut[2]/@quantity"),
        (('USD">12<', 'EUR">12<'), "ItemOut[2]/ItemDetail/UnitPrice/Money/@currency"),
    ],
)
def test_a_field_without_which_an_order_request_means_nothing_is_refused(change: tuple[str, str], place: str) -> None:
    with pytest.raises(MappingError) as raised:
        from_cxml.purchase_order(order_cxml(change))

    assert str(raised.value).startswith(f"Request/OrderRequest/{place} ")


def test_another_kind_of_document_is_refused() -> None:
    with pytest.raises(MappingError, match="OrderRequest"):
        from_cxml.purchase_order(document("<ProfileRequest/>"))
    with pytest.raises(MappingError, match="header"):
        from_cxml.purchase_order(document("<OrderRequest/>"))
    with pytest.raises(x12.ParseError):
        from_x12.order_confirmation(order_x12())


def test_a_code_without_a_word_keeps_its_own_and_a_named_reference_its_name() -> None:
    order = from_x12.purchase_order(
        order_x12(("BEG*00*SA", "BEG*00*DS"), ("REF*DP*OR-3", "REF*IX*7*what\nREF*ZZ*8*ward"), ("*BP*4711", "*CB*4711"))
    )

    assert order.kind == "x12:DS"
    assert order.references == (TradeReference("x12:IX", "7", "what"), TradeReference("ward", "8"))
    assert order.lines[0].items[1] == ItemId("x12:CB", "4711")


def test_allowances_that_the_total_does_not_include_are_left_and_listed() -> None:
    sent = order_x12(("**********Freight", "*******15***Freight"))
    order = from_x12.purchase_order(sent)

    assert order.adjustments == ()
    assert "SAC05" in supply.unused_of_x12(sent, order.provenance)


def test_a_basis_of_price_that_says_more_than_how_many_is_listed() -> None:
    sent = order_x12(("*42.5*PE", "*42.5*CT"))
    order = from_x12.purchase_order(sent)

    assert order.lines[0].price_per == 1
    assert "PO105" in supply.unused_of_x12(sent, order.provenance)


def test_an_855_answers_with_the_price_of_its_line_unless_it_is_for_a_hundred() -> None:
    segments = [
        "BAK*00*AC*PO-1*20260302****SO-9*20260303",
        "PO1*1*10*BX*4.5*PE",
        "ACK*IA*6*BX*067*20260309",
        "ACK*DR*4*BX",
    ]
    sent = transaction(*segments, type="855", kind="PR")
    (line,) = from_x12.order_confirmation(sent).lines
    dear = transaction(segments[0], "PO1*1*10*BX*4.5*HP", *segments[2:], type="855", kind="PR")
    hundred = from_x12.order_confirmation(dear)

    assert [(one.status, one.price) for one in line.answers] == [
        ("accepted", Decimal("4.5")),
        ("rescheduled", Decimal("4.5")),
    ]
    assert line.answers[0].delivered_on == date(2026, 3, 9)
    assert hundred.lines[0].answers[0].price is None
    assert supply.unused_of_x12(dear, hundred.provenance) == ["PO104", "PO105"]


def test_an_856_without_a_quantity_is_refused() -> None:
    for segments, place in (
        (["HL*1**I", "LIN*1*VP*A"], "HL01 has no SN1"),
        (["HL*1**I", "SN1*1**EA"], "SN102 is empty"),
    ):
        with pytest.raises(MappingError, match=place):
            from_x12.ship_notice(transaction("BSN*00*S1*20260304*0900", *segments, type="856", kind="SH"))


def test_terms_of_cxml_are_discount_and_net_in_turn() -> None:
    terms = '<PaymentTerm payInNumberOfDays="30"/>'
    order = from_cxml.purchase_order(order_cxml((terms, f"{terms}<PaymentTerm payInNumberOfDays='60'/>")))

    assert order.terms == (
        PaymentTerms(net_days=30, discount_percent=Decimal(2), discount_days=10),
        PaymentTerms(net_days=60),
    )


INVOICE = """<InvoiceDetailRequest><InvoiceDetailRequestHeader invoiceID="I1" invoiceDate="2026-03-05" purpose="creditMemo">
 <InvoiceDetailHeaderIndicator/><InvoiceDetailLineIndicator isShippingInLine="yes"/></InvoiceDetailRequestHeader>
<InvoiceDetailOrder><InvoiceDetailOrderInfo><OrderIDInfo orderID="PO-1" orderDate="2026-03-02"/></InvoiceDetailOrderInfo>
 <InvoiceDetailItem invoiceLineNumber="1" quantity="-2"><UnitOfMeasure>EA</UnitOfMeasure>
  <UnitPrice><Money currency="USD">10</Money></UnitPrice><InvoiceDetailItemReference lineNumber="4"/>
  <SubtotalAmount><Money currency="USD">-20</Money></SubtotalAmount>
  <InvoiceDetailLineShipping><Money currency="USD">3</Money></InvoiceDetailLineShipping></InvoiceDetailItem></InvoiceDetailOrder>
<InvoiceDetailSummary><SubtotalAmount><Money currency="USD">-20</Money></SubtotalAmount>
 <Tax><Money currency="USD">1.50</Money><TaxDetail category="vat"><TaxAmount><Money currency="USD">1.40</Money></TaxAmount>
 </TaxDetail></Tax><ShippingAmount><Money currency="USD">3</Money></ShippingAmount>
 <GrossAmount><Money currency="USD">-15.50</Money></GrossAmount><NetAmount><Money currency="USD">-15.50</Money></NetAmount>
</InvoiceDetailSummary></InvoiceDetailRequest>"""


def test_a_credit_memo_of_cxml_keeps_its_signs_and_does_not_count_twice_what_the_lines_hold() -> None:
    posted = document(INVOICE)
    invoice = from_cxml.supplier_invoice(posted)

    assert (invoice.kind, invoice.order_number, invoice.lines[0].order_line) == ("credit_memo", "PO-1", "4")
    assert invoice.adjustments == ()
    assert invoice.lines[0].adjustments == (PriceAdjustment(kind="shipping", amount=Decimal(3)),)
    assert (invoice.total, invoice.subtotal, invoice.difference) == (Decimal("-15.50"), -20, 0)


def test_details_that_do_not_come_to_the_tax_are_left_and_listed() -> None:
    posted = document(INVOICE)
    invoice = from_cxml.supplier_invoice(posted)

    assert invoice.taxes == (TaxAmount(kind="", amount=Decimal("1.50")),)
    assert "Request/InvoiceDetailRequest/InvoiceDetailSummary/Tax/TaxDetail/TaxAmount/Money" in supply.unused_of_cxml(
        posted, invoice.provenance
    )


def test_canonical_documents_travel_through_the_catalogue() -> None:
    order = from_x12.purchase_order(order_x12())

    assert CATALOGUE.decode(CATALOGUE.encode(order)) == order
    assert "PO-1" not in repr([order, *order.lines, *order.parties, *order.references, *order.lines[0].items])


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the sample corpus is not beside the repository")
def test_documents_that_nobody_here_wrote_map_or_are_refused_with_a_place() -> None:
    outcomes: Counter[str] = Counter()
    makers = {
        "850": from_x12.purchase_order, "855": from_x12.order_confirmation, "856": from_x12.ship_notice,
        "810": from_x12.supplier_invoice, "OrderRequest": from_cxml.purchase_order,
        "ConfirmationRequest": from_cxml.order_confirmation, "InvoiceDetailRequest": from_cxml.supplier_invoice,
    }  # fmt: skip
    sources = [(one.type, one) for file in sorted((CORPUS / "x12").rglob("*.*")) for one in transactions(file)]
    sources += [(one.kind, one) for one in (cxml.parse(file.read_bytes()) for file in (CORPUS / "cxml").rglob("*.xml"))]
    for kind, source in sources:
        if kind in makers:
            try:
                outcomes[f"{kind} mapped"] += bool(makers[kind](source).provenance)
            except MappingError as error:
                placed = re.match(r"[A-Z0-9]{2,3}\d\d|Request/", str(error))
                outcomes[f"{kind} refused" if placed else "without a place"] += 1

    assert outcomes == {
        "850 mapped": 6, "855 refused": 2, "856 mapped": 2, "810 mapped": 4, "810 refused": 2, "OrderRequest mapped": 2,
        "ConfirmationRequest mapped": 1, "InvoiceDetailRequest mapped": 4, "InvoiceDetailRequest refused": 1,
    }  # fmt: skip


def transactions(file: Path) -> list[x12.Transaction]:
    try:
        return list(x12.parse(file.read_bytes()).transactions)
    except x12.ParseError:
        return []
