"""835 to a remittance: amounts, adjustments, and what no field holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from x12_samples import MESSAGE, segments

from isthmus.mappings import unused_elements
from isthmus.mappings.remittance import remittance
from isthmus.model import CATALOGUE, PaymentAdjustment, ProviderLevelAdjustment, Remittance
from isthmus.protocols.x12 import ParseError

SEGMENTS = (
    "ST*835*0001*005010X221A1",
    "BPR*I*130*C*ACH*CCP*01*111000025*DA*123456*1512345678**01*111000038*DA*987654*20260116",
    "TRN*1*EFT0001*1512345678",
    "DTM*405*20260115",
    "N1*PR*GOOD PAYER",
    "N1*PE*GENERAL HOSPITAL*XX*1234567893",
    "LX*1",
    "CLP*ACC1*1*150*130*15*12*ICN1*11*1",
    "CAS*CO*45*5",
    "NM1*QC*1*SMITH*JANE",
    "DTM*232*20260110",
    "SVC*HC:99213:25*100*85**1",
    "DTM*472*20260110",
    "CAS*PR*3*10**2*5*1",
    "REF*6R*LINE1",
    "LQ*HE*N130",
    "SVC*HC:85025*50*50**1",
    "DTM*150*20260110",
    "DTM*151*20260111",
    "CLP*ACC2*4*200*20**12*ICN2",
    "CAS*CO*50*180",
    "PLB*1234567893*20261231*WO:OVER1*25*L6*-5",
)


def mapped(*texts: str) -> Remittance:
    return remittance(MESSAGE, segments(*texts or SEGMENTS))


def test_the_payment_with_what_finds_it_in_the_bank() -> None:
    found = mapped()

    assert (found.amount, found.trace, found.payer_id, found.method) == (130, "EFT0001", "1512345678", "ACH")
    assert (found.payment_date, found.production_date) == (date(2026, 1, 16), date(2026, 1, 15))
    assert (found.payer_name, found.payee_name, found.payee_id) == ("GOOD PAYER", "GENERAL HOSPITAL", "1234567893")
    assert found.key == "1512345678|EFT0001"
    assert (found.origin.message_id, found.origin.control_id) == (7, "12/0001")


def test_claims_with_lines_and_every_reason_why_less_was_paid() -> None:
    first, second = mapped().claims
    line, other = first.lines

    assert (first.account, first.charge, first.paid, first.patient_responsibility) == ("ACC1", 150, 130, 15)
    assert (first.payer_control_number, first.statement_from) == ("ICN1", date(2026, 1, 10))
    assert first.adjustments == (PaymentAdjustment(group="CO", reason="45", amount=Decimal(5)),)
    assert (line.code, line.modifiers, line.control_number, line.remarks) == ("99213", ("25",), "LINE1", ("N130",))
    assert [(one.group, one.reason, one.amount, one.quantity) for one in line.adjustments] == [
        ("PR", "3", 10, None), ("PR", "2", 5, 1),
    ]  # fmt: skip
    assert (other.service_date, other.service_to) == (date(2026, 1, 10), date(2026, 1, 11))
    assert (first.is_denial, second.is_denial, second.is_reversal) == (False, True, False)


def test_the_provider_s_own_adjustments() -> None:
    assert mapped().provider_adjustments == (
        ProviderLevelAdjustment(
            provider="1234567893", reason="WO", reference="OVER1", amount=Decimal(25), period_end=date(2026, 12, 31)
        ),
        ProviderLevelAdjustment(provider="1234567893", reason="L6", amount=Decimal(-5), period_end=date(2026, 12, 31)),
    )


def test_a_remittance_and_its_claims_say_whether_they_balance() -> None:
    found = mapped()
    broken = mapped(*[text.replace("CAS*CO*50*180", "CAS*CO*50*179.99") for text in SEGMENTS])

    assert (found.difference, [one.difference for one in found.claims]) == (0, [0, 0])
    assert [one.difference for one in broken.claims] == [0, Decimal("0.01")]


def test_each_field_knows_its_place() -> None:
    provenance = mapped().provenance
    names = ("amount", "claims[2].paid", "claims[1].lines[1].adjustments", "claims[1].lines[2].code")

    assert [provenance[name] for name in names] == [
        "BPR02", "CLP(2)04", "CAS(2)01 CAS(2)02 CAS(2)03 CAS(2)05 CAS(2)06 CAS(2)07", "SVC(2)01",
    ]  # fmt: skip


def test_elements_that_the_remittance_was_not_made_from_are_listed_in_order() -> None:
    read = segments(*SEGMENTS)

    assert unused_elements(read, [remittance(MESSAGE, read)]) == [
        "BPR01", "BPR03", "BPR05", "BPR06", "BPR07", "BPR08", "BPR09", "BPR10", "BPR12", "BPR13", "BPR14", "BPR15",
        "NM101", "NM102", "NM103", "NM104",
    ]  # fmt: skip


def test_an_amount_that_is_no_number_is_refused_without_its_content() -> None:
    with pytest.raises(ParseError) as raised:
        mapped(*[text.replace("*150*130*", "*150*CANARY*") for text in SEGMENTS])
    assert "CANARY" not in str(raised.value)


def test_a_remittance_travels_through_the_catalogue_and_shows_nothing() -> None:
    found = mapped()

    assert CATALOGUE.decode(CATALOGUE.encode(found)) == found
    shown = f"{found!r}{found.claims[0]!r}{found.claims[0].lines[0]!r}{found.claims[0].adjustments[0]!r}"
    assert "ACC1" not in shown
