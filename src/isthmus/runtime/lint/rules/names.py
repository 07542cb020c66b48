"""Names of sources, destinations and flows can stand in a command and in the path of an address."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject

TABLES = "tables"
"""What `isthmus deploy` calls the reference tables."""


def check(subject: Subject) -> Iterator[Finding]:
    mend = "use letters, digits, - and _"
    for side, endpoints in (("sources", subject.settings.sources), ("destinations", subject.settings.destinations)):
        for name in endpoints:
            if not usable(name):
                yield subject.in_toml("error", f"{side}.{name}", f"{name!r} cannot be asked for by this name", mend)
    for flow in subject.flows:
        if not usable(flow.name):
            yield subject.at("error", flow, f"{flow.name!r} cannot be asked for by this name", mend)
        elif flow.name == TABLES:
            yield subject.at("error", flow, "`isthmus deploy tables` means the reference tables", "name it otherwise")


def usable(name: str) -> bool:
    return bool(name.strip(". ")) and "/" not in name and name.isprintable()
