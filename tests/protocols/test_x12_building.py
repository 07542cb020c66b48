"""What is built of values is read back as the same values, in envelopes that are right, by segments that the guide has."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from x12_values import AT, documents, written

from isthmus.kernel import Misuse
from isthmus.protocols import x12
from isthmus.protocols.x12.views import (
    Adjustment,
    Claim,
    ClaimAcknowledgement,
    ClaimPayment,
    Claims,
    EligibilityAnswer,
    EligibilityInquiry,
    Period,
    Reference,
    Remittance,
    StatusAnswer,
    StatusInquiry,
    Trace,
)
from isthmus.protocols.x12.views.document import Document

DOCUMENTS = [
    Claims,
    Remittance,
    EligibilityInquiry,
    EligibilityAnswer,
    StatusInquiry,
    StatusAnswer,
    ClaimAcknowledgement,
]


# A document has hundreds of fields: shrinking one that fails takes minutes, and says no more than where it differs.
@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
@settings(max_examples=15, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_built_is_read_back_as_the_same_values(kind: type[Document], data: st.DataObject) -> None:
    built = data.draw(documents(kind))

    interchanges = x12.parse(written(built))
    read = kind(next(interchanges.transactions))

    assert interchanges.findings == []
    assert read == built
    assert [one for one in read.findings() if one.rule == "unexpected-segment"] == []
    assert read.unread() == []


def test_what_is_read_stays_what_it_was_and_is_given_back_byte_for_byte() -> None:
    data = written(Remittance(amount=Decimal(5), method="ACH", trace="T1"))
    (transaction,) = x12.parse(data).transactions
    read = Remittance(transaction)

    assert (read.amount, read.trace, read.claims) == (5, "T1", [])
    assert bytes(read.transaction) == bytes(transaction)
    assert bytes(transaction) in data


def test_six_adjustments_share_a_segment_and_a_group_begins_another() -> None:
    reasons = [Adjustment("CO", str(number), Decimal(1)) for number in range(7)]
    claim = ClaimPayment(
        patient_control_number="A",
        status="1",
        charge=Decimal(8),
        paid=Decimal(0),
        adjustments=[*reasons, Adjustment("PR", "1", Decimal(1))],
    )
    built = Remittance(amount=Decimal(0), method="NON", trace="T1", claims=[claim])

    (transaction,) = x12.parse(written(built)).transactions

    assert [segment["CAS01"] for segment in transaction.all("CAS")] == ["CO", "CO", "PR"]
    assert built.balances() == Remittance(transaction).balances() == []


def test_what_was_built_and_does_not_balance_is_found_without_a_place() -> None:
    claim = ClaimPayment(patient_control_number="A", status="1", charge=Decimal(8), paid=Decimal(7))
    built = Remittance(amount=Decimal(7), method="NON", trace="T1", claims=[claim])

    assert [(one.rule, one.segment) for one in built.balances()] == [("claim-balance", 0)]


def test_a_value_cannot_be_changed_only_replaced() -> None:
    trace = Trace(number="T1")

    with pytest.raises(AttributeError):
        trace.number = "T2"  # type: ignore[misc]
    assert trace.replace(number="T2") == Trace(number="T2") != trace


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Trace(),  # type: ignore[call-arg]
        lambda: Trace(number="1", colour="red"),  # type: ignore[call-arg]
        lambda: Remittance(method="ACH", trace="T1"),
        lambda: written(Remittance(amount=Decimal("NaN"), method="ACH", trace="T1")),
        lambda: written(Remittance(amount=5, method="ACH", trace="T1")),
        lambda: written(Remittance(amount=Decimal(5), method="A*CH", trace="T1")),
        lambda: Claims().transaction,
    ],
)
def test_what_cannot_be_built_or_written_is_misuse(wrong) -> None:
    with pytest.raises(Misuse):
        wrong()


def test_a_range_of_moments_cannot_be_written() -> None:
    moment = AT.replace(tzinfo=None)
    claim = Claim(
        patient_control_number="A", charge=Decimal(1), admission=Period(moment, moment), facility_qualifier="A"
    )

    with pytest.raises(Misuse):
        claim.draft()


def test_no_value_shows_its_content() -> None:
    claim = Claim(patient_control_number="CANARY", charge=Decimal(1))
    shown = [
        claim,
        Reference(qualifier="CANARY", value="CANARY"),
        Adjustment("CANARY", "CANARY", Decimal(1)),
        Period(AT),
    ]

    assert "CANARY" not in repr(shown)
    assert "2026" not in repr(shown)


def test_repetitions_need_a_separator_for_them() -> None:
    writer = x12.Writer(sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=AT, version="00401")
    writer.group("HS", sender="A", receiver="B", control_number=1, version="004010X092A1")
    writer.transaction("270", "0001")

    with pytest.raises(Misuse):
        writer.segment("EQ", ["30", "1"])
