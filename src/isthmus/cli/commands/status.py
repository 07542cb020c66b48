"""What runs, what waits, and what is wrong, of the running hub."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .. import arguments
from ..exits import Exit
from ..output import print_json, print_table, styled

if TYPE_CHECKING:
    from ...runtime.asks import Status


def declare(parser: argparse.ArgumentParser) -> None:
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...runtime import asks
    from .. import access

    access.require_running(given.folder)
    status = access.call(given.folder, "status", asks.ReadStatus(), asks.Status)
    if given.json:
        print_json(status)
    else:
        show(status)
    return Exit.OK


def show(status: Status) -> None:
    ready = styled("ready", "good") if status.ready else styled("not ready", "error")
    print(f"{status.hub}: {ready}" + (styled(f", {status.storage}", "error") if status.storage else ""))
    print()
    sources = [
        {"name": one.name, "connector": one.connector, "accepting": one.accepting, "why": one.unavailable}
        for one in status.sources
    ]
    columns = {"name": "SOURCE", "connector": "CONNECTOR", "accepting": "ACCEPTING", "why": "CANNOT LOOK BECAUSE"}
    print_table(sources, columns, none="no sources")
    print()
    rows = [
        {
            "name": one.name,
            "waiting": one.in_memory,
            "state": "held" if one.held else "away" if one.unavailable else "up",
            "why": one.unavailable,
        }
        for one in status.destinations
    ]
    columns = {"name": "DESTINATION", "waiting": "IN MEMORY", "state": "STATE", "why": "WHY"}
    print_table(rows, columns, none="no destinations")
    print()
    flows = [{"name": one.name, "source": one.source, "version": one.version} for one in status.flows]
    print_table(flows, {"name": "FLOW", "source": "SOURCE", "version": "VERSION"}, none="no flows")
    for one in status.incidents:
        print(styled(f"\nincident since {one.since}, {one.count} times: {one.cause}: {one.text}", "error"))
