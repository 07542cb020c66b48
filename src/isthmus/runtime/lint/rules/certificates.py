"""The files of a tls table are there, belong together and can be used."""

from __future__ import annotations

from collections.abc import Iterator

from ....kernel.errors import Misuse
from ....security.transport import Tls, client_tls, server_tls
from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    for connection in subject.connections:
        tls = getattr(connection.own, "tls", None)
        if not isinstance(tls, Tls):
            continue
        load = server_tls if connection.side == "sources" else client_tls
        try:
            load(tls, subject.folder)
        except Misuse as error:
            mend = "write paths relative to this folder: see docs/reference/connectors.md"
            yield subject.in_toml("error", connection.where, str(error), mend, "tls")
