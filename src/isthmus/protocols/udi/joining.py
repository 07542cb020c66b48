"""Two symbols of one label into one UDI: device identifier in one, production identifiers in the other."""

from __future__ import annotations

import msgspec

from .check_characters import hibc_character
from .grammar import ParseError
from .values import PARTS, Element, Udi


def join(first: Udi, second: Udi) -> Udi:
    """Both in one. Raises ParseError when they are not of one label: two agencies, two values of one part, or a HIBC
    secondary whose link character is not the check character of the primary."""
    if first.agency != second.agency:
        raise ParseError("The two symbols are of two agencies", rule="agency")
    if first.agency == "HIBCC":
        _check_link(first, second)
    parts = {}
    for part in PARTS:
        one, other = getattr(first, part), getattr(second, part)
        if one and other and one != other:
            raise ParseError(f"The two symbols have not the same {part}", rule="joined")
        parts[part] = one or other
    joined = msgspec.structs.replace(
        first,
        **parts,
        link="",
        elements=(*first.elements, *second.elements),
        unread=(*first.unread, *second.unread),
        findings=(*first.findings, *second.findings),
    )
    return msgspec.structs.replace(joined, raw=f"{first.raw}\n{second.raw}")


def _check_link(first: Udi, second: Udi) -> None:
    for one, other in ((first, second), (second, first)):
        if other.link and one.device and other.link != hibc_character(_primary(one.elements)):
            raise ParseError("The link character is that of another primary", rule="link")


def _primary(elements: tuple[Element, ...]) -> str:
    return "".join(f"+{one.data}" for one in elements if one.identifier == "+")
