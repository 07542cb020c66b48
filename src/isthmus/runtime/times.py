"""Times as people write them: "2026-01-15", "2026-01-15T09:30", "2026-01-15T09:30Z", "90m" or "2d" (ago)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ..kernel.clock import NS_PER_S
from ..kernel.errors import Misuse

_AGO = re.compile(r"(\d+)\s*(s|m|h|d|w)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LATEST_NS = (1 << 63) - 1
LATEST_YEAR = 2262
"""Times are stored as nanoseconds in 64 bits."""


def parse_time(text: str, now_ns: int) -> int:
    """Nanoseconds since 1970 in UTC; 0 for "". A time without a zone is this machine's. Raises `Misuse`."""
    if not text:
        return 0
    ago = _AGO.fullmatch(text)
    at_ns = now_ns - int(ago[1]) * _UNIT_S[ago[2]] * NS_PER_S if ago else _written(text)
    if not 0 <= at_ns <= LATEST_NS:
        raise Misuse(f"{text!r} is outside of what the journal can hold: 1970 to {LATEST_YEAR}")
    return at_ns


def _written(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Misuse(
            f"{text!r} is no time: write 2026-01-15, 2026-01-15T09:30, or 90m, 12h, 2d for so long ago"
        ) from None
    try:
        return int(at.astimezone(UTC).timestamp()) * NS_PER_S
    except (OverflowError, ValueError):
        return -1  # the first or the last day of the calendar, seen from another zone
