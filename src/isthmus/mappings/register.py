"""The day-end register file to DayEndRegister.

    H,DAY-END-REGISTER,1,EHR,2026-03-02
    D,MAIN,2026-03-02,LAB,41,2,1893.55         charges, credits, total = charges minus credits
    T,14,402,8,61234.10                        detail lines, charges, credits, total

The trailer must agree with the lines: a register that was cut off or altered on its way is refused as a whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from ..kernel import Message
from ..model import DayEndRegister, Origin, RegisterRow
from .reader import MappingError

NAME, VERSION = "DAY-END-REGISTER", "1"


def day_end_register(message: Message) -> DayEndRegister:
    """The register in `message.raw`. Raises MappingError with the line at fault."""
    rows = _rows(message.raw)
    if len(rows) < 2 or [row[:1] for row in (rows[0], rows[-1])] != [["H"], ["T"]]:
        _fault(max(1, len(rows)), "the register needs a header H and a trailer T")
    header = rows[0]
    if len(header) != 5 or header[1:3] != [NAME, VERSION]:
        _fault(1, f"the header is not that of a {NAME} of version {VERSION}")
    business_date = _date(1, header[4])
    details = tuple(_detail(line, row, business_date) for line, row in enumerate(rows[1:-1], 2))
    _check_trailer(len(rows), rows[-1], details)
    return DayEndRegister(
        origin=Origin(source=message.source, message_id=message.id, application=header[3]),
        application=header[3],
        business_date=business_date,
        rows=details,
    )


def _rows(raw: bytes) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(raw.decode("utf-8-sig")), strict=True) if row]
    except (UnicodeDecodeError, csv.Error):
        _fault(1, "the file is not CSV in UTF-8")


def _detail(line: int, row: Sequence[str], business_date: date) -> RegisterRow:
    if len(row) != 7 or row[0] != "D":
        _fault(line, "a detail line is D and six fields")
    if _date(line, row[2]) != business_date:
        _fault(line, "the business date is not the header's")
    charges, credits_, total = _numbers(line, row[4:])
    return RegisterRow(facility=row[1], department=row[3], charges=int(charges), credits=int(credits_), total=total)


def _check_trailer(line: int, row: Sequence[str], details: Sequence[RegisterRow]) -> None:
    if len(row) != 5:
        _fault(line, "the trailer is T and four fields")
    stated = _numbers(line, row[1:])
    counted = [
        Decimal(len(details)),
        Decimal(sum(detail.charges for detail in details)),
        Decimal(sum(detail.credits for detail in details)),
        sum((detail.total for detail in details), Decimal(0)),
    ]
    if stated != counted:
        _fault(line, "the trailer does not agree with the lines: the file is cut off or altered")


def _numbers(line: int, texts: Sequence[str]) -> list[Decimal]:
    """Counts, and last an amount."""
    try:
        numbers = [Decimal(text) for text in texts]
        whole = [int(number) == number for number in numbers[:-1]]
    except (InvalidOperation, ValueError, OverflowError):
        _fault(line, "a count or total is not a number")
    if not all(whole) or not numbers[-1].is_finite():
        _fault(line, "a count is not whole, or a total is not finite")
    return numbers


def _date(line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        _fault(line, "the business date is not YYYY-MM-DD")


def _fault(line: int, rule: str) -> NoReturn:
    raise MappingError(f"line {line}: {rule}", suggestion="have the source write the register again")
