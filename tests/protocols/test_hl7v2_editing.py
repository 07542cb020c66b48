"""Editing: only what is edited changes, and what is put in is read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_messages import ADMIT, message

from isthmus.kernel import Misuse
from isthmus.protocols import hl7v2


def edited(path: str, value: hl7v2.Value, data: bytes = ADMIT) -> bytes:
    read = hl7v2.parse(data)
    read[path] = value
    return bytes(read)


def test_a_component_is_replaced_and_nothing_else_changes() -> None:
    assert edited("PID-5.1", "SMITH") == ADMIT.replace(b"|DOE^JOHN", b"|SMITH^JOHN")
    assert edited("PID-5[2].1", "SMITH") == ADMIT.replace(b"~ROE^", b"~SMITH^")
    assert edited("PID-3[AN].1", "A8") == ADMIT.replace(b"~A7^", b"~A8^")
    assert edited("FT1(2)-11.1", "8") == ADMIT.replace(b"7.25&", b"7.25&").replace(b"|7.25&USD", b"|8")


def test_a_sub_component_is_replaced() -> None:
    assert edited("FT1(2)-11.1.1", "8") == ADMIT.replace(b"|7.25&USD", b"|8&USD")
    assert edited("FT1(2)-11.1.3", "x") == ADMIT.replace(b"|7.25&USD", b"|7.25&USD&x")


def test_a_field_is_replaced_with_all_its_repetitions() -> None:
    assert b"PID|1||7||DOE" in edited("PID-3", "7")
    assert b"PID|1||7^^^GH&1&ISO^MR||DOE" in edited("PID-3", ["7", "", "", ["GH", "1", "ISO"], "MR"])
    assert b"||B^^C~999-12-3456^^^USSSA^SS~A7" in edited("PID-3[1]", ["B", "", "C"])


def test_what_is_missing_before_a_value_is_filled_with_empty_parts() -> None:
    assert edited("ZPI-3.2.2", "x") == ADMIT.replace(b"\rZPI\r", b"\rZPI|||^&x\r")
    assert edited("PV1-2[3]", "x") == ADMIT.replace(b"PV1|1|I|", b"PV1|1|I~~x|")


def test_null_and_empty_are_written_as_such() -> None:
    assert edited("PV1-2", hl7v2.NULL) == ADMIT.replace(b"PV1|1|I|", b'PV1|1|""|')
    assert edited("PV1-2", "") == ADMIT.replace(b"PV1|1|I|", b"PV1|1||")


def test_encoded_text_is_copied_from_field_to_field() -> None:
    read = hl7v2.parse(ADMIT)
    read["PV1-50"] = read.encoded("PID-3")

    assert read.encoded("PV1-50") == read.encoded("PID-3")
    for path, text in (
        ("PV1-50", "a|b"),
        ("PV1-50", "a\rb"),
        ("PV1-50[1]", "a~b"),
        ("PV1-50.1", "a^b"),
        ("PV1-50.1.1", "a&b"),
    ):
        with pytest.raises(Misuse):
            read[path] = hl7v2.Encoded(text)


def test_deleting_a_segment_a_repetition_a_field_and_a_part() -> None:
    read = hl7v2.parse(ADMIT)
    del read["FT1"], read["PID-3[2]"], read["PID-5"], read["PV1-3.2"], read["NTE(7)"], read["PV1-70"], read["PV1-3.9"]

    assert bytes(read) == ADMIT.replace(b"FT1|1|||20260115||CG|CDM100|||2|10.50&USD\r", b"").replace(
        b"~999-12-3456^^^USSSA^SS", b""
    ).replace(b"DOE^JOHN^Q~ROE^JON^^^^^A", b"").replace(b"3W^301^A", b"3W^^A")
    assert read["FT1-6"] == "CD"


def test_a_segment_is_added_at_the_end_or_after_another() -> None:
    read = hl7v2.parse(ADMIT)
    note = read.add_segment("NTE", ["2", "", "a|b"])
    read.add_segment("PR1", ["1"], after="FT1(2)")
    read.add_segment("NTE", ["9"], after=note)
    note["4"] = "later"

    assert (
        bytes(read)
        == ADMIT.replace(b"CDM200|||1|7.25&USD\r", b"CDM200|||1|7.25&USD\rPR1|1\r") + b"NTE|2||a\\F\\b|later\rNTE|9\r"
    )
    assert read["PR1(2)-1"] == "1"
    assert read["NTE(3)-1"] == "9"


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"|"])
def test_an_added_segment_ends_as_the_others_do(end: bytes, last: bytes) -> None:
    data = b"MSH|^~\\&|A" + end + b"PID|1" + (last or end)
    read = hl7v2.parse(data)
    read.add_segment("NTE", ["1"])

    assert bytes(read) == b"MSH|^~\\&|A" + end + b"PID|1" + last + end + b"NTE|1" + (b"" if last else end)


def test_segments_are_added_and_removed_where_line_ends_are_mixed() -> None:
    read = hl7v2.parse(b"MSH|^~\\&|A\nPID|1\rOBX|1||TX|a\nb\r\nNTE|1\n")
    read.add_segment("PV1", ["1"], after="PID")
    del read["NTE"]

    assert bytes(read) == b"MSH|^~\\&|A\nPID|1\nPV1|1\rOBX|1||TX|a\nb\r\n"


def test_a_segment_with_a_value_that_cannot_be_written_is_not_added_at_all() -> None:
    read = hl7v2.parse(message("PID|1||||Müller".encode("latin-1"), charset=b"8859/1"))
    before = bytes(read)

    with pytest.raises(Misuse):
        read.add_segment("NTE", ["1", "", "😀"])

    assert bytes(read) == before


def test_views_keep_their_segment_when_others_come_and_go() -> None:
    read = hl7v2.parse(ADMIT)
    first, second = read.segments("FT1")
    del read["FT1(1)"]
    read.add_segment("EVN", ["A08"], after="EVN")
    second["7"] = "CDM999"

    assert b"|CD|CDM999|" in bytes(read)
    with pytest.raises(Misuse):
        read.add_segment("NTE", after=first)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("PV2-3", "x"),
        ("FT1(3)-6", "x"),
        ("PID-3[PI].1", "x"),
        ("MSH-1", "#"),
        ("MSH-2", "^~"),
        ("PID", "x"),
        ("PID-5.1.1", ["a", "b"]),
        ("PID-5", [["a", ["b"]]]),
        ("PID-5", 7),
        ("PID-5", None),
        ("PID-5", b"x"),
    ],
)
def test_what_cannot_be_set_is_the_callers_mistake_and_changes_nothing(path: str, value: hl7v2.Value) -> None:
    read = hl7v2.parse(ADMIT)

    with pytest.raises(Misuse):
        read[path] = value

    assert bytes(read) == ADMIT


def test_the_header_stays() -> None:
    read = hl7v2.parse(ADMIT)

    for action in (lambda: read.__delitem__("MSH"), lambda: read.__delitem__("MSH-2"), lambda: read.add_segment("MSH")):
        with pytest.raises(Misuse):
            action()


def test_parts_need_a_separator_that_the_header_declares() -> None:
    read = hl7v2.parse(message(b"NTE|1||a", head=b"MSH|^|A"))

    read["NTE-3.2"] = "b&c"
    assert bytes(read).endswith(b"NTE|1||a^b&c\r")
    with pytest.raises(Misuse):
        read["NTE-3.2.2"] = "x"
    with pytest.raises(Misuse):
        read["NTE-3[2]"] = "x"
    with pytest.raises(Misuse):
        read["NTE-3.3"] = "a^b"


@given(
    st.text(max_size=40),
    st.sampled_from(["PID-5", "PID-5.1", "PID-5.2.3", "NTE-3", "ZPI-1", "PID-3[AN].4.1", "PV1-9[2].1"]),
)
def test_any_text_is_read_back_as_it_was_set(text: str, path: str) -> None:
    read = hl7v2.parse(ADMIT)
    before = {p: read[p] for p in ("PID-3[MR].1", "PV1-2", "FT1(2)-11.1.2", "NTE-1")}
    read[path] = text
    again = hl7v2.parse(bytes(read))

    assert read[path] == again[path] == text
    assert len(again) == len(read) == 9
    assert {p: again[p] for p in before} == before


@given(
    st.text("|^~\\&#!@%*XFSTR.br0D\r\n\x0b\x1c", max_size=20),
    st.permutations(list("|^~\\&#!@%*")).map(lambda marks: "".join(marks[:6])),
)
def test_any_text_survives_any_delimiters(text: str, delimiters: str) -> None:
    read = hl7v2.parse(f"MSH{delimiters}{delimiters[0]}\rNTE{delimiters[0]}1\r".encode())
    read["NTE-3"] = [text, [text, text]]
    written = bytes(read)
    again = hl7v2.parse(written)

    assert (again["NTE-3.1"], again["NTE-3.2.1"], again["NTE-3.2.2"]) == (text, text, text)
    assert written.count(b"\r") == 2
    assert b"\x0b" not in written
    assert b"\x1c" not in written


def test_repetitions_and_segments_are_edited_through_their_views() -> None:
    read = hl7v2.parse(ADMIT)
    second = read.all("PID-3")[1]
    assert isinstance(second, hl7v2.Repetition)
    second["1"] = "111"
    del read.segments("FT1")[1]["6"]

    assert second.encoded == "111^^^USSSA^SS"
    assert read.segments("MSH")[0]["2"] == "^~\\&"
    assert bytes(read) == ADMIT.replace(b"999-12-3456", b"111").replace(b"|CD|", b"||")


def test_a_list_of_parts_needs_a_separator_too() -> None:
    read = hl7v2.parse(b"MSH|^|A\rNTE|1\r")

    with pytest.raises(Misuse):
        read["NTE-3"] = [["a", "b"], "c"]
    assert bytes(read) == b"MSH|^|A\rNTE|1\r"
