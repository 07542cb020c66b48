"""MFN to changes of reference tables: file and record events, days, what is left out, and what cannot be read."""

from datetime import UTC, date, datetime

import pytest
from hl7_samples import SITE, changed, message

from isthmus.mappings import MappingError, mfn
from isthmus.model import TableRecord
from isthmus.protocols import hl7v2

RECEIVED_DAY = date(2026, 3, 2)  # half past ten in the evening in Chicago


def mfn_message(*segments, event="M04", mfi="MFI|CDM||UPD|20260301||AL"):
    return message(mfi, *segments, type=f"MFN^{event}^MFN_{event}")


def change_of(*segments, master=mfn.CHARGES, **more):
    (change,) = mfn.changes(mfn_message(*segments, **more), master, SITE)
    return change


def records_of(*segments, **more):
    return list(change_of(*segments, **more).records)


GLUCOSE = (
    "MFE|MAD|1|20260401|82947^Glucose^L|CWE",
    "CDM|82947^Glucose^L|GLU|Glucose, serum||||82947^Glucose^C4~G0001^^HCPCS|A",
    "PRC|82947|MAIN^Main|LAB^Laboratory|O|45.00&USD|||||||||0301^Laboratory|Y",
)


def test_a_charge_becomes_a_row_from_its_day_on():
    change = change_of(*GLUCOSE)
    assert (change.table, change.day, change.complete) == ("charge-master", RECEIVED_DAY, False)
    assert list(change.records) == [
        TableRecord(
            "put",
            {
                "charge_code": "82947",
                "description": "Glucose, serum",
                "hcpcs": "82947",
                "department": "LAB",
                "price": "45.00",
                "revenue_code": "0301",
                "chargeable": "Y",
            },
            date(2026, 4, 1),
            None,
            "MFE(1)",
        )
    ]


def test_each_price_with_days_of_its_own_is_a_row():
    records = records_of(
        "MFE|MAD|1||1|CWE",
        "CDM|1||Bed",
        "PRC|1||||900.00&USD||||||20260101|20260630",
        "PRC|1||||950.00&USD||||||20260701",
    )
    assert [(one.cells["price"], one.first, one.last) for one in records] == [
        ("900.00", date(2026, 1, 1), date(2026, 6, 30)),
        ("950.00", date(2026, 7, 1), None),
    ]


def test_the_prices_of_other_facilities_are_left_out():
    records = records_of(
        "MFE|MAD|1||1|CWE", "CDM|1||Bed", "PRC|1|EAST|||700&USD", "PRC|1|EAST~MAIN|||800&USD", "PRC|1||||850&USD"
    )
    assert [one.cells["price"] for one in records] == ["800", "850"]


def test_a_record_whose_prices_are_all_of_other_facilities_has_none():
    (record,) = records_of("MFE|MAD|1||1|CWE", "CDM|1||Bed", "PRC|1|EAST|LAB||700&USD||||||20200101")
    assert record.cells == {"charge_code": "1", "description": "Bed"}
    assert record.first is None


def test_a_record_never_reads_another_record_s_segments():
    records = records_of(
        "MFE|MAD|1||1|CWE", "CDM|1||Bed", "MFE|MAD|2||2|CWE", "CDM|2||Room", "PRC|2||||10&USD", "MFE|MAD|3||3|CWE"
    )
    assert [(one.cells.get("description"), one.cells.get("price")) for one in records] == [
        ("Bed", None),
        ("Room", "10"),
        (None, None),
    ]


def test_an_update_names_only_what_it_values_and_null_empties():
    (record,) = records_of("MFE|MUP|1||1|CWE", 'CDM|1|||||||""', 'PRC|1||||12.00&USD|||||||||""')
    assert record.action == "update"
    assert record.cells == {"charge_code": "1", "price": "12.00", "revenue_code": ""}


@pytest.mark.parametrize("event", ["MDL", "MDC"])
def test_what_is_deleted_or_deactivated_ends_and_needs_nothing_but_its_key(event):
    assert records_of(f"MFE|{event}|1|20260501|1|CWE") == [
        TableRecord("end", {"charge_code": "1"}, date(2026, 5, 1), None, "MFE(1)")
    ]


def test_a_reactivated_record_is_put_again():
    assert [one.action for one in records_of("MFE|MAC|1||1|CWE", "CDM|1||Bed|||||A")] == ["put"]


def test_a_record_that_says_it_is_inactive_ends():
    assert [one.action for one in records_of("MFE|MUP|1||1|CWE", "CDM|1||Bed|||||I")] == ["end"]


def test_a_replacement_is_complete():
    assert change_of(*GLUCOSE, mfi="MFI|CDM||REP|||AL").complete


def test_the_day_is_the_file_s_where_the_record_names_none_else_that_of_receipt_at_the_facility():
    named = change_of("MFE|MAD|1||1|CWE", mfi="MFI|CDM||UPD|20260301|20260310|AL")
    assert (named.day, named.records[0].first) == (date(2026, 3, 10), None)
    assert change_of("MFE|MAD|1||1|CWE").day == RECEIVED_DAY


def test_a_site_says_where_its_revenue_codes_stand():
    master = mfn.CHARGES.where(revenue_code="CDM-7[2].1", hcpcs="")
    (record,) = records_of(*GLUCOSE, master=master)
    assert record.cells["revenue_code"] == "G0001"
    assert "hcpcs" not in record.cells


def test_staff_with_their_provider_id_among_others():
    (record,) = records_of(
        "MFE|MUP|1||S7|CWE",
        changed("STF", f1="S7", f3="Okafor^Ada^^^Dr", f5="F", f7="A", f8="SURG^Surgery", f18="Surgeon", f36="CC200"),
        "PRA|S7||MD||GS^General surgery|12345^SL~1245319599^NPI",
        master=mfn.STAFF,
        event="M02",
        mfi="MFI|STF||UPD|||AL",
    )
    assert record.cells == {
        "staff": "S7",
        "family_name": "Okafor",
        "given_name": "Ada",
        "active": "Y",
        "department": "SURG",
        "job_title": "Surgeon",
        "category": "MD",
        "specialty": "GS",
        "npi": "1245319599",
        "cost_centre": "CC200",
    }


def test_a_location_with_its_department_and_cost_centre():
    (record,) = records_of(
        "MFE|MAD|1||MED^204^A^MAIN|PL",
        "LOC|MED^204^A^MAIN|Medicine, bed 204 A|B",
        "LDP|MED^204^A^MAIN|MED^Medicine|MED|||A|20260115|||||CC170^Medicine",
        master=mfn.LOCATIONS,
        event="M05",
        mfi="MFI|LOC||UPD|||AL",
    )
    assert record.first == date(2026, 1, 15)
    assert record.cells == {
        "facility": "MAIN",
        "place": "MED^204^A",
        "description": "Medicine, bed 204 A",
        "kind": "B",
        "department": "MED",
        "service": "MED",
        "cost_centre": "CC170",
    }


def test_a_lot_with_its_expiry_and_what_is_on_hand():
    (record,) = records_of(
        "MFE|MAD|1||I1|CWE",
        "IIM|I1|4711^Vaccine|L9|20271231|ACME^Acme|PHARM|||||20260301|40|DOSE",
        master=mfn.INVENTORY,
        event="M15",
        mfi="MFI|INV||UPD|||AL",
    )
    assert record.cells == {
        "inventory_id": "I1",
        "item": "4711",
        "lot": "L9",
        "expires": "2027-12-31",
        "manufacturer": "ACME",
        "location": "PHARM",
        "on_hand": "40",
        "unit": "DOSE",
    }


SCREW = (
    "MFE|MAD|1|20260401|4711^MMIS|EI",
    changed(
        "ITM",
        f1="4711^MMIS",
        f2="Bone screw 4 mm",
        f4="IMP",
        f8="Acme Bone",
        f9="AB-40",
        f11="Y",
        f12="C900",
        f19="5100",
    ),
    "VND|1|V1^MMIS|First supplier|X-1||",
    "PKG|1|BX|Y|5|100.00&USD",
    "VND|2|V2^MMIS|Main supplier|Y-2|Y",
    "PKG|1|CS|Y|10|1180.00&USD||||1150.00&USD",
    "PKG|2|BX|N|12",
    "PKG|3|EA",
    "IVT|1|OR1",
)
ITEM = {"event": "M16", "mfi": "MFI|INV||UPD|||AL"}


def test_an_item_with_its_vendor_and_whether_it_is_an_implant():
    (record,) = records_of(*SCREW, master=mfn.ITEMS, **ITEM)
    assert record.cells == {
        "item": "4711",
        "description": "Bone screw 4 mm",
        "implant": "Y",
        "manufacturer": "Acme Bone",
        "manufacturer_catalogue": "AB-40",
        "chargeable": "Y",
        "charge_code": "C900",
        "gl_account": "5100",
        "vendor": "V2",
        "vendor_catalogue": "Y-2",
        "location": "OR1",
    }


def test_packages_of_the_primary_vendor_are_conversions_and_a_price():
    (change,) = mfn.unit_conversions(mfn_message(*SCREW, **ITEM), SITE)
    assert [one.cells for one in change.records] == [
        {"item": "4711", "unit": "CS", "to_unit": "BX", "factor": "10"},
        {"item": "4711", "unit": "BX", "to_unit": "EA", "factor": "12"},
    ]
    (change,) = mfn.contract_prices(mfn_message(*SCREW, **ITEM), SITE)
    assert [(one.cells, one.first) for one in change.records] == [
        (
            {"item": "4711", "contract": "V2", "from_quantity": "1", "unit": "CS", "price": "1150.00"},
            date(2026, 4, 1),
        )
    ]


def test_a_package_that_says_how_many_each_needs_no_other():
    (change,) = mfn.unit_conversions(
        mfn_message("MFE|MAD|1||7|EI", "ITM|7", "VND|1|V1", "PKG|1|CS||99||||||120", **ITEM), SITE
    )
    assert [one.cells for one in change.records] == [{"item": "7", "unit": "CS", "to_unit": "EA", "factor": "120"}]


def test_an_item_without_packages_says_nothing_of_units():
    assert list(mfn.unit_conversions(mfn_message("MFE|MAD|1||7|EI", "ITM|7", **ITEM), SITE)) == []


# ---- what cannot be read


@pytest.mark.parametrize(
    ("mfi", "segments", "words"),
    [
        ("MFI|CDM|||||AL", ("MFE|MAD|1||1|CWE",), "MFI-3 is empty"),
        ("MFI|CDM||NEW|||AL", ("MFE|MAD|1||1|CWE",), "MFI-3 is neither REP nor UPD"),
        ("MFI|CDM||UPD|||AL", (), "MFE is missing"),
        ("MFI|CDM||UPD|||AL", ("MFE|XXX|1||1|CWE",), "MFE-1 is not in HL7 table 0180"),
        ("MFI|CDM||UPD|||AL", ("MFE|MAD|1|2026|1|CWE",), "MFE-3 is not a time of at least a day"),
        ("MFI|CDM||UPD|||AL", ("MFE|MAD|1|||CWE",), "MFE-4.1 is empty"),
        ("MFI|CDM||UPD|||AL", ("MFE|MAD|1||1", "PRC|1||||CANARY&USD"), "PRC-5.1.1 is not a number"),
    ],
)
def test_what_cannot_be_read_names_its_place_and_no_content(mfi, segments, words):
    with pytest.raises(MappingError, match=words.replace("(", r"\(")) as raised:
        change_of(*segments, mfi=mfi)
    assert "CANARY" not in str(raised.value)


BAD = ("MFE|MAD|1||1|CWE", "CDM|1||Bed", "MFE|XXX|2||2|CWE", "MFE|MAD|3|||CWE")


def test_every_record_at_fault_is_named_at_once():
    with pytest.raises(MappingError) as raised:
        change_of(*BAD)
    assert str(raised.value).startswith("2 records cannot be read: MFE(2): MFE(2)-1 is not in HL7 table 0180; MFE(3): ")


def test_good_records_can_be_taken_without_the_others():
    found = mfn.read(mfn_message(*BAD), mfn.CHARGES, SITE)
    assert [one.place for one in found.change.records] == ["MFE(1)"]
    assert [one.number for one in found.refused] == [2, 3]


def test_a_replacement_is_taken_whole_or_not_at_all():
    with pytest.raises(MappingError, match="2 records"):
        mfn.read(mfn_message(*BAD, mfi="MFI|CDM||REP|||AL"), mfn.CHARGES, SITE)


# ---- MFK


def acknowledged(level):
    notified = mfn_message(*BAD, mfi=f"MFI|CDM||UPD|||{level}")
    found = mfn.read(notified, mfn.CHARGES, SITE)
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    return mfn.acknowledgement(notified.content, found.refused, at=at, control_id="K1")


def test_an_acknowledgement_says_of_each_record_what_became_of_it():
    answer = hl7v2.parse(acknowledged("AL"))
    assert (answer["MSH-9"], answer["MSH-9.2"], answer["MSH-9.3"]) == ("MFK", "M04", "MFK_M01")
    assert (answer["MSA-1"], answer["MSA-2"]) == ("AE", "C1")
    assert [segment["8"] != "" for segment in answer.segments("ERR")] == [True, True]
    assert answer["MFI-3"] == "UPD"
    assert [(one["1"], one["2"], one["4"], one["5"]) for one in answer.segments("MFA")] == [
        ("MAD", "1", "S", "1"),
        ("XXX", "2", "U", "2"),
        ("MAD", "3", "U", ""),
    ]


@pytest.mark.parametrize(("level", "said"), [("ER", ["U", "U"]), ("SU", ["S"])])
def test_only_the_records_that_the_sender_asks_for_are_acknowledged(level, said):
    assert [one["4"] for one in hl7v2.parse(acknowledged(level)).segments("MFA")] == said


def test_a_sender_that_wants_no_acknowledgement_gets_none():
    assert acknowledged("NE") is None
