"""B1, the bank's statements in themselves, and one after the other:

    opening + entries           =  closing                       each statement that has both balances
    the bank's totals           =  its entries, credits and debits
    closing of one day          =  opening of the next           each account

A gap between two days is a statement that never came: money of that day is in no other control.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ..model import BankStatement
from .bank_money import Stated, standing
from .control import Break, Control, Row

ZERO = Decimal(0)

BALANCE = "opening + entries = closing"
TOTALS = "bank's totals = entries"
CONTINUITY = "closing = next opening"


@dataclass(frozen=True, slots=True)
class BankStatements:
    """What the bank sent; announcements and reports of the day have no balances of a day, and are passed over."""

    statements: Collection[Stated]


def check(totals: BankStatements, tolerance: Decimal) -> tuple[list[Row], list[Break]]:
    """Compare. A row for each account and currency."""
    booked = [one for one in standing(totals.statements) if one.statement.kind == "statement"]
    accounts: dict[tuple[str, str], list[Stated]] = defaultdict(list)
    for one in booked:
        accounts[one.statement.account, one.statement.currency].append(one)
    breaks = [found for one in booked for found in _of_statement(one, tolerance)]
    breaks += [found for group in sorted(accounts) for found in _gaps(accounts[group], tolerance)]
    return [_row(group, accounts[group]) for group in sorted(accounts)], breaks


BANK_STATEMENTS = Control(
    name="B1",
    title="Bank statements",
    owner="treasury",
    schedule="day-end",
    check=check,
)


def _of_statement(one: Stated, tolerance: Decimal) -> Iterator[Break]:
    statement = one.statement
    amounts = [entry.amount for entry in statement.entries if entry.currency == statement.currency]
    if statement.difference is not None and statement.closing is not None and abs(statement.difference) > tolerance:
        sides = {"opening + entries": str(statement.closing + statement.difference), "closing": str(statement.closing)}
        what = "the statement does not add up: entries are missing, doubled or not detailed"
        yield _break(BALANCE, one, sides, statement.difference, what)
    counted = {
        "credits": (statement.credits, sum((amount for amount in amounts if amount > 0), ZERO)),
        "debits": (statement.debits, -sum((amount for amount in amounts if amount < 0), ZERO)),
    }
    for name, (stated, found) in counted.items():
        if stated is not None and abs(stated - found) > tolerance:
            what = f"the bank's total of {name} is not that of its entries: some are missing or not detailed"
            yield _break(TOTALS, one, {f"bank's {name}": str(stated), "entries": str(found)}, stated - found, what)


def _gaps(account: Iterable[Stated], tolerance: Decimal) -> Iterator[Break]:
    for before, after in pairwise(account):
        closing, opening = before.statement.closing, after.statement.opening
        if closing is None or opening is None or abs(closing - opening) <= tolerance:
            continue
        messages = {before.statement.origin.message_id, after.statement.origin.message_id}
        yield Break(
            leg=CONTINUITY,
            group=_named(after.statement),
            sides={f"closing {before.statement.as_of}": str(closing), f"opening {after.statement.as_of}": str(opening)},
            amount=closing - opening,
            what="a statement between the two never came, or one of them was altered",
            messages=tuple(sorted(messages)),
            since_ns=after.received_ns,
        )


def _break(leg: str, one: Stated, sides: dict[str, str], amount: Decimal, what: str) -> Break:
    messages = (one.statement.origin.message_id,)
    return Break(leg, _named(one.statement), sides, amount, what, messages, one.received_ns)


def _named(statement: BankStatement) -> str:
    return f"{statement.account} {statement.as_of}"


def _row(group: tuple[str, str], account: list[Stated]) -> Row:
    entries = sum((entry.amount for one in account for entry in one.statement.settled), ZERO)
    figures = {"opening": account[0].statement.opening or ZERO, "entries": entries}
    return Row(" ".join(group), figures | {"closing": account[-1].statement.closing or ZERO})
