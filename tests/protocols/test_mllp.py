"""MLLP frames: four ways to cut a stream, and what is said of what is no frame."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from written_messages import ADMIT

from isthmus.kernel import Permanent
from isthmus.protocols import mllp

Seen = bytes | tuple[str, int, bytes]


def decode(*chunks: bytes, frame_bytes_max: int = 1 << 20, close: bool = True) -> list[Seen]:
    """Bodies, and faults as (rule, offset, raw)."""
    decoder = mllp.Decoder(frame_bytes_max=frame_bytes_max)
    found = [item for chunk in chunks for item in decoder.feed(chunk)]
    if close:
        found += decoder.close()
    return [item if isinstance(item, bytes) else (item.rule, item.offset, item.raw) for item in found]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place for place in places if place <= len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def test_a_frame_is_decoded_whole_byte_by_byte_in_chunks_and_with_trailing_bytes() -> None:
    data = mllp.frame(ADMIT)

    assert decode(data) == [ADMIT]
    assert decode(*(bytes([byte]) for byte in data)) == [ADMIT]
    assert decode(*cut(data, [1, 3, 200, len(data) - 1])) == [ADMIT]
    assert decode(data + b"\x0bnext", close=False) == [ADMIT]


def test_many_frames_come_in_one_read() -> None:
    assert decode(b"".join(mllp.frame(b"%d" % number) for number in range(50))) == [b"%d" % n for n in range(50)]


@given(
    st.lists(st.binary(min_size=1, max_size=9).filter(lambda body: not {0x0B, 0x1C} & set(body)), max_size=5),
    st.lists(st.integers(0, 60)),
)
def test_every_body_that_is_framed_comes_out(bodies: list[bytes], places: list[int]) -> None:
    assert decode(*cut(b"".join(map(mllp.frame, bodies)), places)) == bodies


@given(
    st.lists(st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\n", b"\x1c\r", b"a", b"bcdefgh"]), max_size=40).map(b"".join),
    st.lists(st.integers(0, 80), max_size=6),
)
def test_what_comes_out_does_not_depend_on_how_the_stream_is_cut(data: bytes, places: list[int]) -> None:
    whole = decode(data, frame_bytes_max=6)

    assert decode(*cut(data, places), frame_bytes_max=6) == whole
    assert decode(*(bytes([byte]) for byte in data), frame_bytes_max=6) == whole


@given(st.lists(st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\n", b"\x1c\r", b"a", b"bcd"]), max_size=40).map(b"".join))
def test_every_byte_is_in_a_body_or_in_a_fault(data: bytes) -> None:
    found = decode(data)
    # After a bad end block the stream is passed over up to the next frame: its fault covers what it does not hold.
    assume(all(isinstance(item, bytes) or item[0] != "end-block" for item in found))

    given_out = b"".join(item if isinstance(item, bytes) else item[2] for item in found)

    assert sorted(given_out.translate(None, b"\r\n\x1c")) == sorted(data.translate(None, b"\r\n\x0b\x1c"))


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"\r\n\x0ba\x1c\r\r\n\n\x0bb\x1c\r\n", [b"a", b"b"]),
        (b"\x0ba\x1c\n\x0bb\x1c\x0bc\x1c\r", [b"a", b"b", b"c"]),
        (b"GET / HTTP/1.1\r\n\r\n\x0ba\x1c\r", [("noise", 0, b"GET / HTTP/1.1\r\n\r\n"), b"a"]),
        (b"\x0ba\x1c\r\r\nMSH|^~\\&|", [b"a", ("noise", 6, b"MSH|^~\\&|")]),
        (b"\x0bab\x0bcd\x1c\r", [("nested-start", 0, b"ab"), b"cd"]),
        (b"\x0bab", [("missing-end", 0, b"ab")]),
        (b"\x0bab\x1c", [("missing-end", 0, b"ab\x1c")]),
        (b"\x0ba\x1cb\x1c\r\x0bc\x1c\r", [("end-block", 0, b"a\x1c"), b"c"]),
        (b"\x0ba\x1cb\x0bc\x1c\r", [("end-block", 0, b"a\x1c"), b"c"]),
        (b"\x0b\x1c\r\x0bc\x1c\r", [("empty", 0, b""), b"c"]),
        (b"\x0b123456\x1c\r\x0b1234567\x1c\r\x0bc\x1c\r", [b"123456", ("oversize", 9, b"123456"), b"c"]),
        (b"\x0b12345678\x0bc\x1c\r", [("oversize", 0, b"123456"), b"c"]),
        (b"", []),
        (b"\r\n\r\n", []),
    ],
)
def test_what_is_no_frame_is_said_with_its_place(data: bytes, seen: list[Seen]) -> None:
    assert decode(data, frame_bytes_max=6) == seen
    assert decode(*(bytes([byte]) for byte in data), frame_bytes_max=6) == seen


def test_an_oversize_frame_is_reported_early_and_not_held() -> None:
    decoder = mllp.Decoder(frame_bytes_max=1000)
    faults = decoder.feed(b"\x0b" + b"x" * 2000)

    assert [fault.rule for fault in faults if isinstance(fault, mllp.FrameFault)] == ["oversize"]
    for _ in range(1000):
        assert decoder.feed(b"x" * 10_000) == []
        assert len(decoder._held) < 10
    assert decoder.feed(b"\x1c\r" + mllp.frame(b"next")) == [b"next"]


def test_endless_noise_is_reported_once_and_bounded() -> None:
    decoder = mllp.Decoder()
    faults = [fault for _ in range(100) for fault in decoder.feed(b"noise " * 1000)]

    assert len(faults) == 1
    assert isinstance(faults[0], mllp.FrameFault)
    assert len(faults[0].raw) == mllp.FAULT_BYTES_MAX
    assert decoder.feed(mllp.frame(b"a")) == [b"a"]
    assert len(decoder._held) + len(decoder._noise) == 0


def test_a_decoder_that_was_closed_starts_anew() -> None:
    decoder = mllp.Decoder()
    decoder.feed(b"\x0bhalf")
    assert decoder.inside
    assert [fault.rule for fault in decoder.close()] == ["missing-end"]

    assert not decoder.inside
    assert decoder.close() == []
    assert decoder.feed(b"\x0ba\x1c\r") == [b"a"]


def test_a_body_that_cannot_be_framed_is_refused() -> None:
    for body in (b"a\x1c\rb", b"a\x0bb"):
        with pytest.raises(Permanent):
            mllp.frame(body)


def test_a_fault_shows_no_content() -> None:
    (fault,) = mllp.Decoder().feed(b"\x0bDOE^JOHN\x0b")

    assert "DOE" not in repr(fault) + str(fault)
