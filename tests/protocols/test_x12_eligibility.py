"""270 and 271: who asks whom about whom, what is covered, what it costs, and why there is no answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from written_inquiries import ANSWER, INQUIRY
from written_interchanges import interchange

from isthmus.protocols import x12
from isthmus.protocols.x12.views import EligibilityAnswer, EligibilityInquiry, Period, Rejection


def inquiry(data: bytes = INQUIRY) -> EligibilityInquiry:
    return EligibilityInquiry(next(x12.parse(data).transactions))


def answer(*changes: tuple[bytes, bytes]) -> EligibilityAnswer:
    data = ANSWER
    for before, after in changes:
        assert before in data
        data = data.replace(before, after, 1)
    return EligibilityAnswer(next(x12.parse(data).transactions))


def test_an_inquiry_says_who_asks_whom_about_whom() -> None:
    read = inquiry()
    subscriber, dependent = read.patients

    assert (read.reference, read.created, read.created_at) == ("R1", date(2026, 1, 15), "0934")
    assert subscriber.source is not None
    assert subscriber.receiver is not None
    assert (subscriber.source.id, subscriber.receiver.npi) == ("842610001", "1234567893")
    assert (subscriber.patient.member_id, subscriber.patient.birth_date) == ("MEMBER1", date(1943, 5, 19))
    assert [(one.qualifier, one.value) for one in subscriber.patient.references] == [("6P", "GROUP1")]
    assert [one.number for one in subscriber.traces] == ["T1"]
    assert (dependent.patient.first_name, dependent.patient.insured_relationship) == ("MARY", "19")
    assert dependent.subscriber is subscriber.patient
    assert [one.number for one in dependent.traces] == ["T2"]


def test_an_inquiry_says_which_services_on_which_days() -> None:
    subscriber, dependent = inquiry().patients
    general, procedure = subscriber.patient.inquiries

    assert (general.service_types, general.coverage_level) == (["30", "98"], "FAM")
    assert (procedure.procedure, procedure.spend_down) == (["HC", "99213", "25"], Decimal("12.5"))
    assert [(one.qualifier, one.when) for one in subscriber.patient.dates] == [("291", Period(date(2026, 1, 15)))]
    assert [one.when for one in dependent.patient.dates] == [Period(date(2026, 1, 1), date(2026, 1, 31))]
    assert dependent.patient.inquiries[0].service_types == ["88"]


def test_an_answer_says_what_is_covered_and_what_it_costs() -> None:
    read = answer()
    (subscriber, _) = read.patients
    active, copayment, coinsurance, limit, _, _ = subscriber.patient.benefits

    assert [one.number for one in subscriber.traces] == ["T1"]
    assert subscriber.patient.address is not None
    assert subscriber.patient.address.city == "ANYTOWN"
    assert (active.information, active.coverage_level, active.service_types) == ("1", "FAM", ["30", "98"])
    assert (active.insurance_type, active.plan) == ("HM", "GOLD PLAN")
    assert (copayment.amount, copayment.period, copayment.authorization) == (Decimal("10.5"), "27", "Y")
    assert copayment.network == "Y"
    assert copayment.messages == ["PER VISIT", "NOT FOR TELEHEALTH"]
    assert (coinsurance.percent, coinsurance.amount, coinsurance.network) == (Decimal("0.2"), None, "N")
    assert (limit.quantity_qualifier, limit.quantity, limit.period) == ("VS", 20, "23")
    assert (limit.deliveries[0].quantity, limit.deliveries[0].period) == (20, "22")
    assert limit.dates[0].when == Period(date(2026, 1, 1), date(2026, 12, 31))


def test_the_entities_between_ls_and_le_belong_to_their_benefit_and_what_follows_is_the_next_benefit() -> None:
    subscriber = answer().patients[0].patient
    primary = subscriber.benefits[4]

    assert [(one.role, one.last_name, one.contacts[0].number) for one in primary.entities] == [
        ("P3", "JONES", "5555550100")
    ]
    assert [one.information for one in subscriber.benefits] == ["1", "B", "A", "F", "L", "6"]


def test_coverage_is_active_for_a_service_type_inactive_or_not_said() -> None:
    subscriber, dependent = (one.patient for one in answer().patients)

    assert [subscriber.is_active(code) for code in ("", "98", "47", "48")] == [True, True, False, None]
    assert dependent.is_active() is None


def test_a_rejection_stands_at_the_person_it_is_about() -> None:
    read = answer()
    subscriber, dependent = read.patients

    assert subscriber.rejections == []
    assert dependent.rejections == read.rejections == [Rejection(valid="N", reason="67", follow_up="C")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"NM1*PR*2*GOOD PAYER*****PI*842610001~", b"NM1*PR*2*GOOD PAYER*****PI*842610001~AAA*Y**42*R~"),
        (b"HL*1**20*1~", b"HL*1**20*1~AAA*Y**42*R~"),
        (b"NM1*1P*2*BONE CLINIC*****XX*1234567893~", b"NM1*1P*2*BONE CLINIC*****XX*1234567893~AAA*Y**42*R~"),
    ],
)
def test_a_rejection_above_a_person_counts_for_everybody_below(before: bytes, after: bytes) -> None:
    read = answer((before, after))

    assert [[one.reason for one in person.rejections] for person in read.patients] == [["42"], ["42", "67"]]
    assert [one.reason for one in read.rejections] == ["42", "67"]


def test_a_rejected_receiver_without_anybody_below_is_an_answer_too() -> None:
    data = interchange(
        [
            "ST*271*0001*005010X279A1",
            "HL*1**20*1",
            "NM1*PR*2*P*****PI*1",
            "HL*2*1*21*0",
            "NM1*1P*2*C*****SV*2",
            "AAA*Y**50*N",
            "SE*7*0001",
        ]
    )
    read = EligibilityAnswer(next(x12.parse(data).transactions))

    assert ([one.reason for one in read.rejections], read.patients) == (["50"], [])


def test_sound_documents_have_no_findings_nothing_unread_and_come_back_byte_for_byte() -> None:
    for data, kind in ((INQUIRY, EligibilityInquiry), (ANSWER, EligibilityAnswer)):
        interchanges = x12.parse(data)
        read = kind(next(interchanges.transactions))
        assert interchanges.findings == read.findings() == read.unread() == []
        assert bytes(interchanges) == data


def test_what_the_view_does_not_know_is_a_finding_and_stays_reachable() -> None:
    read = answer((b"EB*L~", b"EB*L~ZZZ*1~"), (b"EB*6**47~", b"EB*6**47~REF*18*PLAN1**A:B~"))

    assert [one.rule for one in read.findings()] == ["unexpected-segment"]
    assert read.patients[0].patient.benefits[4].loop.value("ZZZ", 1) == "1"
    assert [place.path for place in read.unread()] == ["ZZZ01", "REF04-1", "REF04-2"]


def test_an_amount_that_is_none_is_refused_with_its_place_and_a_date_is_a_finding() -> None:
    with pytest.raises(x12.ParseError) as raised:
        _ = answer((b"27*10.5*", b"27*CANARY*")).patients
    assert raised.value.element == 7
    assert "CANARY" not in str(raised.value)

    read = answer((b"D8*20250101~", b"D8*20251301~"))
    assert read.patients[0].patient.dates[0].when is None
    assert [one.rule for one in read.findings()] == ["date"]


def test_another_transaction_set_is_no_eligibility() -> None:
    with pytest.raises(x12.ParseError):
        inquiry(ANSWER)
