"""The next free ids and numbers, held by the one writer."""

from __future__ import annotations

from .store import Store
from .trail import run_end

_TABLES = ("audit", "delivery", "mend", "message", "posting", "seal", "worklist")


class Counters:
    """Copied before a batch, so that a roll-back restores them."""

    __slots__ = (*_TABLES, "numbers")

    audit: int
    delivery: int
    mend: int
    message: int
    posting: int
    seal: int
    worklist: int
    numbers: dict[int, int]

    def copy(self) -> Counters:
        twin = Counters.__new__(Counters)
        twin.audit, twin.delivery, twin.mend, twin.message = self.audit, self.delivery, self.mend, self.message
        twin.posting, twin.seal, twin.worklist = self.posting, self.seal, self.worklist
        twin.numbers = self.numbers.copy()
        return twin

    @classmethod
    def read(cls, store: Store) -> Counters:
        """Where the stored rows end. Pruning never takes the last row of a table, so no id is given twice."""
        found = cls()
        remembered = dict(store.rows("select name, seq from sqlite_sequence"))
        for table in _TABLES:
            last = remembered[table] if table in remembered else store.one(f"select max(id) from {table}")
            setattr(found, table, (last or 0) + 1)
        found.numbers = {
            source: number + 1
            for source, number in store.rows(
                "select source, number from source_last union all "
                "select source, max(number) from message where id > ? group by source",
                (run_end(store),),
            )
        }
        return found
