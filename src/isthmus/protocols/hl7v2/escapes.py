"""Escape sequences inside a value (HL7 v2 §2.7): bytes to bytes, in the character set of the message.

    \\F\\ \\S\\ \\T\\ \\R\\ \\E\\ \\P\\   the delimiters (\\P\\: the truncation character of 2.7+)
    \\X0D0A\\                          bytes in hexadecimal
    \\.br\\ \\.sp2\\ \\.ce\\              one or more new lines
    \\.sk3\\                           spaces
    \\.in4\\ \\.ti-2\\ \\.fi\\ \\.nf\\ \\H\\ \\N\\   layout and highlighting: no text of their own, so nothing
    \\C2842\\ \\M2442\\                  switches of character set: become ISO 2022 escape sequences
    \\Zxx\\ and anything else            kept as they are: only the two sites know what they mean

`unescape(escape(x)) == x` for any x. A lone escape character is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from ...kernel import Misuse
from .grammar import ABSENT, Delimiters

# In the order of `Delimiters`.
_CODES = b"FSRETP"


def unescape(value: bytes, delimiters: Delimiters, recode: Callable[[bytes], bytes] | None = None) -> bytes:
    """The value with every sequence of the table above replaced.

    `recode` turns hexadecimal data from the character set that travels into that of `value`, where they differ.
    """
    if delimiters.escape == ABSENT or delimiters.escape[0] not in value:
        return value
    characters = dict(zip(_CODES, delimiters, strict=True))
    pattern = _sequences(delimiters.escape)
    return pattern.sub(lambda match: _replacement(match, characters, recode), value)


def escape(value: bytes, delimiters: Delimiters) -> bytes:
    """The value with delimiters and control characters escaped; LF becomes `\\.br\\`, tabs stay.

    Raises Misuse when a character must be escaped and MSH-2 declares no escape character.
    """
    pattern, replacements = _reserved(delimiters)
    if not pattern.search(value):
        return value
    if delimiters.escape == ABSENT:
        raise Misuse("The text contains a delimiter, and MSH-2 of this message declares no escape character")
    return pattern.sub(lambda match: replacements[match[0]], value)


def recode_hexadecimal(value: bytes, delimiters: Delimiters, recode: Callable[[bytes], bytes]) -> bytes:
    """The value with the data of its `\\X..\\` sequences in another character set."""
    mark = delimiters.escape

    def replacement(match: re.Match[bytes]) -> bytes:
        if not match[2]:
            return match[0]
        return mark + b"X" + recode(bytes.fromhex(match[2].decode("ascii"))).hex().upper().encode("ascii") + mark

    return value if mark == ABSENT else _sequences(mark).sub(replacement, value)


@lru_cache(maxsize=64)
def _sequences(character: bytes) -> re.Pattern[bytes]:
    quoted = re.escape(character)
    # Numbers are short on purpose: a sequence must not be able to ask for a million lines.
    return re.compile(
        quoted
        + rb"(?:([FSTREP])|[Xx]((?:[0-9A-Fa-f]{2})+)|[CM]((?:[0-9A-Fa-f]{2}){2,3})|\.(sp|sk)\+?(\d{0,2})"
        + rb"|\.(br|ce)|\.(?:in|ti)[+-]?\d{0,3}|\.[fn][if]|[HN])"
        + quoted
    )


def _replacement(
    match: re.Match[bytes], characters: dict[int, bytes], recode: Callable[[bytes], bytes] | None
) -> bytes:
    delimiter, hexadecimal, switch, space, count, line, *_ = match.groups()
    if delimiter:
        character = characters[delimiter[0]]
        return match[0] if character == ABSENT else character
    if hexadecimal:
        data = bytes.fromhex(hexadecimal.decode("ascii"))
        return recode(data) if recode else data
    if switch:
        return b"\x1b" + bytes.fromhex(switch.decode("ascii"))
    if space:
        return (b"\n" if space == b"sp" else b" ") * int(count or b"1")
    return b"\n" if line else b""


@lru_cache(maxsize=64)
def _reserved(delimiters: Delimiters) -> tuple[re.Pattern[bytes], dict[bytes, bytes]]:
    mark = delimiters.escape
    replacements = {bytes([byte]): b"%bX%02X%b" % (mark, byte, mark) for byte in range(0x20) if byte != 0x09}
    replacements[b"\n"] = mark + b".br" + mark
    for code, character in zip(_CODES, delimiters, strict=True):
        if character != ABSENT:
            replacements[character] = mark + bytes([code]) + mark
    alternatives = b"".join(re.escape(character) for character in replacements)
    return re.compile(b"[" + alternatives + b"]"), replacements
