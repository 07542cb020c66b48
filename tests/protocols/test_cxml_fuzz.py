"""Whatever the bytes, the only exception is ParseError."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_cxml import DOCUMENTS, HEAD

from isthmus.protocols import cxml

PIECES = [
    b"<Request>", b"</Request>", b"<Response><Status code='", b"'/>", b"<Message>", b"<OrderRequest>", b"<ItemOut quantity='",
    b"<OrderRequestHeader><Total><Money>", b"</Money></Total></OrderRequestHeader>", b"9", b".", b"-", b"<!-- x -->", b"<![CDATA[",
    b"]]>", b"&amp;", b"&#0;", b"\xff", b"<?x ?>", b"</cXML>", b"<InvoiceDetailSummary>", b"2026-03-02T25:00", b"<cXML>",
]  # fmt: skip


def exercise(data: bytes) -> None:
    try:
        document = cxml.parse(data)
    except cxml.ParseError as error:
        fault = error
    else:
        exercise_document(document, data)
        return
    assert 0 <= fault.offset <= len(data)
    assert fault.line >= 1


def exercise_document(document: cxml.Document, data: bytes) -> None:
    assert bytes(document) == data
    assert all(finding.path for finding in (*document.findings(), *cxml.balances(document)))
    assert cxml.parse(cxml.write(document)) == document


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_arbitrary_bytes(data: bytes) -> None:
    exercise(data)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=15))
def test_pieces_of_documents(pieces: list[bytes]) -> None:
    exercise(HEAD.encode() + b"".join(pieces))


@pytest.mark.parametrize("kind", DOCUMENTS)
@settings(max_examples=100)
@given(at=st.integers(0, 3000), length=st.integers(0, 40), new=st.binary(max_size=20))
def test_documents_with_bytes_replaced(kind: str, at: int, length: int, new: bytes) -> None:
    data = DOCUMENTS[kind]
    exercise(data[:at] + new + data[at + length :])


@settings(max_examples=200)
@given(st.text("0123456789.-+E,T:Z ", max_size=35))
def test_numbers_and_dates_of_every_kind(text: str) -> None:
    data = DOCUMENTS["OrderRequest"].decode()
    exercise(data.replace(">42.5<", f">{text}<").encode())
    exercise(data.replace('quantity="10"', f'quantity="{text}"').encode())
    exercise(data.replace("2026-03-08", text).encode())
