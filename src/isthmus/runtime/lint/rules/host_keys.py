"""An SSH server is recognised by its host key, or a named person answers for taking any until a day."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject
from ..waivers import judged


def check(subject: Subject) -> Iterator[Finding]:
    for connection in subject.connections:
        server = getattr(connection.own, "server", None)
        waiver = getattr(server, "any_host_key", None)
        if waiver is not None:
            instead = "give it known_hosts or fingerprints"
            yield from judged(subject, f"{connection.where}.server", "any_host_key", waiver, instead)
