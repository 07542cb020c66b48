"""UDIs back to text, from their parts, and any text whatever."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.protocols import udi
from isthmus.protocols.udi.check_characters import gs1_digit, hibc_character

GTIN = "09506000117843"
YEAR = 2026
SAMPLES = [
    f"(01){GTIN}(17)281231(11)260105(10)AB-12(21)00077",
    f"01{GTIN}172812311126010510AB-12\x1d2100077",
    f"https://id.gs1.org/01/{GTIN}/10/AB-12/21/00077?17=281231",
    "+A123BJC5D6E71/$$52001510X3C",
    "+A99912349/$10X3/16D20111231/14D20200131/Q500Z",
    "+$$52001510X3GD",
    "=+03000=/W9999GRF001T0500=,000012=W99982634567800",
    "=)1AB123456C&)LT12345678",
]


def read(text: str, **more: Any) -> udi.Udi:
    return udi.parse(text, year=YEAR, **more)


def said(found: udi.Udi) -> tuple[Any, ...]:
    return (
        *(found.agency, found.device, found.lot, found.serial, found.quantity, found.donation, found.link),
        *(day and day.on for day in (found.expiry, found.manufactured)),
    )


@pytest.mark.parametrize("text", SAMPLES)
def test_what_was_read_is_written_and_reads_the_same(text: str) -> None:
    found = read(text)
    assert said(read(udi.element_string(found))) == said(found)
    assert said(read(udi.human_readable(found))) == said(found)


def test_data_without_a_predefined_length_stand_last_and_are_separated() -> None:
    found = read(f"(10)L1(21)S1(240)R(01){GTIN}(17)281231")
    assert udi.element_string(found) == f"01{GTIN}1728123110L1\x1d21S1\x1d240R"
    assert udi.human_readable(found) == f"(10)L1(21)S1(240)R(01){GTIN}(17)281231"


def test_a_digital_link_has_qualifiers_in_its_path_and_dates_in_its_query() -> None:
    found = read(f"(01){GTIN}(17)281231(21)S/1(22)2A(10)L1")
    link = udi.digital_link(found, "https://example.org/")
    assert link == f"https://example.org/01/{GTIN}/22/2A/10/L1/21/S%2F1?17=281231"
    assert said(read(link)) == said(found)


def test_human_readable_leaves_out_the_header_of_a_compound_message() -> None:
    assert udi.human_readable(read("=+01000=/W9999GRF001T0500")) == "=/W9999GRF001T0500"


@pytest.mark.parametrize(
    ("agency", "given", "text"),
    [
        ("GS1", {"device": GTIN, "lot": "L1", "serial": "S1"}, f"01{GTIN}10L1\x1d21S1"),
        ("GS1", {"device": GTIN, "expiry": date(2028, 12, 31), "quantity": 5}, f"01{GTIN}17281231305"),
        ("HIBCC", {"device": "Z9Q7REF00420", "lot": "L1"}, "+Z9Q7REF00420/$$7L1"),
        ("HIBCC", {"device": "Z9Q7REF00420", "serial": "S1"}, "+Z9Q7REF00420/$$+7S1"),
        (
            "HIBCC",
            {"device": "Z9Q7REF00420", "lot": "L1", "serial": "S1", "expiry": date(2028, 12, 31), "quantity": 5}
            | {"manufactured": date(2026, 1, 5)},
            "+Z9Q7REF00420/$$3281231L1/SS1/16D20260105/Q5",
        ),
        ("HIBCC", {"device": "Z9Q7REF00420", "expiry": date(2028, 12, 31)}, "+Z9Q7REF00420/$$3281231"),
        ("HIBCC", {"device": "Z9Q7REF00420"}, "+Z9Q7REF00420"),
        (
            "ICCBBA",
            {"device": "W9999GRF001T0500", "serial": "000012", "donation": "W99982634567800"}
            | {"expiry": date(2031, 2, 28), "lot": "L".rjust(18, "0")},
            "=/W9999GRF001T0500=,000012=W99982634567800=>031059&,100000000000000000L",
        ),
        ("ICCBBA", {"device": "1AB123456C", "lot": "LT12345678"}, "=)1AB123456C&)LT12345678"),
    ],
)
def test_a_udi_is_built_from_its_parts(agency: Any, given: dict[str, Any], text: str) -> None:
    built = udi.build(agency, year=YEAR, **given)
    assert str(built) == udi.element_string(built) == text + (hibc_character(text) if agency == "HIBCC" else "")


@pytest.mark.parametrize(
    ("agency", "given"),
    [
        ("GS1", {"device": GTIN[:-1] + "4"}),
        ("GS1", {"device": "123"}),
        ("GS1", {"device": GTIN, "lot": "A" * 21}),
        ("GS1", {"device": GTIN, "lot": "A\x1d21B"}),
        ("GS1", {"device": GTIN, "lot": "Ä"}),
        ("GS1", {"device": GTIN, "donation": "W99982634567800"}),
        ("GS1", {"device": GTIN, "expiry": date(2090, 1, 1)}),
        ("GS1", {"device": GTIN, "quantity": -1}),
        ("HIBCC", {"device": "Z9Q7REF00420", "lot": "A/S1"}),
        ("HIBCC", {"device": "Z9Q7REF00420", "lot": "a"}),
        ("HIBCC", {"device": "z", "lot": "A"}),
        ("HIBCC", {"device": ""}),
        ("ICCBBA", {"device": "W9999GRF001T0500", "lot": "L1"}),
        ("ICCBBA", {"device": "1AB123456C", "serial": "000012"}),
        ("ICCBBA", {"device": "W9999GRF001T0500", "quantity": 2}),
        ("EAN", {"device": GTIN}),
    ],
)
def test_what_an_agency_has_no_place_for_is_not_built(agency: Any, given: dict[str, Any]) -> None:
    with pytest.raises(udi.ParseError):
        udi.build(agency, year=YEAR, **given)


def test_a_udi_with_faults_is_not_written() -> None:
    found = read(f"(01){GTIN[:-1]}4", faulty="report")
    for write in (udi.element_string, udi.human_readable, udi.digital_link):
        with pytest.raises(udi.ParseError):
            write(found)


def test_an_element_of_unknown_length_has_no_human_readable_form() -> None:
    found = read(f"01{GTIN}0577")
    assert udi.element_string(found) == f"01{GTIN}0577"
    with pytest.raises(udi.ParseError):
        udi.human_readable(found)


def test_only_a_gtin_has_a_digital_link() -> None:
    for text in ("(10)L1", "+A123BJC5D6E71G"):
        with pytest.raises(udi.ParseError):
            udi.digital_link(read(text))


GTINS = st.from_regex(r"[0-9]{13}", fullmatch=True).map(lambda digits: digits + gs1_digit(digits))
NUMBERS = st.text("ABCXYZ0123456789-/.()", max_size=20)
DAYS = st.none() | st.dates(date(1980, 1, 1), date(2070, 12, 31))


@settings(max_examples=200)
@given(GTINS, NUMBERS, NUMBERS, DAYS, DAYS, st.none() | st.integers(0, 99_999_999))
def test_every_gs1_device_is_built_and_read_back(
    device: str, lot: str, serial: str, expiry: date | None, made: date | None, quantity: int | None
) -> None:
    given = {"lot": lot, "serial": serial, "expiry": expiry, "manufactured": made, "quantity": quantity}
    built = udi.build("GS1", device=device, year=YEAR, **given)
    assert said(read(str(built))) == said(built)
    assert said(read(udi.digital_link(built))) == said(built)


@settings(max_examples=200)
@given(
    st.from_regex(r"[A-Z][A-Z0-9]{4,21}[0-9]", fullmatch=True),
    st.text("ABCXYZ0123456789-. ", max_size=18),
    st.text("ABCXYZ0123456789-. ", max_size=18),
    DAYS,
)
def test_every_hibc_device_is_built_and_read_back(device: str, lot: str, serial: str, expiry: date | None) -> None:
    built = udi.build("HIBCC", device=device, year=YEAR, lot=lot, serial=serial, expiry=expiry)
    for text in (str(built), udi.human_readable(built), udi.element_string(built)):
        assert said(read(text)) == said(built)


def exercise(text: str) -> None:
    try:
        read(text)
        plain = True
    except udi.ParseError:
        plain = False
    try:
        found = read(text, faulty="report")
    except udi.ParseError:
        assert not plain
        return
    assert str(found) == text
    assert plain or any(finding.fault for finding in found.findings)
    if plain:
        assert said(read(udi.element_string(found))) == said(found)


@settings(max_examples=400)
@given(st.text(max_size=40), st.sampled_from(["", "(01)", "01", "+", "*+A123B1/", "=", "&,1", "https://x/01/", "]d2"]))
def test_any_text_is_a_udi_or_refused(text: str, start: str) -> None:
    exercise(start + text)


PIECES = st.sampled_from(
    ["", "\x1d", "(10)", "17", "$$8", "/", "=,", "=+01000", " ", "_", "*", "%2F", "9" * 20, "\u0663"]
)


@settings(max_examples=600)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 12), PIECES | st.text(max_size=3)), max_size=3),
)
def test_a_udi_with_pieces_replaced(text: str, changes: list[tuple[int, int, str]]) -> None:
    for at, length, piece in changes:
        text = text[:at] + piece + text[at + length :]
    exercise(text)
