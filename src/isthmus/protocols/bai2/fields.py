"""The fields of a logical record, taken one after the other, from its continuations too.

Amounts are digits with an implied decimal mark; how many places, the currency says (ISO 4217).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NoReturn

from .grammar import ParseError
from .lines import Record
from .values import Funds

_PLACES = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{6}")
_SPREAD_MAX = 99


class Fields:
    """Reads one record. `digits` adds up the amounts that its account's control total counts, in the smallest unit."""

    def __init__(self, record: Record, currency: str = "", skip: int = 0) -> None:
        self._record = record
        self._places = _PLACES.get(currency, 2)
        self._pieces = [piece.split(",") for piece in record.pieces]
        self._piece = 0
        self._at = 0
        self.digits = 0
        for _ in range(skip):
            self.text()

    @property
    def more(self) -> bool:
        """Whether there are fields left, blank ones included."""
        while self._piece < len(self._pieces) and self._at >= len(self._pieces[self._piece]):
            self._piece, self._at = self._piece + 1, 0
        return self._piece < len(self._pieces)

    def text(self) -> str:
        """The next field, "" when the record has ended."""
        if not self.more:
            return ""
        self._at += 1
        return self._pieces[self._piece][self._at - 1].strip(" ")

    def rest(self) -> str:
        """All that is left, as text: the commas in a line are its own, a continuation is another line."""
        if not self.more:
            return ""
        first = ",".join(self._pieces[self._piece][self._at :])
        after = [",".join(piece) for piece in self._pieces[self._piece + 1 :]]
        self._piece = len(self._pieces)
        return "\n".join([first.strip(" "), *after])

    def count(self, what: str) -> int | None:
        """A whole number; None when blank."""
        text = self.text()
        if text and not _NUMBER.fullmatch(text):
            self._fault(what, "number")
        return int(text) if text else None

    def amount(self, *, counted: bool = False) -> Decimal | None:
        """An amount; None when blank. `counted`: whether the control total counts it."""
        number = self.count("amount")
        if number is None:
            return None
        if counted:
            self.digits += number
        return Decimal(number).scaleb(-self._places)

    def maybe_day(self, what: str) -> date | None:
        """YYMMDD; None when blank."""
        text = self.text()
        if not text:
            return None
        try:
            if _DATE.fullmatch(text):
                return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
        except ValueError:
            pass
        return self._fault(what, "date")

    def day(self, what: str) -> date:
        """YYMMDD that may not be blank."""
        found = self.maybe_day(what)
        return self._fault(what, "date") if found is None else found

    def funds(self) -> Funds:
        """Funds type, and what belongs to it."""
        kind = self.text()
        match kind.upper():
            case "S":
                return Funds(type="S", spread=tuple((day, self.amount() or Decimal(0)) for day in range(3)))
            case "V":
                return Funds(type="V", value_date=self.maybe_day("value date"), value_time=self.text())
            case "D":
                count = self.count("distributions") or 0
                if not 0 <= count <= _SPREAD_MAX:
                    self._fault("distributions", "number")
                return Funds(type="D", spread=tuple(self._distribution() for _ in range(count)))
            case "" | "Z" | "0" | "1" | "2":
                return Funds(type=kind.upper())
        return self._fault("funds type", "funds-type")

    def _distribution(self) -> tuple[int, Decimal]:
        return self.count("days") or 0, self.amount() or Decimal(0)

    def _fault(self, what: str, rule: str) -> NoReturn:
        record = self._record
        message = f"In record {record.code} the field {what} cannot be read"
        raise ParseError(message, offset=record.offset, line=record.line, rule=rule)
