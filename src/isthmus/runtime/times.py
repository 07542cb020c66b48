"""Times as people write them: "2026-01-15", "2026-01-15T09:30", "2026-01-15T09:30Z", "90m" or "2d" (ago)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ..kernel.clock import NS_PER_S
from ..kernel.errors import Misuse

_AGO = re.compile(r"(\d+)\s*(s|m|h|d|w)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def parse_time(text: str, now_ns: int) -> int:
    """Nanoseconds since 1970 in UTC; 0 for "". A time without a zone is this machine's. Raises `Misuse`."""
    if not text:
        return 0
    ago = _AGO.fullmatch(text)
    if ago:
        return now_ns - int(ago[1]) * _UNIT_S[ago[2]] * NS_PER_S
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Misuse(
            f"{text!r} is no time: write 2026-01-15, 2026-01-15T09:30, or 90m, 12h, 2d for so long ago"
        ) from None
    return int(at.astimezone(UTC).timestamp()) * NS_PER_S
