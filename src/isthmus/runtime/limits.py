"""Which numbers of hub.toml a hub can work with: no negative times, no empty sizes, nothing without an end.

The types of the settings say what is a number; what no type says is kept here, for `isthmus check` and for the start.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

MORE_THAN_NOTHING = {
    "connections",
    "connections_max",
    "timeout_s",
    "connect_s",
    "request_s",
    "read_s",
    "poll_s",
    "attempts_max",
    "body_bytes_max",
    "file_bytes_max",
    "reply_bytes_max",
    "answer_within_s",
    "back_off_max_s",
}
LARGEST = {"_s": 100 * 365 * 86_400, "_days": 100 * 365, "_max": 1 << 40}
"""By unit. A century is longer than a hub runs, and what the clock's 64 bits can hold."""


def faults(held: Any) -> Iterator[tuple[str, str, str]]:
    """(setting, what is wrong with it, how to mend it) of every number in a table of hub.toml."""
    for key in held.__struct_fields__:
        value = getattr(held, key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield from fault(key, value)


def fault(key: str, value: float, unit: str = "") -> Iterator[tuple[str, str, str]]:
    """The same of one number; its unit is the end of its name, unless it is given."""
    largest = next((most for end, most in LARGEST.items() if (unit or key).endswith(end)), math.inf)
    if not math.isfinite(value) or value > largest:
        yield key, f"{key} = {value} is more than a hub can work with", "lower it"
    elif key in MORE_THAN_NOTHING and not value > 0:
        yield key, f"{key} = {value} must be more than 0", "raise it"
    elif value < 0:
        yield key, f"{key} = {value} must not be negative", "raise it"
