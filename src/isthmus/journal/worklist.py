"""The worklist as people read it: ranked by money, deadline and by how many wait behind; and what stands in each lane."""

from __future__ import annotations

from typing import NamedTuple

from ..kernel.clock import NS_PER_HOUR
from ..ports import State
from .view import View, split_lanes

_NEVER = 1 << 62
SHOWN_BEHIND = 20
"""Of what waits behind an item, so many are named; all are counted."""


class Item(NamedTuple):
    """Something that needs a person. `behind` deliveries (or undecided messages) wait for it, the first are named."""

    id: int
    kind: str
    message: int
    delivery: int
    destination: str
    owner: str
    code: str
    text: str
    detail: str
    opened_ns: int
    deadline_ns: int
    cents: int
    blocks: bool
    behind: int
    behind_ids: list[int]


def items(
    view: View, *, kind: str = "", destination: str = "", owner: str = "", code: str = "", limit: int = 100
) -> list[Item]:
    """Open items, the most pressing first: most money, then nearest deadline, then most waiting behind, then oldest."""
    view.load_names()
    rows = [
        row
        for row in view.rows(
            "select id, kind, message, delivery, destination, owner, code, opened_ns, deadline_ns, cents, blocks, lanes, x "
            "from worklist where closed_ns = 0 order by id"
        )
        if (not kind or row[1] == kind)
        and (not destination or view.name_of.get(row[4]) == destination)
        and (not owner or row[5] == owner)
        and (not code or row[6] == code)
    ]
    behind = _behind(view, [(row[0], row[1], row[2], row[3], row[4], row[11]) for row in rows if row[10]])
    rows.sort(key=lambda row: (-row[9], row[8] or _NEVER, -len(behind.get(row[0], ())), row[0]))
    found = []
    for id, what, message, delivery, party, of, why, opened_ns, deadline_ns, cents, blocks, _, x in rows[:limit]:
        words = view.maybe_words(b"w%d" % id, x) or {}
        waiting = behind.get(id, [])
        found.append(
            Item(
                id,
                what,
                message,
                delivery,
                view.name_of.get(party, ""),
                of,
                why,
                words.get("text") or "",
                words.get("detail") or "",
                opened_ns,
                deadline_ns,
                cents,
                bool(blocks),
                len(waiting),
                waiting[:SHOWN_BEHIND],
            )
        )
    return found


def _behind(view: View, blocking: list[tuple[int, str, int, int, int, bytes]]) -> dict[int, list[int]]:
    """Item -> what waits behind it: deliveries of the same destination and lane, messages of the same intake lane."""
    behind: dict[int, list[int]] = {}
    deliveries: dict[tuple[int, bytes], list[tuple[int, int]]] = {}
    intake: dict[int, list[tuple[int, int]]] = {}
    for item, kind, message, delivery, destination, lanes in blocking:
        if kind == "delivery":
            for lane in split_lanes(lanes):
                deliveries.setdefault((destination, lane), []).append((item, delivery))
        else:
            intake.setdefault(view.one("select lane from message where id = ?", (message,)), []).append((item, message))
    for destination in {destination for destination, _ in deliveries}:
        for id, lanes in view.db.execute(
            "select id, lanes from delivery where destination = ? and state = 0 and due_ns = 0 order by id",
            (destination,),
        ):
            for item in {
                item
                for lane in split_lanes(lanes)
                for item, first in deliveries.get((destination, lane), ())
                if first < id
            }:
                behind.setdefault(item, []).append(id)
    if intake:
        for id, lane in view.db.execute("select id, lane from message where decision = 0 order by id"):
            for item, first in intake.get(lane, ()):
                if first < id:
                    behind.setdefault(item, []).append(id)
    return behind


class Newer(NamedTuple):
    """A delivery that went out although an older one of its lane had not."""

    delivery: int
    message: int
    state: str
    at_ns: int


def newer_delivered(view: View, delivery_id: int, limit: int = 20) -> list[Newer]:
    """What was delivered to the same destination and lane after this delivery: what a resend would come behind of."""
    row = view.db.execute("select destination, lanes from delivery where id = ?", (delivery_id,)).fetchone()
    if row is None:
        return []
    destination, lanes = row
    mine = set(split_lanes(lanes))
    found = []
    for id, message, state, at_ns, theirs in view.db.execute(
        "select d.id, d.message, d.state, p.at_ns, d.lanes from delivery d join posting p on p.id = d.posting "
        f"where d.id > ? and d.destination = ? and d.state in ({State.DELIVERED:d}, {State.ALREADY_THERE:d}) order by d.id desc",
        (delivery_id, destination),
    ):
        if not mine.isdisjoint(split_lanes(theirs)):
            found.append(Newer(id, message, State(state).name.lower(), at_ns))
            if len(found) == limit:
                break
    return found


class Destination(NamedTuple):
    """What stands before one destination. `oldest_ns`: receipt of the message of the oldest waiting delivery; 0: none."""

    name: str
    waiting: int
    timers: int
    parked: int
    oldest_ns: int


def destinations(view: View) -> list[Destination]:
    """Every destination that was ever dispatched to, by name."""
    view.load_names()
    found = []
    for (kind, name), id in sorted(view.names.items()):
        if kind != "destination":
            continue
        counts = [
            view.one(f"select count(*) from delivery where destination = ? and {which}", (id,))
            for which in ("state = 0 and due_ns = 0", "state = 0 and due_ns > 0", "state = 8")
        ]
        oldest = view.db.execute(
            "select m.received_ns, d.hour from delivery d left join message m on m.id = d.message "
            "where d.id = (select min(id) from delivery where destination = ? and state = 0 and due_ns = 0)",
            (id,),
        ).fetchone()
        oldest_ns = 0 if oldest is None else oldest[0] or oldest[1] * NS_PER_HOUR
        found.append(Destination(name, counts[0], counts[1], counts[2], oldest_ns))
    return found


def sizes(view: View) -> dict[str, int]:
    """How much is stored: rows by table, bytes of the file and of what is free within it."""
    page_bytes = view.one("pragma page_size")
    counts = {
        table: view.one(f"select count(*) from {table}") for table in ("segment", "worklist", "state", "seal", "audit")
    }
    ends = {
        table: (view.one(f"select max(id) from {table}") or 0)
        - (view.one("select last from pruned where kind = ?", (table,)) or 0)
        for table in ("message", "delivery", "posting")
    }
    return {
        **ends,
        **counts,
        "file_bytes": view.one("pragma page_count") * page_bytes,
        "free_bytes": view.one("pragma freelist_count") * page_bytes,
    }
