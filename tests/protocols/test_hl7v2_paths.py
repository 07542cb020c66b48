"""Which value a path means."""

from __future__ import annotations

import pytest
from written_messages import ADMIT

from isthmus.kernel import Misuse
from isthmus.protocols import hl7v2


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("PID-3.1", "100234"),
        ("PID-3", "100234"),
        ("PID-3[1].1", "100234"),
        ("PID-3[2].1", "999-12-3456"),
        ("PID-3[2].4.1", "USSSA"),
        ("PID-3.4.1", "GENHOSP"),
        ("PID-3.4.2", "1.2.3"),
        ("PID-3.4", "GENHOSP"),
        ("PID-3[MR].1", "100234"),
        ("PID-3[AN].1", "A7"),
        ("PID-3[AN]", "A7"),
        ("PID-3[5=AN].1", "A7"),
        ("PID-3[4.2=1.2.3,5=AN].1", "A7"),
        ("PID-3[4=GENHOSP].1", "100234"),
        ("PID-3[4.1=USSSA,5=AN].1", ""),
        ("PID-3[PI].1", ""),
        ("PID-3[9].1", ""),
        ("PID-3.9", ""),
        ("PID-3.1.2", ""),
        ("PID-99", ""),
        ("PID-5[A].1", "ROE"),
        ("PID-13[WPN].7", "5559876"),
        ("PID-13[3=PH,2=PRN].7", "5551234"),
        ("FT1-11", "10.50"),
        ("FT1(2)-11", "7.25"),
        ("FT1(2)-11.1.2", "USD"),
        ("FT1(3)-11", ""),
        ("FT1(1)-6", "CG"),
        ("PV2-1", ""),
        ("ZPI-1", ""),
        ("MSH-1", "|"),
        ("MSH-2", "^~\\&"),
        ("MSH-3", "EHR"),
        ("MSH-9.3", "ADT_A01"),
        ("MSH-12", "2.5.1"),
    ],
)
def test_a_path_reads(path: str, value: str) -> None:
    message = hl7v2.parse(ADMIT)

    assert message[path] == value
    assert message[hl7v2.path(path)] == value


@pytest.mark.parametrize(
    "path",
    [
        "",
        "PID3",
        "pid-3",
        "PID-",
        "PID-0",
        "PID-3.0",
        "PID-3.1.1.1",
        "PID-3[0]",
        "PID-3[]",
        "PID-3[5=]x",
        "PI-3",
        "PID(0)-3",
        "PID-3[5:MR]=",
        "PID-3 ",
        " PID-3",
        "PID-3[1",
        "PIDX-3",
        "3.1",
        "PID-3\n",
        "PID-99999",
    ],
)
def test_what_is_no_path_is_the_callers_mistake(path: str) -> None:
    message = hl7v2.parse(ADMIT)

    with pytest.raises(Misuse):
        message[path]
    with pytest.raises(Misuse):
        hl7v2.path(path)


def test_a_path_that_is_no_text_is_the_callers_mistake() -> None:
    with pytest.raises(Misuse):
        hl7v2.parse(ADMIT)[3]  # type: ignore[index]


def test_a_segment_as_such_is_no_text() -> None:
    with pytest.raises(Misuse, match="segments"):
        hl7v2.parse(ADMIT)["PID"]


def test_paths_made_from_data_do_not_fill_the_memory() -> None:
    message = hl7v2.parse(ADMIT)

    for number in range(1, 9000):
        message[f"PID-3[5=X{number}].1"]

    assert message["PID-3[MR].1"] == "100234"
    assert len(hl7v2.path.__globals__["compiled"]) <= 4096


def test_a_null_field_is_null_in_every_part() -> None:
    message = hl7v2.parse(ADMIT)

    assert message["PID-15"] is hl7v2.NULL
    assert message["PID-15.3"] is hl7v2.NULL
    assert message["PID-15.3.2"] is hl7v2.NULL
    assert message["PID-16.1"] is hl7v2.NULL
    assert message["PID-16.2"] == "ignored"
    assert message["PID-17"] == ""
    assert hl7v2.NULL == '""'


def test_get_has_a_default_for_what_is_absent_or_empty() -> None:
    message = hl7v2.parse(ADMIT)

    assert message.get("PV2-1", "none") == "none"
    assert message.get("PID-17", "none") == "none"
    assert message.get("PV1-2", "none") == "I"
    assert message.get("PID-15", "none") is hl7v2.NULL


def test_all_gives_repetitions_and_segments() -> None:
    message = hl7v2.parse(ADMIT)

    assert [identifier["1"] for identifier in message.all("PID-3")] == ["100234", "999-12-3456", "A7"]
    assert [identifier.get("4.2", "-") for identifier in message.all("PID-3")] == ["1.2.3", "-", "1.2.3"]
    assert [charge["11.1"] for charge in message.all("FT1")] == ["10.50", "7.25"]
    assert message.all("PID-17") == []
    assert message.all("PV2-3") == []
    assert message.all("PV2") == []


def test_a_segment_is_read_by_relative_or_whole_path() -> None:
    first, second = hl7v2.parse(ADMIT).segments("FT1")

    assert (first["6"], second["6"]) == ("CG", "CD")
    assert second["FT1-11.1"] == second[hl7v2.path("FT1-11.1")] == second["11"] == "7.25"
    assert second.get("30", "none") == "none"
    assert (second.name, second.last_field) == ("FT1", 11)
    with pytest.raises(Misuse):
        second["x"]


def test_a_group_runs_to_the_next_segment_of_its_name() -> None:
    groups = hl7v2.parse(ADMIT).groups("FT1")

    assert [[segment.name for segment in group] for group in groups] == [["FT1", "PR1"], ["FT1", "ZPI", "NTE"]]


def test_presence_of_segments_and_values() -> None:
    message = hl7v2.parse(ADMIT)

    assert "PV1" in message
    assert "ZPI" in message
    assert "FT1(2)" in message
    assert "PID-3[AN]" in message
    assert "FT1(3)" not in message
    assert "PV2" not in message
    assert "PID-17" not in message


def test_encoded_text_keeps_separators_and_escapes() -> None:
    message = hl7v2.parse(ADMIT)

    assert message.encoded("PID-3[2]") == "999-12-3456^^^USSSA^SS"
    assert message.encoded("PID-3[AN].4") == "GENHOSP&1.2.3&ISO"
    assert message.encoded("PID-3[AN].4.2") == "1.2.3"
    assert message.encoded("PID-5") == "DOE^JOHN^Q~ROE^JON^^^^^A"
    assert message.encoded("NTE-3").startswith("Smith \\T\\ Sons")
    assert message.encoded("PV2-3") == ""


def test_whole_fields_come_as_bytes_for_routing() -> None:
    message = hl7v2.parse(ADMIT)

    assert message.field_bytes(b"MSH", 10) == b"MSG00001"
    assert message.field_bytes(b"MSH", 1) == b"|"
    assert message.field_bytes(b"PV1", 3) == b"3W^301^A"
    assert message.field_bytes(b"PV1", 99) == b""
    assert message.field_bytes(b"PV2", 1) == b""


def test_segments_without_fields_are_counted() -> None:
    message = hl7v2.parse(b"MSH|^~\\&|A\rNTE\rNTE|2\r")

    assert [segment.get("1", "-") for segment in message.segments("NTE")] == ["-", "2"]
    assert message["NTE(2)-1"] == "2"
    assert message["NTE-1"] == ""


def test_names_that_only_begin_alike_are_other_segments() -> None:
    message = hl7v2.parse(b"MSH|^~\\&|A\rPIDX|wrong\rPID|right\r")

    assert message["PID-1"] == "right"
    assert len(message.segments("PID")) == 1


def test_the_tree_holds_every_value_under_the_path_that_reads_it() -> None:
    message = hl7v2.parse(ADMIT)

    def leaves(nodes: list[hl7v2.Node]) -> list[tuple[str, str]]:
        return [
            leaf
            for node in nodes
            for leaf in ([(node["path"], node["value"])] if "value" in node else leaves(node["parts"]))
        ]

    found = leaves(message.tree())

    assert ("PID-3[3].4.2", "1.2.3") in found
    assert ("FT1(2)-11.1.2", "USD") in found
    assert ("NTE-3", "Smith & Sons | A^B ~ C:\\dir") in found
    assert all(message[path] == value for path, value in found)
    assert len(found) == len({path for path, _ in found})
