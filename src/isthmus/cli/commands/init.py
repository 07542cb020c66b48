"""Make a hub that runs at once.

Writes hub.toml, a flow with two cases, samples, and the keys (readable by you alone). Nothing that exists is touched.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from ..exits import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = 0o600


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder to make; it may exist and be empty")
    parser.add_argument("--name", metavar="NAME", help="the hub's name (default: the folder's)")
    parser.add_argument("--time-zone", metavar="ZONE", default=None, help="of the facility (default: this machine's)")


def run(given: argparse.Namespace) -> int:
    from ...kernel.errors import Misuse
    from ...runtime.settings import require_zone
    from ...security.vault import new_hub_key

    folder: Path = given.folder
    if (folder / "hub.toml").exists():
        raise Misuse(f"{folder / 'hub.toml'} is there already: `isthmus check {folder}` looks at it")
    name = given.name or folder.resolve().name
    zone = given.time_zone or local_zone()
    require_zone(zone)
    try:
        for path, text in template():
            if path.name == "hub.toml":
                text = text.replace('"@NAME@"', quoted(name)).replace("@ZONE@", zone)
            write(folder / path, text)
        (folder / "out").mkdir(mode=0o700, exist_ok=True)
        write(folder / "hub.key", new_hub_key() + "\n", SECRET)
        write(folder / "admin.token", new_hub_key() + "\n", SECRET)
    except OSError as error:
        raise Misuse(f"{folder} cannot be written: {error.strerror}") from None
    print(NEXT.format(folder=shlex.quote(str(folder))))
    return Exit.OK


NEXT = """The hub is in {folder}. Keep a copy of {folder}/hub.key in a safe place: without it the data cannot be read.

  isthmus test {folder}     runs the cases of its flow
  isthmus run {folder}      serves it; then, in another terminal:
  isthmus send {folder}/samples/adt_a01.hl7 127.0.0.1:2575
                              sends it a message, which comes out in {folder}/out
"""


def quoted(name: str) -> str:
    """A text as TOML writes it; its basic strings know JSON's escapes (TOML 1.0, String)."""
    return json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


def template() -> Iterator[tuple[Path, str]]:
    """The files of a fresh hub, relative to its folder."""

    def below(folder: Traversable, place: Path) -> Iterator[tuple[Path, str]]:
        for entry in sorted(folder.iterdir(), key=lambda one: one.name):
            if entry.is_dir() and entry.name != "__pycache__":
                yield from below(entry, place / entry.name)
            elif entry.is_file():
                # A .gitignore of its own would hide the template's files from this repository.
                name = ".gitignore" if entry.name == "gitignore" else entry.name
                yield place / name, entry.read_bytes().decode()

    return below(files(__package__.rpartition(".")[0]) / "template", Path())


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file that is not there yet; one that is stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError:
        return
    with open(handle, "wb") as file:
        file.write(text.encode())


def local_zone() -> str:
    """This machine's IANA time zone, as far as it says one."""
    link = Path("/etc/localtime")
    if link.is_symlink():
        _, found, zone = str(link.resolve()).partition("zoneinfo/")
        if found:
            return "UTC" if zone in ("Etc/UTC", "UCT", "Zulu") else zone
    return "UTC"
