"""Secrets by reference: configuration names where a secret is, never what it is.

`env:NAME` reads an environment variable, `file:PATH` a file (relative to the hub's folder, one trailing line end
removed). A secret is read at the moment it is used, so a rotated one is picked up without a restart.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..kernel.errors import Misuse


class SecretStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, reference: str) -> str:
        """The secret behind `reference`. Raises `Misuse` naming the reference, never the value."""
        scheme, _, name = reference.partition(":")
        if scheme == "env":
            value = os.environ.get(name)
            if value is None:
                raise Misuse(f"the secret {reference} is not set: export {name} before starting the hub")
            return value
        if scheme == "file":
            try:
                return (self._folder / name).read_text().rstrip("\n")
            except OSError as error:
                raise Misuse(f"the secret {reference} cannot be read: {error.strerror}") from None
            except UnicodeDecodeError:
                raise Misuse(f"the secret {reference} is no text in UTF-8") from None
        # What stands there may be the secret itself, put where its reference belongs: it is not repeated.
        raise Misuse("this is no reference to a secret: write env:NAME or file:PATH, and put the value there")
