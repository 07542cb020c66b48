"""From the codes that finance uses to the numbers that Tryton uses, which differ between databases.

Found codes are cached and asked for again on a miss and after the ERP has refused something; a code that does not exist
is a fault of the lines that carry it, anything else of the entry as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ...kernel import Permanent, Transient
from ...model import EntryLine, JournalEntry
from ...model.bisection import PART
from .rest import Record, Rest, wire_date


class EntryRefused(Permanent):
    """The ERP cannot take this entry as a whole; dividing it would not help."""

    code = "ENTRY_REFUSED"


@dataclass
class Codes:
    """The look-ups of one company. `forget` when the ERP has refused: somebody may have changed its setup."""

    rest: Rest
    company_code: str
    _company: tuple[int, str] | None = None
    _journals: dict[str, int] = field(default_factory=dict)
    _accounts: dict[str, int] = field(default_factory=dict)
    _cost_centres: dict[str, int] = field(default_factory=dict)
    _periods: dict[tuple[int, date], int] = field(default_factory=dict)

    def forget(self) -> None:
        self._company = None
        for known in (self._journals, self._accounts, self._cost_centres, self._periods):
            known.clear()

    async def company(self, entry: JournalEntry) -> int:
        """The company's number. Raises `EntryRefused` for an entry of another company or currency."""
        if entry.company != self.company_code:
            raise EntryRefused(
                f"the entry is for company {entry.company}, and this destination posts for {self.company_code}",
                suggestion="redirect it to the destination of its company",
            )
        if self._company is None:
            self._company = await self._find_company()
        number, currency = self._company
        if entry.currency != currency:
            raise EntryRefused(
                f"the entry is in {entry.currency}, and company {entry.company} keeps its books in {currency}",
                suggestion="mend the facility's currency in the hub",
            )
        return number

    async def company_number(self) -> int:
        """The company's number, for reading."""
        if self._company is None:
            self._company = await self._find_company()
        return self._company[0]

    async def _find_company(self) -> tuple[int, str]:
        fields = ("currency.code",)
        found = await self.rest.search("company.company", [["party.code", "=", self.company_code]], fields)
        if not found:
            raise EntryRefused(
                f"the ERP has no company whose party has the code {self.company_code}",
                suggestion="mend `company` in the destination's settings, or the party's code in the ERP",
            )
        return found[0]["id"], found[0]["currency"]["code"]

    async def journal(self, code: str) -> int:
        if code not in self._journals:
            found = await self.rest.search("account.journal", [["code", "=", code]], ())
            if not found:
                raise EntryRefused(
                    f"the ERP has no journal {code}", suggestion="ask finance to create it, or mend the entry's journal"
                )
            self._journals[code] = found[0]["id"]
        return self._journals[code]

    async def period(self, company: int, journal: int, day: date) -> int:
        """The period of a day. Raises `EntryRefused` when it is closed, for all or for this journal, or there is none."""
        if (journal, day) not in self._periods:
            domain = [
                ["company", "=", company],
                ["type", "=", "standard"],
                ["start_date", "<=", wire_date(day)],
                ["end_date", ">=", wire_date(day)],
            ]
            found = await self.rest.search("account.period", domain, ("name", "state"))
            period = _open_period(found, day)
            closed = [["journal", "=", journal], ["period", "=", period["id"]], ["state", "!=", "open"]]
            if await self.rest.search("account.journal.period", closed, ()):
                raise _closed(f"{period['name']} is closed for the journal")
            self._periods[journal, day] = period["id"]
        return self._periods[journal, day]

    async def accounts(self, company: int, lines: Iterable[EntryLine]) -> dict[str, int]:
        """The accounts of these lines. Raises `Permanent` that names every one that is missing, and its lines."""
        usable = [["company", "=", company], ["type", "!=", None], ["closed", "!=", True]]
        wanted = [(line.account, line.line) for line in lines]
        return await self._all("account.account", "account", self._accounts, usable, wanted)

    async def cost_centres(self, company: int, lines: Iterable[EntryLine]) -> dict[str, int]:
        """The cost centres of these lines. Raises `Permanent` that names every one that is missing, and its lines."""
        usable = [["company", "=", company], ["type", "=", "normal"], ["state", "!=", "closed"]]
        wanted = [(line.cost_centre, line.line) for line in lines if line.cost_centre is not None]
        return await self._all("analytic_account.account", "cost centre", self._cost_centres, usable, wanted)

    async def _all(
        self, model: str, kind: str, known: dict[str, int], usable: list[object], wanted: Sequence[tuple[str, int]]
    ) -> dict[str, int]:
        missing = sorted({code for code, _ in wanted} - known.keys())
        if missing:
            found = await self.rest.search(model, [*usable, ["code", "in", missing]], ("code",))
            known.update((record["code"], record["id"]) for record in found)
        unknown = [(code, line) for code, line in wanted if code not in known]
        if unknown:
            named = ", ".join(sorted({code for code, _ in unknown}))
            lines = ", ".join(str(line) for _, line in unknown)
            raise Permanent(
                f"the ERP has no open {kind} {named} (line {lines})",
                suggestion=f"ask finance to create or reopen the {kind}, or mend the department's mapping, and resend",
            )
        return known

    async def original(self, key: str) -> str:
        """The reference to the entry that is reversed: the first posted one under its key or under a part of it.

        Raises `Transient` while there is none: it may still be on its way.
        """
        domain = [["state", "=", "posted"], ["OR", ["description", "=", key], beginning_with(key + PART)]]
        found = await self.rest.search("account.move", domain, (), limit=1)
        if not found:
            raise Transient("the entry that this one reverses is not posted in the ERP yet")
        return f"account.move,{found[0]['id']}"


def beginning_with(prefix: str) -> list[str]:
    """The clause for entries whose key begins with these characters, taken literally."""
    literal = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return ["description", "like", literal + "%"]


def _open_period(found: Sequence[Record], day: date) -> Record:
    if not found:
        raise EntryRefused(
            f"the ERP has no accounting period for {day}",
            suggestion="ask finance to create the fiscal year, or mend the posting date, and resend",
        )
    if found[0]["state"] != "open":
        raise _closed(f"{found[0]['name']} is closed")
    return found[0]


def _closed(which: str) -> EntryRefused:
    return EntryRefused(
        f"the accounting period {which}",
        suggestion="ask finance to reopen it, or give the entry a posting date in an open period, and resend",
    )
