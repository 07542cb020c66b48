"""STC: what became of a claim, of one of its lines, or of all claims of a level (005010X212, 005010X214).

The category (element 1271, code list 507) says in which of these states a claim is; what refuses a claim before adjudication
is a *rejection* (the claim was never decided, correct and send it again), what the payer decided against it is a *denial*.

    A0 A1 A2 A5 acknowledged   A3 A4 A6 A7 A8 rejected   P pending   R more information wanted
    F1 paid  F2 denied  F0 F3 F4 finalised, without saying more   E D the inquiry could not be answered
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from ..loops import Loop
from ..segment import Segment
from .declared import REQUIRED, Field, Place
from .draft import Draft
from .fields import day, each, number, parts, period, text
from .periods import Period
from .record import Record

State = Literal["acknowledged", "rejected", "pending", "wanted", "paid", "denied", "finalised", "unanswered", "unknown"]

_BY_CODE: dict[str, State] = {
    **dict.fromkeys(("A0", "A1", "A2", "A5"), "acknowledged"),
    **dict.fromkeys(("A3", "A4", "A6", "A7", "A8"), "rejected"),
    "F1": "paid",
    "F2": "denied",
}
_BY_LETTER: dict[str, State] = {"P": "pending", "R": "wanted", "F": "finalised", "E": "unanswered", "D": "unanswered"}

_CODES_AT = (1, 10, 11)


class StatusCode(NamedTuple):
    """Composite C043. `category`: code list 507; `code`: 508; `entity`: whom it is about; `code_list`: RX for NCPDP codes."""

    category: str
    code: str = ""
    entity: str = ""
    code_list: str = ""

    @property
    def state(self) -> State:
        return _BY_CODE.get(self.category) or _BY_LETTER.get(self.category[:1], "unknown")


class _StatusCodes(Field):
    def read(self, loop: Loop) -> list[StatusCode]:
        segment = loop.segments[0]
        return [_code(segment, at) for at in _CODES_AT if segment.element(at)]

    def write(self, value: list[StatusCode], draft: Draft) -> None:
        for at, code in zip(_CODES_AT, value, strict=False):
            draft.put("STC", "", at, 0, tuple(code))

    def places(self, loop: Loop, value: Any) -> Iterator[Place]:
        segment = loop.segments[0]
        for element in _CODES_AT:
            for component, part in enumerate(segment.components(element), 1):
                if part:
                    yield Place(segment, element, component)


def _code(segment: Segment, element: int) -> StatusCode:
    category, code, entity, code_list = [*segment.components(element), "", "", "", ""][:4]
    return StatusCode(category, code, entity, code_list)


def _status_codes() -> Any:
    return _StatusCodes(REQUIRED)


class Status(Record):
    """One STC. Up to three codes; the first is the one that counts.

    action  STC03: WQ accepted, U rejected (277CA only)        charge  STC04        paid  STC05
    """

    codes: list[StatusCode] = _status_codes()
    effective: date | None = day("STC02", default=None)
    action: str = text("STC03", default="")
    charge: Decimal | None = number("STC04", default=None)
    paid: Decimal | None = number("STC05", default=None)
    finalised: date | None = day("STC06", default=None)
    method: str = text("STC07", default="")
    remitted: date | None = day("STC08", default=None)
    check_number: str = text("STC09", default="")
    message: str = text("STC12", default="")

    @property
    def state(self) -> State:
        """By the action, where there is one that says it, else by the first code's category."""
        if self.action == "U":
            return "rejected"
        return self.codes[0].state if self.codes else "unknown"

    @property
    def is_rejection(self) -> bool:
        """The claim was refused before anybody decided on it."""
        return self.state == "rejected"

    @property
    def is_denial(self) -> bool:
        """The payer decided against the claim."""
        return self.state == "denied"


class LineStatus(Record):
    """Loop 2220: a service line with its statuses."""

    procedure: list[str] = parts("SVC01")
    charge: Decimal = number("SVC02")
    paid: Decimal | None = number("SVC03", default=None)
    revenue_code: str = text("SVC04", default="")
    units: Decimal | None = number("SVC07", default=None)
    statuses: list[Status] = each("STC", Status, default=[])
    control_number: str = text("REF02", "FJ", default="")
    prescription: str = text("REF02", "XZ", default="")
    service_period: Period | None = period("DTP03", "472", default=None)
