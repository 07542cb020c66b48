"""Where a value stands: `CLM02`, `SVC01-2`, `EB03[2]`, `HI01[1]-2`, or without the segment's name: `02`, `01-2`.

Elements, repetitions and components count from 1, as the standard and the guides do.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ...kernel import Misuse

_PATH = re.compile(r"([A-Z][A-Z0-9]{1,2})??(\d{2})(?:\[(\d+)\])?(?:-(\d+))?")


class Path(NamedTuple):
    """`repetition` and `component` are 0 when the path does not name one."""

    tag: str
    element: int
    repetition: int
    component: int


@lru_cache(maxsize=4096)
def path(text: str) -> Path:
    """Raises Misuse for a text that is no path."""
    found = _PATH.fullmatch(text)
    if found is None or found[2] == "00" or "0" in (found[3], found[4]):
        raise Misuse(f"{text!r} is no path such as CLM02, SVC01-2 or EB03[2]")
    return Path(found[1] or "", int(found[2]), int(found[3] or 0), int(found[4] or 0))
