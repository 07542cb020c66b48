"""Contents: what controls read of a journal: the deliveries to a destination with their bodies, and process memories.

Everything is read as of the caller's snapshot. What was pruned is left out: a control looks at days that are still
stored. Whoever shows what stands in here records the look in the audit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..ports import State
from .view import View


class Content(NamedTuple):
    """One delivery; `received_ns`: when the message that it goes back to came in."""

    delivery: int
    message: int
    destination: str
    state: State
    received_ns: int
    body: bytes


def deliveries(view: View, destination: str) -> Iterator[Content]:
    """Every delivery to a destination that has a body of its own (timers have none), oldest first."""
    view.load_names()
    for id, message, state, received_ns, body, size in view.db.execute(
        "select d.id, d.message, d.state, coalesce(m.received_ns, 0), d.body, d.size from delivery d "
        "left join message m on m.id = d.message where d.destination = ? and d.size > 0 order by d.id",
        (view.names.get(("destination", destination), 0),),
    ):
        content = view.maybe_body(body, size)
        if content is not None:
            yield Content(id, message, destination, State(state), received_ns, content)


def memories(view: View, process: str) -> Iterator[tuple[int, bytes]]:
    """(version, state) of every live instance of a process, in no order that means anything."""
    view.load_names()
    party = view.names.get(("process", process), 0)
    for key, version, x in view.db.execute("select key, version, x from state where process = ?", (party,)):
        yield version, view.unseal(b"s%d:" % party + key, x)


def undecided(view: View, family: str) -> tuple[int, ...]:
    """The messages of a family ("DFT") that no flow has decided yet, parked for a person or waiting behind one."""
    view.load_names()
    return tuple(
        id
        for id, type in view.rows("select id, type from message where decision = 0 order by id")
        if view.name_of.get(type, "").partition("^")[0] == family
    )
