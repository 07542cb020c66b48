"""276, 277 and 277CA: what is asked about claims, what became of them, and that a rejection is no denial."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from x12_samples import MESSAGE, segments

from isthmus.mappings import unused_elements
from isthmus.mappings.claim_status import claim_acknowledgements, claim_status_inquiries, claim_statuses
from isthmus.model import CATALOGUE, ClaimAcknowledgement, ClaimStatus, StatusReason

LEVELS = (
    "HL*1**20*1",
    "NM1*PR*2*GOOD PAYER*****PI*12345",
    "HL*2*1*21*1",
    "NM1*41*2*GENERAL HOSPITAL*****46*X67E",
    "HL*3*2*19*1",
    "NM1*1P*2*GENERAL HOSPITAL*****XX*1234567893",
    "HL*4*3*22*0",
)
MEMBER = "NM1*IL*1*SMITH*FRED****MI*MEMBER1"
INQUIRY = (
    "ST*276*0001*005010X212", "BHT*0010*13*R1*20260115*0934", *LEVELS, "DMG*D8*19301210*M", MEMBER, "TRN*1*T1",
    "REF*1K*ICN1", "REF*BLT*111", "REF*EJ*ACC1", "AMT*T3*8513.88", "DTP*472*RD8*20260101-20260106",
)  # fmt: skip
STATUS = (
    "ST*277*0001*005010X212", "BHT*0010*08*A1*20260116*0810*DG", *LEVELS, MEMBER,
    "TRN*2*T1", "STC*P3:317*20260113**8513.88", "REF*1K*ICN1", "REF*EJ*ACC1", "DTP*472*RD8*20260101-20260106",
    "TRN*2*T2", "STC*F2:88:QC*20260112**150*0**CHK*20260111*9876*F2:107", "REF*EJ*ACC2", "DTP*472*D8*20260105",
    "SVC*HC:99203*150*0****1", "STC*F2:88*20260112",
)  # fmt: skip


def acknowledgement(source: str = "AY", batch: str = "A1:19:PR*20260116*WQ*1000") -> tuple[str, ...]:
    return (
        "ST*277*0001*005010X214", "BHT*0085*08*A1*20260116*1635*TH", "HL*1**20*1",
        f"NM1*{source}*2*FIRST CLEARINGHOUSE*****46*CLHR00", "TRN*1*RECEIPT1", "DTP*050*D8*20260115",
        "DTP*009*D8*20260116", "HL*2*1*21*1", "NM1*41*2*GENERAL HOSPITAL*****46*S00001", "TRN*2*BATCH1",
        f"STC*{batch}", "QTY*90*1", "QTY*AA*1", "AMT*YU*200", "AMT*YY*800", "HL*3*2*19*1",
        "NM1*85*2*GENERAL HOSPITAL*****XX*1234567893", "TRN*1*P1", "STC*A1:19**WQ*1000", "QTY*QA*1", "QTY*QC*1",
        "HL*4*3*PT", "NM1*QC*1*DOE*JOHN****MI*M1", "TRN*2*ACC1", "STC*A2:20:PR*20260116*WQ*200", "REF*1K*ICN1",
        "DTP*472*RD8*20260110-20260112", "TRN*2*ACC2", "STC*A3:21:82*20260116*U*800********SEE MANUAL", "REF*D9*TR1",
    )  # fmt: skip


def statuses() -> list[ClaimStatus]:
    return list(claim_statuses(MESSAGE, segments(*STATUS)))


def acknowledged(*texts: str) -> ClaimAcknowledgement:
    (found,) = claim_acknowledgements(MESSAGE, segments(*texts or acknowledgement()))
    return found


def test_a_question_names_the_claim_by_every_number_that_is_known() -> None:
    (found,) = claim_status_inquiries(MESSAGE, segments(*INQUIRY))

    assert (found.trace, found.account, found.payer_control_number) == ("T1", "ACC1", "ICN1")
    assert (found.payer_id, found.provider_id, found.member_id) == ("12345", "1234567893", "MEMBER1")
    assert (found.charge, found.service_to) == (Decimal("8513.88"), date(2026, 1, 6))
    assert found.provenance["account"] == "REF(3)02"


def test_a_status_has_its_state_and_its_reasons() -> None:
    pending, denied = statuses()

    assert (pending.account, pending.state, pending.charge, pending.paid) == (
        "ACC1",
        "pending",
        Decimal("8513.88"),
        None,
    )
    assert (denied.trace, denied.state, denied.paid) == ("T2", "denied", 0)
    assert (denied.remitted, denied.check_number) == (date(2026, 1, 11), "9876")
    assert denied.reasons == (
        StatusReason(category="F2", code="88", entity="QC"),
        StatusReason(category="F2", code="107"),
    )


def test_elements_that_no_status_was_made_from_are_listed_in_order() -> None:
    read = segments(*STATUS)

    assert unused_elements(read, claim_statuses(MESSAGE, read)) == [
        "BHT01", "BHT02", "BHT03", "BHT04", "BHT05", "BHT06", "NM103", "NM1(2)01", "NM1(2)02", "NM1(2)03", "NM1(2)08",
        "NM1(2)09", "NM1(3)03", "NM1(4)03", "NM1(4)04", "STC(2)07", "SVC01-1", "SVC01-2", "SVC02", "SVC03", "SVC07",
        "STC(3)01-1", "STC(3)01-2", "STC(3)02",
    ]  # fmt: skip


def test_an_acknowledgement_has_its_batch_totals_and_claims() -> None:
    found = acknowledged()
    first, second = found.claims

    assert (found.batch, found.source_id, found.received) == ("BATCH1", "CLHR00", date(2026, 1, 15))
    assert (found.accepted, found.rejected, found.accepted_amount, found.rejected_amount) == (1, 1, 200, 800)
    assert (first.account, first.outcome, first.payer_control_number, first.charge) == ("ACC1", "accepted", "ICN1", 200)
    assert (second.outcome, second.clearinghouse_trace) == ("rejected_by_clearinghouse", "TR1")
    assert second.reasons == (StatusReason(category="A3", code="21", entity="82", text="SEE MANUAL"),)
    assert [(one.provider_id, one.outcome, one.accepted) for one in found.providers] == [("1234567893", "accepted", 1)]
    assert found.count("accepted") == found.count("rejected_by_clearinghouse", "rejected_by_payer") == 1
    assert found.provenance["claims[2].account"] == "TRN(5)02"


def test_who_rejected_is_told_apart_and_neither_is_a_denial() -> None:
    by_payer = acknowledged(*acknowledgement("PR"))
    states = {one.outcome for one in (*acknowledged().claims, *by_payer.claims)} | {one.state for one in statuses()}

    assert states == {"accepted", "rejected_by_clearinghouse", "rejected_by_payer", "pending", "denied"}


def test_a_batch_that_is_rejected_as_a_whole_says_so() -> None:
    assert acknowledged().outcome == "accepted"
    assert acknowledged(*acknowledgement(batch="A3:24:41**U")).outcome == "rejected_by_clearinghouse"


def test_elements_that_no_acknowledgement_was_made_from_are_listed_in_order() -> None:
    read = segments(*acknowledgement())

    assert unused_elements(read, claim_acknowledgements(MESSAGE, read)) == [
        "BHT01", "BHT02", "BHT03", "BHT04", "BHT05", "BHT06", "TRN01", "TRN02", "NM1(2)01", "NM1(2)02", "NM1(2)03",
        "NM1(2)08", "NM1(2)09", "STC02", "STC04", "NM1(3)03", "TRN(3)01", "TRN(3)02", "STC(2)04", "NM1(4)01",
        "NM1(4)02", "NM1(4)03", "NM1(4)04", "NM1(4)08", "NM1(4)09", "STC(3)02", "STC(4)02",
    ]  # fmt: skip


def test_they_travel_through_the_catalogue_and_show_nothing() -> None:
    for found in (*statuses(), acknowledged()):
        assert CATALOGUE.decode(CATALOGUE.encode(found)) == found
    assert "ACC1" not in f"{statuses()!r}{acknowledged()!r}{acknowledged().claims!r}"
