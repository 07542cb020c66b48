"""A hub from start to stop in one process: signals, the admin API, maintenance, run.json.

    start:  journal, destinations, timers, sources | then the admin API, which loads while messages already flow
    SIGTERM, SIGINT   stop with the grace of hub.toml; a second one ends the process at once
    SIGHUP            redeploy the flows that changed

What is acknowledged is durable before it is acknowledged, so even the hard end loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

from ..kernel.clock import iso
from ..observe import Observer
from . import run_file
from .hub import Hub, open_hub


class Serving:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._stop = asyncio.Event()
        self._asked = False

    async def run(self, ready: Callable[[Hub], None] = lambda hub: None, *, held: bool = False) -> None:
        """Serve until a signal or `stop`. Raises `Unavailable` when a source cannot listen.

        `held`: destinations do not send before they are released, as after a restore.
        """
        hub = self.hub
        started = iso(hub.clock.now_ns())
        with self._signals():
            try:
                for outbox in hub.outboxes.values() if held else ():
                    outbox.hold(True)
                await hub.start()
                ready(hub)
                run_file.write(hub.settings, run_file.Running(os.getpid(), "", started))
                await self._stop.wait()
            finally:
                run_file.remove(hub.settings)
                await hub.stop()

    def stop(self) -> None:
        self._stop.set()

    # ---- signals

    @contextlib.contextmanager
    def _signals(self):  # type: ignore[no-untyped-def]
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop, number)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _asked_to_stop(self, number: int) -> None:
        if self._asked:
            os._exit(128 + number)
        self._asked = True
        self.stop()


async def serve(
    folder: Path, observer: Observer, ready: Callable[[Hub], None] = lambda hub: None, *, held: bool = False
) -> None:
    """Open the hub in `folder` and serve it. Raises `Misuse` and `Unavailable` with what to mend."""
    await Serving(open_hub(folder, observer)).run(ready, held=held)
