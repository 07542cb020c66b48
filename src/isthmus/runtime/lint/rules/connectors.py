"""Every source and destination names a connector that exists, can do its side, and takes the settings it is given."""

from __future__ import annotations

from collections.abc import Iterator

from ....kernel.errors import Misuse
from ....ports import Context
from ....security import SecretStore
from ..finding import Finding
from ..subject import Connection, Subject
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
        else:
            yield from _made(subject, connection)


def _made(subject: Subject, connection: Connection) -> Iterator[Finding]:
    """What the connector itself says when it is made, which opens nothing."""
    make = getattr(connection.module, "source" if connection.side == "sources" else "sink", None)
    endpoint = connection.endpoint
    context = Context(endpoint.name, subject.folder, SecretStore(subject.folder), endpoint.shared)
    try:
        if make is not None:
            make(connection.own, context)
    except Misuse as error:
        if "is no address" not in str(error):  # which the rule `addresses` finds, with its line
            mend = "see docs/reference/connectors.md"
            yield subject.in_toml("error", connection.where, str(error), mend)
