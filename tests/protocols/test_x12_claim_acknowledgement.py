"""277CA: which claims went on, which came back and from whom, the totals of each level, and the claims that were sent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from written_inquiries import ACKNOWLEDGEMENT
from written_interchanges import interchange
from x12_values import written

from isthmus.protocols import x12
from isthmus.protocols.x12.views import (
    BillingLevel,
    Claim,
    ClaimAcknowledgement,
    Claims,
    MatchedClaim,
    Provider,
    SentClaim,
    SubscriberLevel,
    match_claims,
    sent_claims,
)

CENTS = Decimal("200.5")


def acknowledgement(*changes: tuple[bytes, bytes]) -> ClaimAcknowledgement:
    data = ACKNOWLEDGEMENT
    for before, after in changes:
        assert before in data
        data = data.replace(before, after, 1)
    return ClaimAcknowledgement(next(x12.parse(data).transactions))


def batch_rejection(level: str = "") -> ClaimAcknowledgement:
    """The whole batch, or one provider of it, is refused and no claim is named."""
    receiver = "A3:24:41*20260116*U*800" if not level else "A1:19*20260116*WQ*800"
    provider = ["HL*3*2*19*0", "NM1*85*2*CLINIC*****XX*1234567893", "TRN*1*P", f"STC*{level}"] if level else []
    segments = [
        "ST*277*0001*005010X214",
        "BHT*0085*08*A1*20260116*0405*TH",
        "HL*1**20*1",
        "NM1*PR*2*GOOD PAYER*****PI*12345",
        "TRN*1*RECEIPT1",
        "HL*2*1*21*1",
        "NM1*41*2*GENERAL HOSPITAL*****46*S00001",
        "TRN*2*BATCH1",
        f"STC*{receiver}",
        "QTY*AA*3",
        *provider,
    ]
    data = interchange([*segments, f"SE*{len(segments) + 1}*0001"], kind="HN")
    return ClaimAcknowledgement(next(x12.parse(data).transactions))


def sent(*numbers: str, **more: str) -> list[SentClaim]:
    keys = {"batch": "BATCH1", "billing_provider": "1234567893"} | more
    return [SentClaim(number, CENTS, **keys) for number in numbers]


def outcomes(matched: list[MatchedClaim]) -> list[str]:
    return [one.outcome for one in matched]


def test_every_level_has_its_statuses_and_totals() -> None:
    (source,) = acknowledgement().sources
    (receiver,) = source.receivers
    (provider,) = receiver.providers

    assert source.party is not None
    assert source.receipt is not None
    assert receiver.status is not None
    assert provider.status is not None
    assert source.party.is_clearinghouse
    assert (source.receipt.received, source.receipt.processed) == (date(2026, 1, 15), date(2026, 1, 16))
    assert (receiver.status.trace, receiver.status.statuses[0].charge) == ("BATCH1", Decimal("1000.5"))
    totals = (receiver.status.accepted, receiver.status.rejected)
    amounts = (receiver.status.accepted_amount, receiver.status.rejected_amount)
    assert (totals, amounts) == ((1, 2), (CENTS, 800))
    assert (provider.status.accepted, provider.status.rejected) == (1, 2)


def test_claims_are_accepted_or_rejected_with_reasons_down_to_the_line() -> None:
    accepted, rejected, third = (one.claim for one in acknowledgement().claims)

    assert (accepted.patient_control_number, accepted.payer_control_number) == ("ACC1", "ICN1")
    assert (accepted.clearinghouse_trace, accepted.is_rejection, accepted.charge) == ("TRACE1", False, CENTS)
    assert (rejected.is_rejection, third.is_rejection) == (True, True)
    assert [(one.category, one.code) for one in rejected.statuses[0].codes] == [("A3", "21")]
    assert rejected.statuses[0].message == "A7:562:85"
    assert (rejected.lines[0].control_number, rejected.lines[0].statuses[0].is_rejection) == ("11", True)


def test_the_totals_of_a_level_are_those_of_its_claims() -> None:
    assert acknowledgement().balances() == []
    wrong = acknowledgement((b"QTY*90*1", b"QTY*90*2"), (b"AMT*YY*800~HL*4", b"AMT*YY*800.01~HL*4"))

    assert [(one.rule, one.segment) for one in wrong.balances()] == [("receiver-total", 12), ("provider-total", 20)]
    assert batch_rejection().balances() == []


def test_a_sound_acknowledgement_has_no_findings_and_comes_back_byte_for_byte() -> None:
    interchanges = x12.parse(ACKNOWLEDGEMENT)
    read = ClaimAcknowledgement(next(interchanges.transactions))

    assert interchanges.findings == read.findings() == read.unread() == []
    assert bytes(interchanges) == ACKNOWLEDGEMENT


def test_claims_that_were_sent_are_matched_and_others_are_reported() -> None:
    matched, unknown = match_claims(acknowledgement(), sent("ACC3", "ACC1", "ACC9"))

    assert outcomes(matched) == ["rejected_by_clearinghouse", "accepted", "unanswered"]
    assert [one.claim.patient_control_number for one in unknown] == ["ACC2"]
    assert [status.codes[0].category for status in matched[0].statuses] == ["A7"]


def test_who_rejected_is_told_apart() -> None:
    by_payer = acknowledgement((b"NM1*AY*2*FIRST CLEARINGHOUSE*****46*", b"NM1*PR*2*GOOD PAYER*****PI*"))

    assert outcomes(match_claims(by_payer, sent("ACC2"))[0]) == ["rejected_by_payer"]


def test_a_claim_is_found_by_the_payer_s_number_when_clm01_is_not_the_same() -> None:
    known = sent("OTHER", payer_control_number="ICN1")

    (found,), unknown = match_claims(acknowledgement(), known)

    assert (found.outcome, len(unknown)) == ("accepted", 2)


@pytest.mark.parametrize("keys", [{"clearinghouse_trace": "TRACE1"}, {"payer_control_number": "ICN1"}, {}])
def test_of_two_claims_with_one_clm01_the_one_that_agrees_is_meant(keys: dict[str, str]) -> None:
    other = SentClaim("ACC1", Decimal(1), batch="BATCH1")
    meant = SentClaim("ACC1", CENTS, batch="BATCH1", **keys)

    matched, _ = match_claims(acknowledgement(), [other, meant])

    assert outcomes(matched) == ["unanswered", "accepted"]


def test_of_one_claim_sent_in_two_batches_the_one_of_the_batch_that_is_acknowledged_is_meant() -> None:
    matched, _ = match_claims(acknowledgement(), [*sent("ACC1", batch="BATCH0"), *sent("ACC1")])

    assert outcomes(matched) == ["unanswered", "accepted"]


def test_a_claim_that_is_named_twice_has_both_statuses_and_one_rejection_is_enough() -> None:
    twice = acknowledgement((b"TRN*2*ACC3", b"TRN*2*ACC2"))

    (matched,), _ = match_claims(twice, sent("ACC2"))

    assert (matched.outcome, len(matched.acknowledged)) == ("rejected_by_clearinghouse", 2)


def test_a_batch_that_is_rejected_as_a_whole_rejects_its_claims_and_no_others() -> None:
    matched, _ = match_claims(batch_rejection(), [*sent("ACC1"), *sent("ACC1", batch="BATCH2")])

    assert outcomes(matched) == ["rejected_by_payer", "unanswered"]
    assert matched[0].statuses[0].codes[0].code == "24"


def test_a_provider_that_is_rejected_as_a_whole_rejects_its_claims_and_no_others() -> None:
    refused = batch_rejection("A8:496:85**U*65")

    matched, _ = match_claims(refused, [*sent("ACC1"), *sent("ACC2", billing_provider="1")])

    assert outcomes(matched) == ["rejected_by_payer", "unanswered"]


def test_the_keys_of_an_837_are_what_an_acknowledgement_names() -> None:
    claim = Claim(patient_control_number="ACC1", charge=CENTS, clearinghouse_trace="TRACE1")
    provider = Provider(role="85", id_qualifier="XX", id="1234567893")
    billing = BillingLevel(provider=provider, subscribers=[SubscriberLevel(claims=[claim])])
    claims = Claims(reference="BATCH1", billing=[billing])
    expected = [SentClaim("ACC1", CENTS, "TRACE1", "", "BATCH1", "1234567893")]

    assert sent_claims(claims) == expected
    assert sent_claims(Claims(next(x12.parse(written(claims)).transactions))) == expected
