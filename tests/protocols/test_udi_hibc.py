"""HIBCC: primary, secondary, both in one; the check character and the link between two symbols."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from isthmus.protocols import udi
from isthmus.protocols.udi.check_characters import hibc_character


def read(text: str, **more: Any) -> udi.Udi:
    return udi.parse(text, year=2026, **more)


def checked(text: str) -> udi.Udi:
    return read(text + hibc_character(text))


def refused(text: str) -> udi.ParseError:
    with pytest.raises(udi.ParseError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("+A123BJC5D6E71", "G"),  # ANSI/HIBC 2.6, B.2.0
        ("+$$52001510X3G", "D"),  # 4.3.2
        ("+A99912345/$$52001510X3", "3"),  # 2.2.1.1
        ("+A99912349/$10X3/16D20111231/14D20200131/Q500", "Z"),  # 2.3.2.4
    ],
)
def test_the_check_character_is_that_of_the_standard_s_examples(text: str, character: str) -> None:
    assert hibc_character(text) == character
    assert read(text + character).findings == ()


def test_a_primary_is_the_device_as_gudid_holds_it() -> None:
    found = checked("+Z9Q7REF00420")
    assert (found.agency, found.device, found.link) == ("HIBCC", "Z9Q7REF00420", "")


@pytest.mark.parametrize(
    ("secondary", "expiry", "form", "hour"),
    [
        ("$$1228LOT7", date(2028, 12, 31), "MMYY", None),
        ("$$0228LOT7", date(2028, 2, 29), "MMYY", None),
        ("$$2123028LOT7", date(2028, 12, 30), "MMDDYY", None),
        ("$$3281230LOT7", date(2028, 12, 30), "YYMMDD", None),
        ("$$428123016LOT7", date(2028, 12, 30), "YYMMDDHH", 16),
        ("$$528365LOT7", date(2028, 12, 30), "YYJJJ", None),
        ("$$62836516LOT7", date(2028, 12, 30), "YYJJJHH", 16),
        ("28365LOT7", date(2028, 12, 30), "YYJJJ", None),
    ],
)
def test_an_expiry_is_read_in_each_of_its_forms(secondary: str, expiry: date, form: str, hour: int | None) -> None:
    found = checked(f"+Z9Q7REF00420/{secondary}")
    assert (found.device, found.lot) == ("Z9Q7REF00420", "LOT7")
    assert found.expiry
    assert (found.expiry.on, found.expiry.form, found.expiry.hour) == (expiry, form, hour)
    if secondary.startswith("$"):
        serial = checked(f"+Z9Q7REF00420/$$+{secondary[2:]}")
        assert (serial.lot, serial.serial, serial.expiry) == ("", "LOT7", found.expiry)


@pytest.mark.parametrize(
    ("secondary", "lot", "serial"),
    [("$LOT7", "LOT7", ""), ("$$7LOT7", "LOT7", ""), ("$+0077", "", "0077"), ("$$+70077", "", "0077")],
)
def test_a_number_may_have_no_expiry(secondary: str, lot: str, serial: str) -> None:
    found = checked(f"+Z9Q7REF00420/{secondary}")
    assert (found.lot, found.serial, found.expiry) == (lot, serial, None)


def test_an_expiry_may_have_no_number() -> None:
    found = checked("+Z9Q7REF00420/$$3281230")
    assert (found.lot, found.expiry and found.expiry.on) == ("", date(2028, 12, 30))


def test_supplements_say_serial_number_dates_and_quantity() -> None:
    found = checked("+Z9Q7REF00420/$$7LOT7/S00091/16D20260105/14D20281231/Q25")
    assert (found.lot, found.serial, found.quantity) == ("LOT7", "00091", 25)
    assert found.manufactured == udi.Day(on=date(2026, 1, 5), written="20260105", form="YYYYMMDD")
    assert found.expiry == udi.Day(on=date(2028, 12, 31), written="20281231", form="YYYYMMDD")


@pytest.mark.parametrize(
    ("secondary", "quantity", "expiry", "lot"),
    [
        ("$$81210X3", 12, None, "10X3"),
        ("$$9012341228LOT7", 1234, date(2028, 12, 31), "LOT7"),
        ("$$8123281230LOT7", 12, date(2028, 12, 30), "LOT7"),
        ("$$8127LOT7", 12, None, "LOT7"),
    ],
)
def test_a_quantity_of_the_superseded_form_is_read(
    secondary: str, quantity: int, expiry: date | None, lot: str
) -> None:
    found = checked(f"+Z9Q7REF00420/{secondary}")
    assert (found.quantity, found.expiry and found.expiry.on, found.lot) == (quantity, expiry, lot)


def test_a_secondary_alone_names_the_check_character_of_its_primary() -> None:
    first, second = read("+A123BJC5D6E71G"), read("+$$52001510X3GD")
    assert (second.device, second.lot, second.link) == ("", "10X3", "G")
    both = udi.join(first, second)
    assert (both.device, both.lot, both.link) == ("A123BJC5D6E71", "10X3", "")
    assert udi.element_string(both) == "+A123BJC5D6E71/$$52001510X3C"
    assert read(udi.element_string(both)).lot == "10X3"


@pytest.mark.parametrize(
    ("other", "rule"),
    [("+$$52001510X3HE", "link"), ("(10)X", "agency"), ("+A123BJC5D6E80G", "joined")],
)
def test_symbols_of_two_labels_are_not_joined(other: str, rule: str) -> None:
    with pytest.raises(udi.ParseError) as caught:
        udi.join(read("+A123BJC5D6E71G"), read(other))
    assert caught.value.rule == rule


@pytest.mark.parametrize("shown", ["{}", "*{}*", "]d2{}\r\n", " *{}* "])
def test_captions_and_symbology_identifiers_are_passed_over(shown: str) -> None:
    text = "+Z9Q7REF00420/$$7LOT7"
    assert read(shown.format(text + hibc_character(text))).lot == "LOT7"


def test_a_blank_check_character_is_read_printed_and_when_it_was_cut_off() -> None:
    text = next(one for one in (f"+Z9Q7REF00420/$$7LOT{n}" for n in range(99)) if hibc_character(one) == " ")
    assert read(text + " ").findings == read(f"*{text}_*").findings == ()
    found = read(text)
    assert [(one.rule, one.fault) for one in found.findings] == [("blank-check-character", False)]
    assert found.lot == read(text + " ").lot
    assert udi.human_readable(found) == f"*{text}_*"
    assert udi.element_string(found) == text + " "


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("+A123BJC5D6E71H", "check-character"),
        ("+A123BJC5D6E7AW", "primary"),
        ("+A1231X", "primary"),
        ("+Z9Q7REF00420/$$3281330LOT7", "date"),
        ("+Z9Q7REF00420/$$9LOT", "quantity"),
        ("+Z9Q7REF00420/$$91234", "quantity"),
        ("+Z9Q7REF00420/$$7ABCDEFGHIJKLMNOPQRS", "number"),
        ("+Z9Q7REF00420/16D2026010", "date"),
        ("+Z9Q7REF00420/Q1234567", "supplement"),
        ("+Z9Q7REF00420/$$7LOT7/S", "supplement"),
        ("+Z9Q7REF00420/$$7LOT7/$$7LOT8", "repeated"),
        ("+/EO523201", "supplier-label"),
        ("+A", "supplier-label"),
        ("+Z9Q7ref00420", "character"),
        ("+Z9Q7REF#0420", "character"),
    ],
)
def test_what_breaks_a_rule_is_refused(text: str, rule: str) -> None:
    try:
        text += "" if rule == "check-character" else hibc_character(text)
    except ValueError:
        text += "0"
    assert refused(text).rule == rule


def test_what_is_not_understood_is_kept() -> None:
    found = checked("+Z9Q7REF00420/$$7LOT7/99Z")
    assert (found.lot, [one.data for one in found.unread]) == ("LOT7", ["99Z"])


def test_faults_are_reported_when_that_is_asked_for() -> None:
    found = read("+Z9Q7REF00420/$$3281330LOT70", faulty="report")
    assert (found.device, found.expiry, found.lot) == ("Z9Q7REF00420", None, "LOT7")
    assert [one.rule for one in found.findings] == ["check-character", "date"]
