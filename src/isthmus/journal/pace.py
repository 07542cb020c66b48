"""Where a commit waits for the disk: on the event loop, or in a thread while the loop goes on.

A thread that waited for the disk wants the interpreter lock back, and a busy loop lets go of it for a moment at each
callback: the thread is woken a dozen times before it has it, which costs more than a quick disk takes. So on a quick disk
the loop waits itself, and other processes have its core meanwhile; on a slow one a thread waits.

    quick --(commits on the loop take long)--> slow --(one is tried on the loop now and then, and is short)--> quick
"""

from __future__ import annotations

import time
from collections.abc import Callable

QUICK_S = 0.001
"""A disk is quick while a commit takes no longer than this on average ..."""

EACH_S = 0.00002
"""... and this for each operation in it: what there is to write."""

_WEIGHT = 8
"""The average is of so many of the latest commits."""

TRY_SHARE = 100
"""On a slow disk the loop waits for the disk for one part in so many of the time, to see whether it has become quick."""


class Pace:
    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._over_s = 0.0  # mean time of a commit on the loop beyond what its operations may take
        self._try_at_s = 0.0

    def on_loop(self) -> bool:
        """Whether the next commit may be waited for on the loop."""
        return self._over_s <= QUICK_S or self._now_s() >= self._try_at_s

    def took(self, seconds: float, operations: int) -> None:
        """What a commit on the loop took."""
        over_s = seconds - operations * EACH_S
        tried = self._over_s > QUICK_S
        self._over_s = over_s if tried else self._over_s + (over_s - self._over_s) / _WEIGHT
        if self._over_s > QUICK_S:
            self._try_at_s = self._now_s() + seconds * TRY_SHARE
