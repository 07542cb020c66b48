"""Delimited and fixed-width files by a declared layout: values, bad rows, totals, and reading in pieces."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from isthmus.kernel import Misuse, Permanent
from isthmus.protocols import delimited
from isthmus.protocols.delimited import BadRow, Column, Control, Layout, Position, Reader, Record, Row, Writer

CHARGES = Layout(
    header=Record(tag="H", columns=(Column(name="tag"), Column(name="day", kind="date", required=True))),
    detail=Record(
        tag="D",
        columns=(
            Column(name="tag"),
            Column(name="account", required=True),
            Column(name="quantity", kind="integer"),
            Column(name="amount", kind="decimal", required=True),
            Column(name="side", kind="code", codes=("DR", "CR")),
        ),
    ),
    trailer=Record(
        tag="T",
        columns=(Column(name="tag"), Column(name="rows", kind="integer"), Column(name="total", kind="decimal")),
    ),
    controls=(Control(column="rows", count="details"), Control(column="total", sum="amount")),
)
FILE = b'H,2026-03-02\nD,A1,2,10.50,DR\nD,"A,2",,-0.25,CR\nT,2,10.25\n'

FIXED = Layout(
    delimiter="",
    encoding="iso-8859-1",
    detail=Record(
        columns=(
            Column(name="name", width=6, required=True),
            Column(name="born", width=8, kind="date", date_format="DDMMYYYY"),
            Column(name="amount", width=7, kind="decimal", implied_decimals=2),
        )
    ),
)


def rows(layout: Layout, data: bytes) -> list[Row | BadRow]:
    return Reader(layout).read(data)


def one_column(kind: str, **more: object) -> Layout:
    return Layout(
        detail=Record(columns=(msgspec.convert({"name": "x", "kind": kind, **more}, Column), Column(name="y")))
    )


def refused(layout: Layout, data: bytes) -> delimited.ParseError:
    with pytest.raises(delimited.ParseError) as caught:
        rows(layout, data)
    return caught.value


def test_header_details_and_trailer_come_as_typed_values() -> None:
    found = rows(CHARGES, FILE)
    assert [row.part for row in found] == ["header", "detail", "detail", "trailer"]
    assert found[0].values["day"] == date(2026, 3, 2)
    assert found[1].values == {"tag": "D", "account": "A1", "quantity": 2, "amount": Decimal("10.50"), "side": "DR"}
    assert found[2].values["account"] == "A,2"
    assert found[2].values["quantity"] is None


def test_all_rows_together_are_the_file() -> None:
    data = b"\xef\xbb\xbf" + FILE.replace(b"\n", b"\r\n") + b"\r\n \n"
    assert b"".join(row.raw for row in rows(CHARGES, data)) == data


def test_a_bad_row_comes_out_alone_with_its_line_and_all_its_findings() -> None:
    data = FILE.replace(b"D,A1,2,10.50,DR", b"D,,two,10.50,XX")
    bad = rows(CHARGES, data)[1]
    assert isinstance(bad, BadRow)
    assert [(one.rule, one.line, one.column) for one in bad.findings] == [
        ("required", 2, "account"),
        ("integer", 2, "quantity"),
        ("code", 2, "side"),
    ]
    assert bad.values["amount"] == Decimal("10.50")


def test_the_whole_file_is_refused_when_so_declared() -> None:
    layout = msgspec.structs.replace(CHARGES, bad_rows="refuse")
    error = refused(layout, FILE.replace(b"D,A1,2", b"D,A1,x"))
    assert (error.line, error.offset, error.rule) == (2, 13, "integer")


def test_a_total_over_a_row_whose_amount_is_unreadable_is_reported_as_unknown() -> None:
    trailer = rows(CHARGES, FILE.replace(b"10.50", b"ten"))[-1]
    assert isinstance(trailer, Row)
    assert [(one.rule, one.column) for one in trailer.findings] == [("total-unknown", "total")]


def test_a_row_that_is_bad_elsewhere_still_counts_in_the_total() -> None:
    trailer = rows(CHARGES, FILE.replace(b"D,A1,2,", b"D,,2,"))[-1]
    assert isinstance(trailer, Row)
    assert trailer.findings == ()


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (FILE.replace(b"T,2,", b"T,3,"), "count-mismatch", 4),
        (FILE.replace(b"10.25", b"10.24"), "total-mismatch", 4),
        (FILE.replace(b"T,2,", b"T,,"), "control-missing", 4),
        (FILE[: FILE.index(b"T,")], "no-trailer", 4),
        (FILE[FILE.index(b"D,") :], "no-header", 1),
        (b"", "no-header", 1),
        (FILE.replace(b"2026-03-02", b"2026-02-30"), "date", 1),
        (FILE.replace(b"T,2,10.25", b"T,2"), "field-count", 4),
    ],
)
def test_a_file_that_does_not_add_up_is_refused(data: bytes, rule: str, line: int) -> None:
    error = refused(CHARGES, data)
    assert (error.rule, error.line) == (rule, line)


def test_everything_that_does_not_add_up_is_said_at_once() -> None:
    error = refused(CHARGES, FILE.replace(b"T,2,10.25", b"T,9,9"))
    assert [one.rule for one in error.findings] == ["count-mismatch", "total-mismatch"]


def test_rows_before_a_refusal_are_given_out_first() -> None:
    reader = Reader(CHARGES)
    feed = reader.feed(FILE.replace(b"T,2,", b"T,3,"))
    assert [next(feed).line for _ in range(3)] == [1, 2, 3]
    for _ in range(2):
        with pytest.raises(delimited.ParseError):
            list(feed or reader.feed(b""))
        feed = None


def test_records_after_the_trailer_and_of_no_known_tag_are_bad() -> None:
    found = rows(CHARGES, FILE.replace(b"T,", b"X,9\nT,").replace(b"T,2", b"T,3") + b"D,late,1,1,DR\n")
    bad = [one for one in found if isinstance(one, BadRow)]
    assert [(one.line, one.findings[0].rule) for one in bad] == [(4, "unknown-record"), (6, "after-trailer")]


def test_what_comes_out_does_not_depend_on_how_the_file_is_cut() -> None:
    data = FILE.replace(b'"A,2"', b'"A\n""2"').replace(b"D,A1", b'D,"A"1')
    whole = rows(CHARGES, data)
    for size in (1, 2, 3, 7):
        reader = Reader(CHARGES)
        pieces = [row for at in range(0, len(data), size) for row in reader.feed(data[at : at + size])]
        assert [*pieces, *reader.close()] == whole


def test_a_reader_is_put_down_after_any_row_and_taken_up_from_stored_values() -> None:
    whole = rows(CHARGES, FILE)
    for stop in range(1, len(whole)):
        feed = (reader := Reader(CHARGES)).feed(FILE)
        first = [next(feed) for _ in range(stop)]
        stored = msgspec.json.encode(reader.position)
        position = msgspec.json.decode(stored, type=Position)
        assert [*first, *Reader(CHARGES, position).read(FILE[position.offset :])] == whole


def test_a_file_refused_at_its_trailer_goes_on_before_it_once_it_is_mended():
    layout = Layout(
        detail=Record(columns=(Column(name="id"),)),
        trailer=Record(tag="T", columns=(Column(name="tag"), Column(name="rows", kind="integer"))),
        controls=(Control(column="rows", count="records"),),
    )
    reader = Reader(layout)
    with pytest.raises(delimited.ParseError, match="count does not agree"):
        list(reader.feed(b"1\n2\nT,9\n"))
    assert [row.part for row in Reader(layout, reader.position).read(b"3\nT,4\n")] == ["detail", "trailer"]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends() -> None:
    layout = one_column("text")
    found = rows(layout, b'"a,b","say ""hi"""\n"two\r\nlines",\nplain "quotes",5"\n')
    assert [list(row.values.values()) for row in found] == [
        ["a,b", 'say "hi"'],
        ["two\r\nlines", ""],
        ['plain "quotes"', '5"'],
    ]
    assert [row.line for row in found] == [1, 2, 4]


def test_a_quote_that_never_closes_costs_one_line() -> None:
    found = rows(one_column("text"), b'a,b\n"c,d\ne,f\n')
    assert [(type(row).__name__, row.line) for row in found] == [("Row", 1), ("BadRow", 2), ("Row", 3)]
    assert found[1].findings[0].rule == "unclosed-quote"


def test_a_quote_that_stays_open_for_too_long_costs_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.protocols.delimited.lines.RECORD_BYTES_MAX", 20)
    data = b'"a,b\n' + b"c,d\n" * 10
    found = rows(one_column("text"), data)
    assert [type(row).__name__ for row in found] == ["BadRow"] + ["Row"] * 10
    assert b"".join(row.raw for row in found) == data


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_line_without_end_refuses_the_file_and_is_not_held(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.protocols.delimited.lines.RECORD_BYTES_MAX", 20)
    data = b"a,b\n" + b"x" * 30
    reader = Reader(one_column("text"))
    feeds = (row for at in range(0, len(data), size) for row in reader.feed(data[at : at + size]))
    with pytest.raises(delimited.ParseError) as caught:
        list(feeds)
    assert (caught.value.rule, caught.value.line, caught.value.offset) == ("record-too-long", 2, 4)


@pytest.mark.parametrize(
    ("kind", "more", "text", "value"),
    [
        ("integer", {}, "-007", -7),
        ("integer", {}, "1.0", None),
        ("integer", {}, "٣", None),
        ("integer", {}, "1" * 19, None),
        ("decimal", {}, "+1.50", Decimal("1.50")),
        ("decimal", {}, ".5", None),
        ("decimal", {}, "1e3", None),
        ("decimal", {}, "NaN", None),
        ("decimal", {"decimal_mark": ","}, '"1,5"', Decimal("1.5")),
        ("decimal", {"decimal_mark": ","}, "1.5", None),
        ("decimal", {"implied_decimals": 2}, "-1050", Decimal("-10.50")),
        ("decimal", {"implied_decimals": 2}, "10.5", Decimal("10.5")),
        ("date", {}, "2026-02-28", date(2026, 2, 28)),
        ("date", {}, "2026-02-29", None),
        ("date", {}, "0000-01-01", None),
        ("date", {"date_format": "MM/DD/YYYY"}, "12/31/2026", date(2026, 12, 31)),
        ("date", {"date_format": "MM/DD/YYYY"}, "31/12/2026", None),
        ("date", {"date_format": "YYYYMMDD"}, "2026123", None),
        ("code", {"codes": ["EA", "BX"]}, " EA ", "EA"),
        ("code", {"codes": ["EA", "BX"]}, "ea", None),
        ("text", {}, " as it is ", " as it is "),
    ],
)
def test_a_column_reads_its_kind_and_nothing_else(kind: str, more: dict, text: str, value: object) -> None:
    (row,) = rows(one_column(kind, **more), text.encode() + b",-\n")
    if value is None:
        assert isinstance(row, BadRow)
        assert row.findings[0].rule == kind
    else:
        assert row.values["x"] == value


def test_columns_are_found_by_the_line_of_names_in_any_order() -> None:
    layout = msgspec.structs.replace(one_column("integer"), names=True, other_columns=True)
    found = rows(layout, b"y,other,x\nb,c,1\nb,1\n")
    assert [row.part for row in found[:2]] == ["names", "detail"]
    assert found[1].values == {"x": 1, "y": "b"}
    assert found[2].findings[0].rule == "field-count"


@pytest.mark.parametrize("names", [b"x\n1\n", b"x,y,y\n", b"x,z\n1,2\n", b"x,y,z\n1,2,3\n", b""])
def test_a_line_of_names_that_does_not_fit_refuses_the_file(names: bytes) -> None:
    assert refused(msgspec.structs.replace(one_column("text"), names=True), names).rule == "names"


def test_fixed_width_is_cut_by_characters_and_may_lack_its_trailing_blanks() -> None:
    found = rows(FIXED, b"M\xfcller02031970   1050\r\nLee\nToo long and then some!!\n")
    assert found[0].values == {"name": "Müller", "born": date(1970, 3, 2), "amount": Decimal("10.50")}
    assert found[1].values == {"name": "Lee", "born": None, "amount": None}
    assert found[2].findings[0].rule == "record-length"


def test_bytes_that_are_not_of_the_encoding_are_a_fault_of_their_column() -> None:
    (row,) = rows(one_column("text"), b"ok,\xff\n")
    assert isinstance(row, BadRow)
    assert [(one.rule, one.column) for one in row.findings] == [("encoding", "y")]
    assert row.values == {"x": "ok"}


def test_no_content_stands_in_an_error_or_a_repr() -> None:
    data = FILE.replace(b"A1,2", b"SECRET,SECRET")
    error = refused(msgspec.structs.replace(CHARGES, bad_rows="refuse"), data)
    shown = f"{error} {error.findings} {rows(CHARGES, data)}"
    assert "SECRET" not in shown
    assert "line 2, column quantity" in str(error)


def test_a_written_file_reads_back_with_its_counts_and_totals() -> None:
    writer = Writer(CHARGES)
    details = [
        {"account": 'A "1"', "quantity": 1, "amount": Decimal("10.50"), "side": "DR"},
        {"account": "two\nlines", "amount": Decimal("-3")},
    ]
    file = writer.header({"day": date(2026, 3, 2)}) + b"".join(map(writer.row, details)) + writer.trailer({})
    assert file.splitlines()[-1] == b"T,2,7.50"
    read = [row.values for row in rows(CHARGES, file) if row.part == "detail"]
    assert [row["account"] for row in read] == ['A "1"', "two\nlines"]
    assert [row["amount"] for row in read] == [Decimal("10.50"), Decimal("-3")]


def test_fixed_width_is_written_padded() -> None:
    values = {"name": "Müller", "born": date(1970, 3, 2), "amount": Decimal("10.50")}
    written = Writer(FIXED).row(values)
    assert written == b"M\xfcller02031970   1050\n"
    assert rows(FIXED, written)[0].values == values


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Too long"},
        {"name": ""},
        {"name": "Lee", "amount": Decimal("1.005")},
        {"name": "Lee", "amount": Decimal("NaN")},
        {"name": "Lee", "born": "yesterday"},
        {"name": "Łę"},
        {"name": "a\nb"},
    ],
)
def test_what_would_not_read_back_is_not_written(values: dict) -> None:
    with pytest.raises(Permanent):
        Writer(FIXED).row(values)


@pytest.mark.parametrize(
    "changed",
    [
        {"delimiter": "ab"},
        {"delimiter": '"'},
        {"encoding": "utf-16"},
        {"delimiter": ""},
        {"controls": (Control(column="rows"),)},
        {"controls": (Control(column="nowhere", count="details"),)},
        {"controls": (Control(column="total", sum="account"),)},
        {"trailer": Record(columns=(Column(name="rows"),))},
        {"header": Record(tag="D", columns=(Column(name="tag"),))},
        {"detail": Record(columns=(Column(name="x", kind="date", date_format="YY"),)), "controls": ()},
        {"detail": Record(columns=()), "controls": ()},
    ],
)
def test_a_layout_that_cannot_work_is_refused_before_the_first_byte(changed: dict) -> None:
    with pytest.raises(Misuse):
        Reader(msgspec.structs.replace(CHARGES, **changed))


def test_a_layout_is_data() -> None:
    assert msgspec.convert(json.loads(msgspec.json.encode(CHARGES)), Layout) == CHARGES
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"detail": {"columns": []}, "delimeter": ";"}, Layout)


def test_a_large_file_is_read_in_flat_memory() -> None:
    reader = Reader(one_column("decimal"))
    line = b"10.50," + b"x" * 94 + b"\n"
    for _ in range(20):
        assert sum(1 for _ in reader.feed(line * 500)) == 500
        assert len(reader._splitter._held) == 0
    assert reader.position.totals.details == 10_000


def ndjson(data: bytes, size: int = 1 << 20) -> list[delimited.ndjson.JsonRow]:
    reader = delimited.JsonReader()
    found = [row for at in range(0, len(data), size) for row in reader.feed(data[at : at + size])]
    return [*found, *reader.close()]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_ndjson_gives_each_line_its_value_and_a_bad_line_alone(size: int) -> None:
    found = ndjson(b'{"a": 1.10}\n\n{"a":}\n[1,\r\n"x"', size)
    assert [(row.line, row.value, row.finding and row.finding.rule) for row in found] == [
        (1, {"a": Decimal("1.10")}, None),
        (3, None, "json"),
        (4, None, "json"),
        (5, "x", None),
    ]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b'{"a":1,"a":2}', "repeated-key"),
        (b"[" * 65 + b"]" * 65, "depth"),
        (b"[" * 100_000, "depth"),
        (b"NaN", "json"),
        (b"-Infinity", "json"),
        (b"1e999999999", "json"),
        (b"1.0e99999999999999999999", "json"),
        (b"9" * 5000, "json"),
        (b'"\xff"', "json"),
    ],
)
def test_ndjson_refuses_what_readers_differ_on(line: bytes, rule: str) -> None:
    (row,) = ndjson(line)
    assert row.finding is not None
    assert row.finding.rule == rule


def test_brackets_inside_of_strings_are_not_depth() -> None:
    (row,) = ndjson(json.dumps(["[" * 200, '\\"' + "{" * 200]).encode())
    assert row.finding is None


def test_ndjson_refuses_the_file_when_so_declared() -> None:
    reader = delimited.JsonReader(bad_rows="refuse")
    with pytest.raises(delimited.ParseError) as caught:
        list(reader.feed(b"1\nx\n"))
    assert (caught.value.line, caught.value.offset) == (2, 2)
