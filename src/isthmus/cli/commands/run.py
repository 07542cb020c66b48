"""Serve a hub until it is told to stop.

Ready when it says HubStarted. SIGTERM or Ctrl-C stops it: what is under way is finished within [hub] grace_s, what waits
goes on at the next start. A second signal ends it at once, which loses nothing that was acknowledged. SIGHUP deploys
the flows that changed.

Logs go to standard error: words on a terminal, one JSON object a line elsewhere.
"""

from __future__ import annotations

import argparse
import sys

from .. import arguments
from ..exits import Exit

SWITCH_INTERVAL_S = 0.0005
"""How long the event loop may keep the interpreter from the journal's writer (default 5 ms): it bounds how long an
acknowledgement waits for a thread switch."""


def declare(parser: argparse.ArgumentParser) -> None:
    arguments.folder(parser)
    parser.add_argument("--log", choices=("auto", "text", "json"), default="auto", help="form of the log lines")
    parser.add_argument("--level", choices=("debug", "info", "warning", "error"), default="info", help="least level")
    parser.add_argument("--held", action="store_true", help="send nothing before `isthmus release`: after a restore")


def run(given: argparse.Namespace) -> int:
    import asyncio

    import uvloop

    from ...observe import Observer
    from ...runtime.serve import serve

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    observer = Observer(
        json=given.log == "json" or (given.log == "auto" and not sys.stderr.isatty()), level=given.level
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(given.folder, observer, held=given.held))
    return Exit.OK
