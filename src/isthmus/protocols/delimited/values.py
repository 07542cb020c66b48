"""One field's text to its value and back.

    text     as it stands (fixed width: without the padding on the right)      code      without blanks around it
    integer  [+-]digits        decimal   [+-]digits[mark digits], exact        date      by its format, no other spelling

Digits are ASCII digits. What a column's kind cannot be is a fault, never a guess.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ...kernel import Permanent
from .layout import Column

Value = str | int | Decimal | date | None

# More digits than any amount or count has; int() of very long texts is slow.
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = {mark: re.compile(rf"[+-]?(?:[0-9]{{1,18}}(?:{re.escape(mark)}[0-9]{{0,9}})?)") for mark in ".,"}


class Unreadable(ValueError):
    """A text that is no value of its column: rule and note for the finding."""

    def __init__(self, rule: str, note: str) -> None:
        super().__init__(note)
        self.rule = rule
        self.note = note


def read(column: Column, text: str) -> Value:
    """The value that `text` is. Raises Unreadable."""
    stripped = text.strip(" ")
    if not stripped:
        if column.required:
            raise Unreadable("required", "a required column is blank")
        return text if column.kind == "text" else None
    match column.kind:
        case "text":
            return text
        case "integer":
            return _integer(stripped)
        case "decimal":
            return _decimal(column, stripped)
        case "date":
            return _date(column, stripped)
        case "code":
            return _code(column, stripped)


def write(column: Column, value: Value) -> str:
    """The text that reads as `value`. Raises Permanent for a value that the column cannot hold."""
    if value is None or value == "":
        text = ""
    elif column.kind == "decimal" and isinstance(value, Decimal | int) and not isinstance(value, bool):
        text = _decimal_text(column, Decimal(value))
    elif column.kind == "date" and type(value) is date:
        text = column.date_format.replace("YYYY", f"{value.year:04}").replace("MM", f"{value.month:02}")
        text = text.replace("DD", f"{value.day:02}")
    else:
        text = str(value)
    try:
        back = read(column, text)
    except Unreadable as error:
        raise Permanent(f"Column {column.name} cannot be written: {error.note}") from None
    if back != value and not (back in (None, "") and value in (None, "")):
        raise Permanent(f"Column {column.name} cannot be written: the value would not read back as it is")
    return text


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise Unreadable("integer", "not a whole number of at most 18 digits")
    return int(text)


def _decimal(column: Column, text: str) -> Decimal:
    if not _DECIMAL[column.decimal_mark].fullmatch(text):
        raise Unreadable("decimal", "not a decimal number of at most 18 digits before and 9 after its mark")
    number = Decimal(text.replace(",", "."))
    if column.implied_decimals and column.decimal_mark not in text:
        return number.scaleb(-column.implied_decimals)
    return number


def _decimal_text(column: Column, value: Decimal) -> str:
    if not value.is_finite():
        raise Permanent(f"Column {column.name} cannot be written: the number is not finite")
    if column.implied_decimals:
        scaled = value.scaleb(column.implied_decimals)
        if scaled != scaled.to_integral_value():
            raise Permanent(f"Column {column.name} cannot be written: it has more digits than the column implies")
        value = scaled.to_integral_value()
    return f"{value:f}".replace(".", column.decimal_mark)


def _code(column: Column, text: str) -> str:
    if column.codes and text not in column.codes:
        raise Unreadable("code", "not one of the column's codes")
    return text


@lru_cache(maxsize=64)
def _date_pattern(date_format: str) -> re.Pattern[str]:
    pattern = re.escape(date_format).replace("YYYY", "(?P<y>[0-9]{4})").replace("MM", "(?P<m>[0-9]{2})")
    return re.compile(pattern.replace("DD", "(?P<d>[0-9]{2})"))


def _date(column: Column, text: str) -> date:
    found = _date_pattern(column.date_format).fullmatch(text)
    if found:
        try:
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            pass
    raise Unreadable("date", f"not a date of the form {column.date_format}")
