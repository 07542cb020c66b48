"""Looking at versions: which there are, and the text behind one."""

from __future__ import annotations

from ..journal import texts
from ..journal.view import View
from ..kernel.errors import Misuse
from ..ports import Text
from . import asks
from .looks import at
from .versions import hashes_of, listed


def versions(view: View) -> asks.Versions:
    return asks.Versions(
        texts=[
            asks.TextRow(
                version=one.version,
                kind=one.kind,
                name=one.name,
                size=one.size,
                since=at(one.since_ns),
                until=at(one.until_ns),
            )
            for one in texts.kept(view)
        ]
    )


def version(view: View, recorded: str) -> asks.VersionShown:
    """Raises `Misuse` when nothing of it is stored, `Tampered` when something is not what its hash says."""
    found: dict[str, Text] = {}
    missing: list[str] = []
    for hash in hashes_of(recorded):
        _collect(view, hash, hash, found, missing)
    if not found:
        raise Misuse(
            f"no text is stored for version {recorded}: it decided before texts were stored, is pruned, or is no version"
        )
    shown = [
        asks.TextShown(version=one.version, kind=one.kind, name=one.name, content=one.content) for one in found.values()
    ]
    return asks.VersionShown(version=recorded, texts=shown, missing=missing)


def _collect(view: View, hash: str, called: str, found: dict[str, Text], missing: list[str]) -> None:
    """A text and, of a list, what it names."""
    text = texts.maybe_text(view, hash)
    if text is None:
        missing.append(called)
        return
    found[hash] = text
    for name, version in listed(text).items():
        if version not in found:
            _collect(view, version, f"{name}@{version}", found, missing)
