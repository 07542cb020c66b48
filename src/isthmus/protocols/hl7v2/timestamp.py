"""Time stamps (HL7 v2 §2A.3.22 DTM, earlier TS): YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

from .grammar import ParseError

_DTM = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,6}))?)?)?)?)?)?(?:([+-])(\d\d)(\d\d))?"
)


def read_timestamp(text: str, zone: tzinfo | None = None) -> datetime:
    """The moment a time stamp names; what it leaves out is the start of the period.

    The result is aware when the text has an offset or `zone` (the facility's) is given, else naive. Raises ParseError.
    """
    match = _DTM.fullmatch(text.strip())
    if match is None:
        raise ParseError("Not a time stamp of the form YYYYMMDDHHMMSS+ZZZZ", rule="HL7 v2 §2A.3.22")
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    micros = int((fraction or "0").ljust(6, "0"))
    try:
        return datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), micros,
            timezone(offset) if sign else zone,
        )  # fmt: skip
    except ValueError:
        raise ParseError("A time stamp that the calendar does not have", rule="HL7 v2 §2A.3.22") from None


def write_timestamp(at: datetime) -> str:
    """To the second, with the offset from UTC when `at` is aware."""
    iso = at.isoformat(" ", "seconds")
    return f"{iso[:4]}{iso[5:7]}{iso[8:10]}{iso[11:13]}{iso[14:16]}{iso[17:19]}{iso[19:22]}{iso[23:25]}"
