"""Data types of X12.6: what an element of a type and a length may hold.

    AN, ID  printable characters, blanks at the end left out       R  decimal point where it is written     Nn  digits, sign
    DT      CCYYMMDD, YYMMDD       TM  HHMM, HHMMSS, HHMMSSDD       formats of element 1250: D8, RD8, D6, RD, TM, DT

The sign and the decimal point do not count to the length of a number (X12.6 data types R and Nn). Characters: everything but
control characters. X12.6 names a basic and an extended character set and lets partners agree on more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from ..values import maybe_date

TOO_SHORT, TOO_LONG, BAD_CHARACTER, BAD_DATE, BAD_TIME = "4", "5", "6", "8", "9"
"""IK403, element 621."""

_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_INTEGER = re.compile(r"-?[0-9]+")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[0-9]{1,2})?)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

RULES = {
    TOO_SHORT: ("too-short", "is shorter than its data type allows"),
    TOO_LONG: ("too-long", "is longer than its data type allows"),
    BAD_CHARACTER: ("character", "holds a character that its data type does not have"),
    BAD_DATE: ("date", "is no date that can be"),
    BAD_TIME: ("time", "is no time that can be"),
}
"""The rule and the words of each code."""


def faults(kind: str, low: int, high: int, value: str, separators: str = "") -> list[str]:
    """The codes of all that is wrong with a value that is there. `separators`: those that it must not hold."""
    numeric = kind == "R" or kind[:1] == "N"
    length = len(value.replace("-", "").replace(".", "")) if numeric else len(value)
    found = [TOO_SHORT] * (length < low) + [TOO_LONG] * (high > 0 and length > high)
    if kind == "B":
        return found
    if _CONTROL.search(value) or any(mark in value for mark in separators) or not _typed(kind, low, value):
        found.append(BAD_CHARACTER)
    elif kind == "DT" and not is_date(value):
        found.append(BAD_DATE)
    elif kind == "TM" and not is_time(value):
        found.append(BAD_TIME)
    return found


def _typed(kind: str, low: int, value: str) -> bool:
    if kind == "R":
        return _NUMBER.fullmatch(value) is not None
    if kind[:1] == "N":
        return _INTEGER.fullmatch(value) is not None
    if kind in ("DT", "TM"):
        return value.isascii() and value.isdigit()
    return value[-1] != " " or len(value.rstrip(" ")) < low


@lru_cache(maxsize=4096)
def test(kind: str, low: int, high: int, separators: str) -> Callable[[str], object]:
    """A test that a value is there and has no faults; a fast one for text. It keeps nothing of what it is given."""
    if kind in ("AN", "ID") and low <= high <= 0xFFFF:
        inner = rf"[^\x00-\x1f\x7f-\x9f{re.escape(separators)}]"
        # The last character is no blank. What is padded to its least length fails here and is left to `faults`.
        return re.compile(rf"{inner}{{{max(low, 1) - 1},{high - 1}}}(?! ){inner}").fullmatch
    return lambda value: value != "" and not faults(kind, low, high, value, separators)


def is_date(value: str) -> bool:
    """CCYYMMDD or YYMMDD, or CCYYMMDDHHMM, that the calendar has."""
    return maybe_date(value[:8]) is not None and (len(value) in (6, 8) or (len(value) == 12 and is_time(value[8:])))


def is_time(value: str) -> bool:
    """HHMM, HHMMSS, or with tenths or hundredths of a second."""
    return _TIME.fullmatch(value) is not None


def _is_range(value: str) -> bool:
    first, mark, last = value.partition("-")
    return bool(mark) and len(first) == len(last) == 8 and is_date(first) and is_date(last)


FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    "D8": (lambda value: len(value) == 8 and is_date(value), BAD_DATE),
    "D6": (lambda value: len(value) == 6 and is_date(value), BAD_DATE),
    "DT": (lambda value: len(value) == 12 and is_date(value), BAD_DATE),
    "RD8": (_is_range, BAD_DATE),
    "TM": (is_time, BAD_TIME),
}
"""What an element 1251 must be when the element 1250 before it says so, and the code when it is not."""
