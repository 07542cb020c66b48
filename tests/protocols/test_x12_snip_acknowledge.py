"""What a validation found, as a 999 and a 997 say it."""

from __future__ import annotations

from datetime import UTC, datetime

from test_x12_snip_situations import written
from written_claims import INQUIRY, PROFESSIONAL, REMITTANCE

from isthmus.flows.x12_guides import x12_guide_of
from isthmus.protocols import x12
from isthmus.protocols.x12 import snip

WRONG = (
    ("CLM", "CLM*ACC1*150***11:B:7*Y*A*Y*Y"),
    ("NM1*82", "NM1*82*1*WELBY*MARCUS****ZZ*1245319599"),
    ("N3*100",),
)


def answered(read: x12.Transaction, *, values: bool = False, classic: bool = False) -> bytes:
    """The transaction set that acknowledges a document."""
    report = snip.validate(read, guide=x12_guide_of(read))
    group = x12.Group(read.group_header)
    group.items.append(read)
    answer = x12.judge_group(group, [], snip.group_errors(group, [report], values=values))
    writer = x12.Writer(
        sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=datetime(2026, 1, 15, tzinfo=UTC)
    )
    writer.group("FA", sender="A", receiver="B", control_number=1, version="005010X231A1")
    (x12.write_997 if classic else x12.write_999)(writer, answer, "0001")
    (made,) = x12.parse(writer.close()).transactions
    assert x12.read_ack(made).sets[0].segments == answer.sets[0].segments or classic
    return bytes(made)


def test_a_right_document_is_accepted() -> None:
    assert b"IK5*A~" in answered(written(PROFESSIONAL))


def test_a_999_names_segments_elements_claims_and_triggers() -> None:
    assert answered(written(PROFESSIONAL, *WRONG)) == (
        b"ST*999*0001*005010X231A1~AK1*HC*1*005010X222A1~AK2*837*0001*005010X222A1~"
        b"IK3*N3*8*2010*3~"
        b"IK3*REF*17*2300*I6~CTX*CLM01:ACC1~CTX*SITUATIONAL TRIGGER*CLM*17*2300*5:3*1325~"
        b"IK3*NM1*19*2310*8~CTX*CLM01:ACC1~IK4*8*66*7~"
        b"IK5*R*5~AK9*R*1*1*0~SE*13*0001~"
    )


def test_bad_values_are_copied_when_that_is_asked_for() -> None:
    assert b"IK4*8*66*7*ZZ~" in answered(written(PROFESSIONAL, *WRONG), values=True)


def test_a_997_says_the_same_without_context() -> None:
    made = answered(written(PROFESSIONAL, *WRONG), classic=True)

    assert b"AK3*N3*8*2010*3~AK3*REF*17*2300*3~AK3*NM1*19*2310*8~AK4*8*66*7~AK5*R*5~" in made


def test_the_999_that_is_written_is_right_by_its_own_guide() -> None:
    (made,) = x12.parse(
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260115*0934*^*00501*000000001*0*T*:~"
        b"GS*FA*A*B*20260115*0934*1*X*005010X231A1~"
        + answered(written(PROFESSIONAL, *WRONG))
        + b"GE*1*1~IEA*1*000000001~"
    ).transactions

    assert snip.validate(made, guide=x12_guide_of(made), levels=(1, 2)).ok


def test_an_inquiry_and_a_remittance_are_named_by_their_traces() -> None:
    assert b"IK3*EQ*7*2110*I6~CTX*SITUATIONAL TRIGGER*HL*7*2000*3*735~" in answered(written(INQUIRY, ("EQ",)))
    assert b"CTX*TRN02:EFT0001~" in answered(written(REMITTANCE, ("NM1*QC", "NM1*QC*9*DOE")))


def test_balances_are_no_affair_of_a_999_and_codes_only_when_asked() -> None:
    read = written(PROFESSIONAL, ("CLM", "CLM*ACC1*151***11:B:1*Y*A*Y*Y"), ("HI", "HI*ABK:5J02"))
    report = snip.validate(read, guide=x12_guide_of(read))

    assert {issue.level for issue in report.issues} == {3, 4, 5}
    assert [error.tag for error in snip.segment_errors(report, read, levels=(1, 2))] == []
    (error,) = snip.segment_errors(report, read, levels=(3, 5))
    assert (error.tag, error.elements[0].element, error.elements[0].component, error.elements[0].code) == (
        "HI",
        1,
        2,
        "7",
    )
