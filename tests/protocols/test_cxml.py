"""cXML documents read into values: who, what, how much; and what no value took."""

from __future__ import annotations

import traceback
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from written_cxml import (
    CART,
    CONFIRMATION,
    DOCUMENTS,
    HEAD,
    HEADER,
    INVOICE,
    ORDER,
    SETUP,
    SETUP_RESPONSE,
    SHIP_NOTICE,
    STATUS_UPDATE,
    changed,
    request,
)

from isthmus.protocols import cxml

CENTRAL = timezone(timedelta(hours=-6))


def body(data: bytes) -> Any:
    return cxml.parse(data).body


def refused(data: bytes) -> cxml.ParseError:
    with pytest.raises(cxml.ParseError) as raised:
        cxml.parse(data)
    return raised.value


def test_the_envelope_and_the_header() -> None:
    document = cxml.parse(ORDER)

    assert (document.payload_id, document.version, document.language) == ("P1@hospital.example", "1.2.060", "en-US")
    assert document.timestamp == datetime(2026, 3, 2, 15, 15, tzinfo=UTC)
    assert (document.envelope, document.mode, document.kind) == ("Request", "test", "OrderRequest")
    assert document.header is not None
    assert document.header.sent_from == (cxml.Credential(domain="DUNS", identity="123456789"),)
    assert (document.header.sent_to[0].identity, document.header.user_agent) == ("AN01", "Isthmus")


@pytest.mark.parametrize(("kind", "data"), DOCUMENTS.items())
def test_every_kind_is_read_whole(kind: str, data: bytes) -> None:
    document = cxml.parse(data)

    assert document.kind == kind
    assert document.findings() == cxml.balances(document) == []
    assert bytes(document) == data


def test_an_order() -> None:
    header = body(ORDER).header

    assert (header.order_id, header.type, header.order_type, header.previous) == (
        "PO-1001", "update", "regular", "P0@hospital.example",
    )  # fmt: skip
    assert header.ordered_at == datetime(2026, 3, 2, 9, 14, tzinfo=CENTRAL)
    assert header.total == cxml.Money(amount=Decimal("461.00"), currency="USD")
    assert (header.agreement_id, header.requisition_id, header.ship_complete) == ("C-77", "R-5", True)
    assert (header.terms[0].days, header.terms[0].discount_percent) == (30, 2)
    assert header.comments[0].text == "Deliver to dock 4"
    assert header.comments[0].attachments == ("cid:1@hospital.example",)
    assert header.extrinsics == (cxml.Extrinsic(name="department", text="OR-3"),)


def test_an_address() -> None:
    address = body(ORDER).header.ship_to

    assert (address.id, address.id_domain, address.name.text) == ("DOCK4", "buyerLocationID", "General Hospital Dock 4")
    assert address.postal.streets == ("1 Hospital Way", "Building B")
    assert (address.postal.state, address.postal.state_code, address.postal.country_code) == ("IL", "US-IL", "US")
    assert (address.phone.country, address.phone.area, address.phone.number) == ("1", "555", "1234567")
    assert address.email.address == "dock@hospital.example"


def test_the_items_of_an_order() -> None:
    gloves, syringes = body(ORDER).items

    assert (gloves.quantity, gloves.line_number, gloves.requested_on) == (10, "1", date(2026, 3, 8))
    assert (gloves.item.supplier_part, gloves.item.auxiliary, gloves.item.buyer_part) == ("GL-7", "BX", "4711")
    assert (gloves.detail.price.amount, gloves.detail.unit) == (Decimal("42.5"), "BX")
    assert gloves.detail.descriptions == (cxml.Phrase(text="Exam gloves, large", language="en", short="Gloves"),)
    assert gloves.distributions[0].accounting_segments[0].id == "4711"
    assert gloves.distributions[0].charge.amount == 425
    assert (syringes.detail.basis.quantity, syringes.detail.basis.unit) == (100, "EA")


def test_a_punchout_session() -> None:
    setup, start, cart = body(SETUP), cxml.parse(SETUP_RESPONSE), cxml.parse(CART)

    assert (setup.operation, setup.buyer_cookie) == ("create", "C1")
    assert (setup.return_url, setup.supplier_url) == (
        "https://hospital.example/cart",
        "https://supplier.example/punchout",
    )
    assert start.status == cxml.Status(code=Decimal(200), text="OK")
    assert start.body == cxml.PunchOutSetupResponse(start_url="https://supplier.example/s/1")
    assert (cart.envelope, cart.in_reply_to) == ("Message", "P1@hospital.example")
    assert isinstance(cart.body, cxml.PunchOutOrderMessage)
    assert (cart.body.buyer_cookie, cart.body.items[0].quantity) == ("C1", 2)


def test_a_confirmation_says_what_becomes_of_each_part_of_a_line() -> None:
    confirmation = body(CONFIRMATION)
    first, second = confirmation.items[0].statuses

    assert (confirmation.header.confirm_id, confirmation.header.type) == ("SO-9", "detail")
    assert (confirmation.order.order_id, confirmation.order.payload_id) == ("PO-1001", "P1@hospital.example")
    assert (first.type, first.quantity, first.delivered_on) == ("accept", 6, date(2026, 3, 9))
    assert (second.type, second.ships_on, second.price.amount) == ("backordered", date(2026, 3, 20), Decimal("42.75"))


def test_a_ship_notice_has_containers_lots_and_expiry() -> None:
    notice = body(SHIP_NOTICE)
    (item,) = notice.portions[0].items

    assert (notice.header.shipment_id, notice.header.delivered_at) == ("SH-55", date(2026, 3, 6))
    assert (notice.controls[0].carriers[0].domain, notice.controls[0].carriers[0].text) == ("SCAC", "UPSN")
    assert (item.packaging[0].sscc, item.packaging[0].around) == ("003456780000000021", "003456780000000014")
    assert (item.batches[0].lot, item.batches[0].expires_on) == ("L0042", date(2029, 1, 31))
    assert item.assets[0].serial == "SN77"


def test_an_invoice() -> None:
    invoice = body(INVOICE)
    (item,) = invoice.orders[0].items

    assert (invoice.header.invoice_id, invoice.header.purpose) == ("INV-9", "standard")
    assert invoice.header.line_indicator == cxml.LineIndicator(tax=True)
    assert invoice.header.partners[0].references[0].identifier == "12-3456789"
    assert (item.reference.line_number, item.reference.lot) == ("1", "L0042")
    assert (item.tax.details[0].rate, item.tax.details[0].amount.amount) == (6, Decimal("15.30"))
    assert (invoice.summary.net.amount, invoice.summary.discount.rate) == (Decimal("278.70"), 2)


def test_a_status_update() -> None:
    update = body(STATUS_UPDATE)

    assert (update.document, update.status.code, update.status.detail) == ("P1@hospital.example", 200, "queued")
    assert (update.invoice, update.invoice_comments[0].text) == ("rejected", "price")


def test_a_field_knows_where_it_stood() -> None:
    document = cxml.parse(ORDER)
    assert isinstance(document.body, cxml.OrderRequest)
    _, line = document.body.items
    assert line.detail is not None
    assert line.detail.price is not None

    assert document.place(line, "quantity") == "Request/OrderRequest/ItemOut[2]/@quantity"
    assert document.place(line.detail.price, "amount") == "Request/OrderRequest/ItemOut[2]/ItemDetail/UnitPrice/Money"


def test_what_no_value_takes_is_listed_with_its_path_and_stays_reachable() -> None:
    document = cxml.parse(
        changed(
            ORDER,
            ('lineNumber="1"', 'lineNumber="1" colour="blue"'),
            ("<Distribution>", "<Path><Node/></Path><Distribution>"),
            ("<BillTo>", "<ShipTo/><BillTo>"),
            ("<ItemOut", "stray<ItemOut"),
        )
    )

    assert [one.path for one in document.unknown] == [
        "Request/OrderRequest/text()",
        "Request/OrderRequest/OrderRequestHeader/ShipTo[2]",
        "Request/OrderRequest/ItemOut/@colour",
        "Request/OrderRequest/ItemOut/Path",
    ]
    assert document.unknown[-1].element.children[0].name == "Node"
    assert {finding.rule for finding in document.findings()} == {"unknown"}


def test_a_kind_without_values_is_read_and_listed() -> None:
    document = cxml.parse(request("<CopyRequest><x/></CopyRequest>"))

    assert (document.body, document.kind) == (None, "")
    assert [one.path for one in document.unknown] == ["Request/CopyRequest"]


def test_a_document_in_the_wrong_envelope_is_not_taken_for_one() -> None:
    assert cxml.parse(changed(CART, ("<PunchOutOrderMessage>", "<OrderRequest/><PunchOutOrderMessage>"))).kind == (
        "PunchOutOrderMessage"
    )


def test_dates_that_are_none_are_findings() -> None:
    document = cxml.parse(changed(ORDER, ('timestamp="2026-03-02T09:15:00-06:00"', 'timestamp="Mon Mar 2 2026"')))

    assert document.timestamp is None
    assert [(finding.rule, finding.path) for finding in document.findings()] == [("date", "@timestamp")]


def test_an_empty_amount_is_none_as_templates_have_it() -> None:
    assert body(changed(ORDER, ("461.00", ""))).header.total == cxml.Money(currency="USD")


@pytest.mark.parametrize("text", ["4,05", "1e5", "ten", "9" * 31, "--1", "٣"])
def test_an_amount_that_is_none_is_refused_with_its_place_and_without_content(text: str) -> None:
    error = refused(changed(ORDER, ("42.5<", f"{text}<")))

    assert (error.rule, error.line > 20, error.code) == ("cXML number", True, "CXML_PARSE")
    assert text not in str(error)


def test_the_secret_is_shown_by_nothing_but_reveal() -> None:
    document = cxml.parse(ORDER)
    assert document.header is not None
    (credential,) = document.header.sender
    assert credential.secret is not None

    shown = repr([document, document.header, credential, credential.secret, document.unknown, document.root])
    shown += f"{credential.secret} {credential}"

    assert credential.secret.reveal() == "CANARY-secret"
    assert "CANARY" not in shown


def test_no_error_shows_content() -> None:
    for wrong in (("</Header>", ""), ("42.5<", "CANARY<"), ("<Request", "<CANARY-Quest")):
        data = ORDER.decode().replace(*wrong).encode()
        try:
            cxml.parse(data)
        except cxml.ParseError:
            assert "CANARY" not in traceback.format_exc().split("ParseError:")[-1]
        else:
            raise AssertionError(wrong)


def test_no_repr_shows_content() -> None:
    order = body(ORDER)

    assert "GL-7" not in repr([order, *order.items, order.header, order.header.total, order.header.ship_to])


DTD = '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.060/cXML.dtd"'


@pytest.mark.parametrize(
    "doctype",
    [
        DTD + ">",
        DTD.replace(" SYSTEM", ' PUBLIC "-//x//y"') + ">",
        '<!DOCTYPE cXML SYSTEM "file:///etc/passwd">',
        "<!DOCTYPE cXML>",
        "",
    ],
)
def test_a_document_type_that_names_a_dtd_is_passed_over(doctype: str) -> None:
    assert cxml.parse(changed(ORDER, (DTD + ">", doctype))) == cxml.parse(ORDER)


@pytest.mark.parametrize(
    "subset",
    [
        "[]",
        '[<!ENTITY x "y">]',
        '[<!ENTITY x SYSTEM "file:///etc/passwd">]',
        "[<!ELEMENT cXML ANY>]",
        '[<!ENTITY % p "q"> %p;]',
    ],
)
def test_a_document_type_that_declares_anything_itself_is_refused(subset: str) -> None:
    error = refused(changed(ORDER, (DTD, DTD + subset), ("42.5<", "42.5<")))

    assert error.rule in ("no-dtd", "no-entities")


def test_an_entity_that_only_the_dtd_could_declare_is_refused() -> None:
    assert refused(changed(ORDER, ("Exam gloves", "&nbsp;Exam gloves"))).rule


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<cXML/>", b"<xml><Request/></xml>", b"ISA*00*", f"{HEAD}{HEADER}</cXML>".encode(), ORDER[:-20],
        b"<cXML>" * 70 + b"</cXML>" * 70,
    ],
)  # fmt: skip
def test_other_bytes_are_refused(data: bytes) -> None:
    refused(data)
