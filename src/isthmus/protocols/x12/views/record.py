"""The base of every typed value of a loop or a segment; see `declared.py` for how it works."""

from __future__ import annotations

from typing import Any, dataclass_transform

from .declared import Base
from .fields import day, each, loops, number, one, parts, period, repeated, text, texts, within


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    eq_default=True,
    field_specifiers=(day, each, loops, number, one, parts, period, repeated, text, texts, within),
)
class Record(Base):
    """A frozen value. `loop` holds what it was read from, with the segments that no field knows; it is empty when built."""

    def __init__(self, **values: Any) -> None:
        """Raises Misuse for a field that is not known, and for one that is needed and not given."""
        self._fill(values)
