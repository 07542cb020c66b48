"""`python -m isthmus.sandbox.ehr --port 2575 --register FOLDER`: run one hospital day against an MLLP listener.

Exit status: 0 when every well-formed message was accepted, 1 otherwise, 2 for wrong arguments.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from .day import BUSINESS_DATE, Day, plan_day
from .sender import Tally, send_day

PROGRESS_EVERY_S = 0.5


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        day = plan_day(
            seed=arguments.seed,
            messages=arguments.messages,
            discharges=arguments.discharges,
            business_date=arguments.date,
            streams=arguments.connections,
        )
    except ValueError as error:
        print(f"ehr: {error}: raise --messages", file=sys.stderr)
        return 2
    return asyncio.run(_run(day, arguments))


async def _run(day: Day, arguments: argparse.Namespace) -> int:
    tally, started = Tally(), time.monotonic()
    reporter = asyncio.create_task(_report(day, tally, arguments.json))
    try:
        await send_day(
            day.sendings,
            tally,
            host=arguments.host,
            port=arguments.port,
            per_second=arguments.speed,
            answer_timeout_s=arguments.answer_timeout,
        )
    finally:
        reporter.cancel()
    register = day.books.write_register(arguments.register) if arguments.register else None
    _say(
        arguments.json,
        _progress(day, tally)
        | {
            "done": True,
            "elapsed_s": round(time.monotonic() - started, 2),
            "register": str(register) if register else None,
            "register_total": str(day.books.total),
        },
    )
    return 1 if tally.refused else 0


async def _report(day: Day, tally: Tally, as_json: bool) -> None:
    while True:
        _say(as_json, _progress(day, tally))
        await asyncio.sleep(PROGRESS_EVERY_S)


def _progress(day: Day, tally: Tally) -> dict[str, Any]:
    return {
        "accepted": tally.accepted,
        "of": sum(sending.well_formed for sending in day.sendings),
        "frames": tally.frames,
        "resent": tally.resent,
        "connects": tally.connects,
        "unanswered": tally.unanswered,
        "answers": dict(sorted(tally.answers.items())),
        "refused": len(tally.refused),
    }


def _say(as_json: bool, facts: dict[str, Any]) -> None:
    if as_json:
        print(json.dumps(facts), flush=True)
    else:
        print(" ".join(f"{name}={value}" for name, value in facts.items()), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("ehr", description="A simulated EHR: one hospital day over MLLP.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="where the MLLP listener is")
    parser.add_argument("--messages", type=int, default=500, help="distinct well-formed messages (default 500)")
    parser.add_argument("--discharges", type=int, default=60, help="stays that end discharged (default 60)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same bytes (default 7)")
    parser.add_argument("--date", type=date.fromisoformat, default=BUSINESS_DATE, help="business date, YYYY-MM-DD")
    parser.add_argument("--connections", type=int, default=4, help="MLLP connections (default 4)")
    parser.add_argument("--speed", type=float, default=0, help="messages a second over all connections (0: unpaced)")
    parser.add_argument("--answer-timeout", type=float, default=5.0, help="seconds before a message is sent again")
    parser.add_argument("--register", type=Path, help="folder for the day-end register file")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, also while running")
    return parser


if __name__ == "__main__":
    sys.exit(main())
