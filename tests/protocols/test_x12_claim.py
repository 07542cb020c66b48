"""837: providers, subscribers, patients, claims, diagnoses, lines; the claim's total; the NPI's check digit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from written_interchanges import interchange

from isthmus.protocols import x12
from isthmus.protocols.x12.views import BillingLevel, Claim, Claims, SubscriberLevel, is_npi

PROFESSIONAL = interchange(
    [
        "ST*837*0001*005010X222A1",
        "BHT*0019*00*X1*20260115*0934*CH",
        "NM1*41*2*GENERAL HOSPITAL*****46*TGJ23",
        "PER*IC*BILLING*TE*5555550100",
        "NM1*40*2*GOOD PAYER*****46*66783JJT",
        "HL*1**20*1",
        "PRV*BI*PXC*203BF0100Y",
        "NM1*85*2*GENERAL HOSPITAL*****XX*1234567893",
        "N3*1 MAIN ST",
        "N4*ANYTOWN*NY*12345",
        "REF*EI*587654321",
        "HL*2*1*22*1",
        "SBR*P**2222*****CI",
        "NM1*IL*1*DOE*JANE****MI*JD1",
        "DMG*D8*19700101*F",
        "NM1*PR*2*GOOD PAYER*****PI*999996666",
        "HL*3*2*23*0",
        "PAT*19",
        "NM1*QC*1*DOE*TED",
        "DMG*D8*20100101*M",
        "CLM*ACC1*150.5***11:B:1*Y*A*Y*I",
        "REF*F8*ICN1",
        "HI*ABK:J020*ABF:Z1159",
        "NM1*82*1*KILDARE*BEN****XX*1234567893",
        "PRV*PE*PXC*204C00000X",
        "SBR*S*01*******CI",
        "NM1*PR*2*OTHER PAYER*****PI*1",
        "LX*1",
        "SV1*HC:99213:25*100*UN*1***1",
        "DTP*472*D8*20260110",
        "REF*6R*L1",
        "NM1*DK*1*ORDERING*OLGA",
        "LX*2",
        "SV1*HC:J1100*50.5*UN*2***1",
        "DTP*472*RD8*20260110-20260112",
        "LIN**N4*00641036725",
        "CTP****2*UN",
        "SE*38*0001",
    ],
    kind="HC",
)
INSTITUTIONAL = interchange(
    [
        "ST*837*0001*005010X223A2",
        "HL*1**20*1",
        "NM1*85*2*GENERAL HOSPITAL*****XX*1234567893",
        "HL*2*1*22*0",
        "SBR*P*18",
        "NM1*IL*1*DOE*JANE",
        "CLM*ACC2*300***11:A:7*Y*A*Y*I",
        "DTP*434*RD8*20260110-20260112",
        "CL1*1*1*01",
        "HI*ABK:J020",
        "HI*BH:A1:D8:20260101",
        "LX*1",
        "SV2*0300*HC:85025*300*UN*3",
        "CLM*ACC3*10***11:A:1",
        "LX*1",
        "SV2*0120**10*DA*1",
        "SE*17*0001",
    ],
    kind="HC",
)


def claims(data: bytes = PROFESSIONAL, *changes: tuple[bytes, bytes]) -> Claims:
    for before, after in changes:
        assert before in data
        data = data.replace(before, after, 1)
    return Claims(next(x12.parse(data).transactions))


def test_a_claim_has_its_parties() -> None:
    read = claims()
    (claim,) = read.claims

    parties = (read.submitter, read.receiver, claim.billing_provider, claim.subscriber, claim.payer, claim.patient)
    assert [one and one.last_name for one in parties] == [
        "GENERAL HOSPITAL",
        "GOOD PAYER",
        "GENERAL HOSPITAL",
        "DOE",
        "GOOD PAYER",
        "DOE",
    ]
    assert claim.billing_provider is not None
    assert claim.patient is not None
    assert (claim.billing_provider.npi, claim.patient.first_name) == ("1234567893", "TED")
    assert [(one.role, one.npi) for one in claim.providers] == [("82", "1234567893")]
    assert [one.name for one in claim.loop.loops] == ["2310", "2320", "2400", "2400"]


def test_a_claim_has_its_diagnoses_and_lines() -> None:
    (claim,) = claims().claims
    first, second = claim.lines

    assert (claim.patient_control_number, claim.charge) == ("ACC1", Decimal("150.5"))
    assert (claim.facility_code, claim.frequency, claim.payer_control_number) == ("11", "1", "ICN1")
    assert claim.diagnoses == [("ABK", "J020"), ("ABF", "Z1159")]
    assert (first.number, first.procedure, first.charge, first.units) == ("1", ["HC", "99213", "25"], 100, 1)
    assert (first.control_number, first.service_date, first.drug_code) == ("L1", date(2026, 1, 10), "")
    assert (second.service_date, second.drug_code, second.revenue_code) == (date(2026, 1, 10), "00641036725", "")


def test_an_institutional_claim_has_revenue_codes_and_a_subscriber_who_is_the_patient() -> None:
    first, second = claims(INSTITUTIONAL).claims

    assert [(one.patient_control_number, one.frequency) for one in (first, second)] == [("ACC2", "7"), ("ACC3", "1")]
    assert first.patient is first.subscriber
    assert (first.lines[0].revenue_code, first.lines[0].procedure, first.lines[0].units) == ("0300", ["HC", "85025"], 3)
    assert (second.lines[0].revenue_code, second.lines[0].procedure) == ("0120", [])
    assert first.diagnoses == [("ABK", "J020"), ("BH", "A1")]


def test_sound_claims_have_no_findings() -> None:
    for data in (PROFESSIONAL, INSTITUTIONAL):
        assert x12.parse(data).findings == []
        assert claims(data).findings() == []
        assert claims(data).balances() == []


def test_what_is_wrong_with_a_claim_is_found() -> None:
    read = claims(
        PROFESSIONAL,
        (b"*150.5*", b"*150.51*"),
        (b"XX*1234567893~PRV", b"XX*1234567890~PRV"),
        (b"D8*20260110~", b"D8*20261310~ZZZ*1~"),
    )

    assert [(one.rule, one.segment, one.element) for one in read.balances()] == [("claim-total", 23, 2)]
    assert [one.rule for one in read.findings()] == ["npi", "date", "unexpected-segment"]


@pytest.mark.parametrize(
    ("text", "valid"),
    [("1234567893", True), ("1234567890", False), ("123456789", False), ("9234567893", False), ("", False)],
)
def test_the_check_digit_of_an_npi(text: str, valid: bool) -> None:
    assert is_npi(text) is valid


def test_a_line_without_a_service_and_an_amount_that_is_none_are_refused() -> None:
    for change in ((b"SV1*HC:J1100", b"ZZ1*HC:J1100"), (b"*150.5*", b"**")):
        with pytest.raises(x12.ParseError):
            _ = claims(PROFESSIONAL, change).claims


def test_a_claim_of_two_documents_stands_in_the_levels_of_each() -> None:
    claim = Claim(patient_control_number="A", charge=Decimal(1))
    first, second = (
        Claims(billing=[BillingLevel(subscribers=[SubscriberLevel(group_number=group, claims=[claim])])])
        for group in ("G1", "G2")
    )

    found = [one.claims[0].levels.insurance for one in (first, second)]

    assert [level and level.group_number for level in found] == ["G1", "G2"]
    assert first.claims[0] == second.claims[0] == claim
    assert claim.levels.insurance is None
