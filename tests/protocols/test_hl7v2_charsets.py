"""Character sets: MSH-18, its absence, and bytes that do not keep to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_messages import ADMIT, message

from isthmus.kernel import Misuse
from isthmus.protocols import hl7v2

SAMPLES = {
    "8859/1": "Müller Ærø",
    "8859/2": "Łódź Dvořák",
    "8859/3": "Ħamrun",
    "8859/4": "Ķīniņš",
    "8859/5": "Иванов",
    "8859/6": "محمد",
    "8859/7": "Παπαδόπουλος",
    "8859/8": "כהן",
    "8859/9": "Yıldız Şahin",
    "8859/15": "Œuvre €",
    "KS X 1001": "홍길동",
    "GB 18030-2000": "张伟 𠀀",
    "BIG-5": "許功蓋",
    "ISO IR14": "ﾔﾏﾀﾞ",
    "SHIFT_JIS": "表示ソ能",
    "EUC-JP": "山田",
    "UNICODE UTF-8": "Müller 山田 😀",
    "WINDOWS-1252": "“Müller” €",
}


@pytest.mark.parametrize("charset", SAMPLES)
def test_text_in_each_character_set_is_read_and_written(charset: str) -> None:
    text = SAMPLES[charset]
    read = hl7v2.parse(ADMIT)
    read["PID-5"] = [text, [text, text]]
    read.transcode(charset)
    data = bytes(read)
    again = hl7v2.parse(data)

    assert again.charset == charset == again["MSH-18"]
    assert again["PID-5.1"] == again["PID-5.2.2"] == text
    assert again["PID-3[MR].1"] == "100234"
    assert bytes(again) == data
    again["PID-5.3"] = text
    assert hl7v2.parse(bytes(again))["PID-5.3"] == text
    assert hl7v2.parse(bytes(again))["PID-5.1"] == text
    assert hl7v2.parse(bytes(again)).findings == ()


def test_trail_bytes_that_look_like_delimiters_are_not() -> None:
    # The second bytes of these Big5 characters are those of \\ | ^ ~ and &-like punctuation.
    name = "功育俞".encode("big5")
    data = message(b"PID|1||||" + name + b"^X", charset=b"BIG-5")
    read = hl7v2.parse(data)

    assert b"\\" in name
    assert read["PID-5.1"] == "功育俞"
    assert read["PID-5.2"] == "X"
    assert read.field_bytes(b"PID", 5).decode() == "功育俞^X"
    assert bytes(read) == data


def test_japanese_text_switches_as_announced() -> None:
    data = message(
        b"PID|1||||YAMADA^TARO~" + "山田".encode("iso2022_jp") + b"^" + "太郎".encode("iso2022_jp") + b"|||M",
        charset=b"ASCII~ISO IR87",
    )
    read = hl7v2.parse(data)

    assert read["PID-5[2].1"] == "山田"
    assert read["PID-5[2].2"] == "太郎"
    assert read["PID-8"] == "M"
    assert bytes(read) == data
    read["PID-5[2].1"] = "鈴木|x"
    again = hl7v2.parse(bytes(read))
    assert again["PID-5[2].1"] == "鈴木|x"
    assert again["PID-5[2].2"] == "太郎"
    assert bytes(read).startswith(data[: data.index(b"~\x1b") + 1])


@given(st.text("aé|~ж山ﾔ龥^\\丂", max_size=12))
def test_any_mixture_survives_switching(text: str) -> None:
    read = hl7v2.parse(message(b"NTE|1", charset=b"ASCII~8859/1~8859/5~ISO IR87~ISO IR159~ISO IR14"))
    read["NTE-3"] = text
    again = hl7v2.parse(bytes(read))

    assert again["NTE-3"] == read["NTE-3"] == text
    assert again["MSH-10"] == "1"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_encodings_from_files_are_detected_and_reported(codec: str) -> None:
    data = message("PID|1||||Müller 😀\uac00".encode(), charset=b"UNICODE UTF-16").decode().encode(codec)
    read = hl7v2.parse(data)

    assert read["PID-5"] == "Müller 😀\uac00"
    assert [finding.rule for finding in read.findings] == ["wide-encoding"]
    assert read.charset in ("UNICODE UTF-16", "UNICODE UTF-32")
    assert bytes(read) == data
    read["PID-5"] = "X"
    assert bytes(read).decode(codec).endswith("PID|1||||X\r")
    read.transcode("UNICODE UTF-8")
    assert bytes(read) == message(b"PID|1||||X", charset=b"UNICODE UTF-8")


def test_half_a_character_at_the_end_of_a_wide_file_is_kept() -> None:
    data = "MSH|^~\\&|A\rPID|1\r".encode("utf-16-le") + b"\x0d"
    read = hl7v2.parse(data)

    assert read["PID-1"] == "1"
    assert bytes(read) == data
    read["PID-1"] = "2"
    assert bytes(read) == data.replace(b"1", b"2")


@pytest.mark.parametrize(
    ("name", "declared", "rule"),
    [
        ("Müller".encode(), b"", "charset-undeclared"),
        ("Müller".encode("latin-1"), b"", "charset-undeclared"),
        ("Müller".encode("latin-1"), b"ASCII", "charset-undeclared"),
        ("Müller".encode("latin-1"), b"CNS 11643-1992", "unknown-charset"),
        ("Müller".encode("latin-1"), b"zlib", "unknown-charset"),
        ("Müller".encode("latin-1"), b"UNICODE UTF-8", "undecodable-bytes"),
    ],
)
def test_a_missing_or_wrong_declaration_is_guessed_around_and_reported(name: bytes, declared: bytes, rule: str) -> None:
    data = message(b"PID|1||||" + name, charset=declared)
    read = hl7v2.parse(data)

    assert read["PID-5"] == "Müller"
    assert rule in [finding.rule for finding in read.findings]
    assert bytes(read) == data


def test_undecodable_bytes_neither_raise_nor_get_lost() -> None:
    data = message(b"PID|1||\xff\xfe~\xc3\xbc||\xe9\x80", b"NTE|1||ok", charset=b"UNICODE UTF-8")
    read = hl7v2.parse(data)

    assert read["PID-3"] == "ÿþ"
    assert read["PID-3[2]"] == "ü"
    assert read["PID-5"] == "é\x80"
    (finding,) = read.findings
    assert (finding.rule, finding.offset) == ("undecodable-bytes", data.index(b"\xff"))
    read["NTE-3"] = "ü"
    assert bytes(read) == data.replace(b"ok", "ü".encode())


@pytest.mark.parametrize("charset", [b"BIG-5", b"GB 18030-2000", b"SHIFT_JIS"])
def test_editing_beside_undecodable_bytes_keeps_them(charset: bytes) -> None:
    data = message(b"PID|1||\xff^\x80\x20|" + "表".encode("gb18030") + b"|X", charset=charset)
    read = hl7v2.parse(data)
    assert read["PID-3.1"] in ("ÿ", "\xff")

    read["PID-5"] = "Y"

    assert bytes(read) == data.replace(b"|X", b"|Y")
    assert read["PID-5"] == "Y"


def test_an_unknown_switch_is_kept_as_text() -> None:
    data = message(b"PID|1||\x1b(Za^b", charset=b"ASCII~ISO IR87")

    assert hl7v2.parse(data)["PID-3"] == "\x1b(Za"
    assert hl7v2.parse(data)["PID-3.2"] == "b"


def test_a_segment_with_a_broken_switch_is_not_edited_into_nothing() -> None:
    data = message(b"PID|1||\x1b$B\x7f\x7f\x1b(B\xe9|x", charset=b"ASCII~ISO IR87")
    read = hl7v2.parse(data)

    with pytest.raises(Misuse, match="transcode"):
        read["PID-4"] = "y"

    assert bytes(read) == data


def test_the_callers_character_set_overrides_the_declaration() -> None:
    data = message("PID|1||||Иванов".encode("cp1251"), charset=b"UNICODE UTF-8")
    read = hl7v2.parse(data, charset="windows-1251")

    assert read["PID-5"] == "Иванов"
    assert [finding.rule for finding in read.findings] == ["charset-overridden"]
    with pytest.raises(Misuse):
        hl7v2.parse(data, charset="rot13")
    with pytest.raises(Misuse):
        read.transcode("rot13")


def test_text_beyond_ascii_uses_what_the_message_declares() -> None:
    read = hl7v2.parse(message(b"PID|1", charset=b"8859/1"))
    read["PID-5"] = "Müller"

    assert bytes(read) == message("PID|1||||Müller".encode("latin-1"), charset=b"8859/1")


@pytest.mark.parametrize("declared", [b"", b"ASCII"])
def test_a_message_that_was_ascii_becomes_utf_8_and_says_so(declared: bytes) -> None:
    read = hl7v2.parse(message(b"PID|1", charset=declared))
    read["PID-5"] = "Müller"

    assert bytes(read) == message("PID|1||||Müller".encode(), charset=b"UNICODE UTF-8")


def test_a_character_outside_the_set_is_refused_until_the_message_is_transcoded() -> None:
    read = hl7v2.parse(message("PID|1||||Müller".encode("latin-1"), charset=b"8859/1"))

    with pytest.raises(Misuse, match="transcode"):
        read["PID-6"] = "😀"
    with pytest.raises(Misuse):
        read["MSH-18"] = "UNICODE UTF-8"
    read.transcode("UNICODE UTF-8")
    read["PID-6"] = "😀"

    assert bytes(read) == message("PID|1||||Müller|😀".encode(), charset=b"UNICODE UTF-8")
    with pytest.raises(Misuse):
        read.transcode("8859/1")
    assert read["PID-6"] == "😀"


def test_transcoding_takes_hexadecimal_data_along() -> None:
    undeclared = hl7v2.parse(message(rb"NTE|1||M\XC3BC\ller"))
    undeclared.transcode("8859/1")
    assert bytes(undeclared) == message(rb"NTE|1||M\XFC\ller", charset=b"8859/1")

    read = hl7v2.parse(message(rb"NTE|1||M\XFC\ller" + b"\xfc", charset=b"8859/1"))
    read.transcode("UNICODE UTF-8")

    assert bytes(read).endswith(b"M\\XC3BC\\ller\xc3\xbc\r")
    assert hl7v2.parse(bytes(read))["NTE-3"] == "Müllerü"


def test_a_transcoded_message_still_ends_where_it_ended() -> None:
    read = hl7v2.parse(message(b"PID|1"))
    read.transcode("UNICODE UTF-8")
    read.add_segment("NTE", ["1"])

    assert len(read) == 3
    assert bytes(read) == message(b"PID|1", b"NTE|1", charset=b"UNICODE UTF-8")
