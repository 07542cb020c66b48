"""Flows, processes and destinations name their owner: whoever gets what is parked there."""

from __future__ import annotations

from collections.abc import Iterator

from ....flows import Flow, Process
from ..finding import Finding
from ..subject import Subject

_MEND = 'add owner="..." with the name of the team that answers for it'


def check(subject: Subject) -> Iterator[Finding]:
    declared: list[Flow | Process] = [*subject.flows, *subject.processes]
    for held in declared:
        if not held.owner:
            yield subject.at("error", held, "names no owner", _MEND)
    for name, endpoint in subject.settings.destinations.items():
        if not endpoint.shared.owner:
            yield subject.in_toml(
                "error", f"destinations.{name}", "names no owner: parked work would be nobody's", _MEND
            )
    for name, endpoint in subject.settings.sources.items():
        if not endpoint.shared.owner:
            yield subject.in_toml("warning", f"sources.{name}", "names no owner", _MEND)
