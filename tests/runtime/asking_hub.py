"""A real hub with the flows that a test gives it, on a simulated clock and disk, and a system that look-ups ask."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from isthmus.flows import Flow
from isthmus.journal import ledger, show, verify
from isthmus.kernel.errors import Unavailable
from isthmus.observe import Observer
from isthmus.observe.events import Event
from isthmus.ports import Context, Delivery, Fate, Intake, Outcome, Receipt
from isthmus.runtime.hub import Hub
from isthmus.runtime.loader import Declarations
from isthmus.runtime.settings import read_settings
from isthmus.testing.simulation.clock import SimulatedClock
from isthmus.testing.simulation.loop import Life, SimulatedLoop
from isthmus.testing.simulation.storage import Storage

T = TypeVar("T")


@contextmanager
def collecting_later() -> Iterator[None]:
    """A hub parses the files of its flows, which here are whole test files: CPython 3.11 loses count of its recursion when
    garbage is collected within `ast.parse` and somebody (Hypothesis) listens to that."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is nothing to set."""


class Payer:
    """The system that is asked: `says` gives the words for a question, or raises; None: it never answers."""

    def __init__(self) -> None:
        self.says: Callable[[bytes], bytes | None] = lambda question: b"yes to " + question
        self.takes_s = 0.1
        self.away = False
        self.asked: list[bytes] = []
        self.under_way = self.most_under_way = 0

    async def answer(self, question: bytes) -> bytes:
        if self.away:
            raise Unavailable("the payer is away")
        self.asked.append(question)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.takes_s)
            words = self.says(question)
            if words is None:
                await asyncio.sleep(3600)
            assert words is not None
            return words
        finally:
            self.under_way -= 1


class Wire:
    """A connector's module, a source and a sink: what goes to `out` is noted, what goes to `payer` is asked."""

    SourceSettings = SinkSettings = NoSettings

    def __init__(self, hub: AskingHub, name: str = "") -> None:
        self._hub = hub
        self._name = name

    @staticmethod
    def answers(settings: NoSettings) -> bool:
        return True

    def source(self, settings: NoSettings, context: Context) -> Wire:
        return Wire(self._hub, context.name)

    sink = source

    async def open(self, intake: Intake | None = None) -> None:
        if intake is not None:
            self._hub.intake = intake

    async def deliver(self, delivery: Delivery) -> Outcome:
        if self._name == "payer":
            return Outcome(reply=await self._hub.payer.answer(delivery.body))
        self._hub.out.append(delivery.body.decode())
        return Outcome()

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    async def close(self) -> None: ...


class Noting(Observer):
    def __init__(self) -> None:
        super().__init__()
        self.defects: list[str] = []
        self.said: list[str] = []

    def __call__(self, event: Event) -> None:
        super().__call__(event)
        self.said.append(type(event).__name__)

    def failed(self, where: str, error: BaseException) -> None:
        self.defects.append(f"{where}: {type(error).__name__}: {error}")


class AskingHub:
    def __init__(self, *flows: Flow, connections: int = 4, seed: int = 1) -> None:
        self.flows = list(flows)
        self.loop = SimulatedLoop()  # type: ignore[abstract]  # what it leaves out, nobody may use
        self.clock = SimulatedClock(self.loop)
        self.storage = Storage(self.loop, self.clock, random.Random(seed))
        self.observer = Noting()
        self.payer = Payer()
        self.out: list[str] = []
        self.receipts: list[Receipt] = []
        self.intake: Intake | None = None
        self.hub: Hub
        self.life: Life
        end = {"connector": "wire", "owner": "integration", "attempts_max": 3, "back_off_s": 0.05, "timeout_s": 1.0}
        table = {
            "hub": {"name": "asking"},
            "sources": {"ehr": {"connector": "wire"}},
            "destinations": {"out": end, "payer": {**end, "connections": connections}},
        }
        findings: list[str] = []
        self.settings = read_settings(Path("/asking"), table, findings)
        assert not findings

    def run(self, test: Coroutine[Any, Any, T]) -> T:
        """Start the hub, run the test beside it, and hold the journal against its own proofs."""

        async def lived() -> T:
            await self.start()
            found = await test
            assert await self.read(verify.verify) == []
            rows = await self.read(ledger.rows)
            assert [words for row in rows for words in ledger.imbalances(row)] == []
            return found

        try:
            found = self.loop.run_until_complete(lived())
            assert not self.loop.errors
            assert self.observer.defects == []
            return found
        finally:
            self.loop.close()

    async def start(self) -> None:
        self.life = self.loop.begin("life")
        await self.in_hub(self._start())

    async def _start(self) -> None:
        journal = self.storage.open(lambda error: self.observer.failed("the journal", error))
        with collecting_later():
            self.hub = Hub(
                self.settings, Declarations(self.flows, []), journal,
                clock=self.clock, observer=self.observer, seed=1, connectors=lambda name: Wire(self),
            )  # fmt: skip
        await self.hub.start()

    async def restart(self) -> None:
        """kill -9, and a new start."""
        self.intake = None
        self.storage.crash(power=False)
        self.loop.end(self.life)
        await self.start()

    async def in_hub(self, work: Coroutine[Any, Any, T]) -> T:
        return await self.loop.run_in(self.life, work)

    async def read(self, look: Callable[[Any], T]) -> T:
        async def looked() -> T:
            found: T = await self.hub.journal.call(lambda batch: look(batch.store))  # type: ignore[attr-defined]
            return found

        return await self.in_hub(looked())

    async def shown(self, id: int) -> show.Shown:
        return await self.read(lambda view: show.show(view, id))

    async def decisions(self) -> list[str]:
        """How the messages stand, in order."""
        rows = await self.read(lambda view: view.rows("select id from message order by id"))
        return [(await self.shown(id)).decision for (id,) in rows]

    def taken(self) -> int:
        """How many messages were acknowledged so that their sender need not send them again."""
        return sum(one.fate in (Fate.ACCEPTED, Fate.DUPLICATE) for one in self.receipts)

    def send(self, patient: str, name: str, kind: str = "A04", *, merges: str = "") -> None:
        merge = f"MRG|{merges}^^^H^MR\r" if merges else ""
        if self.intake is None:
            return
        raw = (
            f"MSH|^~\\&|EHR|MAIN|HUB|X|20260302||ADT^{kind}|{name}|P|2.5.1\rPID|1||{patient}^^^H^MR||{name}\r{merge}"
        ).encode()
        self.life.context.copy().run(self.intake.receive, raw, self.receipts.append)
