"""Tables that messages feed: the sink that stands behind `table:NAME`.

    flow --TableChange--> table:NAME --changed rows, one memory for each key--> settle --(durable)--> the new rows answer

A change is a delivery like any other: counted, in order (one lane for each table), parked when it is wrong, once in
effect. Its rows commit with its outcome, encrypted like the state of a process, and are read back at a start.

Invariants
 1. Decisions look into the new rows only when these are durable, so a recorded version never speaks of rows that a crash
    took back.
 2. A change takes effect with all its records or, parked, with none. One that is parked holds up those behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ..flows import Table
from ..flows.tables.changing import RecordFault, changed, with_rows
from ..flows.tables.reading import value_of
from ..flows.tables.rows import Dated, Key, Rows, digest_of, sum_of, version_of
from ..kernel.errors import Misuse, Permanent
from ..model import TableChange
from ..model.event import Catalogue
from ..observe import Observer
from ..observe.events import TableChanged
from ..ports import Delivery, Journal, Outcome
from .outbox import Followed
from .stored_tables import load, memory_of, total_of

IN_PASSING_BYTES = 64 << 10
"""A change up to this size takes about 10 ms; a larger one is worked out in a thread, so that senders are answered."""

SHOWN_FAULTS = 20
"""Of what does not fit, so much is said; nobody reads more before mending the first."""


Different = Mapping[Key, tuple[Dated, ...]]
"""The keys whose rows a change makes others."""


class TableRefused(Permanent):
    """A change does not fit its table."""

    code = "TABLE_CHANGE"


class TableFeed:
    """One table's rows as they change; `tables` are the declarations that answer now, of all names."""

    def __init__(
        self,
        name: str,
        tables: Iterable[Table[Any]],
        journal: Journal,
        catalogue: Catalogue,
        observer: Observer,
        told: Callable[[], None],
    ) -> None:
        """`told` is called after rows were put in."""
        self.name = name
        self._tables = tables
        self._journal = journal
        self._catalogue = catalogue
        self._observe = observer
        self._told = told
        self._total = 0

    def _declared(self) -> list[Table[Any]]:
        """All declarations of this table: a redeployed flow brings one of its own, while a process keeps the old one."""
        found = [one for one in self._tables if one.name == self.name]
        if not found:
            raise Misuse(f"no flow declares the table {self.name} any more")
        return found

    async def load(self) -> None:
        """Read the rows back from the journal. Raises `Misuse` when they fit the declaration no longer."""
        for one in self._declared():
            one.put(await load(one, self._journal))
            self._total = total_of(one.rows.by_key)
        self._told()

    async def outcome(self, delivery: Delivery) -> Outcome:
        """What a change does. Raises `TableRefused` with the place of everything that does not fit."""
        declared = list({one.type: one for one in self._declared()}.values())
        others = {one.name: one.rows for one in self._tables if one.filled}
        work = partial(self._outcome, delivery.body, declared, others)
        # The lane keeps every other change of this table away meanwhile.
        return await asyncio.to_thread(work) if len(delivery.body) > IN_PASSING_BYTES else work()

    def _outcome(self, body: bytes, declared: Sequence[Table[Any]], others: Mapping[str, Rows]) -> Outcome:
        """`declared`: one declaration for each type of row that look-ups want."""
        change = self._catalogue.decode(body)
        if not isinstance(change, TableChange):
            raise TableRefused("what came to a table is no change of a table", suggestion="discard it")
        different = {one.type: self._fitting(one, change, others) for one in declared}
        rows, before = different[declared[0].type], declared[0].rows
        if not rows:
            return Outcome(already_there=True, reference=before.version)
        total = self._total
        for key, held in rows.items():
            total = sum_of(total, (digest_of(key, before.by_key.get(key, ())), digest_of(key, held)))
        return Followed(
            [],
            None,
            (),
            reference=version_of(total),
            memories=tuple(memory_of(self.name, key, held, self._journal) for key, held in rows.items()),
            durable=partial(self._take_effect, different, total),
        )

    def _fitting(self, declared: Table[Any], change: TableChange, others: Mapping[str, Rows]) -> Different:
        rows, faults = changed(declared, declared.rows, change, others)
        if faults:
            raise _refusal(self.name, faults)
        return rows

    def _take_effect(self, different: Mapping[Any, Different], total: int) -> None:
        self._total = total
        version = version_of(total)
        some = next(iter(different.values()))
        for one in self._declared():
            known = different.get(one.type)
            one.put(with_rows(one.rows, _read_by(one, some) if known is None else known, version))
        self._observe(TableChanged(self.name, version, max(map(len, different.values()))))
        self._told()


def _read_by(declared: Table[Any], rows: Different) -> Different:
    """Rows as a declaration reads them that was deployed while they were on their way; what it cannot read is not there."""
    read = {key: [(one, value_of(declared, one.cells)[0]) for one in held] for key, held in rows.items()}
    return {
        key: tuple(one._replace(row=value) for one, value in held if value is not None) for key, held in read.items()
    }


def _refusal(table: str, faults: list[RecordFault]) -> TableRefused:
    shown = [f"{place} {what}: {mend}" for place, what, mend in faults[:SHOWN_FAULTS]]
    more = len(faults) - len(shown)
    return TableRefused(
        f"a change does not fit the table {table}: " + "; ".join(shown) + (f"; and {more} more" if more else ""),
        suggestion="mend the record or the table that it refers to, then resend; nothing of the change took effect",
    )


class TableSink:
    """The sink of `table:NAME`."""

    def __init__(self, feed: TableFeed) -> None:
        self._feed = feed

    async def open(self) -> None: ...

    async def deliver(self, delivery: Delivery) -> Outcome:
        return await self._feed.outcome(delivery)

    async def close(self) -> None: ...
