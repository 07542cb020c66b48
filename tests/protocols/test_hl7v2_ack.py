"""Acknowledgements, in the dialect of what they answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_messages import ADMIT, message

from isthmus.kernel import Misuse
from isthmus.protocols import hl7v2

AT = datetime(2026, 1, 15, 9, 34, 12, 999, UTC)
ERR = b"ERR||PID^1^3^2^4^1|101^Required field missing^HL70357|E||||no identifier\r"
MISSING = hl7v2.AckError("101", "no identifier", "PID-3[2].4.1")


def ack(
    answered: hl7v2.Message | bytes, code: str = "AA", text: str = "", errors: tuple[hl7v2.AckError, ...] = ()
) -> bytes:
    return hl7v2.ack(answered, code, at=AT, control_id="H1", text=text, errors=errors)


def version(number: bytes, type_: bytes = b"ADT^A01") -> bytes:
    return b"MSH|^~\\&|EHR|GH|HUB|RG|2026||" + type_ + b"|M1|P|" + number + b"\r"


def test_the_plain_answer_exchanges_sender_and_receiver() -> None:
    expected = b"MSH|^~\\&|HUB|REGIONAL|EHR|GENHOSP|20260115093412+0000||ACK^A01^ACK|H1|P|2.5.1\rMSA|AA|MSG00001\r"

    assert ack(ADMIT) == expected
    assert ack(hl7v2.parse(ADMIT)) == expected


@pytest.mark.parametrize("code", ["AA", "AE", "AR", "CA", "CE", "CR"])
def test_both_modes_have_their_codes(code: str) -> None:
    assert hl7v2.read_ack(ack(ADMIT, code)) == hl7v2.Ack(code, "MSG00001")
    assert hl7v2.read_ack(ack(ADMIT, code)).accepted == (code in ("AA", "CA"))


def test_a_code_outside_table_0008_is_the_callers_mistake() -> None:
    with pytest.raises(Misuse):
        ack(ADMIT, "OK")


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (version(b"2.1", b"ADT"), b"||ACK|H1|P|2.1\rMSA|AE|M1|why\rERR|PID^1^3^101&no identifier&HL70357\r"),
        (version(b"2.2"), b"||ACK^A01|H1|P|2.2\rMSA|AE|M1|why\rERR|PID^1^3^101&no identifier&HL70357\r"),
        (version(b"2.3.1"), b"||ACK^A01^ACK|H1|P|2.3.1\rMSA|AE|M1|why\rERR|PID^1^3^101&no identifier&HL70357\r"),
        (
            version(b"2.5.1"),
            b"||ACK^A01^ACK|H1|P|2.5.1\rMSA|AE|M1|why\r" + ERR,
        ),
        (
            version(b"2.8^USA"),
            b"||ACK^A01^ACK|H1|P|2.8^USA\rMSA|AE|M1\r" + ERR,
        ),
        (
            version(b""),
            b"||ACK^A01^ACK|H1|P|\rMSA|AE|M1|why\r" + ERR,
        ),
    ],
)
def test_errors_take_the_form_of_the_version(answered: bytes, expected: bytes) -> None:
    assert ack(answered, "AE", "why", (MISSING,)).endswith(expected)


def test_a_text_alone_becomes_an_error_where_msa_has_no_place_for_it() -> None:
    written = ack(version(b"2.7"), "AE", "why")

    assert written.endswith(b"MSA|AE|M1\rERR|||207^Application internal error^HL70357|E||||why\r")
    assert hl7v2.read_ack(written).text == "why"


@pytest.mark.parametrize("number", [b"2.1", b"2.3", b"2.4", b"2.5", b"2.6", b"2.7", b"2.9"])
def test_what_is_written_is_read_back(number: bytes) -> None:
    errors = (MISSING, hl7v2.AckError("207", "a|b^c & d\\e", ""), hl7v2.AckError("102", "", "OBX(3)-5"))

    read = hl7v2.read_ack(ack(version(number), "AE", "with | and ^", errors))

    assert (read.code, read.control_id, read.accepted) == ("AE", "M1", False)
    assert [error.code for error in read.errors] == ["101", "207", "102"]
    assert [error.message for error in read.errors][:2] == ["no identifier", "a|b^c & d\\e"]
    assert read.errors[2].location == "OBX(3)-5"
    if number < b"2.7":
        assert read.text == "with | and ^"
    if number >= b"2.5":
        assert read.errors[0] == MISSING
    else:
        assert read.errors[0].location == "PID-3"


def test_the_senders_delimiters_and_character_set_are_used() -> None:
    answered = b"MSH#!@%*#EHR#GH#HUB#RG#2026##ADT!A01#M1#P#2.5#####8859/1\r"

    written = ack(answered, "AE", "Größe # 😀")

    assert written.startswith(b"MSH#!@%*#HUB#RG#EHR#GH#20260115093412+0000##ACK!A01!ACK#H1#P#2.5")
    assert hl7v2.read_ack(written).text == "Gr??e ? ?"


def test_text_is_written_in_the_character_set_that_is_declared() -> None:
    answered = message(charset=b"8859/1")

    written = ack(answered, "AE", "Größe")

    assert b"|||||8859/1\rMSA|AE|1|Gr\xf6\xdfe\r" in written


def test_messages_that_differ_anywhere_in_the_header_are_each_answered_by_their_own() -> None:
    header = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|7|P|2.5.1|||AL|NE||UNICODE UTF-8\rPID|1\r"
    others = [
        header.replace(b"|A|", b"|X|"), header.replace(b"|B|", b"|X|"), header.replace(b"|C|", b"|X|"),
        header.replace(b"|D|", b"|X|"), header.replace(b"A01", b"A04"), header.replace(b"|7|", b"|8|"),
        header.replace(b"|P|", b"|T|"), header.replace(b"2.5.1", b"2.3"), header.replace(b"UNICODE UTF-8", b"8859/1"),
        header.replace(b"^", b"!"), header.replace(b"|", b"*"),
    ]  # fmt: skip
    assert len({ack(one) for one in (header, *others, header)}) == 1 + len(others)
    assert len({hl7v2.ack(header, at=AT, control_id="H1", of_its_own=own) for own in (False, True)}) == 2


def test_an_instant_is_written_in_the_zone_that_it_is_given_in() -> None:
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    there = noon.astimezone(timezone(timedelta(hours=2)))
    stamps = [hl7v2.ack(ADMIT, at=at, control_id="H1").split(b"|")[6] for at in (noon, there, noon)]
    assert stamps == [b"20260305120000+0000", b"20260305140000+0200", b"20260305120000+0000"]


def test_of_headers_as_long_as_a_peer_likes_nothing_is_kept() -> None:
    for at in range(2000):
        ack(b"MSH|^~\\&|%d%s|\r" % (at, b"x" * 10_000))
    kept = import_module("isthmus.protocols.hl7v2.ack")._shared  # the package's `ack` is the function
    assert sum(len(part) for one in kept.values() for part in one[:3]) < 300_000


def test_a_time_without_zone_is_written_without_offset() -> None:
    naive = hl7v2.ack(ADMIT, at=AT.replace(tzinfo=None), control_id="H1")
    west = hl7v2.ack(ADMIT, at=AT.astimezone(timezone(timedelta(hours=-3, minutes=-30))), control_id="H1")

    assert b"|20260115093412||" in naive
    assert b"|20260115060412-0330||" in west


@pytest.mark.parametrize(
    "answered",
    [b"", b"GET / HTTP/1.1", b"MSH", b"MSHA", b"\xff\xfe\x00", b"PID|1\r", b"M\0\0\0S\0\0\0\xff\xff\xff\xff"],
)
def test_what_is_no_message_is_answered_all_the_same(answered: bytes) -> None:
    written = ack(answered, "AR", "not a message")

    assert hl7v2.read_ack(written) == hl7v2.Ack("AR", "", "not a message")


@given(st.binary(max_size=80))
def test_any_bytes_after_msh_are_answered(tail: bytes) -> None:
    assert ack(b"MSH|^~\\&|" + tail, "AE", "why", (MISSING,)).startswith(b"MSH|^~\\&|")
    assert ack(b"MSH" + tail, "CE").startswith(b"MSH")


@pytest.mark.parametrize("data", [b"", b"MSH|^~\\&|A\r", b"MSH|^~\\&|A\rMSA||1\r", b"nonsense"])
def test_what_is_no_acknowledgement_is_a_parse_error(data: bytes) -> None:
    with pytest.raises(hl7v2.ParseError):
        hl7v2.read_ack(data)


def test_a_location_that_is_no_path_is_left_out() -> None:
    written = message(b"MSA|AE|1", b"ERR||SEE NOTE^x^y|207^^HL70357|E", b"ERR||PID^1^5|101||||details")

    assert [error.location for error in hl7v2.read_ack(written).errors] == ["", "PID-5"]
