"""Conditions between the elements of a segment or the components of a composite (X12.6, relational conditions).

P0203    paired: all or none           C0203  if 02 then 03              E0203  at most one
R0203    at least one                  L020304 if 02 then one of the others
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

REQUIRED, EXCLUDED = "2", "10"
"""IK403: a conditional element is missing, an exclusion is violated."""


class Relation(NamedTuple):
    """`kind` is P, R, E, C or L; `elements` count from 1."""

    kind: str
    elements: tuple[int, ...]

    def broken_at(self, values: Sequence[str], first: int) -> tuple[int, str] | None:
        """The element to name and its code, None when the condition holds. `values[first]` is element 1."""
        there = [number for number in self.elements if len(values) > (at := number - 1 + first) and values[at]]
        return _CHECKS[self.kind](self.elements, there)

    def words(self, prefix: str) -> str:
        """The condition in words, for elements of a segment such as PER."""
        named = [f"{prefix}{number:02d}" for number in self.elements]
        return _WORDS[self.kind].format(named[0], " and ".join(named), " or ".join(named), " or ".join(named[1:]))


def relation(text: str) -> Relation | None:
    """ "P0304" as a map writes it; None for what is no condition."""
    numbers = text[1:]
    if text[:1] not in _CHECKS or len(numbers) < 4 or len(numbers) % 2 or not (numbers.isascii() and numbers.isdigit()):
        return None
    found = tuple(int(numbers[at : at + 2]) for at in range(0, len(numbers), 2))
    return Relation(text[0], found) if all(found) else None


def _missing(elements: Sequence[int], there: Sequence[int]) -> tuple[int, str] | None:
    return next(((number, REQUIRED) for number in elements if number not in there), None)


def _paired(elements: Sequence[int], there: Sequence[int]) -> tuple[int, str] | None:
    return _missing(elements, there) if there else None


def _one_of(elements: Sequence[int], there: Sequence[int]) -> tuple[int, str] | None:
    return None if there else (elements[0], REQUIRED)


def _conditional(elements: Sequence[int], there: Sequence[int]) -> tuple[int, str] | None:
    return _missing(elements, there) if elements[0] in there else None


def _list(elements: Sequence[int], there: Sequence[int]) -> tuple[int, str] | None:
    return (elements[1], REQUIRED) if list(there) == [elements[0]] else None


def _exclusion(elements: Sequence[int], there: Sequence[int]) -> tuple[int, str] | None:
    return (there[1], EXCLUDED) if len(there) > 1 else None


_CHECKS: dict[str, Callable[[Sequence[int], Sequence[int]], tuple[int, str] | None]] = {
    "P": _paired,
    "R": _one_of,
    "C": _conditional,
    "L": _list,
    "E": _exclusion,
}
_WORDS = {
    "P": "{1} stand together or not at all",
    "R": "One of {2} is required",
    "C": "With {0} the others are required: {1}",
    "L": "With {0} one of {3} is required",
    "E": "Only one of {2} may be there",
}
