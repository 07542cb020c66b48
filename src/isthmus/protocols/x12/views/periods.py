"""Days, moments and ranges of days, as DTP02 and DTP03 say them (X12 element 1250: D8, DT, RD8)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple

from ....kernel import Misuse
from ..values import maybe_date


class Period(NamedTuple):
    """A day or a moment (D8, DT), or the days from `start` to `end` (RD8)."""

    start: date
    end: date | None = None

    def __repr__(self) -> str:
        return "<Period>"


def maybe_period(form: str, text: str) -> Period | None:
    """DTP02 and DTP03; None for what is no period of days (D8, RD8) or moment (DT)."""
    if form == "RD8":
        days = [maybe_date(part) for part in text.split("-")]
        if len(days) != 2 or days[0] is None or days[1] is None:
            return None
        return Period(days[0], days[1])
    if form == "DT":
        return _maybe_moment(text)
    day = maybe_date(text) if form == "D8" else None
    return None if day is None else Period(day)


def written_period(period: Period) -> tuple[str, str]:
    """DTP02 and DTP03 of a period. Raises Misuse for a range of moments."""
    start, end = period
    if isinstance(start, datetime):
        if end is not None:
            raise Misuse("A moment has no end in DTP03")
        return "DT", f"{start:%Y%m%d%H%M}"
    return ("D8", _day(start)) if end is None else ("RD8", f"{_day(start)}-{_day(end)}")


def _day(day: date) -> str:
    return f"{day.year:04d}{day:%m%d}"


def _maybe_moment(text: str) -> Period | None:
    day, clock = maybe_date(text[:8]), text[8:]
    if day is None or len(clock) != 4 or not (clock.isascii() and clock.isdigit()):
        return None
    hour, minute = int(clock[:2]), int(clock[2:])
    return Period(datetime.combine(day, time(hour, minute))) if hour < 24 and minute < 60 else None
