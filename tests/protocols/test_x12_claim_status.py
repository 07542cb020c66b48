"""276 and 277: what is asked about claims, and what became of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from written_inquiries import ACKNOWLEDGEMENT, STATUS_ANSWER, STATUS_INQUIRY

from isthmus.protocols import x12
from isthmus.protocols.x12.views import (
    ClaimAcknowledgement,
    Period,
    Status,
    StatusAnswer,
    StatusCode,
    StatusInquiry,
)


def inquiry() -> StatusInquiry:
    return StatusInquiry(next(x12.parse(STATUS_INQUIRY).transactions))


def answer() -> StatusAnswer:
    return StatusAnswer(next(x12.parse(STATUS_ANSWER).transactions))


def test_an_inquiry_names_its_claims_and_the_parties_around() -> None:
    subscriber, dependent = inquiry().claims

    assert subscriber.payer is not None
    assert subscriber.provider is not None
    assert subscriber.patient is subscriber.subscriber
    assert (subscriber.payer.id, subscriber.provider.npi) == ("12345", "1234567893")
    assert (subscriber.claim.trace, subscriber.claim.payer_control_number) == ("T1", "ICN1")
    assert (subscriber.claim.patient_control_number, subscriber.claim.bill_type) == ("ACC1", "111")
    assert subscriber.claim.charge == Decimal("8513.88")
    assert subscriber.claim.service_period == Period(date(2026, 1, 1), date(2026, 1, 6))
    assert dependent.patient is not None
    assert (dependent.patient.first_name, dependent.claim.trace) == ("MARY", "T2")
    (line,) = dependent.claim.lines
    assert (line.procedure, line.charge, line.units, line.control_number) == (["HC", "99203"], 150, 1, "L1")


def test_an_answer_has_the_statuses_of_claims_and_lines() -> None:
    pending, denied = answer().claims
    (status,) = denied.claim.statuses
    (line,) = denied.claim.lines

    assert (pending.claim.trace, pending.claim.payer_control_number) == ("T1", "ICN1")
    assert pending.claim.statuses[0].state == "pending"
    assert status.codes == [StatusCode("F2", "88", "QC"), StatusCode("F2", "107")]
    assert (status.effective, status.charge, status.paid) == (date(2026, 1, 12), 150, 0)
    assert (status.state, status.is_denial, status.is_rejection) == ("denied", True, False)
    assert (line.paid, line.units, [one.state for one in line.statuses]) == (0, 1, ["denied"])


def test_a_provider_without_answers_is_told_why() -> None:
    assert [(one.state, one.codes[0].entity) for one in answer().level_statuses] == [("unanswered", "85")]


@pytest.mark.parametrize(
    ("category", "action", "state"),
    [
        ("A0", "", "acknowledged"), ("A2", "WQ", "acknowledged"), ("A5", "", "acknowledged"),
        ("A3", "", "rejected"), ("A4", "", "rejected"), ("A6", "", "rejected"), ("A7", "", "rejected"),
        ("A8", "", "rejected"), ("A1", "U", "rejected"), ("P1", "", "pending"), ("R0", "", "wanted"),
        ("F0", "", "finalised"), ("F1", "", "paid"), ("F2", "", "denied"), ("F4", "", "finalised"),
        ("E1", "", "unanswered"), ("D0", "", "unanswered"), ("X9", "", "unknown"),
    ],
)  # fmt: skip
def test_a_category_says_the_state_and_a_rejection_is_no_denial(category: str, action: str, state: str) -> None:
    status = Status(codes=[StatusCode(category)], action=action)

    assert status.state == state
    assert (status.is_rejection, status.is_denial) == (state == "rejected", state == "denied")


def test_sound_documents_have_no_findings_nothing_unread_and_come_back_byte_for_byte() -> None:
    for data, kind in ((STATUS_INQUIRY, StatusInquiry), (STATUS_ANSWER, StatusAnswer)):
        interchanges = x12.parse(data)
        read = kind(next(interchanges.transactions))
        assert interchanges.findings == read.findings() == read.unread() == []
        assert bytes(interchanges) == data


def test_a_277_that_answers_and_one_that_acknowledges_are_not_mistaken_for_each_other() -> None:
    with pytest.raises(x12.ParseError):
        ClaimAcknowledgement(next(x12.parse(STATUS_ANSWER).transactions))
    with pytest.raises(x12.ParseError):
        StatusAnswer(next(x12.parse(ACKNOWLEDGEMENT).transactions))
