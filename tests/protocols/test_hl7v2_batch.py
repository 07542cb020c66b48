"""Files of messages."""

from __future__ import annotations

import pytest
from written_messages import message

from isthmus.protocols import hl7v2

ONE, TWO, THREE = (message(b"PID|1||%d" % number) for number in (1, 2, 3))
FHS, BHS = b"FHS|^~\\&|LAB|F1\r", b"BHS|^~\\&|LAB|B1\r"


def rules(data: bytes) -> list[str]:
    return [finding.rule for finding in hl7v2.split_batch(data).findings]


def test_a_file_of_batches_gives_its_messages_in_order() -> None:
    data = FHS + BHS + ONE + TWO + b"BTS|2\r" + BHS + THREE + b"BTS|1\rFTS|2\r"
    batch = hl7v2.split_batch(data)

    assert list(batch) == [ONE, TWO, THREE]
    assert len(batch) == 3
    assert [data[at : at + 8] for at in batch.offsets] == [b"MSH|^~\\&"] * 3
    assert batch.header == FHS.rstrip()
    assert batch.findings == ()
    assert [hl7v2.parse(body)["PID-3"] for body in batch] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (ONE + TWO, []),
        (FHS + ONE + TWO + b"FTS|1\r", []),
        (BHS + ONE + b"BTS\r", []),
        (FHS + BHS + ONE + b"BTS||note\rFTS||\r", []),
        (FHS + BHS + b"BTS|0\rFTS|1", []),
        (BHS + ONE + b"BTS|2\r", ["batch-count"]),
        (BHS + ONE + b"BTS|one\r", ["batch-count"]),
        (FHS + BHS + ONE + b"BTS|1\rFTS|3\r", ["file-count"]),
        (FHS + BHS + ONE, ["no-batch-trailer", "no-file-trailer"]),
        (BHS + ONE + BHS + TWO + b"BTS|1\r", ["no-batch-trailer"]),
        (FHS + BHS + ONE + b"FTS|1\r", ["no-batch-trailer"]),
        (ONE + b"BTS|1\r", ["no-batch-header"]),
        (ONE + b"FTS|1\r", ["no-file-header"]),
        (FHS + ONE + b"FTS|1\r" + FHS + TWO, ["no-file-trailer"]),
        (FHS + ONE + FHS + TWO + b"FTS|1\r", ["no-file-trailer"]),
        (b"hello\r" + ONE, ["text-before-header"]),
        (BHS + b"NTE|1\r" + ONE + b"BTS|1\r", ["text-after-header"]),
        (b"", []),
        (b"hello", ["text-before-header"]),
    ],
)
def test_what_does_not_add_up_is_reported_and_the_messages_come_all_the_same(data: bytes, found: list[str]) -> None:
    assert rules(data) == found
    assert len(hl7v2.split_batch(data)) == data.count(b"MSH")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_blank_lines_and_frames_between_messages_are_left_out(end: bytes) -> None:
    one, two = ONE.replace(b"\r", end), TWO.replace(b"\r", end)

    assert list(hl7v2.split_batch(b"\xef\xbb\xbf" + one + end * 3 + two + end)) == [one, two]
    assert list(hl7v2.split_batch(b"\x0b" + one + b"\x1c\r\n\x0b" + two + b"\x1c\r\n")) == [one, two]


def test_a_header_in_the_middle_of_a_line_is_text() -> None:
    data = message(b"OBX|1|TX|||MSH|^~\\&|x", b"MSHX|1", b"NTE|BTS|FTS")

    assert list(hl7v2.split_batch(data)) == [data]


def test_a_wide_file_gives_messages_in_utf_8() -> None:
    batch = hl7v2.split_batch((ONE + TWO).decode().encode("utf-16"))

    assert list(batch) == [ONE, TWO]
    assert [finding.rule for finding in batch.findings] == ["wide-encoding"]
