"""Documents that nobody on this project wrote, and the acknowledgements that pyx12 expects for some of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from isthmus.cli.conformance.answers import compared
from isthmus.cli.conformance.samples import samples
from isthmus.flows.x12_guides import x12_code_lists, x12_guide_of
from isthmus.protocols import x12
from isthmus.protocols.x12 import snip

CORPUS = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
if not (CORPUS / "x12").is_dir():
    pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)", allow_module_level=True)


def documents() -> Iterator[tuple[str, x12.Interchanges]]:
    for kind in ("x12", "x12-with-expected-ack"):
        for file in sorted((CORPUS / kind).rglob("*")):
            if file.is_file() and ".expected" not in file.name:
                try:
                    yield file.name, x12.parse(file.read_bytes())
                except x12.ParseError:
                    continue


def validated(one: x12.Transaction, levels: tuple[int, ...] = (1, 2, 3, 4, 5)) -> snip.Report:
    return snip.validate(one, guide=x12_guide_of(one), code_sets=x12_code_lists(), levels=levels)


def test_every_document_is_validated_and_answered_without_an_exception() -> None:
    count = 0
    for _, read in documents():
        for interchange in read:
            for group in interchange.groups:
                reports = [validated(one) for one in group.transactions]
                x12.judge_group(group, read.findings, snip.group_errors(group, reports, values=True))
                count += len(reports)

    assert count > 250


def test_no_note_holds_a_name_or_an_identifier_of_the_document() -> None:
    for name, read in documents():
        for one in read.transactions:
            held = {
                segment.element(number)
                for segment in one.segments
                for tag, numbers in (("NM1", (3, 4, 9)), ("N1", (2, 4)), ("CLM", (1,)), ("REF", (2,)), ("N3", (1,)))
                if segment.tag == tag
                for number in numbers
                if len(segment.element(number)) > 5
            }
            text = "\n".join(validated(one).lines())
            assert [value for value in held if value in text] == [], name


def published_lists() -> dict[str, snip.Codes]:
    """Code systems that are free to use, as their publishers give them."""
    folder = CORPUS / "code-systems"
    diagnoses = (folder / "pypi+simple-icd-10-cm" / "icd10cm-code-list-2026.txt").read_text().split()
    services = (folder / "dewittpe+cms.hcpcs" / "hcpcs-2019-anweb-extract.txt").read_text("latin-1").splitlines()
    groups = (folder / "yubin-park+drgpy" / "ms-drg-v40-appendix_A.txt").read_text("latin-1").splitlines()
    return {
        "icd-10-cm": snip.Codes("icd-10-cm", [code for code in diagnoses if len(code) > 2 and "-" not in code]),
        "hcpcs": snip.Codes("hcpcs", {line[:5] for line in services}),
        "ms-drg": snip.Codes("ms-drg", {line[:3] for line in groups if line[:3].isdigit()}),
    }


def test_published_lists_are_code_sets_and_hold_the_diagnoses_of_published_claims() -> None:
    """The list of HCPCS in the corpus is an extract, which lacks what some claims charge."""
    lists = published_lists()
    unknown = [
        issue.place.tag
        for _, read in documents()
        for one in read.transactions
        for issue in snip.validate(one, code_sets=lists, levels=(5,)).issues
        if issue.rule == "code-list" and issue.place.tag == "HI"
    ]

    assert len(lists["icd-10-cm"]) > 70_000
    assert len(lists["ms-drg"]) > 700
    assert lists["hcpcs"].holds("A0425", date(2019, 1, 1))
    assert unknown == []


def test_the_agreement_with_the_expected_acknowledgements_is_what_the_documentation_says() -> None:
    """docs/reference/x12-validation.md explains each file that differs."""
    all_of_them = list(compared(samples(CORPUS)))

    assert len(all_of_them) == 39
    assert sum(one.accepted for one in all_of_them) == 39
    assert sum(one.segments for one in all_of_them) == 27
    assert sum(one.positions for one in all_of_them) == 15
    assert sum(one.codes for one in all_of_them) == 15
    assert {Path(one.file).stem for one in all_of_them if not one.codes} == {
        "837miss",
        "bad_header_looping",
        "ele",
        "elements",
        "fail_no_IEA",
        "mult_isa",
        "multiple_trn",
        "per_segment_repeat",
        "simple1",
    }
