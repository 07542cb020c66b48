"""A message as nested values with their paths, for people to look at. Leaves are unescaped; what is empty is left out."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from .encoding import Encoding
from .segment import Segment


class Node(TypedDict):
    """path: as `message[path]` takes it; value: of a leaf; parts: what is below otherwise."""

    path: str
    value: NotRequired[str]
    parts: NotRequired[list[Node]]


def tree(segments: list[Segment], encoding: Encoding) -> list[Node]:
    """One node a segment."""
    seen: dict[str, int] = {}
    nodes = []
    for segment in segments:
        number = seen[segment.name] = seen.get(segment.name, 0) + 1
        place = segment.name if number == 1 else f"{segment.name}({number})"
        fields = [_field(f"{place}-{n}", field, encoding) for n, field in enumerate(segment.fields) if n and field]
        nodes.append(Node(path=place, parts=fields))
    return nodes


def _field(path: str, field: bytes, encoding: Encoding) -> Node:
    if path in ("MSH-1", "MSH-2"):
        return Node(path=path, value=field.decode("ascii", "replace"))
    repetitions = field.split(encoding.delimiters.repetition)
    if len(repetitions) == 1:
        return _below(path, field, encoding, (encoding.delimiters.component, encoding.delimiters.subcomponent))
    numbered = ((f"{path}[{n}]", repetition) for n, repetition in enumerate(repetitions, 1) if repetition)
    return Node(
        path=path,
        parts=[
            _below(p, repetition, encoding, (encoding.delimiters.component, encoding.delimiters.subcomponent))
            for p, repetition in numbered
        ],
    )


def _below(path: str, value: bytes, encoding: Encoding, separators: tuple[bytes, ...]) -> Node:
    """Components, then sub-components; a part that is not divided is a leaf."""
    if not any(separator in value for separator in separators):
        return Node(path=path, value=encoding.text(value))
    named = ((f"{path}.{n}", part) for n, part in enumerate(value.split(separators[0]), 1) if part)
    return Node(path=path, parts=[_below(p, part, encoding, separators[1:]) for p, part in named])
