"""SNIP 1 and 2: which segments stand where, by a guide."""

from __future__ import annotations

import pytest
from written_guides import CODES, ELEMENTS, GUIDE, MAP, RIGHT, changed, said, transaction

from isthmus.kernel import Misuse
from isthmus.protocols.x12 import snip


def check(*segments: str) -> snip.Report:
    return snip.validate(transaction(*segments), guide=GUIDE, levels=(1, 2))


def test_a_document_that_is_right_has_no_issues_and_was_checked_in_whole() -> None:
    report = check(*RIGHT)

    assert report.ok
    assert [(one.level, one.extent) for one in report.checked][:2] == [(1, "whole"), (2, "whole")]
    assert (report.guide, report.partial) == ("004010ORD", False)


@pytest.mark.parametrize(
    ("at", "new", "expected"),
    [
        ("BEG", (), ("missing-segment", "BEG", 2, 0, "3")),
        ("N4", (), ("missing-segment", "N4", 4, 0, "3")),
        ("NTE*cold", ("XYZ*1",), ("segment-unrecognized", "XYZ", 9, 0, "1")),
        ("NTE*cold", ("N4*NY",), ("segment-unexpected", "N4", 9, 0, "2")),
        ("NTE*cold", ("DTP*11*D8*20260111",), ("segment-sequence", "DTP", 9, 0, "7")),
        ("DTP*11", ("DTP*99*D8*20260110",), ("segment-unexpected", "DTP", 6, 0, "2")),
        ("DTP*10", ("OLD*x",), ("segment-not-used", "OLD", 7, 0, "I4")),
        ("DTP*10", ("DTP*11*D8*20260110", "DTP*12*D8*20260110"), ("segment-repeats", "DTP", 8, 0, "5")),
        ("LIN*VN", ("LIN*VN*1", "LIN*VN*1"), ("loop-repeats", "LIN", 11, 0, "4")),
        ("N1", ("N1*SE*HOSP1",), ("code", "N1", 3, 1, "7")),
    ],
)
def test_one_thing_wrong_is_said_where_it_is(at: str, new: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert expected in said(check(*changed(RIGHT, at, *new)))


def test_what_is_missing_at_the_end_is_said_at_the_trailer() -> None:
    report = check("ST*850*0001", "BEG*AB12", "N1*BY", "N4*OH", "SE*5*0001")

    assert said(report) == [("missing-loop", "LIN", 5, 0, "3")]


def test_a_set_that_is_cut_off_lacks_what_was_to_come_but_its_trailer_is_the_envelopes_affair() -> None:
    report = check("ST*850*0001")

    assert [(rule, tag) for rule, tag, *_ in said(report)] == [
        ("missing-segment", "BEG"),
        ("missing-loop", "N1"),
        ("missing-loop", "LIN"),
    ]


def test_segments_of_one_position_come_in_any_order() -> None:
    swapped = changed(changed(RIGHT, "DTP*10", "DTP*11*D8*20260110"), "DTP*11", "DTP*10*RD8*20260110-20260112")

    assert check(*swapped).ok


def test_a_wrong_qualifier_of_the_only_segment_of_its_name_is_an_issue_of_the_element() -> None:
    guide = snip.read_map(
        MAP.replace(b"<code>11</code><code>12</code>", b"<code>10</code>"),
        snip.read_elements(ELEMENTS),
        name="x",
        source="x",
    )
    report = snip.validate(transaction(*changed(RIGHT, "NTE*cold", "NTE*")), guide=guide, levels=(1, 2))

    assert ("missing-element", "NTE", 9, 1, "1") in said(report)


def test_places_name_the_segment_of_the_file_the_loop_and_the_byte() -> None:
    read = transaction(*changed(RIGHT, "LIN*UP", "LIN*UP:12345:x*2,5"))
    report = snip.validate(read, guide=GUIDE, levels=(1, 2))
    (issue,) = report.issues

    assert (issue.place.segment, issue.place.position, issue.place.loop) == (7, 5, "2000")
    line = read.segments[4]
    assert issue.place.offset == line.offset + len("LIN*UP:12345:x*")


def test_segments_without_a_name_are_passed_over() -> None:
    assert check(*RIGHT[:3], "", *RIGHT[3:]).ok


def test_a_guide_is_read_with_properties_as_elements_too() -> None:
    text = MAP.decode()
    old = '<segment xid="N1" usage="R" pos="010" max_use="1" name="N1 segment">'
    spelled = '<segment xid="N1"><name>N1 segment</name><usage>R</usage><pos>010</pos><max_use>1</max_use>'
    guide = snip.read_map(text.replace(old, spelled).encode(), snip.read_elements(ELEMENTS), name="x", source="x")

    assert old in text
    assert snip.validate(transaction(*RIGHT), guide=guide, levels=(1, 2)).ok


@pytest.mark.parametrize(
    "data", [b"", b"<a/>", b"<transaction/>", b"<transaction><loop xid='X'/></transaction>", MAP[:200]]
)
def test_bytes_that_are_no_map_are_a_misuse(data: bytes) -> None:
    with pytest.raises(Misuse):
        snip.read_map(data, {}, name="x", source="x")


def test_lists_are_read_under_the_names_that_code_sets_have() -> None:
    assert snip.read_codes(CODES) == {"states": {"OH", "NY"}, "rarc": {"N1"}}
    with pytest.raises(Misuse):
        snip.read_elements(CODES)


def test_an_outline_checks_what_it_lists_and_lets_pass_what_it_does_not() -> None:
    guide = snip.read_outline(
        "ST R 1 ! 1=850 2\nBEG R 1 ! 1\n> PO1 R 2 PO1 ! 1\n  PID S 1\nSE R 1 ! 1 2", name="850", type="850", source="us"
    )
    right = ("ST*850*0001", "BEG*00*SA", "REF*DP*038", "PO1*1*9", "PID*F", "PO4*1", "PO1*2*9", "SE*8*0001")

    assert snip.validate(transaction(*right), guide=guide, levels=(1, 2)).ok
    wrong = snip.validate(transaction(*right[:-1], "PO1*", "PID*F", "PID*F", "SE*9*0001"), guide=guide, levels=(1, 2))
    assert [(rule, tag) for rule, tag, *_ in said(wrong)] == [
        ("loop-repeats", "PO1"),
        ("missing-element", "PO1"),
        ("segment-repeats", "PID"),
    ]
    assert wrong.partial
    assert {one.extent for one in wrong.checked if one.level < 3} == {"partial"}
