"""TA1, 999 and 997: judged, written, read, matched."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from written_interchanges import REMITTANCE, interchange

from isthmus.protocols import x12
from isthmus.protocols.x12 import ElementError, GroupAnswer, InterchangeAnswer, SegmentError, SetAnswer

TWO_SETS = interchange(["ST*837*0001*005010X222A1", "SE*2*0001", "ST*837*0002*005010X222A1", "SE*2*0002"], kind="HC")
TWO_SETS = TWO_SETS.replace(b"GE*1*1", b"GE*2*1")
ERRORS = (
    SegmentError(
        "CLM",
        12,
        "8",
        "2300",
        (ElementError(5, "7", component=1, reference="1331", value="ZZ"), ElementError(2, "1")),
        (("CLM01", "ACC1"),),
    ),
    SegmentError("NM1", 14, "I6", "2310A"),
)


def writer(kind: str = "") -> x12.Writer:
    at = datetime(2026, 1, 15, 9, 40, tzinfo=UTC)
    made = x12.Writer(sender=("ZZ", "HUB"), receiver=("ZZ", "PAYER"), control_number=2, at=at)
    if kind:
        made.group("FA", sender="HUB", receiver="PAYER", control_number=2, version=kind)
    return made


def judged(data: bytes, errors: tuple[SegmentError, ...] = ()) -> GroupAnswer:
    read = x12.parse(data)
    return x12.judge_group(read[0].groups[0], read.findings, {("1", "0002"): errors})


def test_a_sound_interchange_is_accepted() -> None:
    read = x12.parse(TWO_SETS)

    answer = judged(TWO_SETS)

    assert x12.judge_interchange(read[0], read.findings) == InterchangeAnswer("000000001", "260115", "0934", "A", "000")
    assert (answer.code, answer.included, answer.received, answer.accepted, answer.errors) == ("A", 2, 2, 2, ())
    assert [one.code for one in answer.sets] == ["A", "A"]


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        (b"IEA*1*000000001", b"IEA*1*000000009", "001"),
        (b"IEA*1*", b"IEA*5*", "021"),
        (b"IEA*1*000000001~", b"", "023"),
        (b"*000000001*0*T", b"*         *0*T", "018"),
    ],
)
def test_a_wrong_interchange_is_answered_with_its_note(before: bytes, after: bytes, note: str) -> None:
    read = x12.parse(REMITTANCE.replace(before, after))
    notes = [x12.judge_interchange(read[0], [finding]).note for finding in read.findings]

    assert x12.judge_interchange(read[0], read.findings).code == "R"
    assert note in notes


def test_the_second_of_two_equal_interchanges_is_a_duplicate() -> None:
    read = x12.parse(REMITTANCE + REMITTANCE)

    assert [x12.judge_interchange(one, read.findings).note for one in read] == ["000", "025"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [(b"GE*2*1~", b"", "3"), (b"GE*2*1", b"GE*2*7", "4"), (b"GE*2*1", b"GE*9*1", "5")],
)
def test_a_wrong_group_is_rejected_as_a_whole(before: bytes, after: bytes, code: str) -> None:
    answer = judged(TWO_SETS.replace(before, after))

    assert (answer.code, answer.accepted, answer.errors) == ("R", 0, (code,))


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b"SE*2*0002~", b"", "2"),
        (b"SE*2*0002", b"SE*2*0009", "3"),
        (b"SE*2*0002", b"SE*9*0002", "4"),
        (b"ST*837*0002*005010X222A1~SE*2*0002", b"ST*837**005010X222A1~SE*2*", "7"),
        (b"0002", b"0001", "23"),
    ],
)
def test_a_wrong_set_is_rejected_and_the_other_accepted(before: bytes, after: bytes, code: str) -> None:
    answer = judged(TWO_SETS.replace(before, after))

    assert (answer.code, answer.accepted) == ("P", 1)
    assert [(one.code, one.errors) for one in answer.sets] == [("A", ()), ("R", (code,))]


def test_a_999_is_written_as_the_guide_has_it_and_read_back() -> None:
    answer = judged(TWO_SETS, ERRORS)
    made = writer("005010X231A1")

    x12.write_999(made, answer, "0001")
    read = x12.parse(made.close())
    (transaction,) = read.transactions

    assert bytes(transaction) == (
        b"ST*999*0001*005010X231A1~AK1*HC*1*005010X221A1~AK2*837*0001*005010X222A1~IK5*A~AK2*837*0002*005010X222A1~"
        b"IK3*CLM*12*2300*8~CTX*CLM01:ACC1~IK4*5:1*1331*7*ZZ~IK4*2**1~IK3*NM1*14*2310A*I6~IK5*R*5~AK9*P*2*2*1~SE*13*0001~"
    )
    assert read.findings == []
    assert x12.read_ack(transaction) == answer


def test_a_997_says_the_same_with_the_codes_it_has() -> None:
    made = writer("004010")

    x12.write_997(made, judged(TWO_SETS, ERRORS), "0001")
    (transaction,) = x12.parse(made.close()).transactions

    assert bytes(transaction) == (
        b"ST*997*0001~AK1*HC*1~AK2*837*0001~AK5*A~AK2*837*0002~AK3*CLM*12*2300*8~AK4*5:1*1331*7*ZZ~AK4*2**1~"
        b"AK3*NM1*14*2310A*3~AK5*R*5~AK9*P*2*2*1~SE*12*0001~"
    )
    assert [one.code for one in x12.read_ack(transaction).sets] == ["A", "R"]


def test_a_bad_value_that_holds_a_separator_is_left_out() -> None:
    made = writer("005010X231A1")
    error = SegmentError("N3", 4, "8", elements=(ElementError(1, "6", value="a*b~c"),), context=(("N301", "a:b"),))

    x12.write_999(made, judged(TWO_SETS, (error,)), "0001")

    assert b"CTX*N301~IK4*1**6~" in made.close()


def test_a_ta1_is_written_and_read_back() -> None:
    made = writer()
    answer = InterchangeAnswer("000000001", "260115", "0934", "R", "023")

    x12.write_ta1(made, answer)
    read = x12.parse(made.close())

    assert read.findings == []
    assert x12.read_ta1(read[0]) == [answer]
    assert not answer.accepted


def test_answers_find_what_was_sent() -> None:
    sent = x12.sent(x12.parse(TWO_SETS)[0])
    answer = GroupAnswer("HC", "1", "P", 2, 2, 1, sets=(SetAnswer("837", "0002", "R"), SetAnswer("837", "0077", "A")))

    matched, unknown = x12.match(answer, [*sent, x12.Sent("HC", "2", "837", "0001")])

    assert [(one.sent.control_number, one.code, one.accepted) for one in matched] == [
        ("0001", "A", True),
        ("0002", "R", False),
    ]
    assert [one.control_number for one in unknown] == ["0077"]


@pytest.mark.parametrize(("code", "accepted"), [("A", True), ("E", True), ("R", False)])
def test_sets_that_are_not_named_share_the_fate_of_their_group(code: str, accepted: bool) -> None:
    matched, _ = x12.match(GroupAnswer("HC", "1", code, 2, 2, 2), x12.sent(x12.parse(TWO_SETS)[0]))

    assert [one.accepted for one in matched] == [accepted, accepted]


def test_a_set_named_accepted_in_a_rejected_group_is_rejected() -> None:
    answer = GroupAnswer("HC", "1", "R", 2, 2, 0, sets=(SetAnswer("837", "0001", "A"),))

    matched, _ = x12.match(answer, x12.sent(x12.parse(TWO_SETS)[0]))

    assert [one.accepted for one in matched] == [False, False]


@pytest.mark.parametrize(
    "segments",
    [
        ["ST*835*0001", "SE*2*0001"],
        ["ST*999*0001", "SE*2*0001"],
        ["ST*999*0001", "AK1*HC*1", "AK9*A*x*1*1", "SE*4*0001"],
    ],
)
def test_what_is_no_acknowledgement_is_refused(segments: list[str]) -> None:
    with pytest.raises(x12.ParseError):
        x12.read_ack(next(x12.parse(interchange(segments)).transactions))


def test_what_triggered_a_rule_is_written_and_read_where_it_belongs() -> None:
    of_segment = x12.Trigger("CLM", 22, "2300", 5, 3, 0, "1325")
    of_element = x12.Trigger("SBR", 9, "2000", 2)
    error = SegmentError(
        "REF",
        23,
        "8",
        "2300",
        (ElementError(1, "I9", triggers=(of_element, x12.Trigger("HL", 8))),),
        (("CLM01", "ACC1"),),
        (of_segment,),
    )
    made = writer("005010X231A1")
    x12.write_999(made, judged(TWO_SETS, (error,)), "0001")
    (transaction,) = x12.parse(made.close()).transactions

    assert (
        b"IK3*REF*23*2300*8~CTX*CLM01:ACC1~CTX*SITUATIONAL TRIGGER*CLM*22*2300*5:3*1325~"
        b"IK4*1**I9~CTX*SITUATIONAL TRIGGER*SBR*9*2000*2~CTX*SITUATIONAL TRIGGER*HL*8~"
    ) in bytes(transaction)
    assert x12.read_ack(transaction).sets[1].segments == (error,)


@pytest.mark.parametrize(
    ("codes", "written"),
    [
        (("I4", "I6", "I7", "I8", "I9"), [b"2", b"3", b"3", b"3", b"2"]),
        (("1", "8"), [b"1", b"8"]),
    ],
)
def test_a_997_says_codes_of_the_guides_by_the_nearest_of_their_kind(
    codes: tuple[str, ...], written: list[bytes]
) -> None:
    made = writer("004010")
    x12.write_997(made, judged(TWO_SETS, tuple(SegmentError("NM1", 4, code) for code in codes)), "0001")

    assert [line.split(b"*")[4] for line in made.close().split(b"~") if line.startswith(b"AK3")] == written


def test_triggers_that_are_no_numbers_are_read_all_the_same() -> None:
    data = (
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260115*0934*^*00501*000000001*0*T*:~"
        b"GS*FA*A*B*20260115*0934*1*X*005010X231A1~ST*999*0001~AK1*HC*1~AK2*837*0001~IK3*REF*2**I6~"
        b"CTX*SITUATIONAL TRIGGER*CLM*x*2300*a:b:c:d*1325~IK5*R*5~AK9*R*1*1*0~SE*8*0001~GE*1*1~IEA*1*000000001~"
    )
    (error,) = x12.read_ack(next(x12.parse(data).transactions)).sets[0].segments

    assert error.triggers == (x12.Trigger("CLM", 0, "2300", 0, 0, 0, "1325"),)
