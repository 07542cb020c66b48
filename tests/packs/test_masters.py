"""The master tables of a hospital: units that never contradict themselves, tiers of prices, GTINs, who is one person."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.flows.tables import Rows, Unmapped, read_rows
from isthmus.flows.tables.changing import changed, with_rows
from isthmus.flows.tables.rows import version_of
from isthmus.mappings import mfn
from isthmus.model import EncounterUpdated, Identifier, Patient, PatientsMerged
from isthmus.packs import masters

DAY = date(2026, 3, 2)
CHICAGO = ZoneInfo("America/Chicago")


def filled(declared, text):
    rows, faults = read_rows(declared, text.encode())
    assert faults == []
    declared.put(rows)
    return declared


def faults(declared, text):
    return [(fault.line, fault.what) for fault in read_rows(declared, text.encode())[1]]


# ---- units

UNITS = "item,unit,to_unit,factor\n*,DZ,EA,12\n4711,CS,BX,10\n4711,BX,DZ,1/3\n"


@pytest.mark.parametrize(
    ("quantity", "unit", "to_unit", "expected"),
    [
        (2, "CS", "EA", Fraction(80)),
        (1, "EA", "CS", Fraction(1, 40)),
        (Decimal("0.5"), "DZ", "EA", Fraction(6)),
        (3, "EA", "EA", Fraction(3)),
        (1, "BX", "DZ", Fraction(1, 3)),
    ],
)
def test_a_quantity_is_converted_exactly_along_a_chain_and_back(quantity, unit, to_unit, expected):
    units = filled(masters.unit_conversions(), UNITS)
    assert masters.convert(units, quantity, unit, to_unit, item="4711", on=DAY) == expected


def test_an_item_s_own_conversion_goes_before_the_one_for_every_item():
    units = filled(masters.unit_conversions(), "item,unit,to_unit,factor\n*,BX,EA,100\n7,BX,EA,50\n")
    assert masters.convert(units, 1, "BX", "EA", item="7", on=DAY) == 50
    assert masters.convert(units, 1, "BX", "EA", item="8", on=DAY) == 100


def test_where_no_chain_leads_the_code_is_unmapped():
    units = filled(masters.unit_conversions(), UNITS)
    with pytest.raises(Unmapped) as raised:
        masters.convert(units, 1, "CS", "EA", item="8", on=DAY)
    assert raised.value.detail == "unit-conversions: item 8, unit CS, to_unit EA on 2026-03-02"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("7,BX,EA,0\n7,CS,BX,-1\n", [(2, "'factor' is zero or negative"), (3, "'factor' is zero or negative")]),
        ("7,BX,BX,1\n", [(2, "converts a unit into itself")]),
        ("7,CS,BX,10\n7,BX,EA,12\n7,CS,EA,100\n", [(4, "contradicts other lines: by them the factor is 120")]),
        ("7,CS,BX,10\n7,BX,EA,12\n7,EA,CS,1/120\n", [(4, "closes a cycle: other lines say the same already")]),
        ("7,BX,EA,10\n7,EA,BX,10\n", [(3, "contradicts other lines: by them the factor is 1/10")]),
        ("*,BX,EA,10\n*,CS,BX,5\n7,CS,EA,40\n", [(4, "contradicts other lines: by them the factor is 50")]),
        ("*,BX,EA,10\n7,BX,EA,12\n", []),
        ("7,BX,EA,10\n8,BX,EA,12\n", []),
    ],
)
def test_what_conversions_may_not_say(rows, expected):
    assert faults(masters.unit_conversions(), f"item,unit,to_unit,factor\n{rows}") == expected


def test_conversions_may_follow_each_other_in_time():
    text = "item,unit,to_unit,factor,valid_from,valid_to\n7,BX,EA,10,,2026-06-30\n7,EA,BX,1/12,2026-07-01,\n"
    units = filled(masters.unit_conversions(), text)
    assert masters.convert(units, 1, "BX", "EA", item="7", on=date(2026, 7, 1)) == 12


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=8), st.data())
def test_a_chain_of_any_length_converts_there_and_back_to_the_same(factors, data):
    rows = "".join(f"7,U{n},U{n + 1},{a}/{b}\n" for n, (a, b) in enumerate(factors))
    units = filled(masters.unit_conversions(), f"item,unit,to_unit,factor\n{rows}")
    one, other = (f"U{data.draw(st.integers(0, len(factors)))}" for _ in range(2))
    there = masters.convert(units, 7, one, other, item="7", on=DAY)
    assert masters.convert(units, there, other, one, item="7", on=DAY) == 7


# ---- prices

PRICES = """item,contract,from_quantity,unit,price,valid_from
4711,GPO,1,BX,120.00,2026-01-01
4711,GPO,10,BX,108.50,2026-01-01
4711,GPO,10,CS,990.00,2025-01-01
"""


@pytest.mark.parametrize(
    ("quantity", "price"), [("1", "120.00"), ("9.5", "120.00"), ("10", "108.50"), ("500", "108.50")]
)
def test_the_tier_that_a_quantity_reaches_is_its_price(quantity, price):
    prices = filled(masters.contract_prices(), PRICES.replace("4711,GPO,10,CS,990.00,2025-01-01\n", ""))
    assert masters.price_of(prices, "4711", "GPO", Decimal(quantity), DAY).price == Decimal(price)


def test_below_the_first_tier_there_is_no_price():
    prices = filled(masters.contract_prices(), PRICES.replace("4711,GPO,10,CS,990.00,2025-01-01\n", ""))
    with pytest.raises(Unmapped, match="the contract price of an item"):
        masters.price_of(prices, "4711", "GPO", Decimal("0.5"), DAY)


def test_tiers_of_one_item_have_one_unit_and_no_negative_price():
    found = faults(masters.contract_prices(), "item,contract,from_quantity,unit,price\n7,G,1,BX,1\n7,G,5,CS,-1\n")
    assert found == [
        (3, "'price' or 'from_quantity' is negative"),
        (3, "has another unit or currency than the tier in line 2"),
    ]


# ---- items


@pytest.mark.parametrize("text", ["00012345678905", "4006381333931", "96385074", "036000291452"])
def test_a_gtin_has_its_check_digit(text):
    assert masters.valid_gtin(text)
    assert not masters.valid_gtin(text[:-1] + str((int(text[-1]) + 1) % 10))


@pytest.mark.parametrize("text", ["", "12345", "0001234567890X", "٠٠٠١٢٣٤٥٦٧٨٩٠٥"])
def test_what_is_no_gtin_is_refused(text):
    assert not masters.valid_gtin(text)


def test_an_item_is_found_by_its_gtin_however_many_zeros_stand_before_it():
    items = filled(masters.item_master(), "item,gtin\n1,\n2,4006381333931\n")
    found = masters.item_by_gtin(items, "04006381333931", DAY)
    assert found is not None
    assert found.item == "2"
    assert masters.item_by_gtin(items, "00012345678905", DAY) is None


def test_what_an_item_master_may_not_say():
    text = "item,gtin,chargeable,charge_code,unspsc\n1,4006381333932,N,,\n2,4006381333931,Y,,\n3,04006381333931,N,,42\n"
    assert faults(masters.item_master(), text) == [(4, "'unspsc' does not match [0-9]{8}")]
    assert faults(masters.item_master(), text.replace(",42\n", ",42142609\n")) == [
        (2, "'gtin' has not the check digit of a GTIN"),
        (3, "is chargeable and has no 'charge_code'"),
        (4, "has the GTIN of line 3"),
    ]


# ---- who is one person


def people(*changes):
    known = masters.identities()
    known.put(Rows({}, version_of(0), dated=True))
    for change in changes:
        found = changed(known, known.rows, change, {})
        assert found.faults == []
        known.put(with_rows(known.rows, found.rows, ""))
    return known


def stay(mrn, account="", day=1):
    return EncounterUpdated(
        facility="MAIN",
        patient=Patient(mrn=Identifier(mrn, "MAIN", "MR")),
        account=account,
        occurred_at=datetime(2026, 3, day, 18, tzinfo=UTC),
    )


def merge(prior, surviving, day=2, authority="MAIN"):
    return PatientsMerged(
        facility="MAIN",
        surviving=Identifier(surviving, authority, "MR"),
        prior=Identifier(prior, "MAIN", "MR"),
        occurred_at=datetime(2026, 3, day, 18, tzinfo=UTC),
    )


def test_an_account_of_a_merged_record_is_that_of_the_surviving_one_from_the_day_of_the_merge_on():
    known = people(
        masters.seen(stay("M7", "A1"), CHICAGO),
        masters.seen(stay("M1"), CHICAGO, person="E1"),
        masters.merged(merge("M7", "M1"), CHICAGO),
    )
    of = [masters.record_of(known, "ACCOUNT", "MAIN", "A1", date(2026, 3, day)) for day in (1, 2)]
    assert [(one.identifier, one.person) for one in of] == [("M7", ""), ("M1", "E1")]


def test_a_record_that_was_merged_stays_so_when_its_number_is_used_again():
    known = people(masters.merged(merge("M7", "M1"), CHICAGO), masters.seen(stay("M7", day=3), CHICAGO))
    assert masters.record_of(known, "MRN", "MAIN", "M7", date(2026, 3, 4)).identifier == "M1"


def test_merges_of_merges_are_followed_also_to_another_authority():
    known = people(
        masters.merged(merge("M7", "M1"), CHICAGO), masters.merged(merge("M1", "X9", authority="EAST"), CHICAGO)
    )
    found = masters.record_of(known, "MRN", "MAIN", "M7", DAY)
    assert (found.authority, found.identifier) == ("EAST", "X9")


def test_the_same_number_of_another_authority_is_another_record():
    known = people(masters.seen(stay("M1"), CHICAGO))
    with pytest.raises(Unmapped):
        masters.record_of(known, "MRN", "EAST", "M1", DAY)


def test_a_circle_of_merges_that_messages_brought_ends_as_unmapped():
    known = people(masters.merged(merge("M1", "M2"), CHICAGO), masters.merged(merge("M2", "M1"), CHICAGO))
    with pytest.raises(Unmapped) as raised:
        masters.record_of(known, "MRN", "MAIN", "M1", DAY)
    assert "M1" not in str(raised.value)


def test_a_person_s_records_are_those_that_stand():
    known = people(
        masters.seen(stay("M7"), CHICAGO, person="E1"),
        masters.seen(stay("M1"), CHICAGO, person="E1"),
        masters.seen(stay("M2"), CHICAGO, person="E2"),
        masters.merged(merge("M7", "M1"), CHICAGO),
    )
    assert [one.identifier for one in masters.identifiers_of(known, "MRN", "MAIN", "E1", DAY)] == ["M1"]


def test_survivors_that_are_missing_or_go_round_are_found_in_a_file():
    text = "kind,authority,identifier,survivor\nMRN,MAIN,M1,M2\nMRN,MAIN,M2,M1\nMRN,MAIN,M3,M9\nMRN,MAIN,M4,\n"
    assert faults(masters.identities(fed=False), text) == [
        (2, "its merges go round in a circle"),
        (3, "its merges go round in a circle"),
        (4, "its survivor is not there"),
    ]


def test_an_identity_shows_nothing_of_a_person():
    known = people(masters.seen(stay("CANARY"), CHICAGO))
    assert "CANARY" not in repr(masters.record_of(known, "MRN", "MAIN", "CANARY", DAY))


# ---- what messages and declarations have in common


@pytest.mark.parametrize(
    ("master", "declare"),
    [
        (mfn.STAFF, masters.staff),
        (mfn.CHARGES, masters.charge_master),
        (mfn.LOCATIONS, masters.places),
        (mfn.INVENTORY, masters.stock),
        (mfn.ITEMS, masters.item_master),
    ],
)
def test_what_a_message_feeds_are_columns_of_its_table(master, declare):
    declared = declare(fed=True)
    fixed = {column for column, _, _ in master.fixed}
    assert master.table == declared.name
    assert tuple(master.key) == declared.key
    assert set(master.columns) | fixed <= {column.name for column in declared.typed}
