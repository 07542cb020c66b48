"""Sample interchanges that nobody on this project wrote (../shared/corpus, or ISTHMUS_CORPUS), when they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from x12_values import AT

from isthmus.protocols import x12
from isthmus.protocols.x12.views import (
    ClaimAcknowledgement,
    Claims,
    EligibilityAnswer,
    EligibilityInquiry,
    Remittance,
    StatusAnswer,
    StatusInquiry,
)
from isthmus.protocols.x12.views.supply import read_810, read_850, read_855, read_856

CORPUS = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
if not (CORPUS / "x12").is_dir():
    pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)", allow_module_level=True)
FILES = {
    file: file.read_bytes()
    for kind in sorted(CORPUS.glob("x12*"))
    for file in sorted(kind.rglob("*"))
    if file.is_file()
}

UNREAD: list[str] = []
"""Of inquiries, answers and statuses everything is a field, but for these."""

# One begins with its ST, one is another tool's drawing of a tree.
REFUSED = {
    "tests__test_edi_835_files__blue_cross_nc_sample.txt",
    "src__test__resources__x12__sample837-HL-nested-expected.txt",
}


def parsed() -> dict[Path, x12.Interchanges]:
    found = {}
    for file, data in FILES.items():
        try:
            found[file] = x12.parse(data)
        except x12.ParseError:
            continue
    return found


READ = parsed()


def test_every_file_but_those_without_an_isa_is_read() -> None:
    assert {file.name for file in FILES if file not in READ} == REFUSED


def test_every_file_is_written_back_byte_for_byte_also_after_all_of_it_was_read() -> None:
    for file, read in READ.items():
        assert bytes(read) == FILES[file], file.name
        assert all(segment.elements for one in read.transactions for segment in one.segments)
        assert bytes(read) == FILES[file], file.name


def test_every_file_reads_the_same_byte_by_byte() -> None:
    for data in list(FILES.values())[::4]:
        reader = x12.Reader()
        try:
            found = [bytes(one) for byte in data for one in reader.feed(bytes([byte]))] + [*map(bytes, reader.close())]
        except x12.ParseError:
            continue
        whole = x12.Reader()
        assert found == [*map(bytes, whole.feed(data) + whole.close())]


def test_every_acknowledgement_that_is_whole_is_read() -> None:
    read = [
        x12.read_ack(one) for two in READ.values() for one in two.transactions if one.type == "999" and one.first("AK9")
    ]

    assert len(read) >= 4
    assert all(answer.control_number for answer in read)


def test_every_remittance_is_viewed() -> None:
    views = [
        Remittance(one) for two in READ.values() for one in two.transactions if one.type == "835" and one.first("BPR")
    ]

    assert len(views) >= 10
    assert sum(len(view.claims) for view in views) > 15


VIEWS = (Claims, Remittance, EligibilityInquiry, EligibilityAnswer, StatusInquiry, StatusAnswer, ClaimAcknowledgement)


@pytest.mark.parametrize(
    ("view", "least"),
    [
        (Claims, 60),
        (Remittance, 13),
        (EligibilityInquiry, 10),
        (EligibilityAnswer, 160),
        (StatusInquiry, 5),
        (StatusAnswer, 4),
    ],
)
def test_every_document_that_can_be_viewed_is_built_anew_as_the_same_values(view, least: int) -> None:
    same = refused = 0
    for read in READ.values():
        for one in read.transactions:
            if not view.accepts(one):
                continue
            try:
                document = view(one)
                again = rebuilt(document, read[0])
            except x12.ParseError:
                refused += 1
                continue
            assert view(again) == document
            same += 1

    assert same >= least
    assert refused <= 5  # each without its BPR, or with an amount that is none


def rebuilt(document, interchange: x12.Interchange) -> x12.Transaction:
    version = interchange.header.element(12)
    marks = interchange.separators
    writer = x12.Writer(
        sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=AT, version=version, separators=marks
    )
    writer.group("XX", sender="A", receiver="B", control_number=1, version=document.transaction.version)
    document.write(writer, "0001")
    return next(x12.parse(writer.close()).transactions)


def test_what_no_field_says_of_a_document_is_accounted_for() -> None:
    unread = {}
    for read in READ.values():
        for one in read.transactions:
            for view in VIEWS[2:]:
                if view.accepts(one):
                    unread |= {place.path: view for place in view(one).unread()}

    assert sorted(unread) == UNREAD


SUPPLY = {"850": read_850, "855": read_855, "856": read_856, "810": read_810}


def test_every_document_of_supply_is_viewed_and_its_balances_are_the_file_s() -> None:
    out_of_balance = []
    views = 0
    for file, read in READ.items():
        for one in read.transactions:
            if one.type in SUPPLY:
                view = SUPPLY[one.type](one)
                views += 1
                out_of_balance += [(file.name, one.control_number, finding.rule) for finding in view.balances()]

    assert views >= 14
    assert sorted(out_of_balance) == [
        ("examples__example_4010_810__sample.txt", "0001", "invoice-total"),
        ("src__test__resources__x12__invoice810_po850_dual.edi", "000000002", "invoice-total"),
        ("src__test__resources__x12__simple810.edi", "000000002", "invoice-total"),
    ]
