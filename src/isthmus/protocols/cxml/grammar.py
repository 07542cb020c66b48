"""cXML's numbers, dates and flags, the one error of this codec, and the secret that nothing shows.

Numbers are digits with an optional sign and decimal point (XML Schema decimal): no exponent, no commas. A number that is none
raises ParseError, because money is never guessed; a date that is none reads as None and is a finding.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from ...kernel import PeerFault

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")

_DIGITS_MAX = 30
"""ISO 4217 amounts have at most 18; products of more would be no money."""


class Finding(NamedTuple):
    """rule: a stable name; line: of the document, 0 for one that was made; note: in words, without content; path: the place."""

    rule: str
    line: int
    note: str
    path: str = ""


class ParseError(PeerFault):
    """These bytes are no cXML document."""

    # `line` counts from 1.
    code = "CXML_PARSE"

    def __init__(self, message: str, *, offset: int, line: int, rule: str) -> None:
        super().__init__(message, offset=offset, rule=rule, location=f"line {line}")
        self.line = line


class Secret:
    """A SharedSecret. Only `reveal` gives it out: no repr, string or error does."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, for whoever checks it or sends it."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "<Secret>"


def maybe_number(text: str) -> Decimal | None:
    """None for what is no number."""
    return Decimal(text) if len(text) <= _DIGITS_MAX and _NUMBER.fullmatch(text) else None


def maybe_moment(text: str) -> date | None:
    """ISO 8601: a `datetime` where there is a time, aware where there is an offset; a `date` alone; None for neither."""
    if not text.isascii():
        return None
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        return None


def written(value: object) -> str:
    """The text of a value: numbers without exponent, dates in ISO 8601, true as "yes"."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Secret):
        return value.reveal()
    return "yes" if value is True else str(value)
