"""How a hub's control gets its totals: one function over what the hub can show of itself and of the ERP.

    @totals_for(CHARGES_TO_LEDGER)
    def charges_to_ledger(sides, day):
        return ...                       the totals of that business day

Stands in `controls/*.py` of the hub's folder. Who runs it brings the `Sides`; the control itself stays pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from ..model import Document
from ..ports import State
from .control import Control

Totals = TypeVar("Totals")


class Seen(NamedTuple):
    """One delivery of a canonical value: what, where it stands, and when the message behind it was received."""

    value: Document
    state: State
    received_ns: int


class Sides(Protocol):
    """What a control may look at, all of the hub's as of one moment."""

    def deliveries(self, *destinations: str) -> Iterator[Seen]:
        """Every canonical value that was ever dispatched to these destinations ("erp", "process:charge")."""

    def memories(self, *processes: str) -> Iterator[Any]:
        """The states of all live instances of these processes, as their own types."""

    def undecided(self, family: str) -> tuple[int, ...]:
        """The messages of a family ("DFT") that stand undecided."""

    def movement(self, destination: str, day: date) -> Mapping[tuple[str, str | None], Decimal]:
        """What the books behind a destination moved on a day: (account, cost centre or None) -> debits minus credits."""


class DeclaredControl(Generic[Totals]):
    """A control and the function that gives its totals."""

    def __init__(self, control: Control[Totals], totals: Callable[[Sides, date], Totals]) -> None:
        self.control = control
        self.totals = totals

    def __repr__(self) -> str:
        return f"<DeclaredControl {self.control.name}>"


def totals_for(
    control: Control[Totals],
) -> Callable[[Callable[[Sides, date], Totals]], DeclaredControl[Totals]]:
    """Declare that a function gives the totals of a control for a business day."""

    def declare(totals: Callable[[Sides, date], Totals]) -> DeclaredControl[Totals]:
        return DeclaredControl(control, totals)

    return declare
