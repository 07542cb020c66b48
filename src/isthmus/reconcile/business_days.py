"""Days on which banks settle: Monday to Friday, without the holidays that are given."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

_WEEK, _WORKDAYS = 7, 5


def business_days(first: date, last: date, holidays: Collection[date] = ()) -> int:
    """How many business days after `first` until `last`, `last` included; negative when `last` is earlier.

    From a Friday to the Monday after it is one day; from a Saturday to that Sunday none.
    """
    if last < first:
        return -business_days(last, first, holidays)
    weeks, days = divmod((last - first).days, _WEEK)
    rest = sum(_is_workday(first + timedelta(days=number)) for number in range(1, days + 1))
    closed = sum(first < day <= last and _is_workday(day) for day in set(holidays))
    return weeks * _WORKDAYS + rest - closed


def _is_workday(day: date) -> bool:
    return day.weekday() < _WORKDAYS
