"""Sample files and what their collector says of them.

A folder may hold a MANIFEST.json: `{"files": [{"file": "x12/a.835", "kind": "x12", "expected": "valid: ..."}, ...]}`.
Files that it does not name, and folders without one, are told apart by how they begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from ...kernel.errors import Misuse

Label = Literal["valid", "invalid", ""]

MANIFEST = "MANIFEST.json"

_BEGINNINGS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("hl7v2", re.compile(rb"\s*\x0b?(MSH|FHS|BHS)[^A-Za-z0-9\s]")),
    ("x12", re.compile(rb"\s*ISA[^A-Za-z0-9\s]")),
    ("nacha", re.compile(rb"101[ 0-9]{20}")),
    ("bai2", re.compile(rb"01,[^,\r\n]*,[^,\r\n]*,\d{6},")),
    ("iso20022", re.compile(rb"(?s).{0,600}urn:iso:std:iso:20022:")),
    ("cxml", re.compile(rb"(?s).{0,400}<cXML[\s>]")),
)
_LOOKED_AT = 4096


class Sample(NamedTuple):
    """A file: `name` is its path below the folder; `label` and `says` are its collector's words, where there are any."""

    path: Path
    name: str
    kind: str
    label: Label = ""
    says: str = ""
    answers: tuple[str, ...] = ()


def samples(folder: Path) -> list[Sample]:
    """All files below a folder, by name. Raises `Misuse` for a folder without any, or a manifest that is none."""
    known = _known(folder)
    found = [_sample(folder, path, known) for path in _files(folder)]
    if not found:
        raise Misuse(f"there are no files in {folder}: name a folder with samples")
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / MANIFEST and not path.name.startswith("."):
            yield path


def _known(folder: Path) -> dict[str, dict[str, Any]]:
    manifest = folder / MANIFEST
    if not manifest.exists():
        return {}
    try:
        return {str(one["file"]): one for one in msgspec.json.decode(manifest.read_bytes())["files"]}
    except (msgspec.MsgspecError, KeyError, TypeError):
        raise Misuse(f'{manifest} is no manifest: it wants {{"files": [{{"file": ..., "kind": ...}}]}}') from None


def _sample(folder: Path, path: Path, known: dict[str, dict[str, Any]]) -> Sample:
    name = path.relative_to(folder).as_posix()
    entry = known.get(name)
    if entry is None:
        return Sample(path, name, _guess(path))
    expected = entry.get("expected")
    if isinstance(expected, list):  # files that the sample should be answered with
        return Sample(path, name, str(entry["kind"]), answers=tuple(map(str, expected)))
    says = expected if isinstance(expected, str) else ""
    return Sample(path, name, str(entry["kind"]), _label(says), says)


def _label(says: str) -> Label:
    return "invalid" if says.startswith("invalid") else "valid" if says.startswith("valid") else ""


def _guess(path: Path) -> str:
    with path.open("rb") as file:
        begins = file.read(_LOOKED_AT)
    return next((kind for kind, pattern in _BEGINNINGS if pattern.match(begins)), "unknown")
