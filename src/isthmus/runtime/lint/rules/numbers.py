"""Times, counts and sizes in hub.toml are ones that a hub can work with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..finding import Finding
from ..subject import Subject

_POSITIVE = {"connections", "timeout_s", "attempts_max", "body_bytes_max", "answer_within_s", "back_off_max_s"}
_NOT_NEGATIVE = {"duplicates_days", "back_off_s", "probe_s", "probe_max_s", "grace_s"}


def check(subject: Subject) -> Iterator[Finding]:
    tables: list[tuple[str, Any]] = [("hub", subject.settings.hub)]
    tables += [(f"sources.{name}", held.shared) for name, held in subject.settings.sources.items()]
    tables += [(f"destinations.{name}", held.shared) for name, held in subject.settings.destinations.items()]
    for table, held in tables:
        for key in held.__struct_fields__:
            value = getattr(held, key)
            if key in _POSITIVE and not value > 0:
                yield subject.in_toml("error", table, f"{key} = {value} must be more than 0", "raise it", key)
            if key in _NOT_NEGATIVE and value < 0:
                yield subject.in_toml("error", table, f"{key} = {value} must not be negative", "raise it", key)
