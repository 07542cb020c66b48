"""Arguments that several commands take."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

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


def json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON for scripts instead of words for people")
