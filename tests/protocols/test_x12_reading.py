"""Interchanges read whole, byte by byte and in chunks; separators; envelopes; what is refused."""

from __future__ import annotations

from collections import deque

import pytest
from written_interchanges import REMITTANCE, interchange

from isthmus.kernel import Misuse
from isthmus.protocols import x12


def rules(data: bytes) -> list[str]:
    return [finding.rule for finding in x12.parse(data).findings]


def segments(data: bytes, size: int) -> list[tuple[bytes, int, int]]:
    reader = x12.Reader()
    found = [one for at in range(0, len(data), size) for one in reader.feed(data[at : at + size])]
    return [(bytes(one), one.number, one.offset) for one in found + reader.close()]


STREAMS = {
    "one": REMITTANCE,
    "line ends": REMITTANCE.replace(b"~", b"~\r\n"),
    "carriage returns as terminators": REMITTANCE.replace(b"~", b"\r"),
    "line feeds as terminators": REMITTANCE.replace(b"~", b"\n"),
    "leading noise": b"From: VISA payments\r\n\r\n" + REMITTANCE,
    "two, with separators of their own": REMITTANCE + b"\r\n" + interchange(["ST|835|0001", "SE|2|0001"], "|>!\n"),
    "no trailer before the next": REMITTANCE[: REMITTANCE.index(b"GE*")] + REMITTANCE,
    "binary": interchange(["ST*275*0001", "BIN*12*SE*1~IEA*~~\x00", "SE*3*0001"]),
    "binary of a wrong length": interchange(["ST*275*0001", "BIN*5*SE*1", "BDS*ASC*x*y", "SE*3*0001"]),
    "empty segments": REMITTANCE.replace(b"~", b"~~\n"),
    "no last terminator": REMITTANCE.rstrip(b"~"),
    "trailing bytes": REMITTANCE + b"\r\n\x1a",
}


@pytest.mark.parametrize("data", STREAMS.values(), ids=STREAMS)
def test_what_comes_out_does_not_depend_on_how_the_stream_is_cut(data: bytes) -> None:
    whole = segments(data, len(data))

    assert [segments(data, size) for size in (1, 2, 7, 106, 107)] == [whole] * 5


@pytest.mark.parametrize("data", STREAMS.values(), ids=STREAMS)
def test_what_was_read_is_written_back_byte_for_byte(data: bytes) -> None:
    read = x12.parse(data)

    assert bytes(read) == data
    assert [segment.elements for one in read.transactions for segment in one.segments]
    assert bytes(read) == data


def test_offsets_and_numbers_say_where_a_segment_stands() -> None:
    data = REMITTANCE.replace(b"~", b"~\r\n")
    (transaction,) = x12.parse(data).transactions
    payment = transaction.first("BPR")

    assert payment is not None
    assert (payment.number, payment.offset) == (4, data.index(b"BPR"))


def test_a_sound_interchange_has_no_findings() -> None:
    read = x12.parse(REMITTANCE)
    (group,) = read[0].groups

    assert read.findings == []
    assert (read[0].control_number, read[0].sender, read[0].receiver) == ("000000001", ("ZZ", "PAYER"), ("ZZ", "HUB"))
    assert (group.functional_id, group.control_number, group.version) == ("HP", "1", "005010X221A1")
    assert [one.type for one in read.transactions] == ["835"]


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (b"IEA*1*000000001", b"IEA*1*000000002", "iea-control-number"),
        (b"IEA*1", b"IEA*2", "iea-count"),
        (b"GE*1*1", b"GE*1*2", "ge-control-number"),
        (b"GE*1*1", b"GE*7*1", "ge-count"),
        (b"*0001~GE", b"*0002~GE", "se-control-number"),
        (b"~SE*", b"~SE*1", "se-count"),
        (b"GE*1*1~", b"", "no-ge"),
        (b"IEA*1*000000001~", b"", "no-iea"),
        (b"~BPR", b"~~BPR", "empty-segment"),
        (b"~GE", b"~ZZZ*1~GE", "outside-transaction"),
        (b"~IEA", b"~GE*1*1~IEA", "unexpected-ge"),
        (b"ISA*00*          *", b"ISA*00**", "isa-width"),
        (b"ISA*00", b"hello ISA*00", "noise"),
    ],
)
def test_what_the_envelope_does_not_keep_to_is_a_finding(before: bytes, after: bytes, rule: str) -> None:
    assert before in REMITTANCE
    assert rules(REMITTANCE.replace(before, after, 1)) == [rule]


def test_a_missing_group_header_and_trailer_are_found() -> None:
    start, end = REMITTANCE.index(b"GS*"), REMITTANCE.index(b"ST*")

    assert rules(REMITTANCE[:start] + REMITTANCE[end:]) == ["no-gs", "unexpected-ge", "iea-count"]


def test_repeated_control_numbers_and_gaps_are_found() -> None:
    sets = ["ST*835*0001", "SE*2*0001", "ST*835*0001", "SE*2*0001", "ST*835*0004", "SE*2*0004"]
    data = interchange(sets).replace(b"GE*1*", b"GE*3*")

    assert rules(data) == ["transaction-control-repeated", "transaction-control-gap"]
    assert rules(REMITTANCE + REMITTANCE) == ["interchange-control-repeated"]


def test_the_repetition_separator_is_a_separator_since_00402_only() -> None:
    new = next(x12.parse(interchange(["ST*271*0001", "EB*1**30^98*MC", "SE*3*0001"])).transactions)
    old = next(x12.parse(interchange(["ST*271*0001", "EB*1**30^98*MC", "SE*3*0001"], version="00401")).transactions)

    assert new.all("EB")[0].repetitions(3) == ["30", "98"]
    assert (new["EB03[2]"], old["EB03[2]"], old["EB03"]) == ("98", "", "30^98")


def test_values_are_read_by_path() -> None:
    transaction = next(x12.parse(REMITTANCE).transactions)
    service = transaction.all("SVC")[0]

    assert (service["SVC01-2"], service["01-3"], service["SVC02"], service["SVC09"]) == ("99213", "25", "100", "")
    assert transaction["BPR02"] == "130"
    assert (transaction["XYZ01"], transaction["N105"]) == ("", "")
    with pytest.raises(Misuse):
        _ = service["CLP01"]
    with pytest.raises(Misuse):
        _ = service["SVC1"]


def test_only_the_edited_segment_is_written_anew() -> None:
    data = REMITTANCE.replace(b"~", b"~\r\n")
    read = x12.parse(data)
    service = next(read.transactions).all("SVC")[0]

    service["SVC01-4"] = "59"
    service["SVC07"] = "2"

    assert bytes(read) == data.replace(b"HC:99213:25*100*85**1~", b"HC:99213:25:59*100*85**1**2~")
    with pytest.raises(Misuse):
        service["SVC01"] = "a*b"


def test_counts_are_made_true_after_a_segment_was_taken_out() -> None:
    read = x12.parse(REMITTANCE)
    transaction = next(read.transactions)
    del transaction.segments[3]

    read[0].recount()

    assert x12.parse(bytes(read)).findings == []


def test_text_beyond_ascii_is_read_as_utf_8_or_else_latin_1() -> None:
    for codec in ("utf-8", "latin-1"):
        data = REMITTANCE.replace(b"*SMITH*", "*MÜLLER*".encode(codec))
        (name,) = next(x12.parse(data).transactions).all("NM1", "QC")
        name["NM104"] = "JÜRGEN"
        assert (name["NM103"], bytes(name)) == ("MÜLLER", "NM1*QC*1*MÜLLER*JÜRGEN~".encode(codec))


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"", 0),
        (b"MSH|^~\\&|", 0),
        (b"ISA", 0),
        (REMITTANCE[:100], 0),
        (b"ISA of a text that is none" * 40, 0),
        (REMITTANCE + b"ISA*cut off", len(REMITTANCE)),
        (b"x" * 70_000, 0),
    ],
)
def test_what_is_no_interchange_is_refused_with_its_place(data: bytes, offset: int) -> None:
    with pytest.raises(x12.ParseError) as raised:
        x12.parse(data)

    assert raised.value.offset == offset
    assert raised.value.rule


def test_a_segment_without_end_is_refused_however_it_comes() -> None:
    data = REMITTANCE.replace(b"~BPR", b"~" + b"N" * 3000 + b"~BPR")
    for size in (len(data), 100):
        reader = x12.Reader(segment_bytes_max=2000)
        chunks = (data[at : at + size] for at in range(0, len(data), size))
        with pytest.raises(x12.ParseError) as raised:
            deque(map(reader.feed, chunks), maxlen=0)
        assert raised.value.segment == 4


def test_what_is_shown_of_an_interchange_holds_no_content() -> None:
    read = x12.parse(REMITTANCE)
    transaction = next(read.transactions)

    shown = f"{read!r} {read[0]!r} {read[0].groups!r} {transaction!r} {transaction.all('NM1')!r}"

    assert "SMITH" not in shown
