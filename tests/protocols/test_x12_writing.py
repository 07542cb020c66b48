"""Interchanges from nothing: envelopes, counts, values, and what cannot be written."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from isthmus.kernel import Misuse
from isthmus.protocols import x12

AT = datetime(2026, 1, 15, 9, 34, tzinfo=UTC)


def writer(**more: object) -> x12.Writer:
    said = {"sender": ("ZZ", "HUB"), "receiver": ("ZZ", "PAYER"), "control_number": 7, "at": AT, **more}
    return x12.Writer(**said)  # type: ignore[arg-type]


def test_envelopes_and_counts_are_right() -> None:
    made = writer(usage="T")
    made.group("HC", sender="HUB", receiver="PAYER", control_number=3, version="005010X222A1")
    for number in ("0001", "0002"):
        made.transaction("837", number, implementation="005010X222A1")
        made.segment("BHT", "0019", "00", "X1", date(2026, 1, 15), time(9, 34), "CH")
    made.group("FA", sender="HUB", receiver="PAYER", control_number=4, version="005010X231A1")

    data = made.close()
    read = x12.parse(data)

    assert data.startswith(
        b"ISA*00*          *00*          *ZZ*HUB            *ZZ*PAYER          *260115*0934*^*00501*000000007*0*T*:~GS*"
    )
    assert data.endswith(b"SE*3*0002~GE*2*3~GS*FA*HUB*PAYER*20260115*0934*4*X*005010X231A1~GE*0*4~IEA*2*000000007~")
    assert read.findings == []
    assert [one["BHT04"] for one in read.transactions] == ["20260115"] * 2
    assert made.close() == b""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1200"), "1200"),
        (Decimal("10.50"), "10.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.00"), "0"),
        (Decimal("-0.5"), "-0.5"),
        (("HC", "99213", "25", ""), "HC:99213:25"),
        (["30", "98"], "30^98"),
        (date(2026, 1, 5), "20260105"),
        (time(9, 5), "0905"),
        (12, "12"),
    ],
)
def test_values_are_written_as_the_standard_has_them(value: x12.Value, text: str) -> None:
    made = writer()
    made.group("HC", sender="A", receiver="B", control_number=1, version="005010X222A1")
    made.transaction("837", "0001")
    made.take()
    made.segment("ZZZ", value, "", "")

    assert made.take() == f"ZZZ*{text}~".encode()


def test_separators_of_ones_own_and_line_ends() -> None:
    made = writer(separators=x12.Separators(b"|", b">", b"!", b"\n"), version="00401")
    made.group("PO", sender="A", receiver="B", control_number=1, version="004010")
    data = made.close()

    assert b"|U|00401|000000007|0|P|>\nGS|PO|" in data
    assert x12.parse(data).findings == []
    assert writer(line_end="\r\n").close().endswith(b"~\r\nIEA*0*000000007~\r\n")


@pytest.mark.parametrize("value", ["a*b", "a~b", ("a:b",), ("a^b",), ["a^b"]])
def test_a_value_that_holds_a_separator_is_refused(value: x12.Value) -> None:
    made = writer()
    made.group("HC", sender="A", receiver="B", control_number=1, version="005010X222A1")
    made.transaction("837", "0001")

    with pytest.raises(Misuse, match="separator"):
        made.segment("ZZZ", value)


def test_what_is_out_of_place_is_refused() -> None:
    made = writer()
    with pytest.raises(Misuse):
        made.segment("ZZZ")
    with pytest.raises(Misuse):
        made.transaction("837", "0001")
    with pytest.raises(Misuse):
        writer(sender=("ZZ", "AN IDENTIFIER TOO LONG"))
    made.close()
    with pytest.raises(Misuse):
        made.group("HC", sender="A", receiver="B", control_number=1, version="005010X222A1")
