"""ICCBBA: ISBT 128 data structures, the donation number and its check."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from isthmus.protocols import udi
from isthmus.protocols.udi.check_characters import din_character, din_value

LABEL = "=/W9999GRF001T0500=,000012=W99982634567800=>031059=}026005&,10000000000000LOT88"


def read(text: str, **more: Any) -> udi.Udi:
    return udi.parse(text, year=2026, **more)


def refused(text: str) -> udi.ParseError:
    with pytest.raises(udi.ParseError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize("text", [LABEL, "=+06000" + LABEL, LABEL.replace("=>", " =>"), "]C4" + LABEL])
def test_a_tissue_reads_as_its_parts(text: str) -> None:
    found = read(text)
    assert (found.agency, found.device, found.serial) == ("ICCBBA", "W9999GRF001T0500", "000012")
    assert (found.donation, found.lot) == ("W99982634567800", "0000000000000LOT88")
    assert found.expiry == udi.Day(on=date(2031, 2, 28), written="031059", form="YYYJJJ")
    assert found.manufactured == udi.Day(on=date(2026, 1, 5), written="026005", form="YYYJJJ")
    assert (found.unread, found.findings) == ((), ())


def test_a_blood_container_has_a_device_and_a_lot_of_ten_characters() -> None:
    found = read("=)1AB123456C &)LT12345678")
    assert (found.device, found.lot) == ("1AB123456C", "LT12345678")


@pytest.mark.parametrize(
    ("text", "on", "hour"),
    [
        ("=>024366", date(2024, 12, 31), None),
        ("=>999001", date(1999, 1, 1), None),
        ("&>0310591830", date(2031, 2, 28), 18),
        ("=]202802", date(2028, 2, 29), None),
    ],
)
def test_expiries_are_read_in_each_form(text: str, on: date, hour: int | None) -> None:
    expiry = read(text).expiry
    assert expiry
    assert (expiry.on, expiry.hour) == (on, hour)


@pytest.mark.parametrize(
    ("number", "character"),
    [("G123417654321", "A"), ("A999917123456", "9")],  # ICCBBA, Use of the Donation Identification Number, 3.3
)
def test_the_check_character_of_a_donation_number(number: str, character: str) -> None:
    assert din_character(number) == character


def test_flags_of_sixty_and_more_check_the_donation_number() -> None:
    number = "W999826345678"
    good = f"={number}{60 + din_value(number)}"
    assert read(good).donation == good[1:]
    for flags in set(range(60, 97)) - {60 + din_value(number)}:
        assert refused(f"={number}{flags}").rule == "check-character"
    assert read(f"={number}00").donation.endswith("00")
    assert read(f"={number}0A").donation.endswith("0A")


def test_flags_notice_every_single_wrong_character() -> None:
    number, flags = "W999826345678", 60 + din_value("W999826345678")
    for place in range(1, 13):
        for character in set("0123456789") - {number[place]}:
            wrong = number[:place] + character + number[place + 1 :]
            assert refused(f"={wrong}{flags}").rule == "check-character"


@pytest.mark.parametrize(
    ("text", "rule", "offset"),
    [
        ("=/W9999GRF001T0500=>031366", "date", 18),
        ("=/W9999GRF001T050", "length", 0),
        ("=/W9999GRF001T05 0", "character", 0),
        ("=W999826345678", "length", 0),
        ("=W9998263456780a", "character", 0),
        ("=/W9999GRF001T0500=,000012=,000013", "repeated", 26),
        ("=+02000=/W9999GRF001T0500", "count", 0),
        ("=?", "agency", 0),
        ("=", "agency", 0),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_place(text: str, rule: str, offset: int) -> None:
    error = refused(text)
    assert (error.rule, error.offset) == (rule, offset)


def test_structures_that_identify_no_device_are_known_and_passed_over() -> None:
    found = read("=/W9999GRF001T0500=<E0382V00=%5100=,000012")
    assert (found.device, found.serial, found.unread) == ("W9999GRF001T0500", "000012", ())
    assert [one.identifier for one in found.elements] == ["=/", "=<", "=%", "=,"]


def test_what_is_not_understood_ends_the_reading_and_is_kept() -> None:
    found = read("=/W9999GRF001T0500&a1234=,000012")
    assert (found.device, found.serial) == ("W9999GRF001T0500", "")
    assert [(one.data, one.offset) for one in found.unread] == [("&a1234=,000012", 18)]
