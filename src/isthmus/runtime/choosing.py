"""Which messages or items an action means, and what newer stands in its way."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence

from ..journal import replay, trail, worklist
from ..journal.search import Query, Reader
from ..kernel.errors import Misuse
from ..ports import Arrival, Decision
from . import asks
from .looks import at, query_of

FOREVER = 1 << 62
NEWER_MAX = 20


def replay_plan(view: Reader, ask: asks.Replay, now_ns: int) -> tuple[int, int, int]:
    """(messages that a replay means, those whose raw bytes are gone, lanes in which newer went through)."""
    if not ask.ids:
        plan = replay.plan(view, query_of(view, ask, now_ns))
        return plan.messages, plan.gone, plan.newer_lanes
    newer = set()
    for id in ask.ids:
        lane = view.one("select lane from message where id = ?", (id,))
        if lane and any(
            other > id and other not in ask.ids for other in trail.find(view, trail.LANE, lane, 0, FOREVER)
        ):
            newer.add(lane)
    return len(ask.ids), 0, len(newer)


def replay_page(view: Reader, ask: asks.Replay, now_ns: int, after: int, limit: int) -> list[Arrival]:
    """The next messages to replay, oldest first. Raises `Misuse` for an id that cannot be replayed."""
    if not ask.ids:
        return replay.page(view, dataclasses.replace(query_of(view, ask, now_ns), after=after, limit=limit))
    ids = sorted(id for id in set(ask.ids) if id > after)[:limit]
    found = []
    for id in ids:
        page = replay.page(view, Query(after=id - 1, limit=1))
        if not page or page[0].original != id:
            raise Misuse(f"message {id} cannot be replayed: it is a replay, was not accepted, or is no longer stored")
        found += page
    return found


def items_of(view: Reader, ids: Sequence[int]) -> list[worklist.Item]:
    """The open items of these ids, in their order. Raises `Misuse` naming those that are not open."""
    open_items = {one.id: one for one in worklist.items(view, limit=sys.maxsize)}
    missing = [id for id in ids if id not in open_items]
    if missing:
        raise Misuse(f"not on the worklist (any more): item {', '.join(map(str, missing))}; nothing was changed")
    return [open_items[id] for id in dict.fromkeys(ids)]


def newer_of(view: Reader, items: Sequence[worklist.Item]) -> dict[int, list[asks.Newer]]:
    """Of items whose lanes went on without them: what newer of the same lane went out, or was decided, meanwhile."""
    newer: dict[int, list[asks.Newer]] = {}
    for item in items:
        if item.blocks:
            continue
        if item.kind == "delivery":
            newer[item.id] = [
                asks.Newer(delivery=one.delivery, message=one.message, state=one.state, at=at(one.at_ns))
                for one in worklist.newer_delivered(view, item.delivery)
            ]
        elif item.kind == "message":
            newer[item.id] = _newer_decided(view, item.message)
    return newer


def _newer_decided(view: Reader, message: int) -> list[asks.Newer]:
    """Messages of the same intake lane that came later and were decided; at most `NEWER_MAX`, the newest first."""
    lane = view.one("select lane from message where id = ?", (message,))
    later = [id for id in trail.find(view, trail.LANE, lane, 0, FOREVER) if id > message] if lane else []
    found = []
    for id in reversed(later):
        row = view.db.execute(
            "select received_ns from message where id = ? and decision = ?", (id, Decision.DECIDED)
        ).fetchone()
        if row is not None:
            found.append(asks.Newer(delivery=0, message=id, state="decided", at=at(row[0])))
        if len(found) == NEWER_MAX:
            break
    return found
