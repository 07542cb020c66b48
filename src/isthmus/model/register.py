"""The source's own account of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from .event import Event


class RegisterRow(msgspec.Struct, frozen=True, kw_only=True):
    """One facility and department: numbers of charges and credits, and the total of charges minus credits."""

    facility: str
    department: str
    charges: int
    credits: int
    total: Decimal


class DayEndRegister(Event, frozen=True, kw_only=True):
    """What the source says that it charged on one business date: one side of control C0 that no parser of ours made."""

    application: str
    business_date: date
    rows: tuple[RegisterRow, ...]
