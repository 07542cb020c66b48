"""The ERP by hand: `python -m isthmus.sandbox.erp prepare | start | list | stop`."""

from __future__ import annotations

import argparse
import json
import sys

from ..cache import Cache
from .server import ErpServer, detached, remove
from .template import template


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m isthmus.sandbox.erp", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="build what every start needs; does nothing when it is there")
    start = commands.add_parser("start", help="start an ERP with empty books, leave it running, print how to reach it")
    start.add_argument("--port", type=int, default=0, help="default: a free one")
    commands.add_parser("list", help="print how to reach those that are running")
    commands.add_parser("stop", help="end those that are running and remove their databases")
    command, cache = parser.parse_args(), Cache()
    match command.command:
        case "prepare":
            print(template(cache).folder)
        case "start":
            print(json.dumps(ErpServer.start(cache, command.port).detach(), indent=2))
        case "list":
            for run in detached(cache):
                print((run / "erp.json").read_text())
        case "stop":
            for run in detached(cache):
                remove(run)
    return 0


if __name__ == "__main__":
    sys.exit(main())
