"""The report: places to the byte, what was checked, lines for people."""

from __future__ import annotations

from datetime import date

import pytest
from test_x12_snip_situations import written
from written_claims import PROFESSIONAL, REMITTANCE
from written_guides import GUIDE, RIGHT, changed, transaction

from isthmus.protocols import x12
from isthmus.protocols.x12 import snip
from isthmus.protocols.x12.grammar import Separators
from isthmus.protocols.x12.snip.issue import place

MARKS = Separators()


def segment(raw: bytes, at: int = 100) -> x12.Segment:
    return x12.Segment(raw, MARKS, 7, at)


@pytest.mark.parametrize(
    ("raw", "element", "component", "repetition", "offset"),
    [
        (b"CLM*ACC1*150", 0, 0, 0, 100),
        (b"CLM*ACC1*150", 1, 0, 0, 104),
        (b"CLM*ACC1*150", 2, 0, 0, 109),
        (b"CLM*ACC1*150", 9, 0, 0, 112),
        (b"\r\nCLM*ACC1*150", 1, 0, 0, 106),
        (b"CLM*A*1***11:B:7", 5, 1, 0, 110),
        (b"CLM*A*1***11:B:7", 5, 3, 0, 115),
        (b"CLM*A*1***11:B:7", 5, 4, 0, 116),
        (b"EB*1**30^47^98", 3, 0, 2, 109),
        (b"EB*1**30^47^98", 3, 0, 9, 114),
        (b"HI*A:1^B:2:3*C", 1, 2, 2, 109),
        (b"N1*PR*\xc3\x9cBER*X", 3, 0, 0, 112),
    ],
)
def test_a_place_is_a_byte(raw: bytes, element: int, component: int, repetition: int, offset: int) -> None:
    found = place(segment(raw), 3, "2300", element, component, repetition)

    assert found.offset == offset
    assert (found.segment, found.position, found.loop, found.element) == (7, 3, "2300", element)


def test_what_is_missing_is_placed_at_the_segment_in_its_stead() -> None:
    found = place(segment(b"CLM*A"), 3, "2300", tag="REF")

    assert (found.tag, found.offset) == ("REF", 100)


def test_an_interchange_without_components_and_repetitions_has_places_too() -> None:
    bare = x12.Segment(b"CLM*ACC1*150", Separators(b"*", b"", b"", b"~"), 7, 100)

    assert place(bare, 3, "", 1, 2, 2).offset == 108


def test_issues_come_in_the_order_of_the_file_whatever_level_found_them() -> None:
    read = written(PROFESSIONAL, ("CLM", "CLM*ACC1*15O***11:B:7*Y*A*Y*Y"), ("NM1*85", "NM1*85*2*X*****XX*123"), ("SE",))
    found = [(issue.place.position, issue.level) for issue in snip.validate(read, guide=GUIDE).issues]

    assert [position for position, _ in found] == sorted(position for position, _ in found)


def test_levels_that_were_not_asked_for_are_said_not_to_be_checked() -> None:
    report = snip.validate(transaction(*RIGHT), guide=GUIDE, levels=(2,))

    assert [(one.level, one.extent) for one in report.checked] == [
        (1, "none"),
        (2, "whole"),
        (3, "none"),
        (4, "none"),
        (5, "none"),
    ]
    assert {one.note for one in report.checked if one.extent == "none"} == {"it was not asked for"}


def test_lines_are_for_people() -> None:
    report = snip.validate(transaction(*changed(RIGHT, "LIN*UP", "LIN*UP:1*x")), guide=GUIDE, levels=(1, 4))

    assert list(report.lines()) == [
        "SNIP 1  segment 7 (byte 215) loop 2000 LIN02  character: Quantity holds a character that its data type does not have",
        "SNIP 2  not checked: it was not asked for",
        "SNIP 3  not checked: it was not asked for",
        "SNIP 4  not checked: the table has no rule for this set",
        "SNIP 5  not checked: it was not asked for",
    ]
    assert repr(report) == "<Report 850 by 004010ORD, whole: 1 issues>"
    assert repr(snip.validate(transaction(*RIGHT))) == "<Report 850 by no guide, partial: 0 issues>"


def test_issues_of_some_levels_are_picked() -> None:
    report = snip.validate(written(REMITTANCE, ("CAS", "CAS*PR*3*19"), ("N1*PE", "N1*PE*X*XX*1")))

    assert {issue.level for issue in report.at(3)} == {3}
    assert {issue.rule for issue in report.at(5)} == {"npi"}
    assert not report.ok


def test_a_code_set_may_be_anything_that_holds_codes() -> None:
    class Even:
        def holds(self, code: str, on: date | None) -> bool:
            return int(code[-1]) % 2 == 0

    report = snip.validate(written(PROFESSIONAL), code_sets={"icd-10-cm": Even()}, levels=(5,))

    assert [(issue.rule, issue.place.element) for issue in report.issues] == [("code-list", 2)]


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        (None, True),
        (date(2020, 1, 1), True),
        (date(2019, 12, 31), False),
        (date(2020, 12, 31), True),
        (date(2021, 1, 1), False),
    ],
)
def test_the_days_of_a_code_are_both_included(on: date | None, holds: bool) -> None:
    codes = snip.Codes("x", {"A": (date(2020, 1, 1), date(2020, 12, 31))})

    assert codes.holds("A", on) is holds
    assert not codes.holds("B", on)
