"""Show: everything the journal knows of one message, in words. Whoever calls it records the look in the audit."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..kernel.answer import Answer
from ..kernel.clock import iso
from ..kernel.errors import Misuse
from ..ports import Decision, Kind, State
from . import answers, audit, claim
from .view import View, split_lanes

DELIVERIES_SHOWN_MAX = 200
"""A file that is worked off gives rise to any number: the decision's own and the open ones come first."""

BYTES_SHOWN_MAX = 4 << 20
"""A larger body is not shown: it would be held here, in the API and in the terminal."""

_STEP = "STEP"
_SAYS = {
    State.WAITING: "waits to be sent again",
    State.DELIVERED: "delivered",
    State.ALREADY_THERE: "the destination held it already",
    State.SKIPPED: "skipped",
    State.DISCARDED: "discarded",
    State.REDIRECTED: "sent to another destination instead",
    State.RETURNED: "returned to the sender",
    State.SUPERSEDED: "superseded by a newer one of its name",
    State.PARKED: "parked for a person",
}


class ShownPosting(NamedTuple):
    """One change of a delivery's state."""

    id: int
    at_ns: int
    state: str
    code: str
    reference: str
    detail: str
    by: str

    def words(self) -> str:
        """The posting as a sentence: time, what happened, as what, by whom, why."""
        if self.code == _STEP:
            return f"{iso(self.at_ns)} worked off so far: {self.reference}"
        parts = [f"{iso(self.at_ns)} {_SAYS[State[self.state.upper()]]}"]
        parts += [f"as {self.reference}"] if self.reference else []
        parts += [f"by {self.by}"] if self.by else []
        parts += [f"({self.code})"] if self.code else []
        return " ".join(parts) + (f": {self.detail}" if self.detail else "")


class ShownDelivery(NamedTuple):
    """One delivery. `body` is None when it was pruned, or is too large; `parent` the delivery that it followed from, 0: the decision."""

    id: int
    parent: int
    destination: str
    state: str
    attempts: int
    key: str | None
    headers: dict[str, Any]
    lanes: tuple[bytes, ...]
    due_ns: int
    waits: bool
    size: int
    body: bytes | None
    earlier_bodies: list[bytes | None]
    postings: list[ShownPosting]


class Shown(NamedTuple):
    """One message with everything that came of it. `raw` is None when it was pruned, not kept (duplicates), or too large.

    deliveries  the first `DELIVERIES_SHOWN_MAX`, those that are open before the others
    dispatched  all of them, counted: {destination: {state: n}}
    """

    id: int
    source: str
    number: int
    received_ns: int
    kind: str
    type: str
    version: str
    decision: str
    origin: str
    error: str
    size: int
    raw: bytes | None
    mended: bytes | None
    original: int
    repeats: list[int]
    lanes: tuple[bytes, ...]
    answers: tuple[Answer, ...]
    deliveries: list[ShownDelivery]
    dispatched: dict[str, dict[str, int]]
    worklist: list[dict[str, Any]]
    audit: list[dict[str, Any]]


def show(view: View, message_id: int) -> Shown:
    """One message. Raises `Misuse` when there is none of this id, `Tampered` when something does not verify."""
    view.load_names()
    row = view.db.execute(
        "select id, source, number, received_ns, kind, type, version, decision, size, body, original, x from message where id = ?",
        (message_id,),
    ).fetchone()
    if row is None:
        raise Misuse(f"there is no message {message_id} in the journal")
    id, source, number, received_ns, kind, type, version, decision, size, body, original, x = row
    beside = view.maybe_words(b"m%d" % id, x) or {}
    mended = view.db.execute(
        "select body, size from mend where message = ? and delivery = 0 order by id desc limit 1", (id,)
    ).fetchone()
    return Shown(
        id,
        view.name_of.get(source, ""),
        number,
        received_ns,
        Kind(kind).name.lower(),
        view.name_of.get(type, ""),
        view.name_of.get(version, ""),
        Decision(decision).name.lower(),
        beside.get("origin") or "",
        beside.get("error") or "",
        size,
        _shown_body(view, body, size),
        _shown_body(view, *mended) if mended else None,
        original or 0,
        [other for (other,) in view.rows("select id from message where original = ? order by id", (id,))],
        split_lanes(beside.get("lanes") or b""),
        answers.of(beside),
        deliveries(view, id),
        _dispatched(view, id),
        items(view, id),
        audit.of_message(view, id),
    )


def deliveries(view: View, message_id: int) -> list[ShownDelivery]:
    """What a message gave rise to, in order, with every posting; of many, the first and the open ones."""
    found = []
    chosen = view.rows(
        "select id from delivery where message = ? order by parent != 0, state not in (0, 8), id limit ?",
        (message_id, DELIVERIES_SHOWN_MAX),
    )
    for (id,) in sorted(chosen):
        entry = claim.entry(view, id)
        earlier = view.rows(
            "select was_body, was_size from mend where message = ? and delivery = ? order by id", (message_id, id)
        )
        found.append(
            ShownDelivery(
                id,
                entry.parent,
                entry.destination,
                entry.state.name.lower(),
                entry.attempts,
                entry.key,
                dict(entry.headers or {}),
                entry.lanes,
                entry.due_ns,
                entry.waits,
                entry.size,
                _shown_body(view, entry.body_id, entry.size),
                [view.maybe_body(body, size) for body, size in earlier],
                postings(view, entry.posting),
            )
        )
    return found


def _dispatched(view: View, message_id: int) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for destination, state, n in view.rows(
        "select destination, state, count(*) from delivery where message = ? group by 1, 2 order by 1, 2", (message_id,)
    ):
        found.setdefault(view.name_of[destination], {})[State(state).name.lower()] = n
    return found


def _shown_body(view: View, first: int, size: int) -> bytes | None:
    return view.maybe_body(first, size) if size <= BYTES_SHOWN_MAX else None


def postings(view: View, last: int) -> list[ShownPosting]:
    """The postings of a delivery, oldest first, along the chain that ends in `last`."""
    found: list[ShownPosting] = []
    while last:
        row = view.db.execute("select previous, state, at_ns, code, x from posting where id = ?", (last,)).fetchone()
        if row is None:
            break
        previous, state, at_ns, code, x = row
        if code == _STEP and found and found[-1].code == _STEP:  # of steps that follow each other, the last says it all
            last = previous
            continue
        words = view.maybe_words(b"p%d" % last, x) or {}
        found.append(
            ShownPosting(
                last,
                at_ns,
                State(state).name.lower(),
                code or "",
                words.get("reference") or "",
                words.get("detail") or "",
                words.get("by") or "",
            )
        )
        last = previous
    return found[::-1]


def items(view: View, message_id: int) -> list[dict[str, Any]]:
    """The worklist items of a message, open and closed."""
    return [
        {
            "id": id,
            "kind": kind,
            "delivery": delivery,
            "owner": owner,
            "code": code,
            "opened_ns": opened_ns,
            "closed_ns": closed_ns,
            **(view.maybe_words(b"w%d" % id, x) or {}),
        }
        for id, kind, delivery, owner, code, opened_ns, closed_ns, x in view.rows(
            "select id, kind, delivery, owner, code, opened_ns, closed_ns, x from worklist where message = ? "
            "order by closed_ns != 0, id limit ?",
            (message_id, DELIVERIES_SHOWN_MAX),
        )
    ]
