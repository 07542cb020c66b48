"""What a recorded message gave rise to when it was decided: its own dispatches, as they were before anybody mended them."""

from __future__ import annotations

from typing import NamedTuple

from ...journal import claim
from ...journal.view import View
from ...ports import Decision, Entry
from .compare import Out


class Recorded(NamedTuple):
    """decision: undecided, filtered or decided; version: of what decided, "" while undecided; raw: what it was decided on,
    where a person has put it right."""

    decision: str
    version: str
    raw: bytes | None
    out: list[Out]


def recorded(view: View, message_id: int, acknowledged_to: str = "") -> Recorded:
    """`acknowledged_to`: where the source's application acknowledgements go; those are no dispatches of a flow."""
    decision, version, body, size = view.rows(
        "select decision, version, body, size from message where id = ?", (message_id,)
    )[0]
    mended = claim.deciding_body(view, message_id, body, size)
    raw = view.maybe_body(*mended) if mended[0] != body else None
    out: list[Out] = []
    if decision == Decision.DECIDED:
        for (id,) in view.rows("select id from delivery where message = ? and parent = 0 order by id", (message_id,)):
            entry = claim.entry(view, id)
            body_then = _body_then(view, entry)
            if entry.destination != acknowledged_to or not _is_acknowledgement(body_then):
                out.append(Out(entry.destination, entry.key, entry.lanes, dict(entry.headers or {}), body_then))
    return Recorded(Decision(decision).name.lower(), view.name_of.get(version, ""), raw, out)


def _body_then(view: View, entry: Entry) -> bytes | None:
    """The body as it was decided; None when it is no longer stored."""
    first = view.rows(
        "select was_body, was_size from mend where message = ? and delivery = ? order by id limit 1",
        (entry.message_id, entry.id),
    )
    return view.maybe_body(*(first[0] if first else (entry.body_id, entry.size)))


def _is_acknowledgement(body: bytes | None) -> bool:
    """Whether a body is an application acknowledgement of the hub's own: an ACK that asks for none."""
    fields = (body or b"").split(b"\r", 1)[0].split((body or b" ")[3:4] or b"|")
    return len(fields) > 15 and fields[8].startswith(b"ACK") and fields[15] == b"NE"
