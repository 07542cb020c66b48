"""The check characters of the three agencies.

GS1       modulo 10, weights 3 and 1 from the right                      GS1 General Specifications, 7.9
HIBCC     modulo 43, the sum of the characters' values                   ANSI/HIBC 2.6, appendix B
ICCBBA    ISO/IEC 7064 modulo 37-2, over the 13 characters of a DIN      ISBT 128 ST-001, appendix A
"""

from __future__ import annotations

MOD_43 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
"""A character's place is its value: that of Code 39."""

_MOD_37 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"


def gs1_digit(digits: str) -> str:
    """The check digit that follows `digits` in a GTIN, SSCC or GLN."""
    weighted = (int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-sum(weighted) % 10)


def gs1_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    return gs1_digit(digits[:-1]) == digits[-1]


def hibc_character(text: str) -> str:
    """The check character that follows `text`, flag and all. Raises ValueError for a character outside of Code 39."""
    return MOD_43[sum(MOD_43.index(character) for character in text) % 43]


def din_value(number: str) -> int:
    """The check value, 0 to 36, of a donation identification number of 13 characters: A-Z and 0-9 only."""
    value = 0
    for character in number:
        value = (value + _MOD_37.index(character)) * 2 % 37
    return (1 - value) % 37


def din_character(number: str) -> str:
    """The check character that labels print in a box behind a donation identification number."""
    return _MOD_37[din_value(number)]
