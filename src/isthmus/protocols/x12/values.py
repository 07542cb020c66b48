"""Elements as what they are: numbers, dates, times (X12.6 data types R, Nn, DT, TM), and back."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)

Value = str | int | Decimal | date | time | tuple[str, ...] | list[str]
"""What may be written: a tuple is a composite, a list holds repetitions."""


def maybe_number(text: str) -> Decimal | None:
    """Data type R: None for what is no number."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def maybe_date(text: str) -> date | None:
    """Data type DT: CCYYMMDD, or YYMMDD of this century (ISA09, versions before 004010)."""
    if len(text) not in (6, 8) or not (text.isascii() and text.isdigit()):
        return None
    whole = text if len(text) == 8 else "20" + text
    try:
        return date(int(whole[:4]), int(whole[4:6]), int(whole[6:]))
    except ValueError:
        return None


def written(value: Value, component: str, repetition: str) -> str:
    """An element's text. Numbers without exponent and without zeros that say nothing (X12.6 data type R)."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    if isinstance(value, tuple):
        return component.join(value).rstrip(component or None)
    if isinstance(value, list):
        return repetition.join(value)
    if isinstance(value, datetime):
        return f"{value:%Y%m%d%H%M}"
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    return f"{value:%H%M}" if isinstance(value, time) else str(value)
