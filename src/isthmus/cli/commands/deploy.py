"""Put a flow's changed file, or the reference tables, live while the hub runs.

Messages that are not decided yet use the new version; what was decided stays. A flow that `isthmus check` finds wrong is
refused. When its lane changes, what came in before goes out first. The tables are read again all at once, or not at
all when one of them is wrong; after that a parked delivery that missed a row can be resent. Without a running hub there
is nothing to deploy.
"""

from __future__ import annotations

import argparse

from .. import arguments
from ..exits import Exit
from ..output import print_json


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW", help="the flow's name, or `tables`")
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...runtime import asks
    from .. import access

    access.require_running(given.folder)
    ask = asks.Deploy(flow=given.flow, reason=given.reason)
    deployed = access.call(given.folder, "deploy", ask, asks.Deployed)
    if given.json:
        print_json(deployed)
    elif deployed.changed:
        print(f"{deployed.flow}: {deployed.version} is live, {deployed.before} was")
    else:
        print(f"{deployed.flow}: {deployed.version} is live already")
    return Exit.OK
