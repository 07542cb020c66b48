"""Character sets of a message: MSH-18, HL7 table 0211, and what to do when it says nothing or is wrong.

Invariants
 1. Reading never fails and never loses: a byte that the character set cannot decode is read as ISO 8859-1.
 2. Names come from the table below only; a sender cannot make Python load a codec of its choosing.
 3. In a character set that is not `delimiter_safe` a delimiter's byte may be part of a character; such messages are
    split as text (see `encoding`).
"""

from __future__ import annotations

from typing import NamedTuple

from ...kernel import Misuse
from . import iso2022
from .grammar import Delimiters
from .iso2022 import SURROGATES_AS_LATIN_1


class Charset(NamedTuple):
    """One character set as a message uses it.

    name            as in table 0211, or the name in common use where the table has none
    codec           Python's
    delimiter_safe  bytes below 0x80 always stand for themselves
    switching       other sets that ISO 2022 escape sequences may switch to, by their table 0211 names; () for none
    """

    name: str
    codec: str
    delimiter_safe: bool = True
    switching: tuple[str, ...] = ()

    def decode(self, value: bytes) -> str:
        if self.switching and b"\x1b" in value:
            return iso2022.decode(value, self.codec)
        return decode(value, self.codec)

    def encode(self, text: str) -> bytes:
        """Raises UnicodeEncodeError when a character has no place in the set."""
        if self.switching:
            return iso2022.encode(text, self.codec, self.switching)
        return text.encode(self.codec)


def decode(value: bytes, codec: str) -> str:
    """Text; bytes outside the codec are read as ISO 8859-1, one by one."""
    try:
        return value.decode(codec)
    except UnicodeDecodeError:
        return value.decode(codec, "surrogateescape").translate(SURROGATES_AS_LATIN_1)


ASCII = Charset("ASCII", "ascii")
LATIN_1 = Charset("8859/1", "iso8859-1")
UTF_8 = Charset("UNICODE UTF-8", "utf-8")

# HL7 table 0211 (v2.9), then names in common use that the table lacks. CNS 11643-1992 has no codec in Python.
_CHARSETS = (
    ASCII,
    LATIN_1,
    *(Charset(f"8859/{part}", f"iso8859-{part}") for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    Charset("ISO IR6", "ascii"),
    Charset("ISO IR14", "shift_jis", delimiter_safe=False),
    Charset("ISO IR87", "ascii", delimiter_safe=False, switching=("ISO IR87",)),
    Charset("ISO IR159", "ascii", delimiter_safe=False, switching=("ISO IR159",)),
    Charset("JAS2020", "ascii", delimiter_safe=False, switching=("ISO IR87", "ISO IR159")),
    Charset("JIS X 0202", "ascii", delimiter_safe=False, switching=("ISO IR87", "ISO IR159")),
    Charset("GB 18030-2000", "gb18030", delimiter_safe=False),
    Charset("KS X 1001", "euc_kr"),
    Charset("BIG-5", "big5", delimiter_safe=False),
    UTF_8,
    Charset("WINDOWS-1250", "cp1250"),
    Charset("WINDOWS-1251", "cp1251"),
    Charset("WINDOWS-1252", "cp1252"),
    Charset("SHIFT_JIS", "shift_jis", delimiter_safe=False),
    Charset("EUC-JP", "euc_jp"),
)

# UNICODE (deprecated) and the wide encodings mean UTF-8 wherever the bytes are not wide: `reader` detects those that are.
_ALIASES = {
    "": ASCII,
    "USASCII": ASCII,
    "UNICODE": UTF_8,
    "UTF8": UTF_8,
    "UNICODEUTF16": UTF_8,
    "UNICODEUTF32": UTF_8,
    "LATIN1": LATIN_1,
    **{f"ISO{c.name.replace('/', '')}": c for c in _CHARSETS if c.name.startswith("8859/")},
}


def _fold(name: str) -> str:
    return name.upper().translate({ord(c): None for c in " -_/"})


_BY_NAME = {_fold(charset.name): charset for charset in _CHARSETS} | _ALIASES
_BY_NAME |= {_fold(f"CP{page}"): _BY_NAME[f"WINDOWS{page}"] for page in (1250, 1251, 1252)}


def known(name: str) -> Charset | None:
    """The character set of this name, in table 0211 or in common use; None when there is none."""
    return _BY_NAME.get(_fold(name))


def declared(names: list[str]) -> Charset | None:
    """What the repetitions of MSH-18 declare; None when the first name is unknown.

    Several repetitions: the first is the default, the others are reached by ISO 2022 switching (§2.14.9.18).
    """
    first = known(names[0]) if names else ASCII
    others = tuple(name for name in names[1:] if name)
    if first is None or not others:
        return first
    switching = tuple(charset.name for charset in map(known, others) if charset)
    return first._replace(delimiter_safe=False, switching=first.switching + switching)


def names(declaration: bytes, delimiters: Delimiters) -> list[str]:
    """The repetitions of MSH-18."""
    return [name.decode("ascii", "replace").strip() for name in declaration.split(delimiters.repetition)]


def choose(body: bytes, declaration: bytes, delimiters: Delimiters, given: str | None) -> Charset:
    """The character set to read a message in: what the caller gives, else what MSH-18 declares, else a guess.

    A message that declares nothing and holds no byte beyond ASCII is ASCII. Raises Misuse for a given name that is
    unknown.
    """
    if given is not None:
        charset = known(given)
        if charset is None:
            raise Misuse(f"No character set {given!r} in HL7 table 0211 or in common use")
        return charset
    charset = declared(names(declaration, delimiters)) or ASCII
    if charset.codec != "ascii" or charset.switching:
        return charset
    return ASCII if body.isascii() else guess(body)


def guess(data: bytes) -> Charset:
    """For bytes beyond ASCII that nothing declares: UTF-8 when they are valid UTF-8, else ISO 8859-1."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return LATIN_1
    return UTF_8
