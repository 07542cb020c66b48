"""What a source's bytes are taken for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from money_files import BAI2, ach, claims, interchange, remittance
from row_hub import CHARGES, charges

from isthmus.flows import flow
from isthmus.kernel.errors import Misuse, PeerFault
from isthmus.runtime.formats import reader
from isthmus.runtime.keys import key_at


@pytest.mark.parametrize(
    ("declared", "type"),
    [
        ("ADT^A01^ADT_A01", "ADT^A01"),
        ("ADT^A01", "ADT^A01"),
        ("ACK", "ACK"),
        ("ZZ1^Z99", "ZZ1^Z99"),
        ("ADT^Smith", "ADT"),
        ("ADT^A01\\T\\A", "ADT"),
        ("Smith^A01", ""),
        ("", ""),
    ],
)
def test_only_what_looks_like_a_message_type_is_taken_for_one(declared, type):
    raw = f"MSH|^~\\&|A|B|C|D|20260101||{declared}|1|P|2.5.1\r".encode()
    assert reader("hl7v2")(raw).type == type


@pytest.mark.parametrize(
    ("raw", "type", "control"),
    [
        (b'{"type": "order.placed", "id": "7"}', "order.placed", b"7"),
        (b'{"resourceType": "Patient", "id": 7}', "Patient", b"7"),
        (b'{"type": "Carla Canary"}', "", b""),
        (b'{"type": {"a": 1}}', "", b""),
        (b"[1]", "", b""),
    ],
)
def test_json_names_its_type_and_id(raw, type, control):
    read = reader("json")(raw)
    assert (read.type, read.control) == (type, control)


@pytest.mark.parametrize("raw", [b"{", b"\xff", b""])
def test_what_is_no_json_is_the_senders_fault_and_repeats_none_of_it(raw):
    with pytest.raises(PeerFault, match="this is not JSON"):
        reader("json")(raw)


def test_cxml_is_of_the_document_inside_known_by_its_payload_and_keeps_order_by_an_attribute():
    raw = (
        b'<cXML payloadID="1@hub" timestamp="2026-01-15T09:34:00+00:00"><Request><StatusUpdateRequest>'
        b'<DocumentReference payloadID="order-7"/><Status code="200" text="OK"/></StatusUpdateRequest></Request></cXML>'
    )
    read = reader("cxml")(raw)
    assert (read.type, read.control) == ("StatusUpdateRequest", b"1@hub")
    assert key_at(read.content, "Request/StatusUpdateRequest/DocumentReference/@payloadID") == "order-7"
    assert key_at(read.content, "Request/StatusUpdateRequest/Status") == ""
    with pytest.raises(PeerFault):
        reader("cxml")(raw[:40])


def test_json_that_is_nested_too_deeply_is_the_senders_fault():
    with pytest.raises(PeerFault):
        reader("json")(b"[" * 60_000 + b"]" * 60_000)


def test_raw_bytes_have_neither_type_nor_id():
    read = reader("raw")(b"anything")
    assert (read.content, read.type, read.control) == (b"anything", "", b"")


def test_a_format_that_does_not_exist_is_told_with_those_that_do():
    with pytest.raises(Misuse, match="hl7v2, json, raw"):
        reader("x13")


def test_an_x12_file_is_of_its_transaction_sets_type_under_their_guide_and_known_by_sender_and_number():
    read = reader("x12")(interchange("835", "005010X221A1", remittance([("C1", "1.00")])))
    assert (read.type, read.control) == ("835^005010X221A1", b"ZZ|PAYER|000000007")
    assert [one["CLP01"] for one in read.content.transactions] == ["C1"]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ((b"IEA*1*", b"IEA*2*"), "the interchange is not whole"),
        ((b"GE*1*7~", b""), "the interchange is not whole"),
        ((b"ISA*", b"ISB*"), "There is no interchange here"),
    ],
)
def test_an_interchange_that_is_not_whole_is_refused_with_the_place(damage, words):
    with pytest.raises(PeerFault, match=words):
        reader("x12")(interchange("835", "005010X221A1", remittance([("C1", "1.00")])).replace(*damage))


def test_a_file_of_several_types_is_refused():
    data = interchange("835", "005010X221A1", *[remittance([("C1", "1.00")])] * 2)
    with pytest.raises(PeerFault, match="several types"):
        reader("x12")(data.replace(b"ST*835*0002", b"ST*820*0002"))


def test_what_is_worked_off_piece_by_piece_is_read_no_further_than_its_beginning():
    flows = [flow("f", source="s", accepts="x12/835", owner="o", each="claim")]
    data = interchange("835", "005010X221A1", remittance([("C1", "1.00")]))
    whole = reader("x12")(data)
    head = reader("x12", flows)(data[: data.index(b"CLP")])
    assert (head.content, head.type, head.control) == (None, whole.type, whole.control)
    with pytest.raises(PeerFault, match="No transaction set begins"):
        reader("x12", flows)(data[: data.index(b"ST*")])


def test_a_bank_file_is_known_by_what_its_header_says():
    read = reader("nacha")(ach("12.50"))
    assert (read.type, read.control) == ("ACH", b"1999999999|091000019|2026-01-15|A|")
    read = reader("bai2")(BAI2)
    assert (read.type, read.control) == ("BAI2", b"BANK|2026-01-15|0934|7")


def test_xml_is_of_the_type_of_its_root():
    read = reader("xml")(b"<order xmlns='urn:x'><id>7</id></order>")
    assert (read.type, read.content.read("id")) == ("order", "7")


def test_a_delimited_file_is_its_rows_by_the_layout_of_its_flows():
    of = flow("f", source="s", accepts="delimited/charges", owner="o", layout=CHARGES)
    read = reader("delimited", [of])(charges([(1, "A", "1.50")]))
    assert (read.type, read.content) == ("charges", [{"id": "1", "account": "A", "amount": Decimal("1.50")}])
    with pytest.raises(PeerFault, match="column amount"):
        reader("delimited", [of])(charges([(1, "A", "much")]))


def test_a_delimited_source_whose_flows_name_no_layout_cannot_be_read():
    with pytest.raises(Misuse, match="layout="):
        reader("delimited", [])(b"")


def test_a_file_of_json_lines_is_the_values_of_its_lines():
    assert reader("ndjson")(b'{"a": 1}\n{"a": 1.10}\n').content == [{"a": 1}, {"a": Decimal("1.10")}]


@pytest.mark.parametrize(
    ("accepts", "type", "takes"),
    [
        ("x12/835@005010X221A1", "835^005010X221A1", True),
        ("x12/835@005010X221A1", "835^005010X221", False),
        ("x12/835", "835^005010X221", True),
        ("x12/837", "835^005010X221A1", False),
        ("hl7v2/ADT@2.5.1", "ADT^A01", True),
    ],
)
def test_a_flow_of_x12_takes_the_guide_that_it_names(accepts, type, takes):
    assert flow("f", source="s", accepts=accepts, owner="o").takes(type) is takes


@pytest.mark.parametrize(
    ("content", "path", "key"),
    [
        ({"account": {"id": 7}}, "account.id", "7"),
        ({"a.b": "x"}, "a.b", "x"),
        ({"account": None}, "account", ""),
        ({}, "account.id", ""),
        ([1], "account", ""),
    ],
)
def test_a_key_is_the_value_at_a_path(content, path, key):
    assert key_at(content, path) == key


def test_keys_of_money_files_are_read_by_their_own_paths():
    assert key_at(reader("x12")(interchange("837", "005010X222A1", claims("C1"))).content, "CLM01") == "C1"
    assert key_at(reader("bai2")(BAI2).content, "sender") == "BANK"
    assert key_at(reader("xml")(b"<order><buyer><id>7</id></buyer></order>").content, "buyer/id") == "7"
    with pytest.raises(Misuse, match="lane=ALL"):
        key_at(b"raw", "x")
