"""ISO/IEC 2022 switching between character sets, as MSH-18 with several repetitions announces it (HL7 v2 §2.14.9.18).

    ESC $ B  two bytes a character, 7 bits each, until  ESC ( B  (ASCII) or another designation

A designation sets G0 (bytes below 0x80) or G1 (bytes from 0x80). Each run between two escape sequences is decoded with
the Python codec in which those bytes stand for the same characters; unknown designations are kept as text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

ESC = b"\x1b"
_TO_ASCII = b"\x1b(B"


class _Set(NamedTuple):
    """codec that decodes it; wide: two bytes a character; prefix before each pair in that codec."""

    codec: str
    wide: bool = False
    prefix: bytes = b""


# By final bytes of the escape sequence (ISO international register of coded character sets; HL7 v2.3 §2.9.2).
_G0 = {
    b"(B": _Set("ascii"),
    b"(J": _Set("ascii"),
    b"$@": _Set("euc_jp", wide=True),
    b"$B": _Set("euc_jp", wide=True),
    b"$(B": _Set("euc_jp", wide=True),
    b"$(D": _Set("euc_jp", wide=True, prefix=b"\x8f"),
    b"$A": _Set("gb2312", wide=True),
    b"$(A": _Set("gb2312", wide=True),
    b"$(C": _Set("euc_kr", wide=True),
}
_G1 = {
    b"-A": _Set("iso8859-1"),
    b"-B": _Set("iso8859-2"),
    b"-C": _Set("iso8859-3"),
    b"-D": _Set("iso8859-4"),
    b"-F": _Set("iso8859-7"),
    b"-G": _Set("iso8859-6"),
    b"-H": _Set("iso8859-8"),
    b"-L": _Set("iso8859-5"),
    b"-M": _Set("iso8859-9"),
    b"-b": _Set("iso8859-15"),
    b")I": _Set("shift_jis"),
    b"$)A": _Set("gb2312"),
    b"$)B": _Set("euc_jp"),
    b"$)C": _Set("euc_kr"),
}
# What to switch to for a set named in MSH-18, in the order in which they are tried.
_DESIGNATION = {
    "ISO IR87": b"$B",
    "ISO IR159": b"$(D",
    "ISO IR14": b")I",
    "KS X 1001": b"$)C",
    "8859/1": b"-A",
    "8859/2": b"-B",
    "8859/3": b"-C",
    "8859/4": b"-D",
    "8859/5": b"-L",
    "8859/6": b"-G",
    "8859/7": b"-F",
    "8859/8": b"-H",
    "8859/9": b"-M",
    "8859/15": b"-b",
}
_SEQUENCE = re.compile(rb"\x1b([\x20-\x2f]+[\x30-\x7e])")
_HALVES = re.compile(rb"[\x80-\xff]+|[\x00-\x7f]+")
SURROGATES_AS_LATIN_1 = {0xDC00 + byte: byte for byte in range(0x80, 0x100)}
"""For text decoded with surrogateescape: what the codec could not decode reads as ISO 8859-1."""


def decode(value: bytes, codec: str) -> str:
    """Text; `codec` decodes what stands before the first designation. Undecodable bytes are read as ISO 8859-1."""
    low, high = _G0[b"(B"], _Set(codec)
    parts = _SEQUENCE.split(value)
    text = [_run(parts[0], low, high)]
    for designation, run in zip(parts[1::2], parts[2::2], strict=True):
        if designation in _G0:
            low = _G0[designation]
        elif designation in _G1:
            high = _G1[designation]
        else:
            text.append("\x1b" + designation.decode("ascii"))
        text.append(_run(run, low, high))
    return "".join(text)


def _run(run: bytes, low: _Set, high: _Set) -> str:
    if not run:
        return ""
    if low.wide:
        halves = _HALVES.findall(run)
        return "".join(_high(half, high) if half[0] & 0x80 else _wide(half, low) for half in halves)
    return _high(run, high)


def _high(run: bytes, high: _Set) -> str:
    return run.decode(high.codec, "surrogateescape").translate(SURROGATES_AS_LATIN_1)


def _wide(run: bytes, low: _Set) -> str:
    pairs = []
    for at in range(0, len(run), 2):
        pair = run[at : at + 2]
        shifted = low.prefix + bytes(byte | 0x80 for byte in pair)
        try:
            pairs.append(shifted.decode(low.codec))
        except UnicodeDecodeError:
            pairs.append(pair.decode("latin-1"))
    return "".join(pairs)


def encode(text: str, codec: str, names: tuple[str, ...]) -> bytes:
    """Bytes in `codec`, switching to the named sets where a character needs it, ending in ASCII and `codec`.

    Raises UnicodeEncodeError when no set has the character.
    """
    out = bytearray()
    current = b""
    for character in text:
        designation, encoded = _place(character, codec, names)
        if designation != current:
            out += _back(current, codec)
            if designation:
                out += ESC + designation
            current = designation
        out += encoded
    return bytes(out + _back(current, codec))


def _place(character: str, codec: str, names: tuple[str, ...]) -> tuple[bytes, bytes]:
    """The designation under which a character has bytes, b"" for the default, and those bytes."""
    for name in ("", *names):
        designation = _DESIGNATION.get(name, b"")
        encoded = _encoded(character, designation) if designation else _default(character, codec)
        if encoded:
            return designation, encoded
    raise UnicodeEncodeError(codec, character, 0, 1, "in none of the character sets of MSH-18")


def _default(character: str, codec: str) -> bytes | None:
    try:
        encoded = character.encode(codec)
    except UnicodeEncodeError:
        return None
    # Shift JIS stands in for JIS X 0201, which has one byte a character.
    return None if codec == "shift_jis" and len(encoded) > 1 else encoded


def _encoded(character: str, designation: bytes) -> bytes | None:
    target = _G0.get(designation) or _G1[designation]
    try:
        encoded = character.encode(target.codec)
    except UnicodeEncodeError:
        return None
    if not target.wide:
        return encoded
    if len(encoded) != 2 + len(target.prefix) or not encoded.startswith(target.prefix):
        return None
    return bytes(byte & 0x7F for byte in encoded[len(target.prefix) :])


def _back(current: bytes, codec: str) -> bytes:
    """From a designation back to ASCII in G0; a G1 set stays designated, so `codec` is designated anew."""
    if not current:
        return b""
    if current in _G0:
        return _TO_ASCII
    default = next((final for final, target in _G1.items() if target.codec == codec), None)
    return ESC + default if default else b""
