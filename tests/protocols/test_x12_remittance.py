"""835: what a remittance says, and the three balances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from written_interchanges import REMITTANCE, interchange

from isthmus.protocols import x12
from isthmus.protocols.x12.views import Adjustment, Remittance, claim_payments


def remittance(*changes: tuple[bytes, bytes]) -> Remittance:
    data = REMITTANCE
    for before, after in changes:
        assert before in data
        data = data.replace(before, after, 1)
    return Remittance(next(x12.parse(data).transactions))


def test_the_payment() -> None:
    read = remittance()

    assert (read.amount, read.method, read.payment_date) == (Decimal(130), "ACH", date(2026, 1, 16))
    assert (read.trace, read.payer_id) == ("EFT0001", "1512345678")
    assert read.payer is not None
    assert read.payee is not None
    assert (read.payer.value("N1", 2), read.payee.value("N1", 4)) == ("GOOD PAYER", "1234567893")


def test_claims_lines_and_adjustments() -> None:
    first, second = remittance().claims
    line, other = first.lines

    assert (first.patient_control_number, first.status, first.charge, first.paid) == ("ACC1", "1", 150, 130)
    assert (first.patient_responsibility, first.payer_control_number, first.filing_indicator) == (15, "ICN1", "12")
    assert (first.period, first.is_reversal) == ((date(2026, 1, 10), None), False)
    assert first.patient is not None
    assert first.patient["NM103"] == "SMITH"
    assert (line.procedure, line.charge, line.paid, line.units) == (["HC", "99213", "25"], 100, 85, 1)
    assert (line.service_date, line.control_number, line.remark_codes) == (date(2026, 1, 10), "LINE1", ["N130"])
    assert line.adjustments == [
        Adjustment("PR", "3", Decimal(10), None, 16),
        Adjustment("PR", "2", Decimal(5), Decimal(1), 16),
    ]
    assert [(one.group, one.reason) for one in first.all_adjustments] == [("CO", "45"), ("PR", "3"), ("PR", "2")]
    assert (other.procedure, second.lines, second.adjustments[0].reason) == (["HC", "85025"], [], "50")


def test_provider_adjustments() -> None:
    found = remittance().provider_adjustments

    assert [(one.reason, one.reference, one.amount) for one in found] == [("WO", "OVER1", 25), ("L6", "", -5)]
    assert found[0].period_end == date(2026, 12, 31)


def test_a_sound_remittance_balances() -> None:
    assert remittance().balances() == []
    assert remittance().findings() == []


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        (b"BPR*I*130*", b"BPR*I*130.01*", {"transaction-balance"}),
        (b"WO:OVER1*25", b"WO:OVER1*24.99", {"transaction-balance"}),
        (b"CAS*CO*50*180", b"CAS*CO*50*181", {"claim-balance"}),
        (b"CAS*CO*45*5", b"CAS*CO*45*4", {"claim-balance"}),
        (b"100*85**1", b"100*84**1", {"line-balance"}),
        (b"150*130*15", b"150*129*15", {"claim-balance", "transaction-balance"}),
    ],
)
def test_a_cent_too_much_is_found_where_it_is(before: bytes, after: bytes, rules: set[str]) -> None:
    assert {finding.rule for finding in remittance((before, after)).balances()} == rules


def test_a_reversal_and_a_forwarded_balance_balance_with_their_signs() -> None:
    data = interchange(
        [
            "ST*835*0001",
            "BPR*H*0*C*NON************20260116",
            "TRN*1*EFT0002*1512345678",
            "LX*1",
            "CLP*ACC1*22*-150*-130**12*ICN1",
            "CAS*CO*45*-20",
            "CLP*ACC1*1*150*100**12*ICN3",
            "CAS*CO*45*50",
            "PLB*1234567893*20261231*FB:EFT0003*-30",
            "SE*10*0001",
        ]
    )
    read = Remittance(next(x12.parse(data).transactions))

    assert read.balances() == []
    assert [claim.is_reversal for claim in read.claims] == [True, False]


def test_claims_come_one_by_one_from_a_stream() -> None:
    reader = x12.Reader()
    segments = [one for byte in REMITTANCE for one in reader.feed(bytes([byte]))]

    streamed = [(claim.patient_control_number, claim.difference) for claim in claim_payments(segments)]

    assert streamed == [("ACC1", 0), ("ACC2", 0)]


def test_an_amount_that_is_no_number_is_refused_with_its_place() -> None:
    with pytest.raises(x12.ParseError) as raised:
        _ = remittance((b"150*130*15", b"150*13O*15")).claims

    assert (raised.value.segment, raised.value.element) == (10, 4)


def test_dates_that_are_none_and_segments_without_a_place_are_findings_and_stay_reachable() -> None:
    read = remittance((b"*20260116~", b"*20261316~"), (b"DTM*232*20260110", b"DTM*232*20260199~ZZZ*1"))

    assert (read.payment_date, read.claims[0].period) == (None, (None, None))
    assert [finding.rule for finding in read.findings()] == ["date", "date", "unexpected-segment"]
    assert read.claims[0].loop.value("ZZZ", 1) == "1"


def test_another_transaction_set_is_no_remittance() -> None:
    with pytest.raises(x12.ParseError):
        Remittance(next(x12.parse(REMITTANCE.replace(b"ST*835", b"ST*837")).transactions))
