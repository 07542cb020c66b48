"""The composition root: hub.toml and flows become a graph that starts downstream first and stops upstream first.

sources -> intakes -> journal -> outboxes -> sinks
                         |-----> outboxes of processes -> steps
                         |-----> timers
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from ..flows import Lookup, Table
from ..journal import SqliteJournal
from ..kernel.clock import NS_PER_DAY, Clock, SystemClock
from ..kernel.errors import IsthmusError, Misuse, StorageUnable, Tampered, Unavailable
from ..model import CATALOGUE
from ..observe import Observer
from ..observe.events import (
    HubStarted,
    HubStopped,
    SourceFailed,
    SourceOpened,
    StorageFailed,
    StorageRecovered,
)
from ..ports import Context, Entry, Journal, Outcome, Sink, Source
from ..security import SecretStore, Vault
from ..security.vault import new_hub_key
from .intake import SourceIntake, Standing
from .limits import faults
from .loader import Declarations, load_connector, load_declarations
from .lookups import Lookups, fault_of
from .lookups.line import Line
from .money import MoneyOf, reader_of
from .outbox import Outbox
from .owed import Acknowledgements
from .plan import ROWS, Plan, subscriptions_of
from .rows import RowsSink
from .settings import JOURNAL_FILE, DeliveryPolicy, Endpoint, Settings, load_settings
from .source_watch import SourceWatch
from .steps import StepSink
from .stored_tables import destination_of
from .table_feed import TableFeed, TableSink
from .timers import Timers
from .turns import Turns
from .undecided import Undecided
from .versions import texts_of_tables
from .window import DEFAULT_BOUNDS, Bounds

RECOVERY_CHECK_S = 0.5
STEP_CONNECTIONS = 8
"""Steps of one process that may be under way at once, each in its own instance."""

ROWS_POLICY = DeliveryPolicy(connections=2, attempts_max=1, timeout_s=86_400.0)
"""Where a flow's files are worked off: one at a time, and beside it what a person has mended. Steps are short, only the
check of a whole file may take long."""

NEXT_KEY = ".next"
"""After the name of the hub key's file: the key that is about to take its place."""


class Hub:
    def __init__(
        self,
        settings: Settings,
        declarations: Declarations,
        journal: Journal,
        *,
        clock: Clock,
        observer: Observer,
        seed: int | None = None,
        connectors: Callable[[str], Any] = load_connector,
        bounds: Bounds = DEFAULT_BOUNDS,
    ) -> None:
        """Puts the graph together; opens nothing. Must be called with a running event loop.

        `connectors` finds a connector's module by name; `bounds` is what each destination may hold in memory.
        """
        self.settings = settings
        self.declarations = declarations
        self.journal = journal
        self.clock = clock
        self.observer = observer
        self.secrets = SecretStore(settings.folder)
        self.standing = Standing()
        self._seed = seed
        self._connector = connectors
        self._bounds = bounds
        self._loop = asyncio.get_running_loop()
        processes = {f"process:{process.name}" for process in declarations.processes}
        self.plan = Plan(
            declarations.flows,
            declarations.processes,
            settings.destinations,
            CATALOGUE,
            journal.mac,
            subscriptions_of(settings.destinations),
            declarations.tables,
        )
        journal.acknowledger = Acknowledgements(journal.mac, self.offer)
        self.timers = Timers(journal, clock, self.offer, observer)
        self.money: dict[str, MoneyOf] = {}  # what tells the money in bodies to a destination
        self.outboxes: dict[str, Outbox] = {}
        for name, endpoint in settings.destinations.items():
            self.outboxes[name] = self._outbox_of(endpoint)
        for process in declarations.processes:
            sink = StepSink(process, self.plan, journal, clock)
            name = f"process:{process.name}"
            policy = DeliveryPolicy(connections=STEP_CONNECTIONS, attempts_max=1)
            self.outboxes[name] = self._outbox(name, lambda sink=sink: sink, policy, process.owner)  # type: ignore[misc]
        for flow in declarations.flows:
            if flow.each:
                rows = RowsSink(flow.name, self.plan, journal, bounds)
                name = ROWS + flow.name
                self.outboxes[name] = self._outbox(name, lambda rows=rows: rows, ROWS_POLICY, flow.owner, by_parts=True)  # type: ignore[misc]
        assert processes <= set(self.outboxes)
        self.feeds = {table.name: self._feed(table) for table in declarations.tables if table.fed}
        self._turns = Turns(self._loop)
        self.intakes: dict[str, SourceIntake] = {}
        self.sources: dict[str, Source] = {}
        self.watches: dict[str, SourceWatch] = {}
        for name, endpoint in settings.sources.items():
            self.intakes[name] = self._intake(endpoint)
            self.sources[name] = self._source(endpoint)
        self.lookups = Lookups(self._line, clock, observer)
        for flow in declarations.flows:
            for lookup in flow.asks:
                self._require_answers(lookup)
        self.undecided = Undecided(
            journal,
            self.plan,
            self.standing,
            self.intakes,
            lambda source: str(settings.sources[source].shared.format),
            self.offer,
            self.lookups,
        )
        for intake in self.intakes.values():
            intake.look_up = self.undecided.look_up
        self._storage_down = False
        self._stopped = False
        self.ready = False

    @property
    def accepting(self) -> bool:
        """Whether sources take messages in: the hub is ready, and its journal can write."""
        return self.ready and not self._storage_down

    # ---- the graph

    def _source(self, endpoint: Endpoint) -> Source:
        module = self._connector(endpoint.shared.connector)
        if not hasattr(module, "source"):
            raise Misuse(f"[sources.{endpoint.name}] the connector {endpoint.shared.connector} cannot receive")
        settings = own_settings(endpoint, module.SourceSettings, "sources")
        context = self._context(endpoint)
        context.looked = self.watches[endpoint.name] = SourceWatch(endpoint.name, self.observer)
        return module.source(settings, context)  # type: ignore[no-any-return]

    def _context(self, endpoint: Endpoint) -> Context:
        return Context(endpoint.name, self.settings.folder, self.secrets, endpoint.shared)

    def _intake(self, endpoint: Endpoint) -> SourceIntake:
        return SourceIntake(
            endpoint.shared,
            endpoint.name,
            self.plan,
            self.journal,
            self.standing,
            self.offer,
            clock=self.clock,
            observer=self.observer,
            storage=self.storage_failed,
            give_back=self._give_back,
            turns=self._turns,
            facility=endpoint.shared.facility,
        )

    def _line(self, name: str) -> Line:
        """How look-ups ask a destination: on connections of their own, beside those of its deliveries."""
        endpoint = self._endpoint_to_ask(name)
        module = self._connector(endpoint.shared.connector)
        settings = own_settings(endpoint, module.SinkSettings, "destinations")

        def sink() -> Sink:
            return module.sink(settings, self._context(endpoint))  # type: ignore[no-any-return]

        return Line(name, sink, endpoint.shared, self.observer, self._seed)

    def _endpoint_to_ask(self, name: str) -> Endpoint:
        if name not in self.settings.destinations:
            raise Misuse(f"there is no destination {name!r} in hub.toml that a look-up could ask")
        return self.settings.destinations[name]

    def _require_answers(self, lookup: Lookup) -> None:
        endpoint = self._endpoint_to_ask(lookup.to)
        module = self._connector(endpoint.shared.connector)
        fault = fault_of(lookup, module, own_settings(endpoint, module.SinkSettings, "destinations"))
        if fault:
            raise Misuse(f"the look-up {lookup.name} cannot ask [destinations.{lookup.to}]: {fault[0]}: {fault[1]}")

    def _outbox_of(self, endpoint: Endpoint) -> Outbox:
        module = self._connector(endpoint.shared.connector)
        if not hasattr(module, "sink"):
            raise Misuse(f"[destinations.{endpoint.name}] the connector {endpoint.shared.connector} cannot send")
        settings = own_settings(endpoint, module.SinkSettings, "destinations")

        def sink() -> Sink:
            return module.sink(settings, self._context(endpoint))  # type: ignore[no-any-return]

        money = reader_of(endpoint.shared.money, getattr(module, "money_of", None))
        self.money[endpoint.name] = money
        split = getattr(module, "split", None)
        return self._outbox(endpoint.name, sink, endpoint.shared, endpoint.shared.owner, split, money)

    def _outbox(
        self,
        name: str,
        sink: Callable[[], Sink],
        policy: DeliveryPolicy,
        owner: str,
        split: Callable[[bytes, str], list[tuple[str, bytes]] | None] | None = None,
        money: MoneyOf | None = None,
        by_parts: bool = False,
    ) -> Outbox:
        outbox = Outbox(
            name,
            self.journal,
            sink,
            policy,
            owner=owner,
            clock=self.clock,
            observer=self.observer,
            derive_key=derived_key,
            offer=self.offer,
            split=split,
            seed=self._seed,
            bounds=self._bounds,
            money=money,
            by_parts=by_parts,
        )
        if any(source.shared.acknowledge == "application" for source in self.settings.sources.values()):
            outbox.on_reply = self._replied
            outbox.awaited = self._awaited
        return outbox

    def _feed(self, table: Table[Any]) -> TableFeed:
        plan, name = self.plan, destination_of(table.name)
        feed = TableFeed(table.name, plan.tables, self.journal, CATALOGUE, self.observer, self._rows_changed)
        owner = table.owner or next((flow.owner for flow in plan.flows), "")
        self.outboxes[name] = self._outbox(name, lambda: TableSink(feed), DeliveryPolicy(attempts_max=1), owner)
        return feed

    def _rows_changed(self) -> None:
        """Rows of a fed table answer from now on: so does another version of the tables, whose list is kept."""
        self.plan.tables_changed()
        if self.ready:
            asyncio.ensure_future(self.keep_texts()).add_done_callback(_noted)

    async def load_tables(self) -> None:
        """Read the tables that messages feed back from the journal. Raises `Misuse` when they fit no longer."""
        for feed in self.feeds.values():
            await feed.load()

    # ---- life

    async def start(self) -> None:
        """Downstream first: what waits goes out before anything new comes in."""
        began = time.monotonic()
        await self.load_tables()
        await self.keep_texts()
        blocked: dict[str, list[Entry]] = {}
        for entry in await self.journal.blocked():
            blocked.setdefault(entry.destination, []).append(entry)
        for name, outbox in self.outboxes.items():
            outbox.start(blocked.get(name, []))
        await self.timers.start()
        await self.undecided.reconsider()
        for name, source in self.sources.items():
            try:
                await source.open(self.intakes[name])
            except Unavailable as error:
                self.observer(SourceFailed(name, str(error)))
                raise
            self.observer(SourceOpened(name))
        self.ready = True
        self.observer(HubStarted(self.settings.hub.name, round(time.monotonic() - began, 3)))

    async def stop(self, grace_s: float | None = None) -> None:
        """Upstream first: three quarters of the time to finish what is under way, then cut it off."""
        if self._stopped:
            return
        self._stopped, self.ready = True, False
        grace_s = self.settings.hub.grace_s if grace_s is None else grace_s
        for source in self.sources.values():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace_s / 4):
                    await source.close()
        self._turns.close()
        self.timers.stop()
        await self.undecided.stop()
        await self.lookups.close()
        waiting = sum(await asyncio.gather(*(outbox.stop(grace_s / 2) for outbox in self.outboxes.values())))
        await asyncio.sleep(0)
        self.journal.close()
        self.observer(HubStopped(self.settings.hub.name, waiting))

    def keep_texts(self) -> Awaitable[None]:
        """Store the source files and tables that decide from now on. Submitted at once: before what they decide."""
        folder, plan = self.settings.folder, self.plan
        return self.journal.keep([*plan.texts, *texts_of_tables(folder, plan.tables)])

    # ---- what was just committed

    def offer(self, entry: Entry) -> None:
        """A delivery became durable: hand it to its lane."""
        if entry.due_ns:
            self.timers.note(entry.due_ns)
            return
        outbox = self.outboxes.get(entry.destination)
        if outbox is not None:
            outbox.offer(entry)

    def _replied(self, entry: Entry, outcome: Outcome | None, error: IsthmusError | None) -> None:
        """Application mode: the sender waits for what its one destination says."""
        for intake in self.intakes.values():
            if intake.awaits(entry.id):
                intake.outcome(entry, outcome.reply if outcome else None, error)

    def _awaited(self, id: int) -> bool:
        return any(intake.awaits(id) for intake in self.intakes.values())

    def _give_back(self, entry: Entry, error: IsthmusError) -> None:
        self.outboxes[entry.destination].give_back(entry, error)

    # ---- storage

    def storage_failed(self, error: IsthmusError | None) -> None:
        if self._storage_down or not isinstance(error, StorageUnable):
            return
        self._storage_down = True
        self.observer(StorageFailed(str(error)))
        for source in self.sources.values():
            source.pause()
        self._loop.create_task(self._await_storage())

    async def _await_storage(self) -> None:
        while not self._stopped:
            await asyncio.sleep(RECOVERY_CHECK_S)
            if await self._can_store():
                break
        self._storage_down = False
        self.observer(StorageRecovered())
        for source in self.sources.values():
            source.resume()

    async def _can_store(self) -> bool:
        probe = getattr(self.journal, "probe", None)
        if probe is None:
            return True
        try:
            await probe()
        except StorageUnable:
            return False
        return True


def _noted(kept: asyncio.Future[None]) -> None:
    """A list that could not be kept is submitted again with the next change; that the disk fails has been said."""
    if not kept.cancelled():
        kept.exception()


def own_settings(endpoint: Endpoint, type: Any, where: str) -> Any:
    """The connector's own settings. Raises `Misuse` naming the table and the field."""
    try:
        own = msgspec.convert(endpoint.own, type)
    except msgspec.ValidationError as error:
        raise Misuse(f"[{where}.{endpoint.name}] {error}") from None
    for _, words, mend in faults(own):
        raise Misuse(f"[{where}.{endpoint.name}] {words}: {mend}")
    return own


def derived_key(body: bytes) -> str:
    """The business key of a message that is forwarded as it came: its sender's own number for it, else its content."""
    if body[:3] == b"MSH":
        head = body[: body.find(b"\r")] if b"\r" in body else body
        fields = head.split(head[3:4], 10)
        if len(fields) > 9 and fields[9]:
            return b"|".join((fields[2], fields[3], fields[9])).decode("latin-1")
    return hashlib.sha256(body).hexdigest()


def is_broken_off(settings: Settings) -> bool:
    """Whether the key of a rotation in place stands ready that was not finished (`rotation.py`)."""
    scheme, _, name = settings.hub.key.partition(":")
    return scheme == "file" and (settings.folder / f"{name}{NEXT_KEY}").exists()


def journal_exists(settings: Settings) -> bool:
    return (settings.data / JOURNAL_FILE).exists()


def write_secret(path: Path, reference: str) -> None:
    """A fresh secret in a file of its own. Raises `Misuse` where it cannot be written, `FileExistsError` where it is."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise
    except OSError as error:
        raise Misuse(f"the secret {reference} cannot be made: {error.strerror}") from None
    with open(handle, "w") as file:
        file.write(new_hub_key() + "\n")


def make_data_folder(settings: Settings) -> None:
    """Raises `Misuse` where it cannot be."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        os.scandir(settings.data).close()
    except OSError as error:
        raise Misuse(f"[hub] data: the folder {settings.data} cannot be used: {error.strerror}") from None


def first_key(settings: Settings) -> str:
    """The hub key of a journal that is about to be made; a key file that is not there yet is made with it."""
    scheme, _, name = settings.hub.key.partition(":")
    path = settings.folder / name
    if scheme == "file" and not path.exists():
        write_secret(path, settings.hub.key)
    return SecretStore(settings.folder).get(settings.hub.key)


def open_hub(
    folder: Path,
    observer: Observer,
    *,
    clock: Clock | None = None,
    on_failure: Callable[[BaseException], None] | None = None,
) -> Hub:
    """Load a hub's folder and open its journal. Raises `Misuse` for what is wrong with either, another hub key included.

    `on_failure` is called when the journal can write no more, ever; by default the event loop stops.
    """
    clock = clock or SystemClock()
    settings = load_settings(folder)
    declarations = load_declarations(folder)
    make_data_folder(settings)
    vault = Vault(SecretStore(folder).get(settings.hub.key) if journal_exists(settings) else first_key(settings))
    loop = asyncio.get_running_loop()

    def failed(error: BaseException) -> None:
        observer.failed("the journal's writer", error)
        if on_failure is None:
            loop.stop()
        else:
            on_failure(error)

    window_days = max((source.shared.duplicates_days for source in settings.sources.values()), default=0)
    try:
        journal = SqliteJournal.open(
            settings.data / JOURNAL_FILE,
            vault,
            clock=clock,
            duplicates_since_ns=clock.now_ns() - int(window_days * NS_PER_DAY),
            on_failure=failed,
            on_defect=lambda error: observer.failed("storing", error),
        )
    except Tampered as error:
        if is_broken_off(settings):
            raise Misuse("a rotation of the hub key was broken off: finish it with `isthmus rotate-key`") from None
        raise Misuse(str(error)) from None  # another key than the journal's: to start again would not help
    try:
        return Hub(settings, declarations, journal, clock=clock, observer=observer)
    except BaseException:
        journal.close()
        raise
