"""ADT to canonical events: identifiers by type, local times in the facility's zone, provenance for each field."""

from datetime import UTC, date, datetime

import pytest
from hl7_samples import EVN, PID, PV1, SITE, adt, changed, message

from isthmus.mappings import MappingError, Site
from isthmus.mappings import adt as mapping
from isthmus.model import (
    AdmissionCancelled,
    DischargeCancelled,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterRegistered,
    EncounterUpdated,
    Identifier,
    Origin,
)


@pytest.mark.parametrize(
    ("type", "event"),
    [
        ("ADT^A01", EncounterAdmitted),
        ("ADT^A03", EncounterDischarged),
        ("ADT^A04", EncounterRegistered),
        ("ADT^A08", EncounterUpdated),
        ("ADT^A11", AdmissionCancelled),
        ("ADT^A13", DischargeCancelled),
    ],
)
def test_each_trigger_has_its_event_with_patient_account_and_origin(type, event):
    found = mapping.EVENTS[type](adt(type), SITE)
    assert found.__class__ is event
    assert found.patient.mrn == Identifier("M1", "MAIN", "MR")
    assert (found.facility, found.account, found.visit, found.financial_class) == ("MAIN", "A1", "V1", "MCR")
    assert (found.patient.family_name, found.patient.birth_date) == ("M&S", date(1953, 10, 17))
    assert found.origin == Origin(source="ehr", message_id=7, control_id="C1", application="EHR")


def test_the_medical_record_number_is_chosen_by_type_and_its_place_is_noted():
    provenance = mapping.encounter_admitted(adt("ADT^A01"), SITE).provenance
    assert provenance["patient.mrn.value"] == "PID-3[2].1"
    assert provenance["account"] == "PID-18.1"


def test_where_an_authority_is_named_too_the_right_one_of_two_record_numbers_is_taken():
    site = Site(zones=SITE.zones, patient="PID-3[5=MR,4.1=EAST]")
    pid = changed(PID, f3="M1^^^MAIN^MR~E9^^^EAST^MR")
    found = mapping.encounter_admitted(adt("ADT^A01", pid=pid), site)
    assert found.patient.mrn == Identifier("E9", "EAST", "MR")
    assert found.provenance["patient.mrn.value"] == "PID-3[2].1"


def test_every_place_in_the_provenance_reads_what_the_field_holds():
    one = adt()
    found = mapping.encounter_discharged(one, SITE)
    for field, place in found.provenance.items():
        value = found
        for part in field.split("."):
            value = getattr(value, part)
        if isinstance(value, str):
            assert one[place] == value


def test_a_local_time_is_taken_in_the_zone_of_the_facility():
    found = mapping.encounter_discharged(adt(), SITE)
    assert found.occurred_at == datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
    assert found.discharged_at == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def test_a_time_with_an_offset_is_that_moment():
    evn = "EVN|A03|20260302120000||||20260302120000.25+0100"
    found = mapping.encounter_discharged(adt(evn=evn), SITE)
    assert found.occurred_at == datetime(2026, 3, 2, 11, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("evn", "pv1", "expected"),
    [
        ("EVN|A03|20260302120000||||20260302113000", PV1, datetime(2026, 3, 2, 17, 30, tzinfo=UTC)),
        ("EVN|A03|20260302120000", PV1, datetime(2026, 3, 2, 17, 0, tzinfo=UTC)),
        ("EVN|A03|20260302120500", changed(PV1, f45=""), datetime(2026, 3, 2, 18, 5, tzinfo=UTC)),
        ("EVN|A03", changed(PV1, f45=""), datetime(2026, 3, 2, 18, 0, tzinfo=UTC)),
    ],
)
def test_a_discharge_happened_at_evn_6_else_pv1_45_else_when_it_was_recorded_or_sent(evn, pv1, expected):
    assert mapping.encounter_discharged(adt(evn=evn, pv1=pv1), SITE).occurred_at == expected


def test_a_merge_names_the_surviving_and_the_prior_record():
    mrg = "MRG|M0^^^MAIN^MR||A0^^^MAIN^AN"
    one = message(EVN.format(event="A40"), PID, mrg, type="ADT^A40")
    (found,) = mapping.patients_merged(one, SITE)
    assert (found.surviving.key, found.prior.key, found.prior_account) == ("MAIN|M1", "MAIN|M0", "A0")


def test_a_message_of_several_merges_gives_one_event_for_each():
    one = message(
        EVN.format(event="A40"),
        PID, "MRG|M0^^^MAIN^MR",
        changed(PID, f3="M2^^^MAIN^MR"), "PD1|", "MRG|8^^^STATE^DL~M9^^^MAIN^MR",
        type="ADT^A40",
    )  # fmt: skip
    found = list(mapping.patients_merged(one, SITE))
    assert [(one.surviving.value, one.prior.value) for one in found] == [("M1", "M0"), ("M2", "M9")]
    assert found[1].provenance["prior.value"] == "MRG(2)-1[2].1"


def test_a_pair_without_its_mrg_does_not_borrow_the_next_one():
    one = message(EVN.format(event="A40"), PID, changed(PID, f3="M2^^^MAIN^MR"), "MRG|M0^^^MAIN^MR", type="ADT^A40")
    with pytest.raises(MappingError, match="MRG"):
        list(mapping.patients_merged(one, SITE))


def test_an_update_may_be_about_the_person_alone_but_a_discharge_needs_its_account():
    pid = changed(PID, f18="")
    assert mapping.encounter_updated(adt("ADT^A08", pid=pid), SITE).account == ""
    with pytest.raises(MappingError) as caught:
        mapping.encounter_discharged(adt(pid=pid), SITE)
    assert str(caught.value) == "PID-18.1 is empty"
    assert caught.value.suggestion == "have the source fill it (account)"


def test_null_counts_as_nothing_there():
    assert mapping.encounter_updated(adt("ADT^A08", pid=changed(PID, f18='""')), SITE).account == ""


def test_a_birth_date_less_precise_than_a_day_is_left_out_and_parks_nothing():
    assert mapping.encounter_admitted(adt("ADT^A01", pid=changed(PID, f7="1953")), SITE).patient.birth_date is None


def test_a_birth_date_keeps_its_day_whatever_its_offset():
    found = mapping.encounter_admitted(adt("ADT^A01", pid=changed(PID, f7="19531017000000+0900")), SITE)
    assert found.patient.birth_date == date(1953, 10, 17)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"evn": "EVN|A03|20260302120000||||CANARY"}, "EVN-6.1"),
        ({"evn": "EVN|A03|20260302120000||||20261301"}, "EVN-6.1"),
        ({"evn": "EVN|A03|20260302120000||||20260302250000"}, "EVN-6.1"),
        ({"pid": changed(PID, f3="CANARY^^^MAIN^AN")}, "PID-3"),
        ({"pid": changed(PID, f7="19530231CANARY"[:8])}, "PID-7.1"),
        ({"pv1": changed(PV1, f45="CANARY")}, "PV1-45.1"),
    ],
)
def test_an_error_names_the_place_and_never_the_content(change, place):
    with pytest.raises(MappingError) as caught:
        mapping.encounter_discharged(adt(**change), SITE)
    assert str(caught.value).startswith(place)
    assert "CANARY" not in f"{caught.value} {caught.value.suggestion} {caught.value!r}"


def test_a_facility_without_a_time_zone_is_refused():
    with pytest.raises(MappingError) as caught:
        mapping.encounter_admitted(adt("ADT^A01"), Site(zones={}))
    assert str(caught.value) == "MSH-4.1 names a facility without a time zone"


def test_where_the_message_names_no_facility_that_of_its_source_counts():
    one = adt("ADT^A01")
    del one.content["MSH-4"]
    with pytest.raises(MappingError, match=r"MSH-4\.1 is empty"):
        mapping.encounter_admitted(one, SITE)
    one.facility = "EAST"
    assert mapping.encounter_admitted(one, SITE).facility == "EAST"
