"""ACH files: entries, addenda, the trace in them, and everything that must add up."""

from __future__ import annotations

import contextlib
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from ach_files import DATA, FILE, REMITTANCE, TRN, batch, entry
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.kernel import Permanent
from isthmus.protocols import nacha
from isthmus.protocols.nacha import Trace

LINES = DATA.splitlines()


def replaced(line: int, at: int, piece: bytes) -> bytes:
    """The file with a piece at a position of a record, both counted from 1."""
    lines = list(LINES)
    text = lines[line - 1]
    lines[line - 1] = text[: at - 1] + piece + text[at - 1 + len(piece) :]
    return b"\n".join(lines) + b"\n"


def refused(data: bytes) -> nacha.ParseError:
    with pytest.raises(nacha.ParseError) as caught:
        nacha.parse(data)
    return caught.value


def test_a_file_reads_as_batches_and_entries() -> None:
    file = nacha.parse(DATA)
    assert (file.destination, file.origin, file.created) == ("231380104", "121042882", date(2026, 3, 2))
    assert [(one.entry_class, one.service_class, one.debit, one.credit) for one in file.batches] == [
        ("CCD", 220, Decimal("0.00"), Decimal("1235.00")),
        ("CTX", 220, Decimal("0.00"), Decimal("50.00")),
        ("PPD", 200, Decimal("7.00"), Decimal("9.99")),
    ]
    assert (file.debit, file.credit) == (Decimal("7.00"), Decimal("1294.99"))
    assert file.findings == ()
    first = next(file.entries())
    assert (first.rdfi, first.account, first.amount, first.receiver, first.number) == (
        "231380104",
        "12345678",
        Decimal("1234.56"),
        "GENERAL HOSPITAL",
        "121042880000001",
    )
    assert [one.signed for one in file.batches[2].entries] == [Decimal("-7.00"), Decimal("9.99")]


def test_a_file_is_given_back_as_it_was() -> None:
    assert bytes(nacha.parse(DATA)) == DATA


def test_a_payment_carries_the_trace_of_its_remittance() -> None:
    traces = [one.trace for one in nacha.parse(DATA).entries()]
    assert traces[0] == Trace("1", "2026030212345", "1512345678", "999999999")
    assert traces[1] is not None
    assert traces[1].reference == "2026030299999"
    assert traces[3:] == [None, None]


def test_a_remittance_over_many_addenda_is_put_together_again() -> None:
    (corporate,) = nacha.parse(DATA).batches[1].entries
    assert len(corporate.addenda) == 4
    assert corporate.information == REMITTANCE
    assert corporate.trace == Trace("1", "778899", "1512345678", "")


@pytest.mark.parametrize(
    ("information", "trace"),
    [
        ("TRN*1*12345*1512345678~", Trace("1", "12345", "1512345678", "")),
        ("TRN*1*12345*1512345678", Trace("1", "12345", "1512345678", "")),
        ("TRN*1*12345*1512345678*X*Y\\", Trace("1", "12345", "1512345678", "X")),
        ("RMR*IV*1\\TRN*1*7\\", Trace("1", "7", "", "")),
        (REMITTANCE.replace("*", "|").replace("~", "'"), Trace("1", "778899", "1512345678", "")),
        ("TRN*1", None),
        ("INVOICE TRN*1*5*6", None),
        ("ISA", None),
        ("", None),
    ],
)
def test_the_trace_is_found_whatever_ends_its_segment(information: str, trace: Trace | None) -> None:
    assert nacha.read_trace(information) == trace


@pytest.mark.parametrize("data", [DATA.replace(b"\n", b"\r\n"), DATA.replace(b"\n", b""), DATA.rstrip(b"\n")])
def test_line_ends_may_be_of_any_kind_or_none(data: bytes) -> None:
    file = nacha.parse(data)
    assert list(file.entries()) == list(nacha.parse(DATA).entries())
    assert bytes(file) == data


def test_blanks_at_the_ends_of_records_may_have_been_cut_off() -> None:
    assert list(nacha.parse(b"\n".join(line.rstrip() for line in LINES)).entries()) == list(nacha.parse(DATA).entries())


@pytest.mark.parametrize(
    ("line", "at", "piece", "rules"),
    [
        (3, 39, b"7", {"batch-credit", "file-credit"}),
        (3, 4, b"9", {"batch-entry-hash", "file-entry-hash"}),
        (7, 10, b"9", {"batch-entries"}),
        (7, 20, b"9", {"batch-entry-hash"}),
        (7, 32, b"9", {"batch-debit"}),
        (7, 94, b"9", {"batch-number"}),
        (7, 87, b"9", {"batch-odfi"}),
        (9, 58, b"9", {"addenda-count"}),
        (19, 7, b"9", {"file-batches"}),
        (19, 21, b"9", {"file-entries"}),
        (19, 43, b"9", {"file-debit"}),
    ],
)
def test_a_file_that_does_not_add_up_is_refused_with_all_that_is_wrong(
    line: int, at: int, piece: bytes, rules: set[str]
) -> None:
    data = replaced(line, at, piece)
    error = refused(data)
    assert {finding.rule for finding in error.findings} == rules
    reported = nacha.parse(data, unbalanced="report")
    assert {finding.rule for finding in reported.findings if finding.money} == rules


@pytest.mark.parametrize(
    ("line", "at", "piece", "rule"),
    [
        (3, 12, b"9", "routing-check-digit"),
        (3, 79, b"0", "addenda-indicator"),
        (4, 87, b"7", "addenda-sequence"),
        (5, 94, b"1", "trace-order"),
        (2, 2, b"225", "service-class"),
        (19, 13, b"9", "file-blocks"),
    ],
)
def test_what_does_not_touch_the_money_is_reported(line: int, at: int, piece: bytes, rule: str) -> None:
    assert rule in [finding.rule for finding in nacha.parse(replaced(line, at, piece), unbalanced="report").findings]


def test_a_file_that_lacks_its_filler_is_reported() -> None:
    rules = [finding.rule for finding in nacha.parse(b"\n".join(LINES[:19])).findings]
    assert rules == ["blocking"]


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b"", "no-file-control", 0),
        (b"hello", "order", 1),
        (b"\n".join(LINES[1:]), "order", 1),
        (b"\n".join(LINES[:18]), "no-file-control", 18),
        (b"\n".join(LINES[:2] + LINES[3:]), "order", 3),
        (DATA + LINES[0], "order", 21),
        (replaced(3, 30, b"x"), "field", 3),
        (replaced(2, 70, b"261332"), "field", 2),
        (replaced(1, 35, b"080"), "record-size", 1),
        (DATA.replace(b"\n", b"x\n", 1), "length", 1),
    ],
)
def test_what_is_no_ach_file_is_refused_with_its_record(data: bytes, rule: str, line: int) -> None:
    error = refused(data)
    assert (error.rule, error.line) == (rule, line)


def test_a_field_at_fault_is_named_by_its_byte() -> None:
    error = refused(replaced(3, 30, b"x"))
    assert error.offset == 2 * 95 + 29


def test_no_content_stands_in_an_error_or_a_repr() -> None:
    file = nacha.parse(DATA)
    shown = f"{file} {file.batches} {list(file.entries())} {FILE.batches[0].entries}"
    shown += str(refused(replaced(3, 30, b"HOSPITAL")))
    assert "HOSPITAL" not in shown
    assert "12345678" not in shown


@pytest.mark.parametrize(
    "changed",
    [
        batch("CCD", entry("1", TRN + "x" * 80)),
        batch("CCD", entry("1.005")),
        batch("CCD", entry("-1")),
        batch("CCD", entry("100000000")),
        batch("CCD", msgspec.structs.replace(entry("1"), rdfi="12345")),
        batch("CCD", msgspec.structs.replace(entry("1"), receiver="x" * 23)),
        batch("CCD", msgspec.structs.replace(entry("1"), receiver="Müller")),
        batch("CCD", msgspec.structs.replace(entry("1"), receiver="two\nlines")),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_not_written(changed: nacha.NewBatch) -> None:
    with pytest.raises(Permanent):
        nacha.write(msgspec.structs.replace(FILE, batches=(changed,)))


def corpus() -> Path:
    folder = Path(os.environ.get("ISTHMUS_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "nacha"
    if not folder.is_dir():
        pytest.skip("the sample corpus is not beside the repository (set ISTHMUS_CORPUS)")
    return folder


def test_every_file_of_the_corpus_adds_up_and_is_given_back_as_it_was() -> None:
    """All of them are labelled as valid."""
    files = sorted(corpus().rglob("*.ach"))
    assert len(files) >= 29
    for path in files:
        file = nacha.parse(path.read_bytes())
        assert (path.name, file.findings) == (path.name, ())
        assert bytes(file) == path.read_bytes()
        for code in ("ccd", "ctx", "ppd"):
            if f"__{code}-" in path.name:
                assert {one.entry_class for one in file.batches} == {code.upper()}


def exercise(data: bytes) -> None:
    with contextlib.suppress(nacha.ParseError):
        file = nacha.parse(data, unbalanced="report")
        assert bytes(file) == data
        assert [one.trace for one in file.entries()] == [nacha.read_trace(one.information) for one in file.entries()]


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_arbitrary_bytes(data: bytes) -> None:
    exercise(data)
    exercise(LINES[0] + b"\n" + data)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(DATA)),
            st.integers(0, 95),
            st.sampled_from([b"", b"\n", b"9", b" ", b"\xb2", b"\xff", *LINES[:9]]) | st.binary(max_size=3),
        ),
        max_size=4,
    )
)
def test_a_file_with_pieces_replaced(changes: list[tuple[int, int, bytes]]) -> None:
    data = DATA
    for at, length, piece in changes:
        data = data[:at] + piece + data[at + length :]
    exercise(data)
