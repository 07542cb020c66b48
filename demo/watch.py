"""How far the day is: read from the EHR's own count, the hub's ledger and the ERP's database; one line at a time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from stage import Stage

from isthmus.cli.access import look
from isthmus.journal import ledger
from isthmus.journal.search import Reader

T = TypeVar("T")

LINE_EVERY_S = 5.0
"""Where the output is no terminal, a line so often; on a terminal one line is written over, twice a second."""

SOON_NS = 60 * 1_000_000_000

REVENUE = """SELECT count(DISTINCT move.id), coalesce(sum(line.credit - line.debit), 0) FROM account_move move
    JOIN account_move_line line ON line.move = move.id JOIN account_account account ON line.account = account.id
    WHERE move.state = 'posted' AND account.code LIKE '4%'"""


@dataclass
class Facts:
    """Counts: acknowledged by the hub, of so many; stays discharged; what waits, and how many journal entries of it are
    for the ERP; parked work; entries that the ERP holds, and their revenue."""

    acknowledged: int
    of: int
    discharges: int
    waiting: int
    to_erp: int
    parked: int
    posted: int
    revenue: Decimal
    erp: str

    def line(self) -> str:
        return (
            f"acknowledged {self.acknowledged}/{self.of} | discharges {self.discharges} | "
            f"ERP {self.erp}: {self.posted} entries, {self.revenue:,.2f} | waiting {self.waiting}, {self.to_erp} for the ERP | parked {self.parked}"
        )


class Watch:
    """`say` prints a line, `tick` shows the facts."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._terminal = sys.stdout.isatty()
        self._began = time.monotonic()
        self._shown = -LINE_EVERY_S
        self.erp = "up"

    def say(self, words: str) -> None:
        self._line(words, keep=True)

    def tick(self) -> Facts:
        facts = self.facts()
        if self._terminal:
            self._line(facts.line(), keep=False)
        elif time.monotonic() - self._shown >= LINE_EVERY_S:
            self._shown = time.monotonic()
            self._line(facts.line(), keep=True)
        return facts

    def facts(self) -> Facts:
        waiting, to_erp, parked, discharges = self.look(_counts)
        ((posted, revenue),) = self._stage.erp.psql(REVENUE)
        says = self._stage.ehr.says if self._stage.ehr else {}
        return Facts(
            says.get("accepted", 0),
            says.get("of", 0),
            discharges,
            waiting,
            to_erp,
            parked,
            int(posted),
            Decimal(revenue),
            self.erp,
        )

    def look(self, function: Callable[[Reader], T]) -> T:
        """Ask the hub's journal, beside the running hub."""
        return look(self._stage.hub_folder, function)

    def _line(self, words: str, *, keep: bool) -> None:
        at = f"{time.monotonic() - self._began:6.1f} s  "
        sys.stdout.write(("\r\x1b[K" if self._terminal else "") + at + words + ("\n" if keep else ""))
        sys.stdout.flush()


def _counts(view: Reader) -> tuple[int, int, int, int]:
    """What waits (a timer that is due soon counts), for the ERP, what is parked, stays discharged: A03 less A13."""
    waiting = view.one(
        "select (select count(*) from delivery where state = 0 and due_ns < ?) "
        "+ (select count(*) from message where decision = 0 and not exists "
        "(select 1 from worklist where message = message.id and kind = 'message' and closed_ns = 0))",
        (time.time_ns() + SOON_NS,),
    )
    to_erp = view.one(
        "select count(*) from delivery where state = 0 and due_ns = 0 and destination = ?",
        (view.names.get(("destination", "erp"), 0),),
    )
    parked = view.one("select count(*) from worklist where closed_ns = 0")
    cancelled, left = (
        view.one(
            "select count(*) from message where kind = 0 and type = ?", (view.names.get(("type", f"ADT^{trigger}"), 0),)
        )
        for trigger in ("A13", "A03")
    )
    return waiting, to_erp, parked, left - cancelled


def counters(view: Reader) -> dict[tuple[str, str], dict[str, int]]:
    """The ledger's counters of each source and destination: {("source", "ehr"): {"frames": 519, ...}}."""
    view.load_names()
    return ledger.totals(view)
