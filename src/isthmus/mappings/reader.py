"""Reads fields of one HL7 v2 message, checks their format, and notes which place each canonical field came from.

Errors name the place and the rule, never the content: what was found goes into `detail`, which only people who may see
payloads are shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import NoReturn
from zoneinfo import ZoneInfo

from ..kernel import Permanent
from ..protocols import hl7v2
from ..protocols.hl7v2.path import Path

# DTM: HL7 v2.5.1 chapter 2A, YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]. A day is the least that is of use here.
_TIME = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,4}))?)?)?)?(?:([+-])(\d\d)(\d\d))?", re.ASCII
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)  # NM, the same chapter


class MappingError(Permanent):
    """A field that the mapping needs is missing or not in its format."""

    code = "MAPPING"


class Reader:
    """Reads one message.

    occurrences  which segment of a name is meant where there are several: {"FT1": 2}
    provenance   what was already read of the message, to go on from
    """

    def __init__(
        self,
        message: hl7v2.Message,
        occurrences: Mapping[str, int] | None = None,
        provenance: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message
        self.occurrences = occurrences or {}
        self.provenance: dict[str, str] = dict(provenance or {})

    def text(self, name: str, path: str) -> str:
        """The text at `path` for the canonical field `name`; "" for empty and for HL7 null."""
        place = self.place(path)
        value = self.message[place]
        if not value or value == hl7v2.NULL:
            return ""
        self.provenance[name] = place
        return value

    def needed(self, name: str, path: str) -> str:
        """The text at `path`. Raises MappingError when nothing stands there."""
        return self.text(name, path) or self.fault(path, "is empty", f"have the source fill it ({name})")

    def number(self, name: str, path: str) -> Decimal | None:
        """An NM. Raises MappingError when it is none."""
        value = self.text(name, path)
        if value and not _NUMBER.fullmatch(value):
            self.fault(path, "is not a number (NM)", "write it in digits with a decimal point", value)
        return Decimal(value) if value else None

    def moment(self, name: str, path: str, zone: ZoneInfo) -> datetime | None:
        """A point in time, aware, at the facility: without an offset it is the facility's local time."""
        value = self.text(name, path)
        return self._moment(path, value, zone) if value else None

    def day(self, name: str, path: str, zone: ZoneInfo) -> date | None:
        """The date at the facility; a time with another offset is taken there first."""
        found = self.moment(name, path, zone)
        return found.date() if found else None

    def calendar_day(self, name: str, path: str) -> date | None:
        """A date as it is written, in no zone (a birth date); None where it is less precise than a day."""
        match = _TIME.fullmatch(self.message[self.place(path)])
        if match is None:
            return None
        value = self.text(name, path)
        try:
            return date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        except ValueError:
            self.fault(path, "is a date that no calendar has", "mend the date", value)

    def place(self, path: str) -> str:
        """The path with segment and repetition numbered as they stand in this message: `FT1(2)-11.1`, `PID-3[2].1`."""
        segment = path[:3]
        number = self.occurrences.get(segment, 1)
        if number > 1:
            path = f"{segment}({number}){path[3:]}"
        compiled = hl7v2.path(path)
        return self._numbered(compiled) if compiled.selector else path

    def fault(self, path: str, rule: str, mend: str, found: str | None = None) -> NoReturn:
        """Raise the MappingError for `path`."""
        raise MappingError(
            f"{self.place(path)} {rule}", suggestion=mend, detail=None if found is None else f"found: {found}"
        )

    def _numbered(self, path: Path) -> str:
        """The selector replaced by the number of the repetition that meets it; as it was when none does."""
        field = f"{path.place.decode()}-{path.field}"
        for number in range(1, len(self.message.all(field)) + 1):
            repetition = field + (f"[{number}]" if number > 1 else "")
            tests = ((f"{repetition}.{t.component + 1}.{t.subcomponent + 1}", t.value) for t in path.selector)
            if all(self.message[place] == value for place, value in tests):
                return repetition + path.text.partition("]")[2]
        return path.text

    def _moment(self, path: str, value: str, zone: ZoneInfo) -> datetime:
        match = _TIME.fullmatch(value)
        if match is None:
            self.fault(path, "is not a time of at least a day (TS, YYYYMMDD...)", "mend the time", value)
        *parts, fraction, sign, hours, minutes = match.groups()
        try:
            year, month, day, hour, minute, second = (int(part or 0) for part in parts)
            local = datetime(year, month, day, hour, minute, second, int((fraction or "0").ljust(6, "0")), zone)
            if sign:
                offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
                local = local.replace(tzinfo=timezone(offset)).astimezone(zone)
            return local.astimezone(UTC).astimezone(zone)
        except (ValueError, OverflowError):
            self.fault(path, "is a time that no calendar has", "mend the time", value)
