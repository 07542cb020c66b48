"""Times, counts and sizes in hub.toml are ones that a hub can work with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...limits import fault, faults
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    tables: list[tuple[str, Any]] = [("hub", subject.settings.hub)]
    tables += [(f"sources.{name}", held.shared) for name, held in subject.settings.sources.items()]
    tables += [(f"destinations.{name}", held.shared) for name, held in subject.settings.destinations.items()]
    tables += [(held.where, held.own) for held in subject.connections if held.own is not None]
    found = [(table, *one) for table, held in tables for one in faults(held)]
    for name, days in subject.settings.retention.items():
        if not days <= 0:  # what would keep nothing is found by the rule `retention`
            found += [("retention", *one) for one in fault(name, days, "_days")]
    for table, key, words, mend in found:
        yield subject.in_toml("error", table, words, mend, key)
