"""List messages, the newest first.

By time, source, flow, type, key, control id, destination or state; everything that is given must hold. Works beside a
running hub and without one. No content is shown: `isthmus show ID` does that, and leaves a row in the audit.
"""

from __future__ import annotations

import argparse
import time

from .. import arguments
from ..exits import Exit
from ..output import print_json, print_table

COLUMNS = {
    "id": "ID",
    "received": "RECEIVED",
    "source": "SOURCE",
    "type": "TYPE",
    "what": "STATE",
    "deliveries": "DELIVERIES",
    "size": "BYTES",
    "of": "OF",
}


def declare(parser: argparse.ArgumentParser) -> None:
    arguments.filters(parser)
    parser.add_argument("--destination", default="", metavar="NAME", help="has a delivery to it")
    parser.add_argument("--limit", type=arguments.number, default=50, metavar="N", help="at most N (50)")
    parser.add_argument("--after", type=arguments.number, default=0, metavar="ID", help="the page after this one")
    parser.add_argument("--oldest-first", action="store_true", help="from the oldest to the newest")
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...runtime import asks, looks
    from .. import access

    ask = asks.FindMessages(
        **arguments.filter_of(given),
        destination=given.destination,
        limit=given.limit,
        after=given.after,
        oldest_first=given.oldest_first,
    )
    found = access.look(given.folder, lambda reader: looks.messages(reader, ask, time.time_ns()))
    if given.json:
        print_json(found)
        return Exit.OK
    print_table([row_of(one) for one in found.messages], COLUMNS, none="no message meets this")
    if found.next:
        print(f"more: --after {found.next}")
    return Exit.OK


def row_of(one: object) -> dict[str, object]:
    from ...runtime.asks import MessageRow

    assert isinstance(one, MessageRow)
    return {
        "id": one.id,
        "received": one.received,
        "source": one.source,
        "type": one.type,
        "what": one.decision if one.kind == "appended" else one.kind,
        "deliveries": ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in one.deliveries.items()),
        "size": one.size,
        "of": one.original or "",
    }
