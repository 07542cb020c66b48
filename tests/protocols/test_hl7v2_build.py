"""Messages from nothing, and time stamps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from isthmus.kernel import Misuse
from isthmus.protocols import hl7v2

AT = datetime(2026, 1, 15, 9, 34, 12, tzinfo=UTC)


def test_a_message_is_built_from_nothing() -> None:
    built = hl7v2.build(
        "ADT^A04",
        control_id="M1",
        at=AT,
        sender=("EHR", ["GH", "1.2.3", "ISO"]),
        receiver=("HUB", "RG"),
        accept_ack="AL",
        application_ack="NE",
    )
    built.add_segment("EVN", ["", "20260115"])
    built.add_segment("PID", ["1", "", ["7", "", "", "GH", "MR"], "", ["Müller", "Jörg"]])

    assert (
        bytes(built)
        == (
            "MSH|^~\\&|EHR|GH^1.2.3^ISO|HUB|RG|20260115093412+0000||ADT^A04^ADT_A01|M1|P|2.5.1|||AL|NE||UNICODE UTF-8\r"
            "EVN||20260115\r"
            "PID|1||7^^^GH^MR||Müller^Jörg\r"
        ).encode()
    )
    assert hl7v2.parse(bytes(built)).findings == ()


@pytest.mark.parametrize(
    ("version", "type_"), [("2.1", "ADT"), ("2.2", "ADT^A01"), ("2.3", "ADT^A01"), ("2.3.1", "ADT^A01^ADT_A01")]
)
def test_the_type_is_written_as_the_version_has_it(version: str, type_: str) -> None:
    built = hl7v2.build("ADT^A01", control_id="1", at=AT, version=version)

    assert built.encoded("MSH-9") == type_
    assert built.version == version


def test_any_delimiters_and_character_set_may_be_chosen() -> None:
    built = hl7v2.build("ORU^R01", control_id="a^b", at=AT, delimiters="#!@%*&", charset="8859/1", sender=("Ü", ""))

    assert bytes(built) == (
        "MSH#!@%*&#Ü####20260115093412+0000##ORU!R01!ORU_R01#a^b#P#2.5.1######8859/1\r".encode("latin-1")
    )


@pytest.mark.parametrize(
    "delimiters", ["", "|", "|^~\\", "|^~\\^", "|^~\\a", "|^~\\&#!", "||~\\&", "§^~\\&", "|^~\\\r"]
)
def test_delimiters_that_cannot_delimit_are_refused(delimiters: str) -> None:
    with pytest.raises(Misuse):
        hl7v2.build("ADT^A01", control_id="1", at=AT, delimiters=delimiters)


def test_an_unknown_character_set_is_refused() -> None:
    with pytest.raises(Misuse):
        hl7v2.build("ADT^A01", control_id="1", at=AT, charset="KLINGON")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026", "2026-01-01T00:00:00"),
        ("202603", "2026-03-01T00:00:00"),
        ("20260315", "2026-03-15T00:00:00"),
        ("202603151203", "2026-03-15T12:03:00"),
        ("20260315120304.5", "2026-03-15T12:03:04.500000"),
        ("20260315120304+0530", "2026-03-15T12:03:04+05:30"),
        ("20260315-0500", "2026-03-15T00:00:00-05:00"),
    ],
)
def test_a_time_stamp_names_the_start_of_its_period(text: str, at: str) -> None:
    assert hl7v2.read_timestamp(text).isoformat() == at


def test_a_time_stamp_without_offset_is_in_the_facilitys_zone() -> None:
    assert hl7v2.read_timestamp("20260715120000", ZoneInfo("America/New_York")).astimezone(UTC).hour == 16


@pytest.mark.parametrize("text", ["", "26", "20261", "20261301", "20260230", "today", "202603151203+05", "202"])
def test_what_is_no_time_stamp_is_a_fault_of_the_peer(text: str) -> None:
    with pytest.raises(hl7v2.ParseError):
        hl7v2.read_timestamp(text)


@given(st.datetimes(min_value=AT.replace(year=1000, tzinfo=None), timezones=st.none() | st.timezones()))
def test_a_time_that_is_written_is_read_back_to_the_second(at: datetime) -> None:
    # An offset has minutes only; local mean times of the nineteenth century have seconds.
    assume(not (at.utcoffset() or timedelta()) % timedelta(minutes=1))

    assert hl7v2.read_timestamp(hl7v2.write_timestamp(at)).isoformat() == at.replace(microsecond=0).isoformat()
