"""Exit codes: what a script may rely on."""

from __future__ import annotations

import enum

from ..kernel.errors import IsthmusError, Misuse, PeerFault, Permanent, Tampered, Unavailable


class Exit(enum.IntEnum):
    OK = 0
    FINDINGS = 1
    USAGE = 2
    UNREACHABLE = 3
    FAILED = 4
    INTERRUPTED = 130


MEANINGS = {
    Exit.OK: "done, and nothing to complain about",
    Exit.FINDINGS: "done, and something is wrong: findings, a failed case, a refused message, a ledger that does not add up",
    Exit.USAGE: "not done: the arguments, the hub's folder or one of its files are wrong; the text says what to mend",
    Exit.UNREACHABLE: "not done: a hub, a port or a destination cannot be reached",
    Exit.FAILED: "not done or broken off: the disk cannot be written, or a defect of the hub",
    Exit.INTERRUPTED: "broken off by Ctrl-C",
}


def exit_of(error: IsthmusError) -> Exit:
    """The exit code that an error means."""
    if isinstance(error, (Misuse, PeerFault, Permanent)):
        return Exit.USAGE
    if isinstance(error, Unavailable):
        return Exit.UNREACHABLE
    if isinstance(error, Tampered):
        return Exit.FINDINGS
    return Exit.FAILED
