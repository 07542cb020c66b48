"""Large files through a hub: rows a second from the file in the folder to every row delivered, and the peak of memory.

    python bench/rows.py --rows 100000              a delimited file of narrow rows
    python bench/rows.py --rows 1000000 --width 1000    one of a gigabyte

The hub is real (its journal on this disk, the connector for files); the destination takes everything at once. The file is
generated in a temporary folder, and goes with it.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from isthmus.flows import flow, send
from isthmus.journal import SqliteJournal
from isthmus.kernel.clock import SystemClock
from isthmus.observe import Observer
from isthmus.ports import Delivery, Outcome
from isthmus.protocols.delimited import Column, Layout, Record
from isthmus.runtime.hub import Hub
from isthmus.runtime.loader import Declarations, load_connector
from isthmus.runtime.settings import read_settings
from isthmus.security import Vault
from isthmus.security.vault import new_hub_key

COLUMNS = ("id", "account", "amount", "text")
LAYOUT = Layout(
    names=True,
    detail=Record(columns=tuple(Column(name=name, kind="decimal" if name == "amount" else "text") for name in COLUMNS)),
)
ACCOUNTS = 5000


class Anywhere:
    """A destination that takes everything."""

    taken = 0

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def deliver(self, delivery: Delivery) -> Outcome:
        Anywhere.taken += 1
        return Outcome()


class NoSettings(msgspec.Struct, frozen=True):
    pass


def connector(name: str) -> Any:
    if name != "anywhere":
        return load_connector(name)
    return SimpleNamespace(SinkSettings=NoSettings, sink=lambda settings, context: Anywhere())


def charges(bad: str) -> Any:
    made = flow(
        "charges", source="files", accepts="delimited/charges", layout=LAYOUT, each="row", bad=bad, owner="bench",  # type: ignore[arg-type]
        lane="account", when_parked="wait",
    )  # fmt: skip

    @made.on()
    def charge(row: Any) -> Iterator[Any]:
        yield send("erp", b'{"account": "%b", "amount": "%b"}' % (row["account"].encode(), str(row["amount"]).encode()))

    return made


def generate(path: Path, rows: int, width: int) -> int:
    """Write the file; its size."""
    with path.open("w") as file:
        file.write(",".join(COLUMNS) + "\n")
        text = "x" * max(1, width - 30)
        for n in range(rows):
            file.write(f"{n:09},A{n % ACCOUNTS:05},{n % 900}.50,{text}\n")
    return path.stat().st_size


async def run(folder: Path, given: argparse.Namespace) -> None:
    source = {
        "connector": "files", "folder": "in", "format": "delimited", "owner": "bench", "settle_s": 0.0, "poll_s": 0.05,
        "body_bytes_max": 4 << 30,
    }  # fmt: skip
    table = {
        "hub": {"name": "bench"},
        "sources": {"files": source},
        "destinations": {"erp": {"connector": "anywhere", "owner": "bench", "connections": given.connections}},
    }
    settings = read_settings(folder, table, [])
    settings.data.mkdir()
    clock = SystemClock()
    journal = SqliteJournal.open(settings.data / "journal.db", Vault(new_hub_key()), clock=clock)
    declarations = Declarations([charges(given.bad)], [])
    with (folder / "log").open("w") as log:
        hub = Hub(settings, declarations, journal, clock=clock, observer=Observer(log), connectors=connector)
        before = peak_mib()
        await hub.start()
        began = time.perf_counter()
        (folder / "large.csv").rename(folder / "in" / "large.csv")
        await until(lambda: (folder / "in" / "done" / "large.csv").exists())
        taken_in = time.perf_counter() - began
        await until(lambda: Anywhere.taken >= given.rows)
        took = time.perf_counter() - began
        await hub.stop()
    journal_mib = sum(path.stat().st_size for path in settings.data.iterdir()) / 2**20
    print(f"taken in, durable   {taken_in:8.1f} s")
    print(f"all rows delivered  {took:8.1f} s   {given.rows / took:10.0f} rows a second")
    print(f"peak memory         {peak_mib():8.0f} MiB ({before:.0f} before the file came)")
    print(f"journal             {journal_mib:8.0f} MiB")


async def until(true: Any) -> None:
    while not true():
        await asyncio.sleep(0.02)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Large files through a hub.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--width", type=int, default=60, help="bytes of a row, about")
    parser.add_argument("--bad", choices=("park", "refuse"), default="park")
    parser.add_argument("--connections", type=int, default=8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        size = generate(folder / "large.csv", given.rows, given.width)
        print(f"{given.rows} rows, {size / 2**20:.1f} MiB, bad={given.bad}")
        asyncio.run(run(folder, given))


if __name__ == "__main__":
    main()
