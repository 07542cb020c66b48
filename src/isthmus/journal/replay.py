"""Replay: messages from raw, in order, by filter; first as a plan that changes nothing, then page by page.

A replayed message is a new message that names the one it replays in `original`: it is exempt from the duplicate window
(and opens none), counts as a frame of the source that it is given, and is subject to the delivery contract like any
other. Only accepted messages that are not replays themselves are replayed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ..kernel.errors import Misuse
from ..ports import Arrival, Kind
from . import answers
from .search import Query, conditions
from .view import Pruned, View


class Plan(NamedTuple):
    """What a replay would do.

    gone         selected, but their raw bytes were pruned: they cannot be replayed
    newer_lanes  lanes in which the last replayed message is older than the newest that went through
    """

    messages: int
    bytes: int
    gone: int
    first_ns: int
    last_ns: int
    by_source: dict[str, int]
    by_type: dict[str, int]
    newer_lanes: int


def _selection(view: View, query: Query) -> tuple[str, tuple[object, ...]]:
    if query.state in ("refused", "duplicate"):
        raise Misuse(f"{query.state} messages are not replayed: only accepted ones are")
    where, parameters = conditions(view, replace(query, replays=False))
    return f"m.kind = 0 and {where}", tuple(parameters)


def plan(view: View, query: Query) -> Plan:
    """The dry run. Limit and cursor of the query are not applied."""
    where, parameters = _selection(view, query)
    gone = "m.body >> 40 in (select id from segment where dropped_ns is not null)"
    n, size, pruned, first_ns, last_ns, low = view.rows(
        f"select count(*), total(m.size), count(*) filter (where {gone}), min(m.received_ns), max(m.received_ns), min(m.id) "
        f"from message m where {where}",
        parameters,
    )[0]
    counted: list[dict[str, int]] = [
        {
            view.name_of.get(id, ""): count
            for id, count in view.rows(
                f"select m.{column}, count(*) from message m where {where} group by 1 order by 2 desc", parameters
            )
        }
        for column in ("source", "type")
    ]
    # Read once: in each lane, the newest message, and the newest of those that are selected.
    newer = view.one(
        "with chosen as materialized (select m.id, m.lane from message m where m.lane != 0 and " + where + "), "
        "lasts as (select lane, max(id) as last from chosen group by lane), "
        "newest as (select lane, max(id) as last from message where kind = 0 and lane != 0 and id >= ? group by lane) "
        "select count(*) from lasts join newest using (lane) where newest.last > lasts.last",
        (*parameters, low or 0),
    )
    return Plan(n, int(size), pruned, first_ns or 0, last_ns or 0, counted[0], counted[1], newer)


def page(view: View, query: Query, bytes_max: int = 8 << 20) -> list[Arrival]:
    """The next messages to replay, oldest first, from `query.after`; an empty list: that was all.

    Each is an arrival with raw bytes, source, type, receipt and recorded answers of the original, and `original` set; `id` is 0. Those
    whose raw bytes were pruned are left out. The page ends at `query.limit` messages or `bytes_max`, whatever comes first.
    """
    where, parameters = _selection(view, query)
    found: list[Arrival] = []
    after = query.after
    while not found:
        rows = view.rows(
            "select m.id, m.source, m.received_ns, m.type, m.control, m.digest, m.size, m.body from message m "
            f"where {where} and m.id > ? order by m.id limit ?",
            (*parameters, after, query.limit),
        )
        if not rows:
            break
        for id, source, received_ns, type, control, digest, size, body in rows:
            if found and (bytes_max := bytes_max - size) < 0:
                break
            after = id
            try:
                raw = view.body(body, size)
            except Pruned:
                continue
            found.append(
                Arrival(
                    view.name_of[source],
                    received_ns,
                    raw,
                    kind=Kind.APPENDED,
                    type=view.name_of[type],
                    control=control,
                    digest=digest,
                    original=id,
                    answers=answers.recorded(view, id),
                )
            )
    return found
