"""The forms of dates on labels.

YY     two digits of a year: the one nearest to the present year (GS1 General Specifications, 7.12)
YYY    ISBT 128: 0 and two digits are of this century, 9 and two digits of the last one
JJJ    day of the year      HH    hour      mm    minute, which is read and not kept
DD     00 means the last day of the month (GS1), and so does a form without DD
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from .values import Day

_FIELD = re.compile(r"Y{2,4}|MM|DD|J{3}|HH|mm")


def read_day(written: str, form: str, year: int) -> Day | None:
    """The day that `written` is in `form`; None when it is none. `year`: the present one.

    The length of `written` is that of `form`, or it is None.
    """
    if len(written) != len(form) or not (written.isascii() and written.isdigit()):
        return None
    fields = {match[0]: int(written[match.start() : match.end()]) for match in _FIELD.finditer(form)}
    if fields.get("HH", 0) > 23 or fields.get("mm", 0) > 59:
        return None
    on = _date(fields, year)
    return None if on is None else Day(on=on, written=written, form=form, hour=fields.get("HH"))


def write_day(on: date, form: str) -> str:
    """The day in a form without hours."""
    parts = {
        "YYYY": f"{on.year:04}",
        "YYY": ("0" if on.year >= 2000 else "9") + f"{on.year % 100:02}",
        "YY": f"{on.year % 100:02}",
        "MM": f"{on.month:02}",
        "DD": f"{on.day:02}",
        "JJJ": f"{on.timetuple().tm_yday:03}",
    }
    return _FIELD.sub(lambda match: parts[match[0]], form)


def century_of(two_digits: int, year: int) -> int:
    """The year that two digits mean in the present `year`: at most 50 years ahead, at most 49 behind."""
    difference = two_digits - year % 100
    century = year - year % 100
    if difference > 50:
        return century - 100 + two_digits
    return century + 100 + two_digits if difference < -49 else century + two_digits


def _date(fields: dict[str, int], year: int) -> date | None:
    if "YYYY" in fields:
        whole = fields["YYYY"]
    elif "YYY" in fields:
        whole = fields["YYY"] + (1000 if fields["YYY"] >= 900 else 2000)
    else:
        whole = century_of(fields["YY"], year)
    try:
        if "JJJ" in fields:
            on = date(whole, 1, 1) + timedelta(days=fields["JJJ"] - 1)
            return on if on.year == whole else None
        day = fields.get("DD", 0) or monthrange(whole, fields["MM"])[1]
        return date(whole, fields["MM"], day)
    except (ValueError, OverflowError):  # calendar's IllegalMonthError is a ValueError
        return None
