"""DFT to charges: the right amount, the right sign, the facility's own dates."""

from datetime import date
from decimal import Decimal

import pytest
from hl7_samples import FT1, PID, SITE, changed, dft

from isthmus.mappings import MappingError, Site
from isthmus.mappings.dft import charges
from isthmus.model import Origin


def one(ft1=FT1, site=SITE, **more):
    (found,) = charges(dft(ft1, **more), site)
    return found


def test_an_ft1_becomes_a_charge_with_the_extended_amount():
    found = one()
    assert (found.amount, found.currency, found.quantity) == (Decimal("95.70"), "USD", 3)
    assert (found.charge_id, found.kind, found.department, found.code) == ("T1", "CG", "LAB", "85025")
    assert (found.account, found.financial_class, found.patient_key) == ("A1", "MCR", "MAIN|M1")
    assert (found.service_date, found.posting_date) == (date(2026, 3, 2), date(2026, 3, 2))
    assert found.origin == Origin(source="ehr", message_id=7, control_id="C1", application="EHR")
    assert found.key == "EHR|T1|CG"


def test_a_mapping_that_reads_the_unit_amount_gives_another_amount():
    planted = Site(zones=SITE.zones, amount="12.1.1")
    assert one(site=planted).amount == Decimal("31.90")


def test_each_ft1_is_one_charge_with_places_of_its_own():
    found = list(charges(dft(FT1, changed(FT1, f1="2", f2="T2", f13="RAD")), SITE))
    assert [(charge.charge_id, charge.department) for charge in found] == [("T1", "LAB"), ("T2", "RAD")]
    assert found[0].provenance["amount"] == "FT1-11.1.1"
    assert found[1].provenance["amount"] == "FT1(2)-11.1.1"
    assert found[1].provenance["account"] == "PID-18.1"


@pytest.mark.parametrize("kind", ["CG", "CD", "PY", "AJ", "CO"])
def test_every_kind_of_table_0017_is_taken(kind):
    assert one(changed(FT1, f6=kind)).kind == kind


def test_a_payment_needs_neither_department_nor_amount():
    found = one(changed(FT1, f6="PY", f11="", f13=""))
    assert (found.amount, found.department, found.revenue) == (0, "", 0)


def test_a_credit_names_its_charge_and_only_a_credit_does():
    assert one(changed(FT1, f6="CD")).original == "T1"
    assert one().original == ""


@pytest.mark.parametrize(("convention", "sent"), [("positive", "95.70"), ("negative", "-95.70")])
def test_the_sign_of_a_credit_follows_the_site_s_convention(convention, sent):
    site = Site(zones=SITE.zones, credit_amounts=convention)
    found = one(changed(FT1, f6="CD", f11=f"{sent}&USD"), site)
    assert (found.amount, found.revenue) == (Decimal("95.70"), Decimal("-95.70"))


@pytest.mark.parametrize(("convention", "sent"), [("positive", "-1.00"), ("negative", "1.00")])
def test_a_credit_against_the_convention_is_refused(convention, sent):
    site = Site(zones=SITE.zones, credit_amounts=convention)
    with pytest.raises(MappingError, match=r"FT1-11\.1\.1 has a sign against"):
        one(changed(FT1, f6="CD", f11=sent), site)


@pytest.mark.parametrize(("sent", "amount"), [("7", "7.00"), ("7.5", "7.50"), (".5", "0.50"), ("1.10000", "1.10")])
def test_an_amount_is_taken_to_the_cent_however_it_is_written(sent, amount):
    assert str(one(changed(FT1, f11=sent)).amount) == amount


def test_without_a_currency_the_site_s_counts():
    assert one(changed(FT1, f11="5.00"), Site(zones=SITE.zones, currency="CAD")).currency == "CAD"


def test_without_a_posting_date_the_day_of_receipt_at_the_facility_counts():
    assert one(changed(FT1, f5="")).posting_date == date(2026, 3, 2)  # 04:30 UTC on 3 March


def test_a_service_late_at_night_belongs_to_the_facility_s_day():
    assert one(changed(FT1, f4="20260303043000+0000")).service_date == date(2026, 3, 2)


def test_without_ft1_2_a_charge_is_known_by_what_it_says_and_twins_are_told_apart():
    bare = changed(FT1, f2="")
    first, twin, other = charges(dft(bare, bare, changed(bare, f13="RAD")), SITE)
    again, _, _ = charges(dft(bare, bare, changed(bare, f13="RAD")), SITE)
    assert len({first.charge_id, twin.charge_id, other.charge_id}) == 3
    assert first.charge_id == again.charge_id


def test_a_site_says_which_field_and_which_words_it_uses():
    site = Site(zones=SITE.zones, department="PV1-3.1", kinds={"C": "CG"}, account="PV1-19.1", original="3.1")
    found = one(changed(FT1, f6="C", f13=""), site)
    assert (found.department, found.kind, found.account) == ("MED", "CG", "V1")
    assert one(changed(FT1, f3="T0", f6="CD"), site).original == "T0"


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"f11": "CANARY"}, "FT1(2)-11.1.1 is not a number"),
        ({"f11": "1,50"}, "FT1(2)-11.1.1 is not a number"),
        ({"f11": "NaN"}, "FT1(2)-11.1.1 is not a number"),
        ({"f11": "1e3"}, "FT1(2)-11.1.1 is not a number"),
        ({"f11": "٣"}, "FT1(2)-11.1.1 is not a number"),
        ({"f11": "1.005"}, "FT1(2)-11.1.1 has more decimals"),
        ({"f11": ""}, "FT1(2)-11.1.1 is empty"),
        ({"f6": "CANARY"}, "FT1(2)-6.1 is not in HL7 table 0017"),
        ({"f13": ""}, "FT1(2)-13.1 is empty"),
        ({"f4": ""}, "FT1(2)-4.1 is empty"),
        ({"f5": "yesterday"}, "FT1(2)-5.1 is not a time"),
    ],
)
def test_an_ft1_that_cannot_be_read_parks_the_message_and_names_the_place(fields, place):
    with pytest.raises(MappingError) as caught:
        list(charges(dft(FT1, changed(FT1, **fields)), SITE))
    assert str(caught.value).startswith(place)
    assert "CANARY" not in f"{caught.value} {caught.value.suggestion} {caught.value!r}"


def test_what_was_found_is_kept_in_the_detail_for_people_who_may_see_it():
    with pytest.raises(MappingError) as caught:
        one(changed(FT1, f11="1,50"))
    assert caught.value.detail == "found: 1,50"


def test_a_dft_without_a_transaction_or_an_account_is_refused():
    with pytest.raises(MappingError, match="FT1 is missing"):
        list(charges(dft(), SITE))
    with pytest.raises(MappingError, match=r"PID-18\.1 is empty"):
        one(pid=changed(PID, f18=""))
