"""Schema migrations: numbered SQL scripts, each in a transaction of its own, recorded in `user_version`.

A script may change a journal that has messages in it; what it cannot say in SQL (re-sealing, re-hashing) is a verb of
the new program, run after the migration. Scripts that were released are never edited.
"""

from __future__ import annotations

import importlib.resources
from importlib.resources.abc import Traversable

import apsw

from ..kernel.errors import Misuse


def shipped() -> Traversable:
    """The folder of the scripts that belong to this program."""
    return importlib.resources.files(__package__) / "sql"


def migrate(db: apsw.Connection, folder: Traversable) -> None:
    """Bring the schema to the newest version, one script and one transaction at a time.

    Raises `Misuse` when the journal is newer than this program. A script that fails leaves the version before it.
    """
    scripts = sorted(
        (int(entry.name.split("_")[0]), entry) for entry in folder.iterdir() if entry.name.endswith(".sql")
    )
    version = schema(db)
    if version > scripts[-1][0]:
        raise Misuse(f"the journal has schema {version}, this program knows {scripts[-1][0]}: use a newer isthmus")
    for number, script in scripts:
        if number > version:
            with db:
                db.execute(script.read_text())
                db.execute(f"pragma user_version={number}")


def schema(db: apsw.Connection) -> int:
    """The version of the schema; 0: the file is empty."""
    row = db.execute("pragma user_version").fetchone()
    assert row is not None
    return int(row[0])
