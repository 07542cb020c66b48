"""Versions: the hash of the very text that decides, and that text, stored so that a recorded version leads back to it.

    ehr-adt@6d1f03a9be51              the flow's file; with what it imports from the hub's folder: a list of those files
    ehr-adt@6d1f03a9be51+tables@...   and the tables: a list of NAME@VERSION, each the hash of its file

A version is the first 12 hex digits of the SHA-256 of a content: of a file, or of such a list, which is a text like any
other. What is not in the hub's folder (the hub's own program, installed packages) is not part of it.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..flows import Flow, Process
from ..ports import Text

UNKNOWN = "unknown"
HEX_DIGITS = 12


class Stated(NamedTuple):
    """A version and the texts that it stands for; none where the source is no file (a test's)."""

    version: str
    texts: tuple[Text, ...] = ()


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:HEX_DIGITS]


def stated(declared: Flow | Process) -> Stated:
    """The version of a flow or process, as its files stand now."""
    file = Path(declared.place.file)
    folder = file.parent.parent
    files = {str(path.relative_to(folder)): content for path, content in _with_imports(file, folder).items()}
    if not files:
        return Stated(UNKNOWN)
    parts = tuple(Text(hash_of(content), "source", name, content) for name, content in sorted(files.items()))
    if len(parts) == 1:
        return Stated(parts[0].version, parts)
    whole = listing("sources", declared.name, ((part.name, part.version) for part in parts))
    return Stated(whole.version, (whole, *parts))


def listing(kind: str, name: str, parts: Iterable[tuple[str, str]]) -> Text:
    """A list of NAME@VERSION as a text."""
    content = " ".join(sorted({f"{part}@{version}" for part, version in parts})).encode()
    return Text(hash_of(content), kind, name, content)


def listed(text: Text) -> dict[str, str]:
    """What a list names: name -> version. {} for a file."""
    if text.kind not in ("sources", "tables"):
        return {}
    pairs = (part.rpartition("@") for part in text.content.decode().split(" "))
    return {name: version for name, _, version in pairs}


def texts_of_tables(folder: Path, tables: Iterable[Any]) -> Iterator[Text]:
    """The tables' files, as far as they are what answers now, and the list of all of them."""
    tables = list(tables)
    if not tables:
        return
    yield listing("tables", "tables", ((one.name, one.version) for one in tables))
    for name, version in dict.fromkeys((one.name, one.version) for one in tables):
        file = f"tables/{name}.csv"
        try:
            content = (folder / file).read_bytes()
        except OSError:
            continue  # a table that messages feed has no file: its rows follow from those messages
        if hash_of(content) == version:
            yield Text(version, "table", file, content)


def hashes_of(recorded: str) -> list[str]:
    """The hashes in a version as a decision records it: `ehr-adt@6d1f03a9be51+tables@0b6a...`, or one hash alone."""
    return [part.rpartition("@")[2] for part in recorded.split("+")]


def _with_imports(file: Path, folder: Path) -> dict[Path, bytes]:
    """A file and what it imports from the folder, directly or not, as far as the text says."""
    found: dict[Path, bytes] = {}
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        try:
            found[path] = path.read_bytes()
        except OSError:
            continue
        waiting.extend(_imported(found[path], folder))
    return found


def _imported(source: bytes, folder: Path) -> Iterator[Path]:
    for name in _names_of(source):
        place = folder.joinpath(*name.split("."))
        yield from (path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file())


@lru_cache(maxsize=64)
def _names_of(source: bytes) -> tuple[str, ...]:
    """What a source imports by an absolute name."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    found: list[str] = []
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{name}" for name in names)]
        found += names
    return tuple(found)
