"""What is taken for a message, what is reported, and what the header says."""

from __future__ import annotations

import pytest
from written_messages import ADMIT, message

from isthmus.protocols import hl7v2


def rules(data: bytes, charset: str | None = None) -> list[str]:
    return [finding.rule for finding in hl7v2.parse(data, charset).findings]


def test_the_header_tells_who_and_what() -> None:
    header = hl7v2.parse(ADMIT)

    assert header.type == "ADT^A01"
    assert header.structure == "ADT_A01"
    assert header.control_id == "MSG00001"
    assert header.version == "2.5.1"
    assert header.processing_id == "P"
    assert header.sender == ("EHR", "GENHOSP")
    assert header.receiver == ("HUB", "REGIONAL")
    assert (header.accept_ack, header.application_ack) == ("AL", "NE")
    assert header.charset == "ASCII"
    assert len(header) == 9
    assert header.findings == ()


@pytest.mark.parametrize(
    ("data", "type_", "structure"),
    [
        (b"MSH|^~\\&|||||||ADT^A08\r", "ADT^A08", "ADT_A01"),
        (b"MSH|^~\\&|||||||ADT^A08^ADT_X\r", "ADT^A08", "ADT_X"),
        (b"MSH|^~\\&|||||||ORU^R01\r", "ORU^R01", "ORU_R01"),
        (b"MSH|^~\\&|||||||ADT|1|P|2.1\rEVN|A03\r", "ADT^A03", "ADT_A03"),
        (b"MSH|^~\\&|||||||ACK\r", "ACK", "ACK"),
        (b"MSH|^~\\&\r", "", ""),
        (b"MSH|", "", ""),
    ],
)
def test_the_type_in_every_version_of_the_field(data: bytes, type_: str, structure: str) -> None:
    read = hl7v2.parse(data)

    assert read.type == type_
    assert read.structure == structure


def test_any_delimiters_are_taken_from_the_header() -> None:
    read = hl7v2.parse(b"MSH#!@%*#A#B\rPID#1##7!8!9*10!!MR@X!!!!SS##A%S%B%F%C\r")

    assert read["MSH-1"] == "#"
    assert read["MSH-2"] == "!@%*"
    assert read["PID-3.3.2"] == "10"
    assert read["PID-3[SS].1"] == "X"
    assert read["PID-5"] == "A!B#C"


def test_the_truncation_character_is_read_from_the_header() -> None:
    read = hl7v2.parse(b"MSH|^~\\&#|A\rNTE|1||a\\P\\b\r")

    assert read["NTE-3"] == "a#b"
    assert read.findings == ()


@pytest.mark.parametrize(
    ("head", "path", "value", "rule"),
    [
        (b"MSH||A|B", "NTE-3", "a", "no-encoding-characters"),
        (b"MSH|^|A|B", "NTE-3", "a&b~c\\T\\d", "few-encoding-characters"),
        (b"MSH|^|A|B", "NTE-3.2", "e", "few-encoding-characters"),
        (b"MSH|^~\\|A|B", "NTE-3", "a&b", "few-encoding-characters"),
        (b"MSH|^~\\^|A|B", "NTE-3.1", "a&b", "unusable-delimiter"),
        (b"MSH|^~ &|A|B", "NTE-3", "a", "unusable-delimiter"),
    ],
)
def test_missing_and_unusable_delimiters_are_not_in_use_and_reported(
    head: bytes, path: str, value: str, rule: str
) -> None:
    data = message(b"NTE|1||a&b~c\\T\\d^e", head=head)

    assert hl7v2.parse(data)[path] == value
    assert rule in rules(data)
    assert bytes(hl7v2.parse(data)) == data


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_other_line_ends_are_tolerated_and_reported(end: bytes) -> None:
    data = ADMIT.replace(b"\r", end)
    read = hl7v2.parse(data)

    assert read["PID-3[MR].1"] == "100234"
    assert read["NTE-1"] == "1"
    assert len(read) == 9
    assert rules(data) == ["line-ends"]
    assert bytes(read) == data


def test_a_line_feed_inside_a_field_is_text() -> None:
    data = b"MSH|^~\\&|A\rOBX|1|TX|||line one\nline two\n\nPID is not a segment\rNTE|1\n\rZZZ|1\nPV1|1\r\n\n"
    read = hl7v2.parse(data)

    assert read["OBX-5"] == "line one\nline two\n\nPID is not a segment"
    assert [segment.name for segment in read] == ["MSH", "OBX", "NTE", "ZZZ", "PV1"]
    assert rules(data) == ["line-ends"]
    assert bytes(read) == data


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (b"\xef\xbb\xbf", b"", ["leading-noise"]),
        (b"\r\n  ", b"", ["leading-noise"]),
        (b"\x0b", b"\x1c\r", ["leading-noise", "trailing-noise"]),
        (b"", b"\x00\x00", ["trailing-noise"]),
        (b"", b"\x1a", ["trailing-noise"]),
        (b"", b"\r\r", []),
    ],
)
def test_noise_around_a_message_is_tolerated_and_reported(before: bytes, after: bytes, found: list[str]) -> None:
    data = before + ADMIT + after
    read = hl7v2.parse(data)

    assert read["PID-3"] == "100234"
    assert rules(data) == found
    assert bytes(read) == data
    read["PV1-2"] = "O"
    assert bytes(read) == before + ADMIT.replace(b"PV1|1|I", b"PV1|1|O") + after


def test_odd_segment_names_are_kept_and_reported() -> None:
    data = message(b"PIDX|1", b"pv1|2", b"free text in a line")

    assert rules(data) == ["segment-name"] * 3
    assert bytes(hl7v2.parse(data)) == data


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"", 0),
        (b"\r\n\x0b", 0),
        (b"MS", 0),
        (b"GET / HTTP/1.1\r\n", 0),
        (b"  PID|1\rMSH|^~\\&|\r", 2),
        (b"MSH", 3),
        (b"MSHA^~\\&A", 3),
        (b"MSH ^~\\& ", 3),
        (b'MSH"^~\\&"', 3),
        (b"MSH\xa7^~\\&\xa7", 3),
        (b"FHS|^~\\&|\rBHS|^~\\&|\rMSH|^~\\&|\r", 0),
        (b"MSH|^~\\&|A\rMSH|^~\\&|B\r", 11),
        (b"MSH|^~\\&|A\nPID|1\nMSH|^~\\&|B\n", 17),
        (b"\xff\xfeM\x00\x00\xd8", 2),
        (b"M\x00\x00\x00S\x00\x00\x00\xff\xff\xff\xff", 8),
    ],
)
def test_what_is_no_single_message_is_refused_with_place_and_rule(data: bytes, offset: int) -> None:
    with pytest.raises(hl7v2.ParseError) as caught:
        hl7v2.parse(data)

    assert caught.value.offset == offset
    assert caught.value.rule


def test_a_header_with_other_delimiters_in_a_field_is_no_second_message() -> None:
    data = message(b"OBX|1|TX|||MSH|MSH", b"MSHX|1")

    assert bytes(hl7v2.parse(data)) == data


def test_nothing_shows_content_in_its_repr() -> None:
    read = hl7v2.parse(ADMIT)
    assert repr(read["PID-15"]) == "hl7v2.NULL"
    assert repr(hl7v2.path("PID-3.1")) == "Path('PID-3.1')"
    shown = repr(read) + repr(read.segments()) + repr(read.all("PID-3")) + repr(hl7v2.split_batch(ADMIT))

    for content in ("100234", "DOE", "MSG00001", "ADT", "PID"):
        assert content not in shown


def test_reading_everything_changes_nothing() -> None:
    read = hl7v2.parse(ADMIT)
    read.tree()
    [segment.encoded("3") for segment in read]

    assert bytes(read) == ADMIT
    assert b"".join(bytes(segment) + b"\r" for segment in read) == ADMIT


def test_a_megabyte_of_line_feeds_is_read_in_one_pass() -> None:
    data = b"MSH|^~\\&|A\rNTE|1||" + b"\n" * 1_000_000 + b"x"

    assert len(hl7v2.parse(data)["NTE-3"]) == 1_000_001


def test_a_megabyte_of_escape_characters_is_read_in_one_pass() -> None:
    data = b"MSH|^~\\&|A\rNTE|1||" + b"\\X" * 500_000

    assert len(hl7v2.parse(data)["NTE-3"]) == 1_000_000
