"""Send nothing more to a destination, until `isthmus release`.

For a cut-over, or while it is mended. What it should get waits, in order. Holds for as long as the hub runs.
"""

from __future__ import annotations

import argparse

from .. import arguments
from ..exits import Exit
from ..output import print_json


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("destination", metavar="DESTINATION", help="its name in hub.toml")
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    return hold(given, "hold")


def hold(given: argparse.Namespace, verb: str) -> int:
    """`hold` or `release` a destination of the running hub."""
    from ...runtime import asks
    from .. import access

    access.require_running(given.folder)
    ask = asks.Hold(destination=given.destination, reason=given.reason)
    held = access.call(given.folder, verb, ask, asks.Held)
    if given.json:
        print_json(held)
    else:
        print(f"{held.destination} is {'held' if held.held else 'released'}, {held.in_memory} deliveries in its lanes")
    return Exit.OK
