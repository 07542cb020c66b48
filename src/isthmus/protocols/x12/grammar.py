"""The separators of an interchange and the one error of this codec (X12.5 interchange control structures, X12.6 syntax).

    ISA*00*..........*00*..........*ZZ*...............*ZZ*...............*260115*0934*^*00501*000000001*0*P*:~
       |                                                                            |                      ||
       element separator (byte 3)             repetition separator, ISA11, from 00402 on       component ISA16 |
                                                                                              segment terminator

ISA has fixed widths (106 bytes with its terminator). Peers that trim or overfill its elements are common, so separators are
found by counting sixteen element separators; widths that differ are a finding, not an error.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ...kernel import PeerFault

ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)

ISA_BYTES_MAX = 512
"""An ISA has 106 bytes; the bound leaves room for overfilled identifiers and keeps noise from being searched for ever."""

WHITE = b" \t\r\n"
"""What may stand between a terminator and the next segment."""

FIRST_WITH_REPETITION = "00402"

_ALPHANUMERIC = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ")


class ParseError(PeerFault):
    """These bytes are not X12."""

    # segment: counted from 1 over all that was given, 0 before the first; element: of the segment, 0 for all of it.
    code = "X12_PARSE"

    def __init__(self, message: str, *, segment: int = 0, element: int = 0, offset: int = 0, rule: str = "") -> None:
        place = f"segment {segment}" + (f", element {element}" if element else "") if segment else None
        super().__init__(message, offset=offset, rule=rule, location=place)
        self.segment = segment
        self.element = element


class Separators(NamedTuple):
    """One byte each; `component` and `repetition` are empty where the interchange does without."""

    element: bytes = b"*"
    component: bytes = b":"
    repetition: bytes = b"^"
    terminator: bytes = b"~"

    @property
    def codec(self) -> str:
        """UTF-8, which holds ASCII, unless a separator is a byte that would be half a character."""
        return _codec(self)


@lru_cache(maxsize=64)
def _codec(separators: Separators) -> str:
    """Asked for every segment of a file, whose separators are always the same."""
    return "utf-8" if b"".join(separators).isascii() else "latin-1"


class NotAnISA(Exception):
    """Why bytes that begin with ISA are no interchange header."""


def read_separators(header: bytes) -> tuple[Separators, int] | None:
    """The separators of the ISA that `header` starts with, and its length without the terminator.

    None when more bytes are needed to tell. Raises NotAnISA.
    """
    element = header[3:4]
    if not element:
        return None
    if element[0] in _ALPHANUMERIC or element in b"\r\n":
        raise NotAnISA("ISA is not followed by an element separator")
    fields = header.split(element, 16)
    if len(fields) < 17 or len(fields[16]) < 2:
        if len(header) >= ISA_BYTES_MAX:
            raise NotAnISA("ISA does not have sixteen elements")
        return None
    component, terminator = fields[16][:1], fields[16][1:2]
    repetition = _repetition(fields[11], fields[12].decode("latin-1"))
    return _checked(element, component, repetition, terminator), len(header) - len(fields[16]) + 1


def _repetition(declared: bytes, version: str) -> bytes:
    """ISA11 is the standard's letter U before 00402, and a separator since; a letter in it separates nothing."""
    usable = version >= FIRST_WITH_REPETITION and len(declared) == 1 and declared[0] not in _ALPHANUMERIC
    return declared if usable else b""


def _checked(element: bytes, component: bytes, repetition: bytes, terminator: bytes) -> Separators:
    if terminator[0] in _ALPHANUMERIC or terminator == element:
        raise NotAnISA("ISA16 is not followed by a segment terminator")
    if component in (element, terminator):
        raise NotAnISA("ISA16 is not a component separator of its own")
    if component[0] in _ALPHANUMERIC or component in b"\r\n":
        component = b""
    return Separators(element, component, b"" if repetition in (component, terminator) else repetition, terminator)
