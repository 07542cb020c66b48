"""Whatever the bytes, the only exception is ParseError, and what parses is given back as it was."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from written_messages import ADMIT

from isthmus.kernel import Misuse
from isthmus.protocols import hl7v2

PATHS = ["MSH-2", "MSH-9.2", "PID-3[MR].4.2", "PID-5[2].1", "FT1(2)-11.1", "NTE-3", "ZPI-1", "OBX(9)-5"]
PIECES = [
    b"\r",
    b"\n",
    b"|",
    b"^",
    b"~",
    b"\\",
    b"&",
    b"\x1b$B",
    b"\x1b-A",
    b"\\X",
    b"\\M2442\\",
    b"\xff",
    b"\xe9",
    b"\x00",
]


def exercise(data: bytes) -> None:
    try:
        message = hl7v2.parse(data)
    except hl7v2.ParseError as error:
        fault = error
    else:
        exercise_message(message, data)
        return
    assert 0 <= fault.offset <= len(data)


def exercise_message(message: hl7v2.Message, data: bytes) -> None:
    _ = [message[path] for path in PATHS], message.type, message.structure, message.charset
    assert all(isinstance(finding, hl7v2.Finding) for finding in message.findings)
    message.tree()
    assert bytes(message) == data
    # Written from its parts, it is still the same.
    message._rows.edited = True
    assert bytes(message) == data
    edit(message)


def edit(message: hl7v2.Message) -> None:
    try:
        message["MSH-10"] = "a|b"
        message.add_segment("ZZZ", ["é"])
    except Misuse:
        return
    again = hl7v2.parse(bytes(message))
    assert again["MSH-10"] == "a|b"
    assert again.segments("ZZZ")[-1]["1"] == "é"


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_arbitrary_bytes(data: bytes) -> None:
    exercise(data)
    hl7v2.split_batch(data.replace(b"\xff\xfe", b"").replace(b"\xfe\xff", b"").replace(b"\x00", b""))


@settings(max_examples=300)
@given(
    st.binary(max_size=120),
    st.sampled_from([b"MSH|^~\\&|", b"MSH", b"MSH|^~\\&#|A||||||ADT^A01|1|P|2.9||||||", b"\xff\xfeM\x00S\x00H\x00"]),
)
def test_arbitrary_bytes_after_the_start_of_a_message(data: bytes, start: bytes) -> None:
    exercise(start + data)


@settings(max_examples=400)
@given(
    st.lists(
        st.tuples(st.integers(0, len(ADMIT)), st.integers(0, 30), st.sampled_from(PIECES) | st.binary(max_size=4)),
        max_size=6,
    )
)
def test_a_message_with_pieces_replaced(changes: list[tuple[int, int, bytes]]) -> None:
    data = ADMIT
    for at, length, piece in changes:
        data = data[:at] + piece + data[at + length :]
    exercise(data)


@settings(max_examples=200)
@given(
    st.sampled_from(
        [b"ASCII~ISO IR87", b"BIG-5", b"GB 18030-2000", b"ISO IR14~ISO IR87", b"KS X 1001", b"UNICODE UTF-8", b"~~"]
    ),
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=20).map(b"".join),
)
def test_any_bytes_in_any_character_set(charset: bytes, data: bytes) -> None:
    exercise(b"MSH|^~\\&|A||||||ADT^A01|1|P|2.5||||||" + charset + b"\rPID|1||" + data + b"\rNTE|1\r")
