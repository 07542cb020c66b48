"""A control and what comes of it.

Control(name, owner, schedule, tolerance, check)      control(totals, as_of_ns) -> Result: tied, or breaks
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

Totals = TypeVar("Totals")

NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the sides do not agree.

    leg       which comparison: "register = taken"
    group     what it is about: a facility and department, an account and cost centre, an entry
    sides     each side's figure, by name
    amount    the first side minus the second; zero when only the counts differ
    what      the finding in words that a finance person understands
    messages  the hub's numbers of the messages behind it
    since_ns  since when it can exist: the receipt of the earliest of them
    """

    leg: str
    group: str
    sides: Mapping[str, str]
    amount: Decimal
    what: str
    messages: tuple[int, ...] = ()
    since_ns: int | None = None

    def age_s(self, as_of_ns: int) -> float | None:
        """How old it is; None when no message is known behind it."""
        return None if self.since_ns is None else (as_of_ns - self.since_ns) / NS_PER_S

    def __repr__(self) -> str:
        return f"<Break in {self.leg}: {len(self.messages)} messages behind it>"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison as people are shown it: a group, and each side's figure."""

    group: str
    figures: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Result:
    """What a control found at a moment. `rows` shows the comparison whether it ties or not."""

    control: str
    as_of_ns: int
    breaks: tuple[Break, ...]
    rows: tuple[Row, ...] = ()

    @property
    def tied(self) -> bool:
        return not self.breaks

    @property
    def amount(self) -> Decimal:
        """The money in question: the breaks' amounts without their signs, so that two of them never hide each other."""
        return sum((abs(one.amount) for one in self.breaks), Decimal(0))


@dataclass(frozen=True, slots=True)
class Control(Generic[Totals]):
    """A named comparison. `check(totals, tolerance)` is pure and gives rows to show, and breaks.

    schedule    when it is run, in words of the hub: "day-end", "hourly"
    tolerance   the difference that still ties, in the currency's unit
    """

    name: str
    title: str
    owner: str
    schedule: str
    check: Callable[[Totals, Decimal], tuple[Iterable[Row], Iterable[Break]]]
    tolerance: Decimal = field(default=Decimal(0))

    def __call__(self, totals: Totals, as_of_ns: int) -> Result:
        rows, breaks = self.check(totals, self.tolerance)
        return Result(self.name, as_of_ns, tuple(breaks), tuple(rows))
