"""Give the journal a new hub key: every data key is wrapped afresh, no message is touched.

Without --to a fresh key takes the place of the present one, whose file is kept beside it: back-ups from before need it.
With --to the key behind that reference is taken (a file that is not there is made), and hub.toml has to name it before the
next start. The hub must not run for the second that it takes. A rotation that was broken off, by a power loss or kill -9,
is finished by giving the same command again; no moment leaves the journal without a key that opens it.
"""

from __future__ import annotations

import argparse

from .. import arguments
from ..exits import Exit
from ..output import print_json


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", default="", metavar="REFERENCE", help="the new key: file:PATH or env:NAME")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    arguments.reason(parser, required=False)
    arguments.hub(parser)
    arguments.json(parser)


def run(given: argparse.Namespace) -> int:
    from ...kernel.clock import SystemClock
    from ...kernel.errors import Misuse
    from ...runtime.rotation import rotate_key
    from ...runtime.settings import load_settings
    from .. import access

    if not given.dry_run and not given.reason.strip():
        raise Misuse("give a reason (--reason): the journal keeps it")
    settings = load_settings(given.folder)
    if not given.dry_run:
        access.require_stopped(settings)
    rotated = rotate_key(
        settings, given.to, clock=SystemClock(), actor=access.actor(), reason=given.reason, dry_run=given.dry_run
    )
    if given.json:
        print_json({"dry_run": given.dry_run, **rotated._asdict()})
        return Exit.OK
    print(f"{rotated.keys} keys {'would be' if given.dry_run else 'are'} wrapped with the new hub key")
    if rotated.kept:
        print(f"the old one is in {rotated.kept}: keep it with the back-ups that need it, then delete it here")
    if rotated.mention:
        print(f'before the next start hub.toml has to say: [hub] key = "{rotated.mention}"')
    return Exit.OK
