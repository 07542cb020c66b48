"""A progress bar on standard error, for people at a terminal only: a script's log stays clean."""

from __future__ import annotations

import sys
import time

WIDTH = 30
SHOW_EVERY_S = 0.1


class Progress:
    """`with Progress("sending", 500) as bar: bar.advance()`; shows count, share and the time that is left."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self.total = total
        self._done = 0
        self._began = self._shown = time.monotonic()
        self._on = sys.stderr.isatty() and total > 1

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def advance(self, by: int = 1) -> None:
        self.reach(self._done + by)

    def reach(self, done: int) -> None:
        self._done = done
        now = time.monotonic()
        if self._on and now - self._shown >= SHOW_EVERY_S:
            self._shown = now
            share = min(1.0, done / max(1, self.total))
            bar = "#" * round(share * WIDTH)
            left_s = (now - self._began) / share * (1 - share) if share else 0
            sys.stderr.write(f"\r{self._what} [{bar:<{WIDTH}}] {done}/{self.total}, {left_s:.0f} s left \x1b[K")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away, so that a line can be printed."""
        if self._on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
