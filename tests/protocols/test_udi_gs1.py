"""GS1: element strings, their human readable form, Digital Links, check digits, and the century of a date."""

from __future__ import annotations

import json
import os
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from isthmus.protocols import udi
from isthmus.protocols.udi.check_characters import gs1_digit
from isthmus.protocols.udi.gs1_table import identifiers

GTIN = "09506000117843"
GS = "\x1d"


def read(text: str, **more: Any) -> udi.Udi:
    return udi.parse(text, year=2026, **more)


def refused(text: str) -> udi.ParseError:
    with pytest.raises(udi.ParseError) as caught:
        read(text)
    return caught.value


def parts(found: udi.Udi) -> tuple[str, str, str, date | None, date | None]:
    expiry, made = found.expiry, found.manufactured
    return found.device, found.lot, found.serial, expiry and expiry.on, made and made.on


WHOLE = (GTIN, "AB-12/3", "00077", date(2028, 12, 31), date(2026, 1, 5))


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(17)281231(11)260105(10)AB-12/3(21)00077",
        f"(01){GTIN} (17)281231 (11)260105 (10)AB-12/3 (21)00077",
        f"01{GTIN}172812311126010510AB-12/3{GS}2100077",
        f"{GS}01{GTIN}{GS}17281231{GS}11260105{GS}10AB-12/3{GS}2100077{GS}",
        f"]d201{GTIN}172812311126010510AB-12/3{GS}2100077\r\n",
        f"]C12100077{GS}01{GTIN}112601051728123110AB-12/3",
        f"https://id.gs1.org/01/{GTIN}/10/AB-12%2F3/21/00077?17=281231&11=260105",
        f"http://shop.test/eu/01/{GTIN[1:]}/10/AB-12%2F3/21/00077?11=260105;17=281231;linkType=gs1:pip#top",
    ],
)
def test_a_device_reads_the_same_in_every_form(text: str) -> None:
    found = read(text)
    assert parts(found) == WHOLE
    assert (found.agency, found.unread, found.findings, str(found)) == ("GS1", (), (), text)


def test_elements_keep_their_order_and_place() -> None:
    found = read(f"(01){GTIN}(240)REF-9(30)12(22)2A(10)L1")
    assert [(one.identifier, one.data, one.offset) for one in found.elements] == [
        ("01", GTIN, 0),
        ("240", "REF-9", 18),
        ("30", "12", 28),
        ("22", "2A", 34),
        ("10", "L1", 40),
    ]
    assert (found.quantity, found.lot) == (12, "L1")


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        (GTIN, GTIN),
        (GTIN[1:], GTIN),
        ("614141007349", "00614141007349"),
        ("95050003", "00000095050003"),
        (" " + GTIN + " \r", GTIN),
    ],
)
def test_a_gtin_alone_is_a_device(text: str, gtin: str) -> None:
    assert read(text).device == gtin


@pytest.mark.parametrize(
    ("written", "year", "on"),
    [
        ("281231", 2026, date(2028, 12, 31)),
        ("280200", 2026, date(2028, 2, 29)),
        ("270200", 2026, date(2027, 2, 28)),
        ("760101", 2026, date(2076, 1, 1)),
        ("770101", 2026, date(1977, 1, 1)),
        ("990101", 2048, date(1999, 1, 1)),
        ("990101", 2049, date(2099, 1, 1)),
        ("990101", 2060, date(2099, 1, 1)),
        ("100101", 2060, date(2110, 1, 1)),
        ("110101", 2060, date(2011, 1, 1)),
        ("490101", 1999, date(2049, 1, 1)),
    ],
)
def test_the_century_is_the_one_nearest_to_the_present_year(written: str, year: int, on: date) -> None:
    expiry = udi.parse(f"(17){written}", year=year).expiry
    assert expiry == udi.Day(on=on, written=written, form="YYMMDD")


def test_an_expiry_may_have_a_time() -> None:
    expiry = read("(7003)2812311830").expiry
    assert expiry == udi.Day(on=date(2028, 12, 31), written="2812311830", form="YYMMDDHHmm", hour=18)


@pytest.mark.parametrize(
    ("text", "rule", "offset"),
    [
        (f"(01){GTIN[:-1]}4(10)L1", "check-digit", 0),
        ("(10)L1(01)1234567890123", "format", 6),
        (f"(01){GTIN}(17)281301", "date", 18),
        (f"(01){GTIN}(17)28123", "format", 18),
        (f"01{GTIN}10{'A' * 21}", "format", 16),
        (f"(01){GTIN}(10)A B", "format", 18),
        (f"(01){GTIN}(10)Ä", "format", 18),
        (f"(01){GTIN}(10)", "format", 18),
        (f"(01){GTIN}(10)A(10)B", "repeated", 23),
        (f"(01){GTIN}(17)281231(7003)2812301200", "repeated", 28),
        ("(01)٠٩٥٠٦٠٠٠١١٧٨٤٣", "format", 0),
        ("https://id.gs1.org/414/9506000117843", "digital-link", 0),
        ("hello", "agency", 0),
        ("", "agency", 0),
        ("9", "agency", 0),
        ("(9999)1", "agency", 0),
        ("1" * 3000, "length", 2048),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_place(text: str, rule: str, offset: int) -> None:
    error = refused(text)
    assert (error.rule, error.offset) == (rule, offset)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = f"(01){GTIN[:-1]}0(17)281399(10)L1"
    assert [one.rule for one in refused(text).findings] == ["check-digit", "date"]
    found = read(text, faulty="report")
    assert (found.device, found.lot, found.expiry) == (GTIN[:-1] + "0", "L1", None)
    assert [one.data for one in found.unread] == ["281399"]
    assert [one.rule for one in found.findings] == ["check-digit", "date"]


def test_what_is_not_understood_is_kept_and_refuses_nothing() -> None:
    found = read(f"01{GTIN}0577{GS}10L1")
    assert (found.device, found.lot) == (GTIN, "L1")
    assert [(one.identifier, one.data, one.offset) for one in found.unread] == [("", "0577", 16)]
    assert [(one.rule, one.fault) for one in found.findings] == [("unknown", False)]
    (element,) = read(f"(01){GTIN}(05)77(10)L1").unread
    assert (element.identifier, element.data) == ("05", "77")


def test_the_table_knows_every_identifier_once_and_none_begins_another() -> None:
    names = sorted(identifiers())
    assert len(names) == 536
    assert not [one for one, following in pairwise(names) if following.startswith(one)]


@pytest.mark.parametrize(
    ("ai", "data", "predefined"),
    [
        ("00", "1" * 17 + gs1_digit("1" * 17), True),
        ("3103", "000750", True),
        ("415", "950600013437" + gs1_digit("950600013437"), True),
        ("253", "950600013437" + gs1_digit("950600013437") + "X-1", False),
        ("8003", "0950600013437" + gs1_digit("0950600013437"), False),
        ("421", "276AB", False),
        ("8010", "ABC/#1", False),
        ("37", "7", False),
    ],
)
def test_data_is_of_the_format_of_its_identifier(ai: str, data: str, predefined: bool) -> None:
    assert identifiers()[ai].predefined is predefined
    (element,) = read(ai + data).elements
    assert (element.identifier, element.data) == (ai, data)
    assert not read(ai + data).findings


def test_a_check_digit_notices_every_single_wrong_digit() -> None:
    assert gs1_digit(GTIN[:-1]) == GTIN[-1]
    for place in range(len(GTIN)):
        for digit in set("0123456789") - {GTIN[place]}:
            wrong = GTIN[:place] + digit + GTIN[place + 1 :]
            assert refused(f"(01){wrong}").rule == "check-digit"


def test_no_content_stands_in_an_error_or_a_repr() -> None:
    found = read(f"(01){GTIN}(21)CANARY")
    shown = f"{found!r} {found.elements} {found.expiry!r} {refused(f'(01){GTIN}(21)CANARY CANARY')}"
    assert "CANARY" not in shown
    assert GTIN not in shown


def corpus() -> Path:
    folder = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "udi-gudid"
    if not folder.is_dir():
        pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)")
    return folder


def test_gudid_reads_the_same_parts() -> None:
    """AccessGUDID's parse service. It does not hold check digits: that of its GS1 sample is wrong."""
    answers = [json.loads(path.read_text()) for path in sorted(corpus().rglob("*parse_udi*.json"))]
    assert len(answers) == 2
    for answer in answers:
        found = read(answer["udi"], faulty="report")
        assert (found.agency, found.device) == (answer["issuingAgency"], answer["di"])
        assert (found.lot or None, found.serial or None) == (answer["lotNumber"], answer["serialNumber"])
        assert (found.donation or None) == answer.get("donationId")
        for day, name in ((found.expiry, "expirationDate"), (found.manufactured, "manufacturingDate")):
            read_day = (day.on.isoformat(), day.written, day.form) if day else (None, None, None)
            assert read_day == tuple(answer.get(name + rest) for rest in ("", "Original", "OriginalFormat"))
    assert [one.rule for one in read(answers[0]["udi"], faulty="report").findings] == ["check-digit"]


def test_every_device_identifier_of_gudid_is_a_gtin_whose_check_digit_holds() -> None:
    found = set()
    for path in corpus().rglob("*.json"):
        text = json.dumps(json.loads(path.read_text()))
        found |= {piece.split('"')[0] for piece in text.split('"deviceId": "')[1:]}
        found |= {piece.split('"')[0] for piece in text.split('"primary_di": "')[1:]}
    assert len(found) >= 2
    assert {read(one).device for one in found} == found
