"""270 and 271 to questions and answers, patient by patient, and questions back to a 270."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from x12_samples import AT, MESSAGE, segments, transaction

from isthmus.mappings import unused_elements
from isthmus.mappings.eligibility import eligibility_answers, eligibility_inquiries, inquiry_document
from isthmus.model import CATALOGUE, EligibilityAnswer, EligibilityInquiry, EligibilityRejection, Origin

HEAD = (
    "ST*271*0001*005010X279A1",
    "BHT*0022*11*R1*20260115*0935",
    "HL*1**20*1",
    "NM1*PR*2*GOOD PAYER*****PI*12345",
    "HL*2*1*21*1",
    "NM1*1P*2*BONE CLINIC*****XX*1234567893",
)
ANSWER = (
    *HEAD,
    "HL*3*2*22*1",
    "TRN*2*T1*9PROVIDER",
    "NM1*IL*1*SMITH*ROBERT****MI*MEMBER1",
    "DMG*D8*19430519*M",
    "DTP*346*D8*20250101",
    "EB*1*FAM*30^98*HM*GOLD PLAN",
    "EB*B**98***27*10.5****Y*Y",
    "MSG*PER VISIT",
    "EB*A**98*****.2****N",
    "HL*4*3*23*0",
    "TRN*2*T2*9PROVIDER",
    "NM1*03*1*SMITH*MARY",
    "AAA*N**67*C",
)


def asked(**changes) -> EligibilityInquiry:
    fields = {
        "trace": "T1", "payer_id": "12345", "payer_name": "GOOD PAYER", "provider_id": "1234567893",
        "provider_id_kind": "XX", "provider_name": "BONE CLINIC", "member_id": "MEMBER1", "family_name": "SMITH",
        "given_name": "ROBERT", "birth_date": date(1943, 5, 19), "sex": "M", "reference": "R1",
        "service_types": ("30", "98"), "service_from": date(2026, 1, 15),
    }  # fmt: skip
    return EligibilityInquiry(**fields | changes)


def answers(*texts: str) -> list[EligibilityAnswer]:
    return list(eligibility_answers(MESSAGE, segments(*texts or ANSWER)))


@pytest.mark.parametrize(
    "inquiry",
    [
        asked(),
        asked(service_types=(), procedures=("HC:99213:25",)),
        asked(dependent=True, relationship="19", given_name="MARY", service_to=date(2026, 1, 31)),
        asked(trace="", member_id="", service_from=None, sex=""),
    ],
)
def test_a_question_comes_back_from_its_270_as_it_was(inquiry: EligibilityInquiry) -> None:
    written = transaction(inquiry_document(inquiry, created=AT))

    (found,) = eligibility_inquiries(MESSAGE, written)

    assert found.replace(origin=Origin(), provenance={}) == inquiry
    assert found.origin.control_id == "12/0001"


def test_each_field_of_a_question_knows_its_place_and_the_rest_is_accounted_for() -> None:
    written = transaction(inquiry_document(asked(), created=AT))
    (found,) = eligibility_inquiries(MESSAGE, written)

    names = ("payer_id", "member_id", "trace", "service_from", "inquiries[1]")
    assert [found.provenance[name] for name in names] == ["NM109", "NM1(3)09", "TRN02", "DTP03", "EQ01"]
    assert unused_elements(written, [found]) == ["BHT01", "BHT02", "BHT04", "BHT05", "TRN03"]


def test_an_answer_says_for_each_patient_what_is_covered_and_what_it_costs() -> None:
    insured, _ = answers()
    active, copayment, coinsurance = insured.benefits

    assert (insured.trace, insured.payer_id, insured.member_id, insured.active) == ("T1", "12345", "MEMBER1", True)
    assert (insured.family_name, insured.birth_date, insured.dependent) == ("SMITH", date(1943, 5, 19), False)
    assert (active.information, active.service_types, active.plan) == ("1", ("30", "98"), "GOLD PLAN")
    assert (copayment.amount, copayment.period, copayment.network) == (Decimal("10.5"), "27", "Y")
    assert copayment.messages == ("PER VISIT",)
    assert coinsurance.percent == Decimal("0.2")


def test_a_rejection_is_an_answer_that_says_nothing_of_coverage() -> None:
    _, dependent = answers()

    assert (dependent.dependent, dependent.given_name, dependent.active) == (True, "MARY", None)
    assert dependent.rejections == (EligibilityRejection(reason="67", follow_up="C"),)
    assert dependent.provenance["rejections[1].reason"] == "AAA03"


def test_a_rejected_provider_gives_one_answer_about_nobody() -> None:
    (found,) = answers(*HEAD, "AAA*N**51*C")

    assert (found.payer_id, found.provider_id, found.member_id) == ("12345", "1234567893", "")
    assert (found.active, [one.reason for one in found.rejections]) == (None, ["51"])


def test_elements_that_no_answer_was_made_from_are_listed_in_order() -> None:
    read = segments(*ANSWER)

    assert unused_elements(read, eligibility_answers(MESSAGE, read)) == [
        "BHT01", "BHT02", "BHT04", "BHT05", "TRN03", "DTP01", "DTP02", "DTP03", "TRN(2)03", "AAA01",
    ]  # fmt: skip


def test_questions_and_answers_travel_through_the_catalogue_and_show_nothing() -> None:
    for found in (asked(), *answers()):
        assert CATALOGUE.decode(CATALOGUE.encode(found)) == found
        assert "SMITH" not in repr(found)
