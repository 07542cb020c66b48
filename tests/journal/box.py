"""A journal whose operations are committed at once on the caller's thread: what the tests of this room are built on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from isthmus.journal.batch import Batch
from isthmus.journal.commit import Call, Committer
from isthmus.journal.sqlite import Append, Decide, Settle
from isthmus.journal.store import Store
from isthmus.kernel.clock import NS_PER_DAY, NS_PER_HOUR
from isthmus.kernel.errors import IsthmusError
from isthmus.ports import Arrival, Decision, Entry, Settlement, State, Work
from isthmus.security import Vault
from isthmus.security.vault import new_hub_key

T = TypeVar("T")

START_NS = 20_000 * NS_PER_DAY + 9 * NS_PER_HOUR
HUB_KEY = new_hub_key()


class Time:
    """A clock that only the test moves."""

    def __init__(self, ns: int = START_NS) -> None:
        self.ns = ns

    def now_ns(self) -> int:
        return self.ns

    def pass_hours(self, hours: float) -> None:
        self.ns += int(hours * NS_PER_HOUR)


class Box:
    def __init__(self, path: Path, clock: Time | None = None, **options: Any) -> None:
        self.path = path
        self.clock = clock or Time()
        self._options = options
        self.errors: list[IsthmusError | None] = []
        self.open()

    def open(self) -> None:
        self.vault = Vault(HUB_KEY)
        self.store = Store(self.path, self.vault, self.clock.now_ns(), **self._options)
        self.committer = Committer(self.store, self.clock, 0)

    def close(self) -> None:
        self.store.close()

    def reopen(self) -> None:
        self.close()
        self.open()

    def commit(self, *operations: Any) -> IsthmusError | None:
        """One transaction; each operation is told how it went."""
        error = self.committer.commit(list(operations))
        for operation in operations:
            operation.finish(error)
        return error

    def mac(self, key: str | bytes) -> bytes:
        return self.vault.mac(key.encode() if isinstance(key, str) else key)

    def arrival(
        self,
        raw: bytes = b"a message",
        *,
        lane: str = "patient",
        to: Iterable[str] = ("erp",),
        control: str = "",
        **options: Any,
    ) -> Arrival:
        """A message that was decided at once and goes as received to each of `to`."""
        lanes = (self.mac(lane),)
        options.setdefault("source", "ehr")
        options.setdefault("received_ns", self.clock.now_ns())
        options.setdefault("decision", Decision.DECIDED)
        if options["decision"] is Decision.DECIDED:
            options.setdefault("entries", [Entry(name, lanes, raw, shared=True) for name in to])
        return Arrival(
            raw=raw,
            type=options.pop("type", "ADT^A01"),
            lanes=lanes,
            control=self.control(control),
            digest=self.mac(raw),
            **options,
        )

    def control(self, control: str) -> int:
        return int.from_bytes(self.mac(control)[:8], "big", signed=True) if control else 0

    def append(self, raw: bytes = b"a message", **options: Any) -> Arrival:
        arrival = self.arrival(raw, **options)
        assert self.commit(Append(arrival, self.errors.append)) is None
        return arrival

    def settle(self, entry: Entry, state: State = State.DELIVERED, **options: Any) -> Entry:
        settlement = Settlement(entry, state, self.clock.now_ns(), **options)
        assert self.commit(Settle(settlement, self.errors.append)) is None
        return entry

    def park(
        self, entry: Entry, *, cents: int = 0, deadline_ns: int = 0, blocks: bool = True, code: str = "PERMANENT"
    ) -> Entry:
        work = Work(
            "delivery", owner="finance", code=code, text="the period is closed", cents=cents, deadline_ns=deadline_ns
        )
        return self.settle(entry, State.PARKED, code=code, detail="what the ERP said", work=work, blocks=blocks)

    def decide(self, arrival: Arrival, decision: Decision = Decision.DECIDED, **options: Any) -> IsthmusError | None:
        told: list[IsthmusError | None] = []
        operation = Decide(
            arrival.id,
            decision,
            options.get("version", "adt@1"),
            options.get("entries", []),
            options.get("work"),
            options.get("blocks", True),
            told.append,
            options.get("answers", ()),
        )
        assert self.commit(operation) is None
        return told[0]

    def call(self, function: Callable[[Batch], T]) -> T:
        future: Future[T] = Future()
        assert self.commit(Call(function, future)) is None  # type: ignore[arg-type]
        return future.result(0)

    def one(self, sql: str, *parameters: Any) -> Any:
        return self.store.one(sql, parameters)
