"""XML is read without what makes it dangerous, and whatever the bytes, the only exception is XmlError."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.protocols import safe_xml
from isthmus.protocols.safe_xml import Limits, XmlError

ENTITY = b'<!DOCTYPE a [<!ENTITY x "boom">]><a>&x;</a>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
NAMED = b'<?xml version="1.0"?><!DOCTYPE cXML SYSTEM "http://example.org/cXML.dtd"><cXML>text</cXML>'


def refused(data: bytes, **options: object) -> XmlError:
    with pytest.raises(XmlError) as caught:
        safe_xml.parse(data, **options)
    return caught.value


def test_elements_are_read_by_local_name_whatever_the_prefix() -> None:
    root = safe_xml.parse(
        b'<n:a xmlns:n="urn:x" n:q="1" p="2"><n:b><c> one </c></n:b><n:b><c>two</c><!-- no -->!</n:b></n:a>'
    )
    assert (root.name, root.namespace, root.attributes) == ("a", "urn:x", {"{urn:x}q": "1", "p": "2"})
    assert [element.text for element in root.all("b/c")] == ["one", "two"]
    assert root.read("b/c") == "one"
    assert root.read("b/d") == ""
    assert root.children[1].text == "!"


def test_an_element_knows_where_it_stands() -> None:
    inner = safe_xml.parse(b"<a>\n <b/>\n</a>").find("b")
    assert inner is not None
    assert (inner.line, inner.offset) == (2, 5)


@pytest.mark.parametrize("doctype", [False, True])
@pytest.mark.parametrize("data", [ENTITY, LAUGHS, EXTERNAL, b"<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>"])
def test_a_document_that_declares_anything_is_refused(data: bytes, doctype: bool) -> None:
    assert refused(data, doctype=doctype).rule == "no-dtd"


def test_a_named_external_dtd_is_passed_over_only_when_allowed() -> None:
    assert refused(NAMED).rule == "no-dtd"
    assert safe_xml.parse(NAMED, doctype=True).text == "text"


def test_an_entity_that_only_the_external_dtd_could_declare_is_refused() -> None:
    assert refused(NAMED.replace(b"text", b"&text;"), doctype=True).rule == "no-entities"


def test_the_five_entities_of_xml_and_characters_by_number_are_read() -> None:
    assert safe_xml.parse(b"<a>&lt;&amp;&gt;&quot;&apos;&#233;</a>").text == "<&>\"'é"


@pytest.mark.parametrize(
    ("data", "limits", "rule"),
    [
        (b"<a>" * 65, Limits(), "depth"),
        (b"<a>" + b"<b/>" * 10, Limits(elements_max=10), "elements"),
        (b"<a " + b" ".join(b"a%d='1'" % number for number in range(65)) + b"/>", Limits(), "attributes"),
        (b"<a/>", Limits(bytes_max=3), "size"),
    ],
)
def test_what_no_business_document_has_is_refused(data: bytes, limits: Limits, rule: str) -> None:
    assert refused(data, limits=limits).rule == rule


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"<a>&x;</a>",
        b"<a/><b/>",
        b"<?xml version='1.0' encoding='klingon'?><a/>",
        b"\xff\xfe<",
    ],
)
def test_what_is_not_xml_is_refused_with_its_place(data: bytes) -> None:
    error = refused(data)
    assert error.rule.startswith("XML 1.0")
    assert error.line >= 1
    assert 0 <= error.offset <= len(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_read(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><a>Müller</a>'.encode(encoding)
    assert safe_xml.parse(data).text == "Müller"


def test_no_content_stands_in_an_error() -> None:
    assert "SECRET" not in str(refused(b"<a><SECRET>SECRET</a>"))


@settings(max_examples=400)
@given(
    st.binary(max_size=60)
    | st.lists(
        st.sampled_from([b"<a>", b"</a>", b"<b x='1'/>", b"&lt;", b"&x;", b"<!DOCTYPE a", b" SYSTEM 'u'", b" [", b"]>"])
        | st.sampled_from(
            [b"<?xml version='1.0'", b" encoding='", b"shift_jis", b"utf-7", b"idna", b"'?>", b"<![CDATA["]
        )
        | st.binary(max_size=4),
        max_size=12,
    ).map(b"".join)
)
def test_arbitrary_bytes_as_xml(data: bytes) -> None:
    for doctype in (False, True):
        with contextlib.suppress(XmlError):
            safe_xml.parse(data, doctype=doctype)
