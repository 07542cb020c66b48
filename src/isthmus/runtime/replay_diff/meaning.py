"""Bodies as values by their place, so that two are compared by meaning and not by how they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ...kernel.errors import PeerFault
from ...protocols import hl7v2

_NUMBERED_AT_COMMIT = "origin.message_id"
"""A message has its number when it is stored: events of one that was decided at once say 0."""


def maybe_places(body: bytes) -> dict[str, str] | None:
    """Every value of an HL7 v2 message or a JSON document by its path; None for what is neither."""
    if body[:3] == b"MSH":
        try:
            return dict(_leaves(hl7v2.parse(body).tree()))
        except PeerFault:
            return None
    if body[:1] in (b"{", b"["):
        try:
            found = dict(_values(msgspec.json.decode(body), ""))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        found.pop(_NUMBERED_AT_COMMIT, None)
        return found
    return None


def _leaves(nodes: list[Any]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if "value" in node:
            yield node["path"], node["value"]
        else:
            yield from _leaves(node.get("parts", ()))


def _values(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _values(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from _values(inner, f"{path}[{at}]")
    else:
        yield path, value if isinstance(value, str) else msgspec.json.encode(value).decode()
