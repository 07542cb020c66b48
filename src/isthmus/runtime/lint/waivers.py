"""What is said of a waiver, whatever it is for: nobody answers for it, it has ended, it ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .finding import Finding
from .subject import Subject

SOON = timedelta(days=30)
"""Time enough to have one renewed, or to do without."""


def judged(subject: Subject, table: str, key: str, waiver: Any, instead: str) -> Iterator[Finding]:
    """Findings about the waiver `key` of a table of hub.toml; `instead`: how to do without it."""
    if not waiver.owner or not waiver.reason:
        mend = f'{key} = {{ owner = "...", until = "YYYY-MM-DD", reason = "..." }}'
        yield subject.in_toml("error", table, "the waiver has no owner or no reason", mend, key)
    yield from _day(subject, table, key, waiver.until, instead)


def _day(subject: Subject, table: str, key: str, until: date, instead: str) -> Iterator[Finding]:
    today = datetime.now(UTC).date()
    if until < today:
        what, mend = f"the {key} waiver ended on {until}", f"renew it, or {instead}"
        yield subject.in_toml("error", table, what, mend, key)
    elif until - today < SOON:
        what, mend = f"the {key} waiver ends on {until}", f"renew it in time, or {instead}"
        yield subject.in_toml("warning", table, what, mend, key)
