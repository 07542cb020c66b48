"""Time behind a port, so that a simulation can own it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

NS_PER_S = 1_000_000_000
NS_PER_HOUR = 3600 * NS_PER_S
NS_PER_DAY = 24 * NS_PER_HOUR


class Clock(Protocol):
    def now_ns(self) -> int:
        """Wall time: nanoseconds since 1970-01-01T00:00Z."""


class SystemClock:
    now_ns = staticmethod(time.time_ns)


def utc(ns: int) -> datetime:
    """Wall time in nanoseconds as an aware datetime (microseconds are kept)."""
    return datetime.fromtimestamp(ns // NS_PER_S, UTC).replace(microsecond=ns % NS_PER_S // 1000)


def iso(ns: int) -> str:
    """RFC 3339 with milliseconds, in UTC."""
    return utc(ns).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hour_of(ns: int) -> int:
    """Hours since 1970-01-01T00:00Z: the ledger's bucket."""
    return ns // NS_PER_HOUR
