"""A hub that works files off: a folder in which a test drops them, a real journal, and a sink that remembers."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec

from isthmus.flows import Flow
from isthmus.journal import SqliteJournal, ledger
from isthmus.journal.verify import verify
from isthmus.kernel.clock import SystemClock
from isthmus.observe import Observer
from isthmus.ports import Delivery, Outcome, Receipt, State
from isthmus.protocols.delimited import Column, Control, Layout, Record
from isthmus.runtime.hub import Hub
from isthmus.runtime.loader import Declarations, load_connector
from isthmus.runtime.operator import Operator
from isthmus.runtime.settings import read_settings
from isthmus.security import Vault

HUB_KEY = "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS1mb3ItYS10ZXM="

CHARGES = Layout(
    names=True,
    detail=Record(
        columns=(
            Column(name="id", required=True),
            Column(name="account", required=True),
            Column(name="amount", kind="decimal", required=True),
        )
    ),
)
TOTALLED = Layout(
    detail=Record(tag="D", columns=(Column(name="tag"), Column(name="account"), Column(name="amount", kind="decimal"))),
    trailer=Record(
        tag="T", columns=(Column(name="tag"), Column(name="rows", kind="integer"), Column(name="sum", kind="decimal"))
    ),
    controls=(Control(column="rows", count="details"), Control(column="sum", sum="amount")),
)


def charges(rows: Iterable[tuple[Any, Any, Any]]) -> bytes:
    lines = ["id,account,amount", *(",".join(map(str, row)) for row in rows)]
    return "".join(f"{line}\n" for line in lines).encode()


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Memory:
    """A sink, and all that it took: (key, body), in order."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def deliver(self, delivery: Delivery) -> Outcome:
        await self.gate.wait()
        self.taken.append((delivery.key, delivery.body))
        return Outcome()


class NoSource:
    async def open(self, intake: Any) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    async def close(self) -> None: ...


class RowHub:
    def __init__(self, folder: Path, flow: Flow, /, **source: Any) -> None:
        self.folder = folder
        self.flow = flow
        self.source = {"connector": "test", "format": flow.format, "owner": "finance"} | source
        self.erp = Memory()
        self.log = io.StringIO()

    @property
    def bodies(self) -> list[str]:
        return [body.decode() for _, body in self.erp.taken]

    async def start(self) -> RowHub:
        findings: list[str] = []
        table = {
            "hub": {"name": "test"},
            "sources": {self.flow.source: self.source},
            "destinations": {"erp": {"connector": "test", "owner": "finance"}},
        }
        settings = read_settings(self.folder, table, findings)
        assert findings == []
        clock = SystemClock()
        settings.data.mkdir(exist_ok=True)
        self.journal = SqliteJournal.open(settings.data / "journal.db", Vault(HUB_KEY), clock=clock)
        self.hub = Hub(
            settings,
            Declarations([self.flow], []),
            self.journal,
            clock=clock,
            observer=Observer(self.log),
            connectors=self._connector,
        )
        self.operator = Here(self.hub)
        await self.hub.start()
        return self

    def _connector(self, name: str) -> ModuleType:
        if name != "test":
            return load_connector(name)
        return SimpleNamespace(  # type: ignore[return-value]
            SourceSettings=NoSettings,
            SinkSettings=NoSettings,
            source=lambda settings, context: NoSource(),
            sink=lambda settings, context: self.erp,
        )

    async def stop(self) -> None:
        await self.hub.stop(2.0)

    async def take(self, raw: bytes, control: bytes = b"file-1") -> Receipt:
        fate: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self.hub.intakes[self.flow.source].receive(raw, fate.set_result, origin="a.csv", control=control)
        return await fate

    async def rest(self, parked: int = 0) -> None:
        """Until nothing waits; so many deliveries are parked then."""
        async with asyncio.timeout(20):
            while await self.one("select 1 from delivery where state = 0 limit 1"):
                await asyncio.sleep(0.005)
        assert await self.one("select count(*) from delivery where state = 8") == parked

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.002)

    async def one(self, sql: str, *parameters: Any) -> Any:
        return await self.journal.call(lambda batch: batch.store.one(sql, parameters))

    async def deliveries(self, to: str) -> list[State]:
        """The states of the deliveries to a destination, in order."""
        sql = "select d.state from delivery d join name n on n.id = d.destination where n.name = ? order by d.id"
        return [State(row[0]) for row in await self.journal.call(lambda batch: batch.store.rows(sql, (to,)))]

    async def proven(self) -> None:
        """The journal adds up."""
        found = await self.journal.call(lambda batch: list(verify(batch.store)))
        assert found == []
        rows = await self.journal.call(lambda batch: ledger.rows(batch.store))
        assert [words for row in rows for words in ledger.imbalances(row)] == []


class Here(Operator):
    """The operator on the writer's connection."""

    async def look(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await self._journal.call(lambda batch: function(batch.store, *arguments))


def module_of(test: Any) -> str:
    return str(sys.modules[test.__module__].__file__)
