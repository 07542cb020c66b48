"""Business days: Monday to Friday without holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.reconcile.business_days import business_days

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 3, day) for day in (6, 7, 8, 9))


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (FRIDAY, FRIDAY, 0),
        (FRIDAY, SATURDAY, 0),
        (FRIDAY, MONDAY, 1),
        (SATURDAY, SUNDAY, 0),
        (SATURDAY, MONDAY, 1),
        (MONDAY, FRIDAY, -1),
        (MONDAY, date(2026, 3, 16), 5),
        (date(2026, 1, 1), date(2026, 12, 31), 260),
    ],
)
def test_days_are_counted_from_the_next_one_on(first: date, last: date, days: int) -> None:
    assert business_days(first, last) == days


def test_holidays_do_not_count_but_those_on_a_weekend_never_did() -> None:
    assert business_days(FRIDAY, date(2026, 3, 11), [MONDAY, MONDAY, SUNDAY]) == 2
    assert business_days(date(2026, 3, 11), FRIDAY, [MONDAY]) == -2


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(DAYS, st.integers(0, 400), st.lists(DAYS, max_size=10))
def test_it_is_what_counting_day_by_day_gives(first: date, length: int, holidays: list[date]) -> None:
    days = [first + timedelta(days=number) for number in range(1, length + 1)]
    counted = sum(day.weekday() < 5 and day not in holidays for day in days)
    assert business_days(first, first + timedelta(days=length), holidays) == counted
