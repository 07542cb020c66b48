"""What an interchange does otherwise than the standard says and was taken all the same."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """rule: a stable name; segment: number from 1 over the file (0 for none); element: of it; note: in words, no content."""

    rule: str
    segment: int
    element: int
    offset: int
    note: str
