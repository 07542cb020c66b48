"""SNIP 1 and 2 by the guides that there are: the maps of pyx12, and outlines. Each case changes one thing in a right document."""

from __future__ import annotations

import pytest
from test_x12_snip_situations import written
from written_claims import (
    ANSWER,
    INQUIRY,
    INSTITUTIONAL,
    PROFESSIONAL,
    REMITTANCE,
    STATUS_ANSWER,
    STATUS_INQUIRY,
)
from written_guides import transaction

from isthmus.flows.x12_guides import x12_guide, x12_guide_of
from isthmus.protocols.x12 import snip


def issues(document: tuple[str, ...], *changes: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    """Rule, loop, segment with element, code."""
    read = written(document, *changes)
    report = snip.validate(read, guide=x12_guide_of(read), levels=(1, 2))
    return [
        (one.rule, one.place.loop, one.place.tag + (f"{one.place.element:02d}" if one.place.element else ""), one.code)
        for one in report.issues
    ]


@pytest.mark.parametrize(
    ("at", "new", "expected"),
    [
        ("BHT", "BHT*0018*00*BATCH1*20260120*0930*CH", ("code", "", "BHT01", "7")),
        ("PER", "", ("missing-segment", "1000A", "PER", "3")),
        ("NM1*40", "", ("missing-loop", "1000B", "NM1", "3")),
        ("NM1*85", "NM1*85*2*RIVER CLINIC*****ZZ*1234567893", ("code", "2010AA", "NM108", "7")),
        ("REF*EI", "", ("missing-segment", "2010AA", "REF", "3")),
        ("NM1*IL", "NM1*IL*3*DOE", ("code", "2010BA", "NM102", "7")),
        ("SBR", "SBR*P*19*GROUP1******CI", ("code", "2000B", "SBR02", "7")),
        ("DMG", "DMG*D8*19800132*F", ("date", "2010BA", "DMG02", "8")),
        ("CLM", "CLM*ACC1*150***11:B:1*Y*A*Y", ("missing-element", "2300", "CLM09", "1")),
        ("CLM", "CLM*ACC1*150.0.0***11:B:1*Y*A*Y*Y", ("character", "2300", "CLM02", "6")),
        ("CLM", "CLM*" + "A" * 39 + "*150***11:B:1*Y*A*Y*Y", ("too-long", "2300", "CLM01", "5")),
        ("HI", "", ("missing-segment", "2300", "HI", "3")),
        ("SV1", "SV1*XX:99213*100*UN*1***1:2", ("code", "2400", "SV101", "7")),
        ("SV1", "SV1*HC:99213*100*UN****1:2", ("missing-element", "2400", "SV104", "1")),
        ("SV1", "", ("missing-segment", "2400", "SV1", "3")),
        ("DTP*472", "", ("missing-segment", "2400", "DTP", "3")),
        ("DTP*472", "DTP*472*D8*2026011", ("date", "2400", "DTP03", "8")),
        ("NM1*82", "NM1*QB*1*WELBY", ("segment-unexpected", "2300", "NM1", "2")),
        ("LX*2", "REF*XX*1", ("segment-unexpected", "2400", "REF", "2")),
        ("SE", "SE*27*1", ("too-short", "", "SE02", "4")),
    ],
)
def test_a_professional_claim_by_its_map(at: str, new: str, expected: tuple[str, str, str, str]) -> None:
    assert expected in issues(PROFESSIONAL, (at, *filter(None, [new])))


@pytest.mark.parametrize(
    ("at", "new", "expected"),
    [
        ("CL1", "", ("missing-segment", "2300", "CL1", "3")),
        ("DTP*434", "", ("missing-segment", "2300", "DTP", "3")),
        ("SV2", "SV2*0120**1500*XX*4", ("code", "2400", "SV204", "7")),
        ("PAT", "PAT*99", ("code", "2000C", "PAT01", "7")),
        ("NM1*71", "NM1*71*2*WELBY", ("code", "2310A", "NM102", "7")),
    ],
)
def test_an_institutional_claim_by_its_map(at: str, new: str, expected: tuple[str, str, str, str]) -> None:
    assert expected in issues(INSTITUTIONAL, (at, *filter(None, [new])))


@pytest.mark.parametrize(
    ("at", "new", "expected"),
    [
        ("ST", "ST*835*0001*005010X221A1", ("element-not-used", "", "ST03", "I10")),
        ("BPR", "BPR*I*130*C*ACH*CCP*01", ("condition", "", "BPR07", "2")),
        ("PER", "", ("missing-segment", "1000A", "PER", "3")),
        ("CLP", "CLP*ACC1*1*150*130*20*QQ*ICN1*11*1", ("code", "2100", "CLP06", "7")),
        ("NM1", "", ("missing-segment", "2100", "NM1", "3")),
        ("CAS", "CAS*XX*3*20", ("code", "2110", "CAS01", "7")),
        ("CAS", "CAS*PR*3*20**2", ("condition", "2110", "CAS06", "2")),
        ("SVC", "SVC*QQ:99213*150*130**1", ("code", "2110", "SVC01", "7")),
    ],
)
def test_a_remittance_by_its_map(at: str, new: str, expected: tuple[str, str, str, str]) -> None:
    assert expected in issues(REMITTANCE, (at, *filter(None, [new])))


@pytest.mark.parametrize(
    ("document", "at", "new", "expected"),
    [
        (INQUIRY, "BHT", "BHT*0022*99*Q1*20260115*0930", ("code", "", "BHT02", "7")),
        (INQUIRY, "NM1*PR", "", ("missing-loop", "2100A", "NM1", "3")),
        (INQUIRY, "NM1*IL", "", ("missing-loop", "2100C", "NM1", "3")),
        (INQUIRY, "HL*3", "HL*3*2*22", ("missing-element", "2000C", "HL04", "1")),
        (INQUIRY, "DMG", "DMG*D8*1980", ("date", "2100C", "DMG02", "8")),
        (INQUIRY, "DTP", "DTP*291*RD8*20260115", ("date", "2100C", "DTP03", "8")),
        (ANSWER, "TRN", "TRN*2*T1", ("missing-element", "2000C", "TRN03", "1")),
        (ANSWER, "EB", "EB*", ("missing-element", "2110C", "EB01", "1")),
        (STATUS_INQUIRY, "NM1*1P", "", ("missing-loop", "2100C", "NM1", "3")),
        (STATUS_INQUIRY, "NM1*41", "NM1*41*2*HUB", ("missing-element", "2100B", "NM108", "1")),
        (STATUS_ANSWER, "STC", "", ("missing-segment", "2200D", "STC", "3")),
        (STATUS_ANSWER, "TRN", "TRN*9*ACC1", ("code", "2200D", "TRN01", "7")),
    ],
)
def test_inquiries_and_their_answers(
    document: tuple[str, ...], at: str, new: str, expected: tuple[str, str, str, str]
) -> None:
    assert expected in issues(document, (at, *filter(None, [new])))


SUPPLY = {
    "850": (
        "BEG*00*SA*PO1**20260115",
        "REF*DP*1",
        "N1*ST*HOSPITAL*92*1",
        "PO1*1*2*EA*9.25",
        "PID*F****GLOVES",
        "CTT*1",
    ),
    "855": ("BAK*00*AC*PO1*20260115", "PO1*1*2*EA*9.25", "ACK*IA*2*EA", "CTT*1*2"),
    "856": ("BSN*00*S1*20260115*0930", "HL*1**S", "TD1*CTN*1", "HL*2*1*I", "LIN**UP*1", "SN1**2*EA", "CTT*2"),
    "810": ("BIG*20260115*INV1", "IT1*1*2*EA*9.25", "TDS*1850", "CTT*1"),
}


@pytest.mark.parametrize("type", SUPPLY)
def test_supply_sets_that_are_right_have_no_issues_and_their_reports_are_partial(type: str) -> None:
    read = transaction(f"ST*{type}*0001", *SUPPLY[type], "SE*9*0001", version="004010")
    report = snip.validate(read, guide=x12_guide_of(read))

    assert list(report.issues) == []
    assert report.partial
    assert [one.extent for one in report.checked[:3]] == ["partial", "partial", "whole"]


@pytest.mark.parametrize(
    ("type", "without", "missing"),
    [("850", "BEG", "BEG"), ("850", "PO1", "PO1"), ("855", "BAK", "BAK"), ("856", "BSN", "BSN"), ("810", "TDS", "TDS")],
)
def test_what_x12_makes_mandatory_in_a_supply_set(type: str, without: str, missing: str) -> None:
    kept = [one for one in SUPPLY[type] if not one.startswith(without)]
    report = snip.validate(
        transaction(f"ST*{type}*0001", *kept, "SE*9*0001"), guide=x12_guide("004010", type), levels=(1, 2)
    )

    assert [(one.rule.partition("-")[0], one.place.tag) for one in report.issues] == [("missing", missing)]


def test_a_document_of_another_addendum_is_checked_by_the_map_there_is_and_the_report_says_so() -> None:
    segments = ("ST*837*0001*005010X222A2", *PROFESSIONAL[1:])
    read = transaction(*segments, version="005010X222A2", kind="HC")
    report = snip.validate(read, guide=x12_guide_of(read), levels=(1, 2))

    assert report.ok
    assert report.guide == "005010X222A1"
    assert {one.extent for one in report.checked[:2]} == {"partial"}
    assert "the map is of 005010X222A1" in report.checked[0].note
    assert "X222A2" not in report.checked[0].note


def test_dependents_and_subscribers_alternate_under_one_provider() -> None:
    head, subscriber, claim = PROFESSIONAL[:10], PROFESSIONAL[10:17], PROFESSIONAL[17:23]
    dependent = (
        "HL*4*3*23*0",
        "PAT*19",
        "NM1*QC*1*DOE*SAM",
        "N3*1 ELM STREET",
        "N4*COLUMBUS*OH*43215",
        "DMG*D8*20100102*M",
    )
    claim = tuple(one.replace("*150*", "*100*") for one in claim)
    with_dependent = tuple(
        one.replace("HL*2*1*22*0", "HL*3*1*22*1").replace("SBR*P*18", "SBR*P*") for one in subscriber
    )
    again = tuple(one.replace("HL*2*", "HL*5*") for one in subscriber)
    segments = (*head, *subscriber, *claim, *with_dependent, *dependent, *claim, *again, *claim, "SE*99*0001")
    read = transaction(*segments, version="005010X222A1", kind="HC")

    assert list(snip.validate(read, guide=x12_guide_of(read)).lines())[:-2] == []
