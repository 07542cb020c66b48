"""Reads values of a cXML document, and notes where each canonical field came from.

A place is a path from the root, elements numbered where they are not the first of their name:
`Request/OrderRequest/ItemOut[2]/@quantity`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NoReturn

from ...protocols import cxml
from ..reader import MappingError
from .codes import Codes

QUALIFIERS = frozenset({"currency", "language", "id_domain", "domain"})
"""Fields that only say of a value what it is: they are not listed beside what they tell of."""


class Reader:
    """Reads one document."""

    def __init__(self, document: cxml.Document) -> None:
        self.document = document
        self.provenance: dict[str, str] = {}

    def note(self, name: str, value: cxml.Value, field: str) -> None:
        """Say that a canonical field came from a field of a value."""
        self.provenance[name] = self.document.place(value, field)

    def read(self, name: str, value: cxml.Value | None, field: str, absent: Any = "") -> Any:
        """The field of a value, for the canonical field `name`; `absent` when there is no value."""
        if value is None:
            return absent
        found = getattr(value, field)
        if not _empty(found):
            self.note(name, value, field)
        return found

    def fields(self, around: str, value: cxml.Value | None, **fields: str) -> dict[str, Any]:
        """Canonical fields from fields of a value: {canonical: the value's}; {} when there is no value."""
        if value is None:
            return {}
        return {name: self.read(around + name, value, field) for name, field in fields.items()}

    def needed(self, name: str, value: cxml.Value, field: str) -> Any:
        """The field of a value. Raises MappingError when it is not there."""
        found = self.read(name, value, field)
        return self.fault(value, field, "is empty or cannot be read") if found in ("", None) else found

    def known(self, name: str, value: cxml.Value, field: str, codes: Codes, absent: str) -> Any:
        """What the code of a field means; `absent` when it is not there. Raises MappingError for one without a word."""
        code = self.read(name, value, field)
        if not code:
            return absent
        return codes.word(code) if codes.known(code) else self.fault(value, field, "is a word that cXML does not have")

    def amount(self, name: str, money: cxml.Money | None) -> Any:
        """The amount of a Money, None when there is none."""
        return self.read(name, money, "amount", None)

    def day(self, name: str, value: cxml.Value | None, field: str) -> date | None:
        """The date, of a moment the one that its sender has."""
        found = self.read(name, value, field, None)
        return found.date() if isinstance(found, datetime) else found

    def moment(self, around: str, value: cxml.Value, field: str, name: str) -> dict[str, Any]:
        """A date as `<name>_on`, and as `<name>_at` where there is a time with its offset."""
        found = getattr(value, field)
        at = found if isinstance(found, datetime) and found.tzinfo is not None else None
        if at is not None:
            self.note(f"{around}{name}_at", value, field)
        return {f"{name}_on": self.day(f"{around}{name}_on", value, field), f"{name}_at": at}

    def fault(self, value: cxml.Value, field: str, rule: str) -> NoReturn:
        """Raise the MappingError for a field."""
        place = self.document.place(value, field)
        raise MappingError(f"{place} {rule}", suggestion="have the sender mend it")

    def currency(self) -> str:
        """The currency of all amounts. Raises MappingError when there are several: a document has one."""
        found: dict[str, cxml.Money] = {}
        for value in values(self.document.body):
            if isinstance(value, cxml.Money) and value.currency and value.amount is not None:
                found.setdefault(value.currency, value)
        if len(found) > 1:
            self.fault(list(found.values())[1], "currency", "is not that of the other amounts")
        return next((self.read("currency", money, "currency") for money in found.values()), "")


def values(value: cxml.Value | None) -> Iterator[cxml.Value]:
    """A value and all inside of it, in the order of the document."""
    if value is None:
        return
    yield value
    for name, place in cxml.places(type(value)).items():
        if place.type is not None:
            found = getattr(value, name)
            for one in found if place.many else (found,):
                yield from values(one)


def unused(document: cxml.Document, provenance: Mapping[str, str]) -> list[str]:
    """Places of what stands in the document inside and no canonical field was made from, in the order of the document.

    An amount of nothing says nothing, and is not listed.
    """
    used = set(provenance.values())
    found = [place for value in values(document.body) for place in _left(document, value, used)]
    return [*found, *(one.path for one in document.unknown)]


def _left(document: cxml.Document, value: cxml.Value, used: set[str]) -> Iterable[str]:
    scalars = [name for name, place in cxml.places(type(value)).items() if place.type is None]
    if isinstance(value, cxml.Money) and not value.amount:
        return ()
    populated = [name for name in scalars if not _empty(getattr(value, name))]
    told = any(name not in QUALIFIERS for name in populated)
    places = (document.place(value, name) for name in populated if not (told and name in QUALIFIERS))
    return (place for place in places if place not in used)


def _empty(value: object) -> bool:
    return value is None or value is False or value in ("", ())
