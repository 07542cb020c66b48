"""SNIP 4: what one segment requires of another. Each document is right; each case changes one thing in it."""

from __future__ import annotations

import pytest
from written_claims import (
    ANSWER,
    INQUIRY,
    INSTITUTIONAL,
    PROFESSIONAL,
    REMITTANCE,
    STATUS_ANSWER,
    STATUS_INQUIRY,
    VERSIONS,
)
from written_guides import changed, transaction

from isthmus.flows.x12_guides import x12_guide_of
from isthmus.protocols import x12
from isthmus.protocols.x12 import snip


def written(document: tuple[str, ...], *changes: tuple[str, ...]) -> x12.Transaction:
    """A document with changes: (what a segment begins with, what comes in its place …)."""
    segments = document
    for at, *new in changes:
        segments = changed(segments, at, *new)
    version, kind = VERSIONS[document]
    return transaction(*segments, version=version, kind=kind)


def rules(document: tuple[str, ...], *changes: tuple[str, ...]) -> list[str]:
    return [issue.rule for issue in snip.validate(written(document, *changes), levels=(4,)).issues]


@pytest.mark.parametrize("document", VERSIONS, ids=lambda document: document[0][:12])
def test_the_documents_are_right_on_every_level(document: tuple[str, ...]) -> None:
    read = written(document)

    assert list(snip.validate(read, guide=x12_guide_of(read)).issues) == []


CLAIM_CASES = [
    ("CLM", "CLM*ACC1*150***11:B:7*Y*A*Y*Y", "replaced-claim"),
    ("CLM", "CLM*ACC1*150***11:B:8*Y*A*Y*Y", "replaced-claim"),
    ("SBR", "SBR*P**GROUP1******CI", "subscriber-is-patient"),
    ("N3*1 ELM", "", "patient-details"),
    ("DMG", "", "patient-details"),
    ("NM1*82", "NM1*82*1*WELBY*MARCUS****XX*1234567893", "rendering-is-billing"),
    ("N3*100", "N3*P.O. Box 12", "billing-street"),
    ("N3*100", "N3*SUITE 1*LOCKBOX 12", "billing-street"),
    ("N4*COLUMBUS*OH*432151234", "N4*COLUMBUS*OH*43215", "zip-nine-digits"),
    ("CLM", "CLM*ACC1*150***11:B:1*Y*A*Y*Y**OA", "accident-date"),
    ("CLM", "CLM*ACC1*150***11:B:1*Y*A*Y*Y**AA", "accident-state"),
    ("SBR", "SBR*S*18*GROUP1******CI", "other-payers"),
    ("SV1*HC:99213", "SV1*HC:99213*100*UN*1***1:3", "diagnosis-pointer"),
    ("HI", "HI*ABK:J020*BF:78079", "one-icd-revision"),
    ("HI", "HI*BK:4660*BF:78079", "icd-of-the-day"),
    ("CLM", "CLM*ACC1*150***21:B:1*Y*A*Y*Y", "admission-date"),
    ("DTP*472", "DTP*472*D8*20260121", "service-in-future"),
    ("DTP*472", "DTP*472*RD8*20260115-20260110", "date-range"),
    ("DMG", "DMG*D8*20260121*F", "birth-in-future"),
    ("HL*2", "HL*3*1*22*0", "hl-sequence"),
    ("HL*2", "HL*2*9*22*0", "hl-parent"),
    ("HL*2", "HL*2*1*22*1", "hl-child"),
    ("HL*2", "HL*2**22*0", "hl-parent"),
    ("LX*2", "LX*3", "line-number"),
    ("CLM", "", "level-without-claim"),
]


@pytest.mark.parametrize(("at", "new", "rule"), CLAIM_CASES)
def test_a_professional_claim(at: str, new: str, rule: str) -> None:
    assert rule in rules(PROFESSIONAL, (at, *filter(None, [new])))


@pytest.mark.parametrize(
    ("at", "new", "rule"),
    [
        ("DTP*435", "", "admission-date"),
        ("DTP*435", "DTP*435*DT*202601151200", "admission-order"),
        ("DTP*472", "DTP*472*D8*20260115", "service-in-period"),
        ("HI*ABJ", "", "admitting-diagnosis"),
        ("SBR", "SBR*P*18*GROUP1******CI", "subscriber-is-patient"),
        ("HL*3", "HL*3*1*23*0", "hl-parent"),
    ],
)
def test_an_institutional_claim(at: str, new: str, rule: str) -> None:
    assert rule in rules(INSTITUTIONAL, (at, *filter(None, [new])))


@pytest.mark.parametrize(
    ("at", "new", "rule"),
    [
        ("BPR", "BPR*H*0*C*CHK************20260116", "without-money"),
        ("BPR", "BPR*H*130*C*NON************20260116", "without-money"),
        ("BPR", "BPR*I*130*C*ACH*CCP*01*111000025*DA*123456*1512345678****DA*987654*20260116", "ach-accounts"),
        ("CLP", "CLP*ACC1*22*150*130*20*12*ICN1*11*1", "reversal-sign"),
        ("DTM*233", "DTM*233*20260109", "date-range"),
    ],
)
def test_a_remittance(at: str, new: str, rule: str) -> None:
    assert rule in rules(REMITTANCE, (at, new))


def test_a_remittance_says_when_the_service_was_at_the_claim_or_at_every_line() -> None:
    assert rules(REMITTANCE, ("DTM*472",)) == []
    assert rules(REMITTANCE, ("DTM*232",)) == []
    assert rules(REMITTANCE, ("DTM*232",), ("DTM*472",)) == ["service-date"]


@pytest.mark.parametrize(
    ("document", "at", "new", "rule"),
    [
        (INQUIRY, "EQ", "", "inquiry"),
        (INQUIRY, "NM1*IL", "NM1*IL*1", "patient-search"),
        (INQUIRY, "DMG", "DMG*D8*20260116", "birth-in-future"),
        (ANSWER, "EB", "", "answer"),
        (ANSWER, "LE", "", "loop-brackets"),
        (ANSWER, "LS", "", "loop-brackets"),
        (STATUS_INQUIRY, "TRN", "", "claim-trace"),
        (STATUS_ANSWER, "TRN", "", "claim-trace"),
        (STATUS_ANSWER, "DTP", "DTP*472*RD8*20260110-20260109", "date-range"),
        (STATUS_INQUIRY, "HL*3", "HL*3*2*21*1", "hl-parent"),
    ],
)
def test_an_inquiry_and_its_answer(document: tuple[str, ...], at: str, new: str, rule: str) -> None:
    assert rule in rules(document, (at, *filter(None, [new])))


def test_a_missing_segment_is_said_at_what_requires_it_with_what_triggered_the_rule() -> None:
    read = written(PROFESSIONAL, ("CLM", "CLM*ACC1*150***11:B:7*Y*A*Y*Y"))
    (issue,) = snip.validate(read, guide=x12_guide_of(read)).issues

    assert (issue.level, issue.code, issue.place.tag, issue.place.loop, issue.place.position) == (
        4,
        "I6",
        "REF",
        "2300",
        18,
    )
    assert issue.trigger == x12.Trigger("CLM", 18, "2300", 5, 3, 0, "1325")
    assert issue.source.startswith("RFI 1538")


def test_a_replacement_that_names_what_it_replaces_is_right() -> None:
    assert rules(PROFESSIONAL, ("CLM", "CLM*ACC1*150***11:B:7*Y*A*Y*Y", "REF*F8*ICN1")) == []


def test_a_rule_stands_in_the_table_with_its_source() -> None:
    assert all(rule.source and rule.check.__doc__ for rule in snip.RULES)
    names = {rule for _, _, rule in CLAIM_CASES}
    assert {"replaced-claim", "diagnosis-pointer"} <= names
