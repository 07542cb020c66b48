"""A hub from start to stop in one process: signals, the API, maintenance, run.json.

    start   journal, destinations, timers, sources | then, while messages already flow, the API and maintenance
    SIGTERM, SIGINT   stop with the grace of hub.toml; a second one ends the process at once
    SIGHUP            deploy the flows whose files have changed

What is acknowledged is durable before it is acknowledged, so even the hard end loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ..kernel.clock import iso
from ..kernel.errors import IsthmusError, StorageUnable
from ..observe import Observer
from ..observe.events import DeployRefused, FlowDeployed
from . import run_file
from .hub import Hub, open_hub, write_secret


class Serving:
    def __init__(self, hub: Hub, stop: asyncio.Event | None = None) -> None:
        self.hub = hub
        self._stop = stop or asyncio.Event()
        self._asked = False
        self._closing: list[Any] = []
        self._operator: Any = None
        self._deploying: asyncio.Task[None] | None = None

    async def run(self, ready: Callable[[Hub], None] = lambda hub: None, *, held: bool = False) -> None:
        """Serve until a signal or `stop`. Raises `Unavailable` when something cannot listen.

        `held`: destinations do not send before they are released, as after a restore.
        """
        hub = self.hub
        started = iso(hub.clock.now_ns())
        asyncio.get_running_loop().set_exception_handler(self._unforeseen)
        with self._signals():
            try:
                for outbox in hub.outboxes.values() if held else ():
                    outbox.hold(True)
                await hub.start()
                spare_the_collector()
                ready(hub)
                url = await self._beside()
                ports = {name: source.port for name, source in hub.sources.items() if hasattr(source, "port")}
                run_file.write(hub.settings, run_file.Running(os.getpid(), url, started, ports))
                await self._stop.wait()
            finally:
                run_file.remove(hub.settings)
                for one in reversed(self._closing):
                    await one.close()
                await hub.stop()

    def stop(self) -> None:
        self._stop.set()

    async def _beside(self) -> str:
        """Start what runs beside the messages; the API's address, "" where hub.toml has none."""
        # Imported in a thread: the loop goes on answering senders meanwhile.
        operator = await asyncio.to_thread(import_module, ".operator", __package__)
        maintenance = await asyncio.to_thread(import_module, ".maintenance", __package__)
        self._operator = operator.Operator(self.hub)
        self._closing.append(self._operator)
        keeper = maintenance.Maintenance(self.hub)
        self._closing.append(keeper)
        keeper.start()
        if self.hub.settings.tables.reload == "change":
            watching = await asyncio.to_thread(import_module, ".table_watch", __package__)
            watch = watching.TableWatch(self.hub, self._operator)
            self._closing.append(watch)
            watch.start()
        settings = self.hub.settings.admin
        if settings is None:
            return ""
        first_token(self.hub.settings.folder, settings.token)
        admin = await asyncio.to_thread(import_module, ".admin", __package__)
        server = admin.AdminServer(self._operator, settings)
        self._closing.append(server)
        await server.open()
        return str(server.url)

    def _unforeseen(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error that nobody caught. asyncio would log it with its words and arguments, which may be a message's."""
        error = context.get("exception")
        self.hub.observer.failed("the event loop", error if isinstance(error, BaseException) else RuntimeError())

    # ---- signals

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._asked_to_deploy)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)

    def _asked_to_stop(self, number: int) -> None:
        if self._asked:
            os._exit(128 + number)
        self._asked = True
        self.stop()

    def _asked_to_deploy(self) -> None:
        if self._operator is not None and (self._deploying is None or self._deploying.done()):
            self._deploying = asyncio.create_task(self._deploy(), name="deploy")

    async def _deploy(self) -> None:
        observe = self.hub.observer
        try:
            for one in await self._operator.deploy_changed("SIGHUP"):
                observe(FlowDeployed(one.flow, one.version))
        except IsthmusError as error:
            observe(DeployRefused(str(error)))
        except Exception as error:
            observe.failed("deploying flows", error)


def spare_the_collector() -> None:
    """What was loaded until now stays until the end: the collector need not walk it again, nor come by so often.

    A message leaves no cycles behind, so there is little to find: at its own pace the collector took a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def first_token(folder: Path, reference: str) -> None:
    """Make the API's token when its file is not there yet, as the first start makes the hub key."""
    scheme, _, name = reference.partition(":")
    if scheme == "file":
        with contextlib.suppress(FileExistsError):
            write_secret(folder / name, reference)


async def serve(
    folder: Path, observer: Observer, ready: Callable[[Hub], None] = lambda hub: None, *, held: bool = False
) -> None:
    """Open the hub in `folder` and serve it. Raises `Misuse` and `Unavailable` with what to mend, and what ended the
    journal's writer, when something did."""
    stop = asyncio.Event()
    failures: list[BaseException] = []

    def failed(error: BaseException) -> None:
        failures.append(error)
        stop.set()

    hub = open_hub(folder, observer, on_failure=failed)
    try:
        await Serving(hub, stop).run(ready, held=held)
    finally:
        if failures:
            raise ended_by(failures[0])


def ended_by(error: BaseException) -> IsthmusError:
    """Why the hub stopped by itself, in words without content."""
    if isinstance(error, IsthmusError):
        return error
    return StorageUnable(
        f"the journal's writer failed ({type(error).__name__}): what was acknowledged is stored; look at the disk, then "
        "run `isthmus verify` and start the hub again"
    )
