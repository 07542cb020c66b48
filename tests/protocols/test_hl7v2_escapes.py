"""Escape sequences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_messages import message

from isthmus.kernel import Misuse
from isthmus.protocols import hl7v2

MARKS = hl7v2.Delimiters(b"|", b"^", b"~", b"\\", b"&", b"\r")


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (rb"\F\\S\\T\\R\\E\ ", "|^&~\\ "),
        (rb"a\X0D0A\b", "a\r\nb"),
        (rb"\X41\\x42\ \X4a\ ", "AB J "),
        (rb"one\.br\two\.sp\three\.sp2\four\.ce\five", "one\ntwo\nthree\n\nfour\nfive"),
        (rb"a\.sk3\b\.sp+2\c", "a   b\n\nc"),
        (rb"\.in4\\.ti-2\\.fi\\.nf\a\H\b\N\c", "abc"),
        (rb"\Z01\ \Q\ \X4\ \.xy\ \.sp999\ ", "\\Z01\\ \\Q\\ \\X4\\ \\.xy\\ \\.sp999\\ "),
        (rb"C:\temp\new\F\ ", "C:\\temp\\new| "),
        (rb"50\% off\ ", "50\\% off\\ "),
        (rb"\P\ ", "\\P\\ "),
        (rb"\E\F\E\ ", "\\F\\ "),
        (b"\\", "\\"),
    ],
)
def test_a_sequence_stands_for(escaped: bytes, text: str) -> None:
    assert hl7v2.parse(message(b"NTE|1||" + escaped))["NTE-3"] == text


def test_hexadecimal_data_is_in_the_character_set_of_the_message() -> None:
    assert hl7v2.parse(message(rb"NTE|1||M\XC3BC\ller", charset=b"UNICODE UTF-8"))["NTE-3"] == "Müller"
    assert hl7v2.parse(message(rb"NTE|1||M\XC3\\XBC\ller"))["NTE-3"] == "Müller"
    assert hl7v2.parse(message("NTE|1||M\\XFC\\ller é".encode("latin-1"), charset=b"8859/1"))["NTE-3"] == "Müller é"
    assert (
        hl7v2.parse(message("NTE|1||表 \\X836E\\".encode("shift_jis", "replace"), charset=b"SHIFT_JIS"))["NTE-3"]
        == "表 ハ"
    )


def test_switches_of_character_set_are_followed() -> None:
    switched = message(b"PID|1||||\\C2D41\\M\xfcller^\\M2442\\\\X3B33\\\\C2842\\ Taro")
    read = hl7v2.parse(switched)

    assert read["PID-5.1"] == "Müller"
    assert read["PID-5.2"] == "山 Taro"


def test_control_characters_are_escaped_so_that_they_break_no_frame() -> None:
    assert hl7v2.escape(b"a\rb\nc\x0b\x1c\td", MARKS) == rb"a\X0D\b\.br\c\X0B\\X1C\ ".strip() + b"\td"


def test_without_an_escape_character_delimiters_cannot_be_written() -> None:
    with pytest.raises(Misuse):
        hl7v2.escape(b"a|b", MARKS._replace(escape=b"\r"))
    assert hl7v2.escape(b"a b", MARKS._replace(escape=b"\r")) == b"a b"
    assert hl7v2.unescape(rb"\F\ ", MARKS._replace(escape=b"\r")) == rb"\F\ "


@given(st.binary(max_size=60))
def test_unescaping_undoes_escaping(value: bytes) -> None:
    assert hl7v2.unescape(hl7v2.escape(value, MARKS), MARKS) == value
