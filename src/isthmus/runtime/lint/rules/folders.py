"""Folders that connectors read from or write to are there."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    for connection in subject.connections:
        name = getattr(connection.own, "folder", "")
        if not name:
            continue
        path = subject.folder / name
        if not path.is_dir():
            yield subject.in_toml(
                "error", connection.where, f"there is no folder {name}", f"mkdir -m 700 {name}", "folder"
            )
        elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            what = f"the folder {name} cannot be read and written"
            yield subject.in_toml("error", connection.where, what, "give this user the right to", "folder")
