"""Exact search and duplicates without an index that grows slower with each message.

A B-tree over random keys writes one page for each message; with a million messages that is most of what a hub writes.
Here the tail of the journal is scanned, and each 2,048 messages become a sorted run, appended at the end:

    message | 1 ........ 2048 | 2049 ..... 4096 | 4097 .. tail |
    run     |  run 1, sorted  |  run 2, sorted  |  scanned     |
    filter  |  Bloom filter in memory, 4 bytes a message, written with every 16th run           |

A look-up asks the filters first (false positives: 0.07% each), then seeks once in each run of the messages that one of them
says *maybe* of.
"""

from __future__ import annotations

from collections.abc import Iterable

from .store import Store
from .view import View

RUN_MESSAGES = 2048
FILTER_BYTES = 1 << 20
FILTER_MESSAGES = 1 << 18
_SAVE_EVERY_RUNS = 16
_MASK = FILTER_BYTES * 8 - 1
CONTROL, LANE = 0, 1


class Filter:
    """A Bloom filter over control ids, which are MACs already: three slices of the 64 bits are the three hashes."""

    __slots__ = ("bits", "count", "first", "id", "last")

    def __init__(self, id: int = 0, first: int = 0, last: int = 0, bits: bytes | None = None) -> None:
        self.id, self.first, self.last = id, first, last
        self.bits = bytearray(bits) if bits else bytearray(FILTER_BYTES)
        self.count = last - first

    def add(self, key: int) -> None:
        bits = self.bits
        at = key & _MASK
        bits[at >> 3] |= 1 << (at & 7)
        at = key >> 20 & _MASK
        bits[at >> 3] |= 1 << (at & 7)
        at = key >> 40 & _MASK
        bits[at >> 3] |= 1 << (at & 7)
        self.count += 1

    def __contains__(self, key: int) -> bool:
        bits = self.bits
        at = key & _MASK
        if not bits[at >> 3] >> (at & 7) & 1:
            return False
        at = key >> 20 & _MASK
        if not bits[at >> 3] >> (at & 7) & 1:
            return False
        at = key >> 40 & _MASK
        return bool(bits[at >> 3] >> (at & 7) & 1)


class Trail:
    def __init__(self, store: Store, since_ns: int) -> None:
        """`since_ns`: the duplicate window; filters that lie wholly before it are not held."""
        self._store = store
        self.run_end = run_end(store)
        oldest = store.one("select min(first_message) from run where to_ns >= ?", (since_ns,)) or 0
        self._filters = [
            Filter(*row)
            for row in store.db.execute(
                "select id, first_message, last_message, bits from filter where last_message >= ? order by id",
                (oldest,),
            )
        ]
        if not self._filters:
            self._filters.append(Filter())
        for id, control in store.db.execute(
            "select id, control from message where id > ? and kind = 0", (self._filters[-1].last,)
        ):
            self.add(id, control)
        self._runs = 0

    def maybe_seen(self, control: int) -> bool:
        at = control & _MASK
        byte, bit = at >> 3, 1 << (at & 7)
        for held in self._filters:  # noqa: SIM110 - a generator would cost more than the look-up
            if held.bits[byte] & bit and control in held:  # the first of three bits here: it nearly always decides
                return True
        return False

    def where(self, control: int) -> list[tuple[int, int]]:
        """Between which messages, both included, an accepted one may have this control id, oldest first."""
        return [(held.first, held.last) for held in self._filters if control in held]

    def add(self, id: int, control: int) -> None:
        """Note an accepted message that has become durable."""
        current = self._filters[-1]
        if current.count >= FILTER_MESSAGES:
            current = Filter(first=id, last=id)
            self._filters.append(current)
        if control:
            current.add(control)
        current.last = id

    def extend(self) -> None:
        """Within the transaction of a batch: turn a full tail into a run."""
        store = self._store
        first, last = self.run_end + 1, self.run_end + RUN_MESSAGES
        db = store.db
        db.execute(
            "insert into run (first_message, last_message, from_ns, to_ns) "
            "select ?1, ?2, min(received_ns), max(received_ns) from message where id between ?1 and ?2",
            (first, last),
        )
        run = db.last_insert_rowid()
        db.execute(
            "insert into source_last select source, max(number) from message where id between ? and ? group by source "
            "on conflict do update set number = excluded.number",
            (first, last),
        )
        for kind, column in ((CONTROL, "control"), (LANE, "lane")):
            db.execute(
                f"insert into run_entry select ?, ?, {column}, id from message "
                f"where id between ? and ? and {column} != 0 and kind = 0 order by {column}, id",
                (run, kind, first, last),
            )
        self.run_end = last
        self._runs += 1
        if self._runs % _SAVE_EVERY_RUNS == 0:
            self.save()

    def save(self) -> None:
        """Within a transaction: store the filters that changed."""
        db = self._store.db
        for held in self._filters[-2:]:
            # What was added after `last` of this copy is found again in the tail at the next start.
            if held.id:
                db.execute(
                    "update filter set last_message = ?, bits = ? where id = ?", (held.last, bytes(held.bits), held.id)
                )
            else:
                db.execute(
                    "insert into filter (first_message, last_message, bits) values (?, ?, ?)",
                    (held.first, held.last, bytes(held.bits)),
                )
                held.id = db.last_insert_rowid()

    def reload(self) -> None:
        """After a roll-back."""
        self.run_end = run_end(self._store)
        for held in self._filters:
            if held.id and not self._store.one("select 1 from filter where id = ?", (held.id,)):
                held.id = 0


def run_end(view: View) -> int:
    """The last message that a run lists, or listed before it was pruned."""
    return int(
        view.one(
            "select max(last) from (select max(last_message) as last from run union all select last from pruned where kind = 'message')"
        )
        or 0
    )


EVERYWHERE = ((0, 1 << 62),)


def find(
    view: View,
    kind: int,
    key: int,
    from_ns: int = 0,
    to_ns: int = 1 << 62,
    among: Iterable[tuple[int, int]] = EVERYWHERE,
) -> list[int]:
    """Ids of accepted messages with this key, oldest first; received between the two times, or somewhat outside.

    `among`: between which messages to look, oldest first; somewhat outside, and in the tail, it is looked in any case.
    """
    found: list[int] = []
    for first, last in among:
        found += [
            message
            for (message,) in view.db.execute(
                "select e.message from run r cross join run_entry e on e.run = r.id and e.kind = ? and e.key = ? "
                "where r.first_message > ? and r.first_message <= ? and r.to_ns >= ? and r.from_ns <= ? order by 1",
                (kind, key, first - RUN_MESSAGES, last, from_ns, to_ns),
            )
        ]
    column = "control" if kind == CONTROL else "lane"
    found += [
        message
        for (message,) in view.db.execute(
            f"select id from message where id > ? and {column} = ? and kind = 0 order by id", (run_end(view), key)
        )
    ]
    return list(dict.fromkeys(found))  # two ranges may share the run in which one ends and the next begins
