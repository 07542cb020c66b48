"""The very source files and tables that decided a message, by the version that it records.

Without VERSION the stored ones are listed: what decides now, and what did. With one, as `isthmus show` names it, its text is
written to standard output, or its files into the folder --out. That look is audited: tables may hold business data.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .. import arguments
from ..exits import Exit
from ..output import print_json, print_table

if TYPE_CHECKING:
    from ...runtime.asks import TextShown, VersionShown

COLUMNS = {
    "version": "VERSION",
    "kind": "KIND",
    "name": "NAME",
    "size": "BYTES",
    "since": "LIVE SINCE",
    "until": "UNTIL",
}
FILES = ("source", "table")


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "version", nargs="?", default="", metavar="VERSION", help="adt@6d1f03a9be51+tables@..., or one hash of it"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the files there, named as in the hub")
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...runtime import asks
    from .. import access

    if not given.version:
        found = access.call(given.folder, "versions", asks.ListVersions(), asks.Versions)
        rows = [{name: getattr(one, name) for name in COLUMNS} for one in found.texts]
        print_json(found) if given.json else print_table(rows, COLUMNS, none="no version is stored yet")
        return Exit.OK
    ask = asks.ShowVersion(version=given.version, reason=given.reason)
    shown = access.call(given.folder, "version", ask, asks.VersionShown)
    if given.json:
        print_json(shown)
    elif given.out is not None:
        write(shown, given.out)
    else:
        show(shown)
    for name in shown.missing:
        print(f"{name} is not stored", file=sys.stderr)
    return Exit.FINDINGS if shown.missing else Exit.OK


def show(shown: VersionShown) -> None:
    """One text as it is; several with a line before each that names it."""
    files = [one for one in shown.texts if one.kind in FILES]
    for one in files:
        if len(files) > 1:
            print(f"--- {one.name}@{one.version}", flush=True)
        sys.stdout.buffer.write(one.content)
        sys.stdout.buffer.flush()


def write(shown: VersionShown, folder: Path) -> None:
    from ...kernel.errors import Misuse

    for one in shown.texts:
        if one.kind in FILES:
            try:
                path = put(one, folder)
            except OSError as error:
                raise Misuse(f"{folder / one.name} cannot be written: {error.strerror}") from None
            print(f"{path}  {one.version}")


def put(one: TextShown, folder: Path) -> Path:
    """Write one file; what is there is never overwritten."""
    path = folder / one.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(one.content)
    return path
