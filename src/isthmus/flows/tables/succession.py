"""The rows of one key in time: what stands before and after a row that is put, ended or changed.

Nothing that held on a day before the first day of a change is ever altered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from .rows import Dated, Row

_DAY = timedelta(days=1)


def put(held: Sequence[Dated], one: Dated) -> tuple[Dated, ...]:
    """The rows of a key after `one` holds from its first day on, until the next one begins that is known already."""
    if any(_says_the_same(other, one) for other in held):
        return tuple(held)
    later = min((other.first for other in held if other.first > one.first), default=None)
    if later is not None and later <= one.last:
        one = one._replace(last=later - _DAY)
    before = [_until(other, one.first) for other in held if other.first < one.first]
    after = [other for other in held if other.first > one.first]
    return tuple(sorted([*before, one, *after], key=lambda other: other.first))


def _says_the_same(other: Dated, one: Dated) -> bool:
    """Whether `other` holds on the first day of `one` and says what it says; an open end is any end."""
    same_end = one.last in (date.max, other.last)
    return other.holds(one.first) and other.cells == one.cells and same_end


def ended(held: Sequence[Dated], day: date) -> tuple[Dated, ...]:
    """The rows of a key that is used no longer from `day` on."""
    return tuple(_until(other, day) for other in held if other.first < day)


def _until(one: Dated, day: date) -> Dated:
    """A row that no longer holds on `day`."""
    return one._replace(last=min(one.last, day - _DAY)) if day > date.min else one


def on(held: Sequence[Dated], day: date) -> Row:
    """The cells of the row that holds on a day; none where none does."""
    return next((one.cells for one in held if one.holds(day)), {})


def later_cells(held: Sequence[Dated], day: date, named: Mapping[str, str]) -> dict[date, Row]:
    """What an update from `day` on makes of rows that begin later, by their first day: a cell in which they say what the row
    of `day` said was not meant to differ, and changes with it; one in which they differ was, and stays."""
    known = on(held, day)
    found: dict[date, Row] = {}
    for one in held:
        if one.first > day:
            shared = {k: v for k, v in named.items() if one.cells.get(k, "") == known.get(k, "") != v}
            if shared:
                found[one.first] = {**one.cells, **shared}
    return found
