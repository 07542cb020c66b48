"""SNIP 1 and 2: what the elements of one segment hold."""

from __future__ import annotations

import pytest
from written_guides import GUIDE, RIGHT, changed, transaction

from isthmus.protocols.x12 import snip
from isthmus.protocols.x12.snip import datatypes
from isthmus.protocols.x12.snip.relations import relation

BEG, LIN, DTP = "BEG*AB12*20260110**", "LIN*UP:12345*2.5", "DTP*11*D8*20260110"


def found(old: str, new: str) -> list[tuple[str, int, int, int, str]]:
    """Rule, level, element, component and code."""
    report = snip.validate(transaction(*changed(RIGHT, old, new)), guide=GUIDE, levels=(1, 2))
    return [(one.rule, one.level, one.place.element, one.place.component, one.code) for one in report.issues]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (BEG, "BEG*", ("missing-element", 2, 1, 0, "1")),
        (BEG, "BEG*A", ("too-short", 1, 1, 0, "4")),
        (BEG, "BEG*ABCDEFGHI", ("too-long", 1, 1, 0, "5")),
        (BEG, "BEG*AB\x07C", ("character", 1, 1, 0, "6")),
        (BEG, "BEG*AB12 ", ("character", 1, 1, 0, "6")),
        (BEG, "BEG*AB:C", ("character", 1, 1, 0, "6")),
        (BEG, "BEG*AB12*20260230", ("date", 1, 2, 0, "8")),
        (BEG, "BEG*AB12*2026011X", ("character", 1, 2, 0, "6")),
        (BEG, "BEG*AB12**20260110*2561", ("time", 1, 4, 0, "9")),
        (BEG, "BEG*AB12***0930", ("condition", 1, 3, 0, "2")),
        (BEG, "BEG*AB12*20260110*20260110*0930", ("exclusion", 1, 3, 0, "10")),
        (BEG, "BEG*AB12****CC", ("code", 2, 5, 0, "7")),
        (BEG, "BEG*AB12****AA^BB^AA", ("repetitions", 2, 5, 0, "12")),
        (BEG, "BEG*AB12****AA*1", ("too-many-elements", 1, 6, 0, "3")),
        (LIN, "LIN**1", ("missing-element", 2, 1, 0, "1")),
        (LIN, "LIN*:12345*1", ("missing-element", 2, 1, 1, "1")),
        (LIN, "LIN*XX*1", ("code", 2, 1, 1, "7")),
        (LIN, "LIN*UP:1:2:3*1", ("too-many-components", 1, 1, 4, "13")),
        (LIN, "LIN*UP::2*1", ("condition", 1, 1, 2, "2")),
        (LIN, "LIN*UP*1,5", ("character", 1, 2, 0, "6")),
        (LIN, "LIN*UP*-12.3456", ("", 0, 0, 0, "")),
        (LIN, "LIN*UP*1234567", ("too-long", 1, 2, 0, "5")),
        (LIN, "LIN*UP*1*7", ("element-not-used", 2, 3, 0, "I10")),
        (DTP, "DTP*11*D8*20260230", ("date", 1, 3, 0, "8")),
        (DTP, "DTP*11*RD8*20260110", ("date", 1, 3, 0, "8")),
        (DTP, "DTP*11*RD8*20260110-20260230", ("date", 1, 3, 0, "8")),
        (DTP, "DTP*11*TM*0930", ("code", 2, 2, 0, "7")),
    ],
)
def test_one_element_that_is_wrong_is_one_issue(old: str, new: str, expected: tuple[object, ...]) -> None:
    issues = found(old, new)

    assert (expected in issues) if expected[0] else (issues == [])


def test_all_that_is_wrong_in_a_segment_is_said_at_once() -> None:
    assert [(one[0], one[2]) for one in found(BEG, "BEG*A*20260230*20260110*9*CC*1")] == [
        ("too-short", 1),
        ("date", 2),
        ("exclusion", 3),
        ("too-short", 4),
        ("time", 4),
        ("code", 5),
        ("too-many-elements", 6),
    ]


def test_a_repetition_that_is_wrong_is_named() -> None:
    report = snip.validate(transaction(*changed(RIGHT, BEG, "BEG*AB12****AA^CC")), guide=GUIDE, levels=(2,))
    (issue,) = report.issues

    assert (issue.place.element, issue.place.repetition) == (5, 2)


def test_the_notes_hold_nothing_of_what_stood_there() -> None:
    for new in ("BEG*SECRET12345", "BEG*AB12*SECRET12", "BEG*AB12****SECRET", "BEG*AB\x07SECR"):
        report = snip.validate(transaction(*changed(RIGHT, BEG, new)), guide=GUIDE)
        assert not report.ok
        assert not [line for line in report.lines() if "SECR" in line]
        assert "SECR" not in repr(report)


@pytest.mark.parametrize("kind", ["AN", "ID", "R", "N0", "N2", "DT", "TM", "B"])
@pytest.mark.parametrize(
    "value", ["", " ", "a", "a ", "12", "-1.5", ".5", "1.", "20260110", "0930", "x" * 40, "\t", "a:b"]
)
def test_the_fast_test_says_what_the_slow_one_says_except_that_it_may_leave_blanks_to_it(kind: str, value: str) -> None:
    passes = bool(datatypes.test(kind, 1, 30, ":^")(value))
    right = value != "" and not datatypes.faults(kind, 1, 30, value, ":^")

    assert passes == right or (not passes and value.endswith(" "))


@pytest.mark.parametrize(
    ("text", "values", "broken"),
    [
        ("P0102", ["a", ""], (2, "2")),
        ("P0102", ["", ""], None),
        ("R0102", ["", ""], (1, "2")),
        ("R0102", ["", "b"], None),
        ("E0102", ["a", "b"], (2, "10")),
        ("C0102", ["a", ""], (2, "2")),
        ("C0102", ["", "b"], None),
        ("L010203", ["a", "", ""], (2, "2")),
        ("L010203", ["a", "", "c"], None),
        ("L010203", ["", "", ""], None),
    ],
)
def test_conditions_between_elements(text: str, values: list[str], broken: tuple[int, str] | None) -> None:
    condition = relation(text)

    assert condition is not None
    assert condition.broken_at(values, 0) == broken
    assert "PER01" in condition.words("PER")


@pytest.mark.parametrize("text", ["", "P", "P01", "X0102", "P0102x", "P010", "P0002"])
def test_what_is_no_condition_is_none(text: str) -> None:
    assert relation(text) is None
