"""Which files may be taken: those that stood still for a while, or whose sender says that they are whole."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fnmatch import fnmatchcase

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")
"""What programs that copy files put behind a name until it is whole."""


def is_candidate(name: str, pattern: str, done_marker: str) -> bool:
    """Whether a name is one to be taken, as soon as its file is whole."""
    if name.startswith(".") or name.endswith(UNFINISHED) or (done_marker and name.endswith(done_marker)):
        return False
    return fnmatchcase(name, pattern)


class Settling:
    """Watches files from look to look. `settle_s`: how long one must stand still.

    A *stand* is whatever changes when a file is written to (size, time of the last change ...).
    """

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._seen: dict[str, tuple[Hashable, float]] = {}

    def look(self, found: Mapping[str, Hashable], now_s: float) -> None:
        """Note how all files stand; what is not there any more is forgotten."""
        self._seen = {
            name: held if (held := self._seen.get(name)) and held[0] == stand else (stand, now_s)
            for name, stand in found.items()
        }

    def settled(self, name: str, now_s: float) -> bool:
        return now_s - self._seen[name][1] >= self._settle_s

    def forget(self, name: str) -> Hashable:
        """How a file stood when it was seen last; None: it never was. From now on it counts as new."""
        stand, _ = self._seen.pop(name, (None, 0.0))
        return stand
