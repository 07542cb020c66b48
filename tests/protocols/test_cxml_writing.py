"""Values written as cXML: what is read again is the same."""

from __future__ import annotations

import dataclasses
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_cxml import DOCUMENTS, ORDER, changed, request

from isthmus.kernel import Misuse
from isthmus.protocols import cxml
from isthmus.protocols.cxml import Value, places

CORPUS = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "cxml"


@pytest.mark.parametrize("data", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_what_was_read_and_written_reads_as_the_same(data: bytes) -> None:
    document = cxml.parse(data)
    again = cxml.parse(cxml.write(document))

    assert again == document
    assert again.findings() == cxml.balances(again) == []


def test_a_document_from_nothing() -> None:
    document = cxml.Document(
        payload_id="P9@hub",
        timestamp=datetime(2026, 3, 2, 15, tzinfo=UTC),
        envelope="Response",
        status=cxml.Status(code=Decimal(200), text='OK & "fine" <ok>'),
    )

    assert cxml.write(document).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.060/cXML.dtd">\n'
        '<cXML payloadID="P9@hub" timestamp="2026-03-02T15:00:00+00:00">\n'
        "  <Response>\n"
        '    <Status code="200" text="OK &amp; &quot;fine&quot; &lt;ok&gt;"/>\n'
        "  </Response>\n"
        "</cXML>\n"
    )


@pytest.mark.parametrize(
    ("kind", "dtd"),
    [("OrderRequest", "cXML"), ("ShipNoticeRequest", "Fulfill"), ("InvoiceDetailRequest", "InvoiceDetail")],
)
def test_the_document_type_names_the_dtd_of_the_kind_and_the_release_of_the_document(kind: str, dtd: str) -> None:
    document = cxml.parse(changed(DOCUMENTS[kind], ('version="1.2.060"', 'version="1.2.014"')))

    assert f'"http://xml.cxml.org/schemas/cXML/1.2.014/{dtd}.dtd">'.encode() in cxml.write(document)


def test_what_the_dtd_wants_even_when_it_is_empty_is_written() -> None:
    invoice = cxml.InvoiceDetailRequest(header=cxml.InvoiceDetailRequestHeader(invoice_id="I1"))

    assert b"<InvoiceDetailHeaderIndicator/>\n        <InvoiceDetailLineIndicator/>" in cxml.write(
        cxml.Document(body=invoice)
    )


def test_a_kind_without_values_is_written_as_it_was_read() -> None:
    document = cxml.parse(request('<CopyRequest a="1"><b>x</b></CopyRequest>'))
    again = cxml.parse(cxml.write(document))

    assert [one.path for one in again.unknown] == ["Request/CopyRequest"]
    assert again.unknown[0].element.read("b") == "x"


def test_a_body_in_the_wrong_envelope_is_refused() -> None:
    with pytest.raises(Misuse, match="OrderRequest"):
        cxml.write(cxml.Document(envelope="Response", body=cxml.OrderRequest()))


@pytest.mark.parametrize("text", ["a\x00b", "\x0b", "\ud800", "\ufffe"])
def test_characters_that_xml_has_not_are_refused(text: str) -> None:
    with pytest.raises(Misuse):
        cxml.write(cxml.Document(payload_id=text))


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cc", "Cs"])).map(
    lambda text: text.strip(" \t\r\n")
)
SCALARS = {
    "text": WORDS,
    "number": st.none() | st.decimals(-(10**12), 10**12, places=4),
    "moment": st.none() | st.dates() | st.datetimes(timezones=st.just(UTC)),
    "flag": st.booleans(),
    "secret": st.none() | WORDS.filter(bool).map(cxml.Secret),
}


def values_of(kind: type[Value]) -> st.SearchStrategy[Any]:
    """Any value of a kind, with all that may stand in it."""
    fields = {}
    for name, place in places(kind).items():
        one = SCALARS[place.kind] if place.type is None else values_of(place.type)
        if place.many:
            fields[name] = st.lists(one, max_size=2).map(tuple)
        elif place.type is not None and not _always(kind, name):
            fields[name] = st.none() | one
        else:
            fields[name] = one
    return st.builds(kind, **fields)


def _always(kind: type[Value], name: str) -> bool:
    (found,) = (one for one in dataclasses.fields(kind) if one.name == name)
    return found.default_factory is not dataclasses.MISSING


@settings(max_examples=150)
@given(values_of(cxml.ItemOut), values_of(cxml.OrderRequestHeader))
def test_any_order_reads_as_it_was_written(item: cxml.ItemOut, header: cxml.OrderRequestHeader) -> None:
    document = cxml.Document(body=cxml.OrderRequest(header=header, items=(item,)))
    again = cxml.parse(cxml.write(document))

    assert again == document
    assert again.unknown == ()


@settings(max_examples=100)
@given(values_of(cxml.ShipNoticeItem), values_of(cxml.InvoiceDetailItem), values_of(cxml.ConfirmationItem))
def test_any_line_of_what_a_supplier_sends_reads_as_it_was_written(
    shipped: cxml.ShipNoticeItem, billed: cxml.InvoiceDetailItem, confirmed: cxml.ConfirmationItem
) -> None:
    for body in (
        cxml.ShipNoticeRequest(portions=(cxml.ShipNoticePortion(items=(shipped,)),)),
        cxml.InvoiceDetailRequest(orders=(cxml.InvoiceDetailOrder(items=(billed,)),)),
        cxml.ConfirmationRequest(items=(confirmed,)),
    ):
        again = cxml.parse(cxml.write(cxml.Document(body=body)))

        assert again.body == body
        assert again.unknown == ()


def test_numbers_are_written_without_exponent() -> None:
    money = cxml.Money(amount=Decimal("1E+3"), currency="USD")
    written = cxml.write(
        cxml.Document(
            body=cxml.OrderRequest(header=cxml.OrderRequestHeader(total=money, requested_on=date(2026, 3, 2)))
        )
    )

    assert b">1000<" in written
    assert b'requestedDeliveryDate="2026-03-02"' in written


def test_the_secret_goes_out() -> None:
    assert b"<SharedSecret>CANARY-secret</SharedSecret>" in cxml.write(cxml.parse(ORDER))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the sample corpus is not beside the repository")
def test_documents_that_nobody_here_wrote_are_read_and_read_the_same_when_written() -> None:
    files = {file.name: file.read_bytes() for file in CORPUS.rglob("*.xml")}
    documents = {name: cxml.parse(data) for name, data in files.items()}

    assert len(documents) == 16
    for name, document in documents.items():
        assert bytes(document) == files[name]
        assert cxml.parse(cxml.write(document)) == document, name
    assert sorted(one.path for document in documents.values() for one in document.unknown) == [
        "Request/CatalogUploadRequest",
        "Request/CopyRequest",
        "Response/@invalid",
    ]
    assert sorted(found.rule for document in documents.values() for found in cxml.balances(document)) == [
        "invoice-net",
        "invoice-net",
        "invoice-subtotal",
        "line-subtotal",
        "order-total",
    ]
