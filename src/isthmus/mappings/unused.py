"""The account of what was not used: for every message, the populated fields that no event was made from.

What the hub itself reads of a message (its header, its numbering) counts as used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..model import Event
from ..protocols import hl7v2

ENVELOPE = frozenset(
    {("MSH", field) for field in (1, 2, 5, 6, 7, 9, 11, 12, 13, 15, 16, 18)}
    | {("EVN", 1), ("PID", 1), ("PV1", 1), ("FT1", 1)}
)

Leaf = tuple[bytes, int, int, int, int]


def unused(message: hl7v2.Message, events: Iterable[Event]) -> list[str]:
    """Paths of the populated leaves that no event's provenance names, in the order of the message."""
    used = {_leaf(place) for event in events for place in event.provenance.values()}
    return [path for path in _leaves(message.tree()) if _leaf(path) not in used and not _enveloped(path)]


def _leaves(nodes: Iterable[Any]) -> Iterator[str]:
    for node in nodes:
        if "parts" in node:
            yield from _leaves(node["parts"])
        else:
            yield node["path"]


def _leaf(text: str) -> Leaf:
    """A path down to its leaf, so that `PV1-20` and `PV1-20[1].1` are one place."""
    path = hl7v2.path(text)
    return path.place, path.field, path.repetition, path.component, path.subcomponent


def _enveloped(text: str) -> bool:
    path = hl7v2.path(text)
    return (path.segment, path.field) in ENVELOPE
