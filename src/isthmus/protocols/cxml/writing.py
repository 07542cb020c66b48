"""Values into elements by their declared places, and elements into bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...kernel import Misuse
from ..safe_xml import Element
from .grammar import written
from .shape import Place, Value, places

_REFUSED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 has no character for."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ESCAPES = _ESCAPES | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
_XML = "{http://www.w3.org/XML/1998/namespace}"


class Node:
    """An element that is being made. An empty one is left out unless it is `kept`."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str) -> None:
        self.name = name
        self.attributes: dict[str, str] = {}
        self.children: list[Node] = []
        self.text = ""

    def add(self, name: str) -> Node:
        """A new child."""
        self.children.append(Node(name))
        return self.children[-1]

    def below(self, steps: tuple[str, ...]) -> Node:
        """The element at a path: the last of each name, made where there is none."""
        node = self
        for step in steps:
            found = [child for child in node.children if child.name == step]
            node = found[-1] if found else node.add(step)
        return node

    def set(self, attribute: str, text: str) -> None:
        """Raises Misuse for a character that XML cannot hold."""
        if _REFUSED.search(text):
            raise Misuse("The value holds a control character, and XML has no escape for it")
        if attribute:
            self.attributes[attribute.replace(_XML, "xml:")] = text
        else:
            self.text = text


def fill(node: Node, value: Value) -> None:
    """Put a value's fields into its element."""
    for name, place in places(type(value)).items():
        found = getattr(value, name)
        for one in found if place.many else (found,):
            _put(node, place, one)


def _put(node: Node, place: Place, one: object) -> None:
    if one is None or one is False or (one == "" and not place.many):
        return
    *around, last = place.steps or ("",)
    target = node.below(tuple(around)).add(last) if place.many else node.below(place.steps)
    if isinstance(one, Value):
        fill(target, one)
    else:
        target.set(place.attribute, written(one))


def copied(node: Node, element: Element) -> None:
    """Put an element that no value was read from into another, as it was; comments are not kept."""
    for name, text in element.attributes.items():
        node.set(name, text)
    node.set("", element.text)
    for child in element.children:
        copied(node.add(child.name), child)


def serialized(node: Node) -> Iterator[str]:
    """The element's text, line by line, without an end of line behind the last."""
    yield from _lines(node, "")


def _lines(node: Node, indent: str) -> Iterator[str]:
    attributes = "".join(f' {name}="{text.translate(_ATTRIBUTE_ESCAPES)}"' for name, text in node.attributes.items())
    text = node.text.translate(_ESCAPES)
    if not node.children:
        yield (
            f"{indent}<{node.name}{attributes}>{text}</{node.name}>" if text else f"{indent}<{node.name}{attributes}/>"
        )
        return
    yield f"{indent}<{node.name}{attributes}>{text}"
    for child in node.children:
        yield from _lines(child, f"{indent}  ")
    yield f"{indent}</{node.name}>"
