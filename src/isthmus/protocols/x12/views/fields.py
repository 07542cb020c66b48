"""The kinds of fields that records are declared of.

    text("EB05")  number("EB07")  day("BHT04")                an element of the first segment of its name
    text("REF02", "6R")  period("DTP03", "472")               of the one whose first element is this
    text("CLM05-3")                                           a component
    parts("SVC01")  repeated("EB03")  texts("MSG01")          all components, all repetitions, of every segment
    each("STC", Status)                                       a record for every segment of a name
    within("N3 N4", Address)                                  one record of the loop's own segments of these names
    one("2100C", Party)  loops("2110C 2110D", Benefit)        the loop, the loops of these names

A field without a default must be given when a value is built. They return Any because what they are of is said by the
annotation of the field.
"""

from __future__ import annotations

from typing import Any

from .declared import REQUIRED, Base
from .elements import Day, Element, Number, Parts, Repeated, Span, Texts
from .nested import Each, Loops, One, Within


def text(at: str, qualifier: str = "", *, default: Any = REQUIRED) -> Any:
    return Element(at, qualifier, default)


def number(at: str, qualifier: str = "", *, default: Any = REQUIRED) -> Any:
    """A Decimal. Without a default it must be there."""
    return Number(at, qualifier, default)


def day(at: str, qualifier: str = "", *, default: Any = REQUIRED) -> Any:
    """A date, or the first of a range; None when there is none that can be."""
    return Day(at, qualifier, default)


def period(at: str, qualifier: str = "", *, default: Any = REQUIRED) -> Any:
    return Span(at, qualifier, default)


def parts(at: str, *, default: Any = REQUIRED) -> Any:
    return Parts(at, "", default)


def repeated(at: str, *, default: Any = REQUIRED) -> Any:
    return Repeated(at, "", default)


def texts(at: str, *, default: Any = REQUIRED) -> Any:
    return Texts(at, "", default)


def each(tag: str, kind: type[Base], *, default: Any = REQUIRED) -> Any:
    return Each(tag, kind, default)


def within(tags: str, kind: type[Base], *, default: Any = REQUIRED) -> Any:
    return Within(tags, kind, default)


def loops(names: str, kind: type[Base], *, bracket: str = "", default: Any = REQUIRED) -> Any:
    """`bracket` is the LS01 and LE01 that stand around them."""
    return Loops(names, kind, bracket, default)


def one(names: str, kind: type[Base], *, default: Any = REQUIRED) -> Any:
    return One(names, kind, "", default)
