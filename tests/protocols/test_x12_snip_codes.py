"""SNIP 5: codes of lists that are handed in, and forms."""

from __future__ import annotations

from datetime import date

import pytest
from test_x12_snip_situations import written
from written_claims import INSTITUTIONAL, PROFESSIONAL, REMITTANCE
from written_guides import GUIDE, RIGHT, changed, transaction

from isthmus.protocols.x12 import snip

DIAGNOSES = snip.Codes(
    "icd-10-cm", {"J020": (None, None), "R05": (None, date(2021, 9, 30)), "R051": (date(2021, 10, 1), None)}
)


def issues(document: tuple[str, ...], at: str, new: str, **more: object) -> list[tuple[str, int, int]]:
    report = snip.validate(written(document, (at, new)), levels=(5,), **more)  # type: ignore[arg-type]
    return [(issue.rule, issue.place.element, issue.place.component) for issue in report.issues]


@pytest.mark.parametrize(
    ("document", "at", "new", "expected"),
    [
        (PROFESSIONAL, "NM1*85", "NM1*85*2*RIVER CLINIC*****XX*1234567890", ("npi", 9, 0)),
        (REMITTANCE, "N1*PE", "N1*PE*RIVER CLINIC*XX*123456789", ("npi", 4, 0)),
        (PROFESSIONAL, "N4", "N4*COLUMBUS*OH*4321", ("zip", 3, 0)),
        (PROFESSIONAL, "N4", "N4*COLUMBUS*OH*43215-1234", ("zip", 3, 0)),
        (PROFESSIONAL, "N4", "N4*COLUMBUS*OHIO*43215", ("state", 2, 0)),
        (PROFESSIONAL, "N4", "N4*COLUMBUS*ZZ*43215*US", ("state", 2, 0)),
        (PROFESSIONAL, "REF*EI", "REF*EI*31123456", ("tax-number", 2, 0)),
        (PROFESSIONAL, "HI", "HI*ABK:J02.0*ABF:R05", ("code-form", 1, 2)),
        (PROFESSIONAL, "HI", "HI*ABK:J020*ABF:5R", ("code-form", 2, 2)),
        (PROFESSIONAL, "SV1", "SV1*HC:9921*100*UN*1***1", ("code-form", 1, 2)),
        (PROFESSIONAL, "SV1", "SV1*HC:A042*100*UN*1***1", ("code-form", 1, 2)),
        (PROFESSIONAL, "CLM", "CLM*ACC1*150***1:B:1*Y*A*Y*Y", ("code-form", 5, 1)),
        (PROFESSIONAL, "LX*2", "LIN**N4*1234567890", ("code-form", 3, 0)),
        (INSTITUTIONAL, "SV2", "SV2*012A**1500*DA*4", ("code-form", 1, 0)),
        (INSTITUTIONAL, "HI*ABJ", "HI*DR:12", ("code-form", 1, 2)),
        (INSTITUTIONAL, "HI*ABJ", "HI*BBR:0DTJ4ZI:D8:20260111", ("code-form", 1, 2)),
        (INSTITUTIONAL, "PAT", "PRV*BI*PXC*282N00000", ("taxonomy", 3, 0)),
    ],
)
def test_a_form_is_checked_without_any_list(
    document: tuple[str, ...], at: str, new: str, expected: tuple[str, int, int]
) -> None:
    assert issues(document, at, new) == [expected]


@pytest.mark.parametrize(
    "new", ["N4*TORONTO*ON*M5V2T6*CA", "N4*TORONTO*ON*M5V2T6", "N4*COLUMBUS*OH*432151234", "N4*PARIS***FR", "N4*X"]
)
def test_addresses_that_can_be(new: str) -> None:
    assert issues(PROFESSIONAL, "N4", new) == []


def test_a_code_is_of_its_list_on_the_day() -> None:
    lists = {"icd-10-cm": DIAGNOSES}

    assert issues(PROFESSIONAL, "HI", "HI*ABK:J020*ABF:R05", code_sets=lists) == []
    assert issues(PROFESSIONAL, "HI", "HI*ABK:J020*ABF:R05", code_sets=lists, on=date(2026, 1, 15)) == [
        ("code-list", 2, 2)
    ]
    assert issues(PROFESSIONAL, "HI", "HI*ABK:J020*ABF:R051", code_sets=lists, on=date(2026, 1, 15)) == []
    assert issues(PROFESSIONAL, "HI", "HI*ABK:J021*ABF:R051", code_sets=lists) == [("code-list", 1, 2)]


@pytest.mark.parametrize(
    ("document", "at", "new", "name", "place"),
    [
        (PROFESSIONAL, "SV1*HC:A0425", "SV1*HC:A0426*50*UN*1***1", "hcpcs", (1, 2)),
        (PROFESSIONAL, "SV1*HC:99213", "SV1*HC:99214*100*UN*1***1", "cpt", (1, 2)),
        (PROFESSIONAL, "CLM", "CLM*ACC1*150***12:B:1*Y*A*Y*Y", "pos", (5, 1)),
        (INSTITUTIONAL, "CLM", "CLM*ACC1*1500***13:A:1**A*Y*Y", "tob", (5, 1)),
        (INSTITUTIONAL, "SV2", "SV2*0121**1500*DA*4", "revenue", (1, 0)),
        (REMITTANCE, "CAS", "CAS*PR*3*10**999*10", "carc", (5, 0)),
        (REMITTANCE, "SE", "LQ*HE*N999", "rarc", (2, 0)),
        (REMITTANCE, "SE", "MOA***MA99", "rarc", (3, 0)),
        (REMITTANCE, "SE", "STC*A1:21*20260115", "claim-status", (1, 2)),
    ],
)
def test_lists_are_found_by_their_names(
    document: tuple[str, ...], at: str, new: str, name: str, place: tuple[int, int]
) -> None:
    held = snip.Codes(name, ["A0425", "99213", "11", "0120", "3", "N1", "19"])

    assert issues(document, at, new, code_sets={name: held}) == [("code-list", *place)]


def test_what_was_not_checked_for_want_of_a_list_is_said() -> None:
    report = snip.validate(
        written(PROFESSIONAL), levels=(5,), code_sets={"icd-10-cm": snip.Codes("icd-10-cm", ["J020", "R05"])}
    )
    (checked,) = [one for one in report.checked if one.level == 5]

    assert (checked.extent, checked.by) == ("partial", "forms, icd-10-cm")
    assert checked.note == "lists that were not handed in: cpt, hcpcs, pos"
    assert any("cpt, hcpcs, pos" in line for line in report.lines())


def test_lists_that_the_guide_names_are_checked_at_its_places() -> None:
    read = transaction(*changed(RIGHT, "N4", "N4*TX"))
    given = {"states": snip.Codes("states", ["OH", "NY"])}

    assert [issue.rule for issue in snip.validate(read, guide=GUIDE, code_sets=given).issues] == ["code-list"]
    assert snip.validate(read, guide=GUIDE).ok


def test_a_list_shows_no_more_than_its_size() -> None:
    assert repr(DIAGNOSES) == "<Codes icd-10-cm, 3 codes>"
