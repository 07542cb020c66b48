"""A hospital's day, from bedside to books, in a minute or two: `make demo`.

    EHR --MLLP--> hub --REST--> ERP (Tryton on PostgreSQL)
     |             '---MLLP--> radiology
     '--day-end register (a file)--> hub

Each of them is a process of its own. In the middle of the day the ERP is killed (kill -9) and started again. The demo
ends with the ledger, the three-way tie-out and what stands parked, and with exit code 0 when all is accounted for, 1 when
something is not, 2 when it could not run.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from closing import close_books, heading
from plants import AFTER, BEFORE, Plant
from stage import Stage
from watch import Watch

from isthmus.sandbox.cache import Cache
from isthmus.sandbox.ehr.day import Day, plan_day
from isthmus.sandbox.erp import ErpServer

TICK_S = 0.5
ERP_AWAY_S = 4.0
SETTLE_S = 120.0
QUIET_TICKS = 3
"""Nothing waits for so many looks in a row: then nothing is on its way any more."""


def main() -> int:
    given = arguments()
    try:
        return demonstrate(given)
    except (RuntimeError, ValueError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def demonstrate(given: argparse.Namespace) -> int:
    """The whole day; the exit code. Raises `RuntimeError` when something does not start."""
    day = plan_day(seed=given.seed, messages=given.messages, discharges=given.discharges)
    print("The hospital's ERP: Tryton on PostgreSQL. Built once, then cached.", flush=True)
    erp = ErpServer.start(Cache())
    folder = given.folder or Path(tempfile.mkdtemp(prefix="isthmus-demo-"))
    stage = Stage(folder, erp)
    kept = False
    try:
        stage.set_up()
        plant(BEFORE, given.plant, stage)
        stage.start()
        live_through(stage, day, given)
        plant(AFTER, given.plant, stage)
        passed = close_books(stage, day)
        print(f"\n{'Everything is accounted for.' if passed else 'NOT everything is accounted for.'}")
        if given.keep:
            erp.detach()
            kept = True
    finally:
        if not kept:
            stage.close()
            erp.stop()
    if kept:
        where_to_look(stage)
    elif not passed:
        print(f"The hub's folder, to look into: {stage.hub_folder}")
    elif given.folder is None:
        shutil.rmtree(folder)
    return 0 if passed else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=500, help="distinct messages (default 500)")
    parser.add_argument("--discharges", type=int, default=60, help="stays that end discharged (default 60)")
    parser.add_argument("--speed", type=float, default=15, help="messages a second (default 15; 0: as fast as it goes)")
    parser.add_argument(
        "--seed", type=int, default=7, help="of the day: the same seed gives the same bytes (default 7)"
    )
    parser.add_argument("--keep", action="store_true", help="leave everything running, and say where to look")
    parser.add_argument("--plant", choices=(*BEFORE, *AFTER), help="plant a fault: the demo must then fail")
    parser.add_argument("--folder", type=Path, help="where to put the hub's folder (default: a temporary one)")
    return parser.parse_args()


def plant(plants: Mapping[str, Plant], wanted: str | None, stage: Stage) -> None:
    """Plant what was asked for, if it is one of these."""
    if wanted is not None and wanted in plants:
        print(f"\nPlanted: {wanted}", flush=True)
        plants[wanted](stage)


def live_through(stage: Stage, day: Day, given: argparse.Namespace) -> None:
    """Send the day, kill the ERP in the middle of it, and wait until nothing moves any more."""
    watch = Watch(stage)
    watch.say(f"the hub listens; the EHR sends {len(day.sendings)} frames of {day.business_date}")
    names = ("messages", "discharges", "speed", "seed")
    ehr = stage.send(*(text for name in names for text in (f"--{name}", str(getattr(given, name)))))
    killed: threading.Thread | None = None
    while not ehr.done:
        facts = watch.tick()
        if killed is None and facts.acknowledged * 2 >= facts.of > 0 and facts.to_erp:
            killed = threading.Thread(target=kill_and_restart, args=(stage, watch))
            killed.start()
        time.sleep(TICK_S)
    watch.say(f"the EHR's day is over: its register says {day.books.total:,.2f}")
    if killed is None:
        killed = threading.Thread(target=kill_and_restart, args=(stage, watch))
        killed.start()
    killed.join()
    settle(watch)


def kill_and_restart(stage: Stage, watch: Watch) -> None:
    """What a power cut does to an ERP: no warning, and it comes back after a while."""
    pid = stage.erp.pid
    stage.erp.kill()
    watch.erp = "DOWN"
    watch.say(f"kill -9: the ERP's process {pid} is gone; the hub keeps what is for it")
    time.sleep(ERP_AWAY_S)
    stage.erp.restart()
    watch.erp = "up"
    watch.say(f"the ERP is back, as process {stage.erp.pid}")


def settle(watch: Watch) -> None:
    """Until nothing waits. Raises `RuntimeError` when that takes too long."""
    deadline, quiet = time.monotonic() + SETTLE_S, 0
    while quiet < QUIET_TICKS:
        quiet = quiet + 1 if watch.tick().waiting == 0 else 0
        if time.monotonic() > deadline:
            watch.say(f"something still waits after {SETTLE_S:g} s: the books are closed as they stand")
            return
        time.sleep(TICK_S)
    watch.say(f"settled: {watch.facts().line()}")


def where_to_look(stage: Stage) -> None:
    hub = stage.hub_folder
    heading("It all runs on. Where to look")
    print(f"""  export PATH={Path(sys.executable).parent}:$PATH ISTHMUS_HUB={hub}
  isthmus parked                                       what waits for a person
  isthmus messages --type DFT --limit 5                messages; `isthmus show ID` shows one
  isthmus control C0 --date 2026-03-02                 the three-way tie-out again
  isthmus send {hub}/samples/dft_p03.hl7 127.0.0.1:{stage.ports["EHR"]}
  isthmus ledger --verify

  the hub's API        address in {hub}/data/run.json, token in {hub}/admin.token
  the ERP              {stage.erp.url}, database {stage.erp.database}; key in {hub}/erp.key
                       `python -m isthmus.sandbox.erp list` shows the rest, also how to reach its database
  logs                 {stage.folder}/*.err

To end it:  kill {" ".join(map(str, stage.pids))}; python -m isthmus.sandbox.erp stop; rm -r {stage.folder}""")


if __name__ == "__main__":
    sys.exit(main())
