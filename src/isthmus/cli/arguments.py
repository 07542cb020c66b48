"""Arguments that several commands take."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..kernel.clock import NS_PER_S

HUB_VARIABLE = "ISTHMUS_HUB"


def folder(parser: argparse.ArgumentParser) -> None:
    """FOLDER: the hub, as the command's own argument."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path(os.environ.get(HUB_VARIABLE, ".")),
        metavar="FOLDER",
        help=f"the hub's folder (default: ${HUB_VARIABLE}, or the current folder)",
    )


def hub(parser: argparse.ArgumentParser) -> None:
    """--hub FOLDER: the hub, for commands whose own argument is something else."""
    parser.add_argument(
        "--hub",
        type=Path,
        default=Path(os.environ.get(HUB_VARIABLE, ".")),
        metavar="FOLDER",
        dest="folder",
        help=f"the hub's folder (default: ${HUB_VARIABLE}, or the current folder)",
    )


NUMBER_MAX = (1 << 63) - 1
"""What the journal counts in: 64 bits."""


def number(text: str) -> int:
    """The number of a message, an item or a page, for argparse."""
    found = int(text)
    if not -NUMBER_MAX <= found <= NUMBER_MAX:
        raise ValueError
    return found


def more_than_nothing(text: str) -> float:
    """Seconds, or a rate, for argparse; a time that is beyond what a clock can wait is none."""
    found = float(text)
    if not 0 < found < NUMBER_MAX / NS_PER_S:
        raise ValueError
    return found


def json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON for scripts instead of words for people")


FILTERS = {
    "since": "received since: 2026-01-15, 2026-01-15T09:30, or 90m, 12h, 2d for so long ago",
    "until": "received before, written like --since",
    "source": "from this source",
    "flow": "decided by this flow",
    "type": "message type: ADT, or ADT^A01",
    "key": "of the lane with this key, as the flow names it: for PID-3 it is IDENTIFIER^AUTHORITY",
    "control-id": "with this control id (MSH-10)",
    "state": "waiting, parked, undecided, filtered, decided, refused or duplicate",
}


def filters(parser: argparse.ArgumentParser) -> None:
    """What chooses messages, for `messages` and `replay`."""
    group = parser.add_argument_group("which messages")
    for name, words in FILTERS.items():
        group.add_argument(f"--{name}", default="", metavar="X", help=words)


def filter_of(given: argparse.Namespace) -> dict[str, str]:
    return {key: getattr(given, key) for key in (name.replace("-", "_") for name in FILTERS)}


def reason(parser: argparse.ArgumentParser, *, required: bool) -> None:
    words = "why, for the audit" + ("" if required else " (optional)")
    parser.add_argument("--reason", type=stored, default="", required=required, metavar="TEXT", help=words)


def stored(text: str) -> str:
    """A text that the journal keeps, for argparse; a terminal may hand over bytes that are none."""
    text.encode()  # UnicodeEncodeError is a ValueError
    return text
