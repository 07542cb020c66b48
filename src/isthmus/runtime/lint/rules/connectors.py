"""Every source and destination names a connector that exists, can do its side, and takes the settings it is given."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject
from .settings import key_of


def check(subject: Subject) -> Iterator[Finding]:
    for name, endpoint in subject.settings.destinations.items():
        if not endpoint.shared.connector:
            yield subject.in_toml(
                "error", f"destinations.{name}", "names no connector", 'add: connector = "mllp" (or another)'
            )
    for connection in subject.connections:
        if connection.fault:
            key = "connector" if connection.module is None else key_of(connection.fault)
            mend = "name another" if connection.module is None else "see docs/reference/hub-toml.md for its settings"
            yield subject.in_toml("error", connection.where, connection.fault, mend, key)
