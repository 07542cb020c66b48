"""The wall clock of a simulated host: it goes on with the loop, and somebody may set it."""

from __future__ import annotations

from ...kernel.clock import NS_PER_DAY, NS_PER_HOUR, NS_PER_S
from .loop import SimulatedLoop

START_NS = 20_000 * NS_PER_DAY + 9 * NS_PER_HOUR


class SimulatedClock:
    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        self._set_by_ns = 0
        self._latest_ns = 0

    def now_ns(self) -> int:
        return START_NS + self._set_by_ns + int(self._loop.time() * NS_PER_S)

    def jump(self, seconds: float) -> None:
        """Set the clock forward, or back."""
        self._latest_ns = max(self._latest_ns, self.now_ns())
        self._set_by_ns += int(seconds * NS_PER_S)

    def catch_up(self) -> None:
        """Set it to the latest time that it ever showed: somebody has noticed."""
        self._set_by_ns += max(0, self._latest_ns - self.now_ns())
