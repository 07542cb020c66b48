"""What a source's bytes are taken for."""

from __future__ import annotations

import pytest

from isthmus.kernel.errors import Misuse, PeerFault
from isthmus.runtime.formats import reader


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


def test_json_that_is_nested_too_deeply_is_the_senders_fault():
    with pytest.raises(PeerFault):
        reader("json")(b"[" * 60_000 + b"]" * 60_000)


def test_raw_bytes_have_neither_type_nor_id():
    read = reader("raw")(b"anything")
    assert (read.content, read.type, read.control) == (b"anything", "", b"")


def test_a_format_that_does_not_exist_is_told_with_those_that_do():
    with pytest.raises(Misuse, match="hl7v2, json, raw"):
        reader("x13")
