"""Show the ledger: what came in, what became of it, and whether it adds up.

    frames = appended + duplicate + refused          appended = undecided + filtered + decided
    dispatched = delivered + already there + skipped + discarded + redirected + returned + superseded + parked + waiting

--verify recounts bodies, numbers, postings, seals and the audit against each other and names what is missing. Exit code
1 when something does not add up.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from .. import arguments
from ..exits import Exit
from ..output import print_json, print_table, styled

SOURCE = ("frames", "appended", "duplicate", "refused", "undecided", "filtered", "decided")
DESTINATION = (
    "dispatched",
    "delivered",
    "already_there",
    "skipped",
    "discarded",
    "redirected",
    "returned",
    "superseded",
    "parked",
    "waiting",
)


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hourly", action="store_true", help="by hour of receipt, in UTC")
    parser.add_argument("--since", default="", metavar="X", help="hours since: 2026-01-15, or 12h, 2d for so long ago")
    parser.add_argument("--verify", action="store_true", help="recount everything that is stored")
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...runtime import asks, looks
    from .. import access
    from .verify import recount, show_findings

    ask = asks.ReadLedger(since=given.since, hourly=given.hourly)
    found = access.look(given.folder, lambda reader: looks.read_ledger(reader, ask, time.time_ns()))
    verified = recount(given.folder) if given.verify else None
    if given.json:
        print_json({"ledger": found, "verified": verified})
    else:
        show(found.rows, hourly=given.hourly)
        for words in found.imbalances:
            print(styled(f"does not add up: {words}", "error"))
        if verified is not None:
            show_findings(verified)
        elif not found.imbalances:
            print(styled("adds up", "good"))
    wrong = found.imbalances or (verified is not None and verified.findings)
    return Exit.FINDINGS if wrong else Exit.OK


def show(rows: list[dict[str, Any]], *, hourly: bool) -> None:
    for kind, accounts in (("source", SOURCE), ("destination", DESTINATION)):
        columns = {"hour": "HOUR"} if hourly else {}
        columns |= {"party": kind.upper()} | {account: account.replace("_", " ").upper() for account in accounts}
        print_table([row for row in rows if row["kind"] == kind], columns, none=f"no {kind} has anything yet")
        print()
