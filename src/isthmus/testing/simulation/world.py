"""One simulated world: a hub on a host, the systems around it, the faults of a scenario, and a person who mends things.

senders --network--> hub (real) --network--> targets
                      |  journal (real) on a disk that forgets
faults: at their times | afterwards everything is well again, and the world must come to rest
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from ...kernel.errors import IsthmusError
from ...observe import Observer
from ...observe.events import DecisionSlow, Event
from ...ports import State
from ...runtime.hub import Hub
from ...runtime.loader import Declarations
from ...runtime.maintenance import Maintenance
from ...runtime.settings import Settings, read_settings
from . import files, flows
from .clock import SimulatedClock
from .connector import SimulatedConnector
from .loop import Life, SimulatedLoop, Standstill
from .network import Network, Sender
from .person import Person, SimulatedOperator
from .scenario import DIES_WITHIN_A_FILE, TARGETS, Fault, Scenario
from .storage import Storage
from .target import Target

REST_WITHIN_S = 240.0
"""So long after the last fault everything must have come to rest: back-off and probes end far below."""

FILE_WITHIN_S = 3.0
"""So long is waited for a file within which the hub may die."""

RESTART_S = 0.3
LOOK_S = 0.5


class Failed(AssertionError):
    """The hub broke a promise. `trace`: what happened, where it was asked for."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.trace: list[str] = []


class Silent(Observer):
    """Notes the events; writes nothing."""

    def __init__(self, trace: Callable[..., None] | None, defects: list[str]) -> None:
        super().__init__()
        self._trace_event = trace
        self._defects = defects

    def __call__(self, event: Event) -> None:
        if self._trace_event and type(event) is not DecisionSlow:  # measured in real time: not the same in every run
            facts = msgspec.structs.asdict(event)
            facts.pop("ready_s", None)
            self._trace_event("hub", type(event).__name__, *(f"{name}={fact}" for name, fact in facts.items()))

    def failed(self, where: str, error: BaseException) -> None:
        super().failed(where, error)
        if not isinstance(error, IsthmusError):
            self._defects.append(f"{where}: {type(error).__name__}: {error}")


@cache
def settings(connections: tuple[tuple[str, int], ...], has_files: bool) -> Settings:
    """The hub.toml of the simulated hub."""
    findings: list[str] = []
    table = {
        "hub": {"name": "simulated"},
        "sources": {
            "ehr": {"connector": "simulated", "owner": "integration"},
            "lab": {"connector": "simulated", "owner": "integration"},
            "desk": {
                "connector": "simulated", "owner": "integration", "acknowledge": "application", "answer_within_s": 1.5,
            },
            **({"clerk": CLERK} if has_files else {}),
        },
        "destinations": {
            name: {
                "connector": "simulated", "owner": "integration", "connections": number, "timeout_s": 1.0,
                "attempts_max": 4, "back_off_s": 0.05, "back_off_max_s": 0.5, "probe_s": 0.05, "probe_max_s": 0.5,
            }
            for name, number in connections
        },
    }  # fmt: skip
    found = read_settings(Path("/simulated"), table, findings)
    assert not findings, findings
    return found


ROWS = ("rows:parking", "rows:strict")
CLERK = {"connector": "simulated", "format": "delimited", "owner": "finance"}
FLOWS = [flows.adt, flows.books, flows.lab, flows.desk]
DECLARATIONS = Declarations(FLOWS, [flows.stay])
WITH_FILES = Declarations([*FLOWS, files.parking, files.strict], [flows.stay])


class World:
    def __init__(self, scenario: Scenario, *, tracing: bool = False) -> None:
        seed = scenario.seed
        self.scenario = scenario
        self.tracing = tracing
        self.lines: list[str] = []
        self.loop = SimulatedLoop()  # type: ignore[abstract]  # what it leaves out, nobody may use
        self.clock = SimulatedClock(self.loop)
        self.storage = Storage(self.loop, self.clock, self._chance("storage"))
        self.network = Network(self.loop, self._chance("network"), self.trace)
        self.targets = {
            name: Target(
                name, self.network, self._chance(name), picky=name == "erp", knows_keys=name in ("erp", "billing")
            )
            for name in TARGETS
        }
        self.network.receivers = dict(self.targets)
        self.senders = [
            Sender(self.network, line.source, line.planned, line.pace_s, f"{seed}/sender {at}")
            for at, line in enumerate(scenario.lines)
        ]
        self.person = Person(self._chance("person"), self.targets["erp"], self.trace)
        self.crashes: list[float] = []
        self.defects: list[str] = []
        self.life: Life | None = None
        self.hub: Hub | None = None
        self.operator: SimulatedOperator | None = None
        self._stopping = False
        self._faults: list[asyncio.Task[None]] = []

    def _chance(self, of: str) -> random.Random:
        return random.Random(f"{self.scenario.seed}/{of}")  # noqa: S311 - a scenario

    def trace(self, who: str, what: str, *facts: object) -> None:
        if self.tracing:
            self.lines.append(f"{self.loop.time():9.4f}  {who:<8} {what} {' '.join(map(str, facts))}")

    # ---- the whole of it

    async def run(self) -> None:
        """Live through the scenario, and come to rest. Raises `Failed` when it does not."""
        loop = self.loop
        senders = [loop.create_task(sender.run()) for sender in self.senders]
        self._faults = [loop.create_task(self._fault(fault)) for fault in self.scenario.faults]
        supervisor = loop.create_task(self._supervise())
        person = loop.create_task(self._work_at_the_worklist())
        await asyncio.gather(*self._faults)
        self._heal()
        end = loop.time() + REST_WITHIN_S
        while not (all(sender.done() for sender in senders) and self._at_rest()):
            self.check_alive()
            if loop.time() > end:
                raise Failed(f"not at rest {REST_WITHIN_S:g} s after the last fault: {self._what_waits(senders)}")
            await asyncio.sleep(LOOK_S)
        person.cancel()
        supervisor.cancel()
        await self._stop(10.0)

    def check_alive(self) -> None:
        if self.loop.errors:
            error = self.loop.errors[0]
            raise Failed(f"nobody foresaw this: {type(error).__name__}: {error}") from error
        if self.defects:
            raise Failed(self.defects[0])

    def _heal(self) -> None:
        self.trace("world", "is well again")
        self.network.lost = 0.0
        self.clock.catch_up()

    # ---- the hub

    async def _supervise(self) -> None:
        """Start the hub whenever it does not run."""
        while True:
            if self.life is None:
                await self._start()
            await asyncio.sleep(RESTART_S)

    async def _start(self) -> None:
        life = self.life = self.loop.begin(f"{len(self.crashes)}")
        self.trace("hub", "starts")
        started = await self.loop.outcome_of(life, self._boot(life))
        if started and (error := started.exception()):
            self.trace("hub", "cannot start", type(error).__name__, error)
            if not isinstance(error, IsthmusError):
                raise error
            self.crash(power=False)

    async def _boot(self, life: Life) -> None:
        journal = self.storage.open(self._broken)
        self.hub = Hub(
            settings(tuple(self.scenario.connections.items()), self.scenario.has_files),
            WITH_FILES if self.scenario.has_files else DECLARATIONS,
            journal,
            clock=self.clock,
            observer=Silent(self.trace if self.tracing else None, self.defects),
            seed=self.scenario.seed,
            connectors=lambda name: SimulatedConnector(self.network, life),
            bounds=self.scenario.bounds,
        )
        await self.hub.start()
        self.operator = SimulatedOperator(self.hub)

    def _broken(self, error: BaseException) -> None:
        self.defects.append(f"the journal's writer: {type(error).__name__}: {error}")

    def crash(self, *, power: bool) -> None:
        life, self.life, self.hub, self.operator = self.life, None, None, None
        self._stopping = False
        if life is None:
            return
        self.trace("hub", "loses power" if power else "is killed")
        self.crashes.append(self.loop.time())
        self.network.drop(life)
        self.storage.crash(power=power)
        self.loop.end(life)

    async def _stop(self, grace_s: float) -> None:
        """Stop gracefully, then be gone."""
        life, hub = self.life, self.hub
        if life is None or hub is None or not hub.ready or self._stopping:
            return
        self._stopping = True
        self.trace("hub", "stops")
        if stopped := await self.loop.outcome_of(life, hub.stop(grace_s)):
            stopped.result()
            self.trace("hub", "has stopped")
            self.crash(power=False)

    # ---- faults

    async def _fault(self, fault: Fault) -> None:
        await asyncio.sleep(fault.at_s)
        self.trace("fault", fault.kind, fault.target if fault.kind.startswith("target") else "", f"{fault.for_s:.2f} s")
        await FAULTS[fault.kind](self, fault)

    async def _kill(self, fault: Fault) -> None:
        self.crash(power=False)

    async def _power_loss(self, fault: Fault) -> None:
        self.crash(power=True)

    async def _dies_within_a_file(self, fault: Fault) -> None:
        end = self.loop.time() + FILE_WITHIN_S
        while self.loop.time() < end:
            if self.hub is not None and any(self.hub.outboxes[name].lanes.entries for name in ROWS):
                await asyncio.sleep(fault.for_s)
                self.crash(power=fault.size < 0.5)
                return
            await asyncio.sleep(0.001)

    async def _restart(self, fault: Fault) -> None:
        await self._stop(fault.for_s)

    async def _disk_full(self, fault: Fault) -> None:
        self.storage.disk.bytes_max = self.storage.disk.bytes_used() + int(fault.size * 50_000)
        await asyncio.sleep(fault.for_s)
        self.storage.disk.bytes_max = None

    async def _disk_read_only(self, fault: Fault) -> None:
        self.storage.disk.read_only = True
        await asyncio.sleep(fault.for_s)
        self.storage.disk.read_only = False

    async def _sync_fails(self, fault: Fault) -> None:
        self.storage.disk.sync_fails = True
        await asyncio.sleep(fault.for_s)
        self.storage.disk.sync_fails = False

    async def _disk_slow(self, fault: Fault) -> None:
        self.storage.slow = 5 + 50 * fault.size
        await asyncio.sleep(fault.for_s)
        self.storage.slow = 1.0

    async def _target_away(self, fault: Fault) -> None:
        self.targets[fault.target].reachable = False
        await asyncio.sleep(fault.for_s)
        self.targets[fault.target].reachable = True

    async def _target_slow(self, fault: Fault) -> None:
        self.targets[fault.target].slow = 10 + 200 * fault.size
        await asyncio.sleep(fault.for_s)
        self.targets[fault.target].slow = 1.0

    async def _target_unwilling(self, fault: Fault) -> None:
        self.targets[fault.target].unwilling = 0.2 + 0.6 * fault.size
        await asyncio.sleep(fault.for_s)
        self.targets[fault.target].unwilling = 0.0

    async def _network_loses(self, fault: Fault) -> None:
        self.network.lost = 0.3 * fault.size
        await asyncio.sleep(fault.for_s)
        self.network.lost = 0.0

    async def _clock_jumps(self, fault: Fault) -> None:
        self.clock.jump((fault.size - 0.5) * 4 * 3600)

    async def _hours_close(self, fault: Fault) -> None:
        self.clock.jump(3600 * (1 + 24 * fault.size))
        if self.life is not None and self.hub is not None and self.hub.ready:
            self.loop.run_in(self.life, Maintenance(self.hub).once())

    # ---- the person

    async def _work_at_the_worklist(self) -> None:
        while True:
            await asyncio.sleep(0.7)
            life, operator, hub = self.life, self.operator, self.hub
            if life is None or operator is None or hub is None or not hub.ready:
                continue
            looked = await self.loop.outcome_of(life, self.person.look(operator))
            if looked and (error := looked.exception()) and not isinstance(error, IsthmusError):
                raise error

    # ---- rest

    def _at_rest(self) -> bool:
        hub, store = self.hub, self.storage.store
        if (
            hub is None
            or store is None
            or not hub.ready
            or any(outbox.lanes.entries for outbox in hub.outboxes.values())
        ):
            return False
        return not any(store.one(f"select 1 from {where} limit 1") for where in _OPEN)

    def _what_waits(self, senders: list[asyncio.Task[None]]) -> str:
        store = self.storage.store
        unsent = [sender.source for sender, task in zip(self.senders, senders, strict=True) if not task.done()]
        if store is None:
            return "the hub does not run"
        waits = [
            f"delivery {id} to {store.name_of[to]} ({State(state).name.lower()}, due {due_ns})"
            for id, to, state, due_ns in store.rows(f"select id, destination, state, due_ns from {_OPEN[0]} limit 3")
        ]
        waits += [f"message {id}" for (id,) in store.rows(f"select id from {_OPEN[1]} limit 3")]
        waits += [f"item {id} ({kind})" for id, kind in store.rows(f"select id, kind from {_OPEN[2]} limit 3")]
        held = {name: len(box.lanes) for name, box in self.hub.outboxes.items() if len(box.lanes)} if self.hub else {}
        return f"senders {unsent}; {', '.join(waits)}; in memory {held}"


FAULTS: dict[str, Callable[[World, Fault], Coroutine[Any, Any, None]]] = {
    "kill": World._kill,
    "power loss": World._power_loss,
    DIES_WITHIN_A_FILE: World._dies_within_a_file,
    "stop": World._restart,
    "disk full": World._disk_full,
    "disk read-only": World._disk_read_only,
    "sync fails": World._sync_fails,
    "disk slow": World._disk_slow,
    "target away": World._target_away,
    "target slow": World._target_slow,
    "target unwilling": World._target_unwilling,
    "network loses": World._network_loses,
    "clock jumps": World._clock_jumps,
    "hours close": World._hours_close,
}

_OPEN = (
    "delivery where state in (0, 8)",
    "message where decision = 0",
    "worklist where closed_ns = 0 and kind != 'task'",
)


def live(seed: int, *, tracing: bool = False, check: Callable[[World], Any] = lambda world: None) -> World:
    """Run a seed's world to its rest and `check` it. Raises `Failed`, with the trace in `world.lines`."""
    world = World(Scenario(seed), tracing=tracing)
    try:
        world.loop.run_until_complete(world.run())
        world.check_alive()
        check(world)
    except Standstill as error:
        raise Failed(f"nothing goes on: {error}") from error
    except Failed as error:
        error.trace = world.lines
        raise
    finally:
        world.loop.close()
    return world
