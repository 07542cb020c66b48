"""hub.toml is there, is TOML, and its tables hold what they may hold: known settings, known time zones, set variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Finding
from ..subject import HUB_TOML, Subject

_FIELD = re.compile(r"(?:`\$\.(\w+)|unknown field `(\w+)`)")


def check(subject: Subject) -> Iterator[Finding]:
    if not (subject.folder / HUB_TOML).is_file():
        yield Finding("error", HUB_TOML, 0, "there is no hub.toml", "`isthmus init FOLDER` makes a hub")
        return
    if subject.toml_fault:
        line, words = subject.toml_fault
        yield Finding("error", HUB_TOML, line, f"this is not TOML: {words}", "correct the line")
        return
    for table, words in subject.settings_faults():
        yield subject.in_toml("error", table, words, _mend(words), key_of(words))


def key_of(words: str) -> str:
    """The setting that a refusal is about, "" where it names none."""
    found = _FIELD.search(words)
    if found:
        return found[1] or found[2]
    return "time_zone" if "time_zone" in words else ""


def _mend(words: str) -> str:
    if "unknown field" in words:
        return "remove it, or see docs/reference/hub-toml.md for the right name"
    if "environment variable" in words:
        return 'export it, or give a default: "${NAME:-default}"'
    if "time_zone" in words:
        return 'write a name like "America/Chicago"'
    if "missing required field" in words:
        return "add the setting"
    return "see docs/reference/hub-toml.md"
