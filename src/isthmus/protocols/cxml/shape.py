"""Values and where they stand in the document: one declaration for reading, for writing and for saying where a value stood.

    @value
    class ItemOut(Value):
        quantity: Decimal | None = number_at("@quantity")           an attribute
        unit: str = text_at("ItemDetail/UnitOfMeasure")             the text of an element
        item: ItemID | None = part_at("ItemID", ItemID)             an element with values of its own
        taxes: tuple[Tax, ...] = parts_at("Tax", Tax)               every element of a name
        code: str = text_at(".")                                    the element's own text

Fields are written in the order of their declaration, which is the order of the DTD.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple, TypeVar, dataclass_transform

Declared = TypeVar("Declared")

_NAMESPACES = {"xml:": "{http://www.w3.org/XML/1998/namespace}"}


class Place(NamedTuple):
    """`steps` down from the value's element, then an attribute, "" for the element itself.

    kind   text, number, moment, flag, secret, or part; `type` of a part; `many`: a tuple of all that there are
    """

    path: str
    steps: tuple[str, ...]
    attribute: str
    kind: str
    type: type | None = None
    many: bool = False


class Value:
    """A part of a document. `repr` shows no content."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<cxml.{type(self).__name__}>"


def text_at(path: str) -> Any:
    """Text, "" when it is not there."""
    return _field(path, "text", "")


def texts_at(path: str) -> Any:
    """The text of every element of a name."""
    return _field(path, "text", (), many=True)


def number_at(path: str) -> Any:
    """A Decimal, None when it is not there."""
    return _field(path, "number", None)


def moment_at(path: str) -> Any:
    """A date, or a datetime where there is a time; None when it is not there or none that can be."""
    return _field(path, "moment", None)


def flag_at(path: str) -> Any:
    """Whether it says yes."""
    return _field(path, "flag", False)


def secret_at(path: str) -> Any:
    """A Secret, None when it is not there."""
    return _field(path, "secret", None)


def part_at(path: str, type: type, always: bool = False) -> Any:
    """A value of its own, None when it is not there. `always`: the DTD wants its element even when it is empty."""
    return _field(path, "part", None, type=type, factory=type if always else None)


def parts_at(path: str, type: type) -> Any:
    """A value for every element of a name."""
    return _field(path, "part", (), type=type, many=True)


# No field specifiers: to a type checker what the functions above give is a default, so that every field is optional.
@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(declared: type[Declared]) -> type[Declared]:
    """Make the class one of immutable values that are compared by content."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)(declared)


_PLACES: dict[type, dict[str, Place]] = {}


def places(type: type) -> dict[str, Place]:
    """The places of a value's fields, by name."""
    if type not in _PLACES:
        fields = dataclasses.fields(type)
        _PLACES[type] = {one.name: one.metadata["place"] for one in fields if "place" in one.metadata}
    return _PLACES[type]


def _field(
    path: str, kind: str, default: Any, *, type: type | None = None, many: bool = False, factory: Any = None
) -> Any:
    where, _, attribute = path.partition("@")
    for prefix, namespace in _NAMESPACES.items():
        attribute = attribute.replace(prefix, namespace)
    steps = tuple(step for step in where.split("/") if step not in ("", "."))
    metadata = {"place": Place(path, steps, attribute, kind, type, many)}
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
