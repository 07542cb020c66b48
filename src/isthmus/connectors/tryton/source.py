"""Tryton as a source of master data: accounts and cost centres, read as a whole and handed in when they are others.

    every poll_s: read --same as handed in last?--> nothing
                       '--> one JSON message for each table (mappings/table_rows.py) --durable--> remembered

Invariants
 1. What is read is complete: pages by number, so that what is added meanwhile is not missed, and what is gone is noticed.
 2. Only what the ERP lets be posted to is handed in: accounts that are not closed and no mere headings, open cost centres.
    A code that is closed there ends in the table on that day.
 3. Nothing is remembered beyond the hub's life: after a start the tables are handed in once more, and say what is known.

While the ERP cannot be read nothing is handed in, and the last rows go on answering. The key is that of the moment at which
the ERP is reached, and read anew after a look that failed.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from ...ports import Context, Fate, Intake
from .._intake import hand_in
from .._polling import Polling, PollingSource
from .codes import Codes
from .rest import Record, Rest
from .settings import SourceSettings

PAGE = 1000

HANDED_IN = (Fate.ACCEPTED, Fate.DUPLICATE, Fate.REFUSED)
"""What was refused stays refused until the ERP says something else: it is on record with its reason."""


class Master(NamedTuple):
    """What of the ERP becomes rows. columns: column of the table -> field of the record."""

    model: str
    usable: list[Any]
    columns: dict[str, str]


ACCOUNTS = Master(
    "account.account",
    [["type", "!=", None], ["closed", "!=", True]],
    {"account": "code", "description": "name"},
)
COST_CENTRES = Master(
    "analytic_account.account",
    [["type", "=", "normal"], ["state", "!=", "closed"]],
    {"cost_centre": "code", "description": "name"},
)


class TrytonSource(PollingSource):
    def __init__(self, settings: SourceSettings, context: Context) -> None:
        self._settings = settings
        self._name = context.name
        self._rest = Rest(settings, context)
        self._codes = Codes(self._rest, settings.company)
        wanted = {settings.accounts: ACCOUNTS, settings.cost_centres: COST_CENTRES}
        self._masters = {table: master for table, master in wanted.items() if table}
        self._handed_in: dict[str, bytes] = {}
        self._polling = Polling(self._look, lambda: settings.poll_s, context.looked)
        self._reached = False
        self._intake: Intake

    async def open(self, intake: Intake) -> None:
        """Start to poll. An ERP that is away is asked again at the next poll."""
        self._intake = intake
        self._polling.start(self._name)

    async def close(self) -> None:
        """Finish the table that is being read, then stop. Cancelled, it leaves it. Safe before `open` and twice."""
        try:
            await self._polling.close()
        finally:
            await self._disconnect()

    async def _look(self) -> None:
        try:
            await self.once()
        except BaseException:  # away, or set up otherwise now: asked anew at the next poll
            await self._disconnect()
            raise

    async def _disconnect(self) -> None:
        self._reached = False
        self._codes.forget()
        await self._rest.close()

    async def once(self) -> None:
        """Read everything, and hand in what is not as it was.

        Raises `Unavailable` when the ERP cannot be read, `Misuse` for a key or a certificate that is not there.
        """
        if not self._reached:
            await self._rest.open()
            self._reached = True
        for table, master in self._masters.items():
            if not await self._polling.may_go_on():
                return
            rows = await self._rows(master)
            digest = hashlib.sha256(msgspec.json.encode(rows)).digest()
            if digest != self._handed_in.get(table) and await self._take(table, rows) in HANDED_IN:
                self._handed_in[table] = digest

    async def _rows(self, master: Master) -> list[dict[str, str]]:
        """All usable records with a code, by code."""
        domain = [["company", "=", await self._codes.company_number()], *master.usable]
        found: list[Record] = []
        after = 0
        while page := await self._rest.search(
            master.model, [*domain, ["id", ">", after]], tuple(master.columns.values()), limit=PAGE
        ):
            found += page
            after = page[-1]["id"]
        rows = [
            {column: record[name] or "" for column, name in master.columns.items()}
            for record in found
            if record["code"]
        ]
        return sorted(rows, key=lambda row: tuple(row.values()))

    async def _take(self, table: str, rows: list[dict[str, str]]) -> Fate:
        """Hand a table in, and wait until its fate is durable."""
        read_at = datetime.now(UTC).isoformat()
        body = {"type": "TableRows", "id": f"{table}@{read_at}", "table": table, "complete": True, "rows": rows}
        origin = f"{self._settings.database}: {table}"
        return (await hand_in(self._intake, msgspec.json.encode(body), origin, b"")).fate


def source(settings: SourceSettings, context: Context) -> TrytonSource:
    return TrytonSource(settings, context)
