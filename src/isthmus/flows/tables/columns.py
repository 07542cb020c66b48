"""The columns of a table, from the struct of its rows: what a cell of text means, and what it may not be.

    class Account(msgspec.Struct, frozen=True):
        account: str                                            needed: an empty cell is a fault
        parent: Annotated[str, refers_to("accounts")] = ""      may be empty, may be left out of the file
        cost_centre_needed: bool = False                        Y or N

| a field's type   | a cell                                                              |
|------------------|---------------------------------------------------------------------|
| `str`            | text; with `msgspec.Meta(pattern=...)` the whole of it must match     |
| `int`, `Decimal` | digits, a sign, for decimals one point; no thousands, no exponent    |
| `Fraction`       | a decimal, or `1/3`: exact                                          |
| `bool`           | Y N, yes no, true false, 1 0                                        |
| `date`           | YYYY-MM-DD                                                          |
| `Literal[...]`   | one of the texts                                                    |

`X | None` with default None is a cell that may be empty.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from ...kernel.errors import Misuse

_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_FLAGS = {"y": True, "n": False, "yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


class Refers(NamedTuple):
    """The column names a row of this table, by its one key column."""

    table: str


def refers_to(table: str) -> Refers:
    """For `Annotated[str, refers_to("accounts")]`."""
    return Refers(table)


class Cell(NamedTuple):
    """How a cell of a type is read. `read` raises ValueError; `what` and `mend` say why, without the cell's content."""

    read: Callable[[str], Any]
    what: str
    mend: str


class Column(NamedTuple):
    """needed: an empty cell is a fault; else it means `default`."""

    name: str
    cell: Cell
    needed: bool
    default: Any
    refers: str


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError
    return Decimal(text)


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError
    return int(text)


def _fraction(text: str) -> Fraction:
    above, slash, below = text.partition("/")
    if not slash:
        return Fraction(_decimal(text))
    found = _whole(above.strip()), _whole(below.strip())
    if not found[1]:
        raise ValueError
    return Fraction(*found)


def _flag(text: str) -> bool:
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise ValueError from None


CELLS: Mapping[Any, Cell] = {
    str: Cell(str, "", ""),
    int: Cell(_whole, "is not a whole number", "write digits"),
    Decimal: Cell(_decimal, "is not a decimal number", "write digits with a point, as in 1234.50"),
    Fraction: Cell(_fraction, "is neither a decimal number nor a fraction", "write it as in 12, 0.5 or 1/3"),
    bool: Cell(_flag, "is neither Y nor N", "write Y or N"),
    date: Cell(date.fromisoformat, "is no date", "write YYYY-MM-DD"),
}


def columns_of(row: type[msgspec.Struct]) -> tuple[Column, ...]:
    """The columns that a struct declares. Raises `Misuse` for a type that no cell can hold."""
    hints = get_type_hints(row, include_extras=True)
    return tuple(_column(field, hints[field.name]) for field in msgspec.structs.fields(row))


def _column(field: msgspec.structs.FieldInfo, hint: Any) -> Column:
    needed = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
    type, notes = _bare(hint)
    refers = next((note.table for note in notes if isinstance(note, Refers)), "")
    pattern = next((note.pattern for note in notes if isinstance(note, msgspec.Meta) and note.pattern), None)
    default = None if needed else field.default
    return Column(field.name, _cell(field.name, type, pattern), needed, default, refers)


def _bare(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without `| None`, and what it is annotated with."""
    notes: tuple[Any, ...] = ()
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint, *more = get_args(hint)
            notes += tuple(more)
        elif origin in (Union, types.UnionType):
            others = [one for one in get_args(hint) if one is not type(None)]
            if len(others) != 1:
                return hint, notes
            hint = others[0]
        else:
            return hint, notes


def _cell(name: str, type: Any, pattern: str | None) -> Cell:
    if get_origin(type) is Literal:
        return _one_of(get_args(type))
    if type not in CELLS:
        raise Misuse(f"column {name}: use str, int, Decimal, Fraction, bool, date or Literal, not {type!r}")
    return _matching(pattern) if pattern else CELLS[type]


def _one_of(allowed: tuple[Any, ...]) -> Cell:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError
        return text

    words = ", ".join(map(str, allowed))
    return Cell(read, f"is none of {words}", f"write one of {words}")


def _matching(pattern: str) -> Cell:
    compiled = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError
        return text

    return Cell(read, f"does not match {pattern}", "write the code as its owner does, without blanks")
