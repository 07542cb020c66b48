"""Remittances and bank statements, for tests: everything that a test does not say is the same for both sides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from isthmus.model import BankEntry, BankStatement, ExpectedPayment, Origin, TraceNumber
from isthmus.reconcile import Remitted, Stated

PAYER = "1512345678"
DAY = date(2026, 3, 3)  # a Tuesday
NOON = ZoneInfo("UTC")


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=NOON).timestamp()) * 10**9


def remitted(
    reference: str = "EFT0001",
    amount: str = "100.00",
    *,
    payer: str = PAYER,
    due: date | None = DAY,
    message: int = 1,
    received: date | None = None,
    **more: Any,
) -> Remitted:
    payment = ExpectedPayment(
        origin=Origin(source="clearinghouse", message_id=message),
        reference=reference,
        payer=payer,
        amount=Decimal(amount),
        due=due,
        document=f"{message:04}",
        **more,
    )
    return Remitted(payment, at(received or due or DAY))


def entry(
    reference: str = "EFT0001", amount: str = "100.00", *, payer: str = PAYER, cut: bool = False, **more: Any
) -> BankEntry:
    trace = TraceNumber(reference, payer, cut) if reference else None
    fields: dict[str, Any] = {"currency": "USD", "booked": DAY, "trace": trace, "claim_payment": True}
    return BankEntry(amount=Decimal(amount), **(fields | more))


def stated(*entries: BankEntry, message: int = 50, received: date | None = None, **more: Any) -> Stated:
    fields: dict[str, Any] = {"kind": "statement", "account": "4411", "currency": "USD", "as_of": DAY}
    statement = BankStatement(origin=Origin(source="bank", message_id=message), entries=entries, **(fields | more))
    return Stated(statement, at(received or DAY + timedelta(days=1)))
