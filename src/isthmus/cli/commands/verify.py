"""Recount the journal, and check every tag and seal.

Bodies, gap-free numbers, postings and counters are held against each other; every stored record is opened; the chains of
sealed hours and of the audit are followed. What is missing or was altered is named. Works beside a running hub and
without one. Exit code 1 when something is found.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .. import arguments
from ..exits import Exit
from ..output import print_json, styled
from ..progress import Progress

if TYPE_CHECKING:
    from ...runtime.asks import Verified


def declare(parser: argparse.ArgumentParser) -> None:
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    verified = recount(given.folder)
    if given.json:
        print_json(verified)
    else:
        show_findings(verified)
    return Exit.FINDINGS if verified.findings else Exit.OK


def recount(folder: Path) -> Verified:
    """Verify the journal of the hub in `folder`, with a bar on a terminal."""
    from ...runtime import looks
    from .. import access

    with Progress("verifying", 2) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.reach(done)

        return access.look(folder, lambda reader: looks.verified(reader, progress))


def show_findings(verified: Verified) -> None:
    for one in verified.findings:
        print(f"{styled(one.rule, 'error')}: {one.text}")
    if verified.findings:
        print(f"{len(verified.findings)} findings: restore from a back-up, or look at the messages that are named")
    else:
        print(styled("verified: nothing is missing, nothing was altered", "good"))
