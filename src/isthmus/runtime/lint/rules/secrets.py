"""Secrets are references that resolve, and the files that hold them are readable by their owner alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ....kernel.errors import Misuse
from ....security import SecretStore, Vault
from ...settings import JOURNAL_FILE
from ..finding import Finding
from ..subject import Subject

_SECRET = re.compile(r"(?:^|_)(?:password|passphrase|passwd|secret|token|key)$")
_REFERENCE = re.compile(r"(?:env|file):.+")
_OTHERS = 0o077
_MADE_AT_START = {("hub", "key"), ("admin", "token")}
"""Files that the first start writes when they are not there."""


def check(subject: Subject) -> Iterator[Finding]:
    store = SecretStore(subject.folder)
    for table, key, text in subject.texts():
        if _REFERENCE.fullmatch(text):
            if text.startswith("file:"):
                path = subject.folder / text.partition(":")[2]
                if (table, key) in _MADE_AT_START and not path.exists() and not _has_run(subject, key):
                    continue
                yield from _mode(subject, table, key, path)
            try:
                secret = store.get(text)
                if (table, key) == ("hub", "key"):
                    Vault(secret)
            except Misuse as error:
                yield subject.in_toml("error", table, f"{key}: {error}", "make it, or correct the reference", key)
        elif table == "admin.actors" or (_SECRET.search(key) and not table.endswith("tls")):
            what = f"{key} must be a reference, and is written in plain text"
            mend = 'write "env:NAME" or "file:PATH", and change the secret: it may have been seen'
            yield subject.in_toml("error", table, what, mend, key)


def _has_run(subject: Subject, key: str) -> bool:
    """Whether there is a journal already, which no other key opens than the one that it was made with."""
    return key == "key" and os.path.exists(subject.settings.data / JOURNAL_FILE)


def _mode(subject: Subject, table: str, key: str, path: Path) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        return
    if mode & _OTHERS:
        what = f"{key}: {path.name} can be read by others (mode {mode:03o})"
        yield subject.in_toml("warning", table, what, f"chmod 600 {path.name}", key)
