"""Tryton's books as a side of a control: what the ERP itself says it holds.

Reads only, and asks the ERP to add up wherever it can: a control is worth something only when its sides are independent.
Amounts are in the company's currency; dates are effective dates, both ends included; drafts are never counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ...ports import Context
from .codes import Codes, beginning_with
from .rest import Record, Rest, read_date, read_decimal, wire_date
from .settings import SinkSettings

PAGE = 1000
"""Records for each request: about 0.3 s of the ERP's time."""


class Balance(NamedTuple):
    """Movements of a time span: both sides, neither negative unless the ERP holds it so."""

    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """Debits minus credits: positive for receivables, negative for revenue."""
        return self.debit - self.credit


class PostedEntry(NamedTuple):
    """One entry: its key (`description` in Tryton), number, date and sum of debits."""

    key: str
    number: str
    posting_date: date
    amount: Decimal


class TrytonLedger:
    """One company's books, for reading."""

    def __init__(self, settings: SinkSettings, context: Context) -> None:
        self._rest = Rest(settings, context)
        self._codes = Codes(self._rest, settings.company)

    async def open(self) -> None:
        """Prepare connections. Nothing is asked yet. Raises `Misuse`."""
        await self._rest.open()

    async def close(self) -> None:
        """Release. Safe before `open` and twice."""
        await self._rest.close()

    async def __aenter__(self) -> TrytonLedger:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def trial_balance(self, first: date, last: date) -> dict[str, Balance]:
        """Movements by account, as the ERP adds them up; accounts without any are left out."""
        company = await self._codes.company_number()
        context = {"company": company, "posted": True, "from_date": wire_date(first), "to_date": wire_date(last)}
        domain = [["company", "=", company], ["type", "!=", None]]
        accounts = await self._rest.search("account.account", domain, ("code", "debit", "credit"), context=context)
        balances = {a["code"]: Balance(read_decimal(a["debit"]), read_decimal(a["credit"])) for a in accounts}
        return {code: balance for code, balance in balances.items() if any(balance)}

    async def by_cost_centre(self, first: date, last: date) -> dict[tuple[str, str | None], Balance]:
        """Movements by account and cost centre.

        What stands on an account and on no cost centre is under (account, None): its sum by account is always that of
        the trial balance, so a line that was altered beside its cost centre shows.
        """
        sums: dict[tuple[str, str | None], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        domain = [
            ["move.company", "=", await self._codes.company_number()],
            ["move.state", "=", "posted"],
            ["move.date", ">=", wire_date(first)],
            ["move.date", "<=", wire_date(last)],
        ]
        shares = ("analytic_lines.account.code", "analytic_lines.debit", "analytic_lines.credit")
        async for line in self._all("account.move.line", domain, ("account.code", "debit", "credit", *shares)):
            account, rest = line["account"]["code"], [read_decimal(line["debit"]), read_decimal(line["credit"])]
            for share in line["analytic_lines"]:
                for side, name in enumerate(("debit", "credit")):
                    amount = read_decimal(share[name])
                    sums[account, share["account"]["code"]][side] += amount
                    rest[side] -= amount
            for side, amount in enumerate(rest):
                sums[account, None][side] += amount
        balances = {where: Balance(*sides) for where, sides in sums.items()}
        return {where: balance for where, balance in balances.items() if any(balance)}

    async def entries(self, prefix: str) -> list[PostedEntry]:
        """Posted entries whose key begins with `prefix`, in the order of their creation."""
        return await self._entries(prefix, "posted")

    async def drafts(self, prefix: str) -> list[PostedEntry]:
        """Drafts whose key begins with `prefix`: none, unless a request is under way or was believed lost."""
        return await self._entries(prefix, "draft")

    async def _entries(self, prefix: str, state: str) -> list[PostedEntry]:
        company = await self._codes.company_number()
        domain = [["company", "=", company], ["state", "=", state], beginning_with(prefix)]
        fields = ("description", "number", "date", "lines.debit")
        return [
            PostedEntry(
                move["description"],
                move["number"] or "",
                read_date(move["date"]),
                sum((read_decimal(line["debit"]) for line in move["lines"]), Decimal(0)),
            )
            async for move in self._all("account.move", domain, fields)
        ]

    async def _all(self, model: str, domain: list[Any], fields: tuple[str, ...]) -> AsyncIterator[Record]:
        """Every record that matches, page by page, by number: what is added meanwhile does not shift the pages."""
        after = 0
        while page := await self._rest.search(model, [*domain, ["id", ">", after]], fields, limit=PAGE):
            for record in page:
                yield record
            after = page[-1]["id"]


def books(settings: SinkSettings, context: Context) -> TrytonLedger:
    """The books behind a destination, for controls."""
    return TrytonLedger(settings, context)
