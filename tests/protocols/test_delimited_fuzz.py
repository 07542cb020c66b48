"""Whatever the bytes, the only exception is ParseError, and the rows together are the bytes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from test_delimited import CHARGES, FILE, FIXED

from isthmus.protocols import delimited
from isthmus.protocols.delimited import Layout, Reader

PIECES = [b'"', b'""', b",", b"\n", b"\r\n", b"T,2,10.25\n", b"H,2026-03-02\n", b"D,", b"\xff", b"\x00", b"9" * 30]


def outcome(layout: Layout, data: bytes, size: int) -> tuple[list[object], str]:
    reader = Reader(layout)
    found: list[object] = []
    try:
        for at in range(0, len(data), size):
            found.extend(reader.feed(data[at : at + size]))
        found.extend(reader.close())
    except delimited.ParseError as error:
        return found, str(error)
    assert b"".join(row.raw for row in found) == data
    return found, ""


def exercise(data: bytes) -> None:
    for layout in (CHARGES, FIXED):
        assert outcome(layout, data, 1 << 20) == outcome(layout, data, 3)
    reader = delimited.JsonReader()
    for _ in (*reader.feed(data), *reader.close()):
        pass


@settings(max_examples=300)
@given(st.binary(max_size=100) | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_arbitrary_bytes_as_a_file(data: bytes) -> None:
    exercise(data)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(0, len(FILE)), st.integers(0, 10), st.sampled_from(PIECES) | st.binary(max_size=3)),
        max_size=4,
    )
)
def test_a_file_with_pieces_replaced(changes: list[tuple[int, int, bytes]]) -> None:
    data = FILE
    for at, length, piece in changes:
        data = data[:at] + piece + data[at + length :]
    exercise(data)
