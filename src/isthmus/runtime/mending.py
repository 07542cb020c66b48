"""What a mend would change, and who may have it done: an amount changes only when two people agree."""

from __future__ import annotations

from typing import NamedTuple

from ..journal import proposals, worklist
from ..journal.search import Reader
from ..kernel.errors import Misuse
from ..ports import Money
from ..security import Person
from . import looks
from .hub import Hub
from .money import reader_of


class Change(NamedTuple):
    """Money in a body as it is and as it would be, in hundredths. They may be equal: two lines may have changed places."""

    was_cents: int
    cents: int


def body_of(view: Reader, item: worklist.Item) -> bytes:
    """The body that a mend of an item replaces. Raises `Misuse` for a task, and when it is no longer stored."""
    if item.kind == "task":
        raise Misuse(f"item {item.id} is a task: it has no body")
    shown = looks.message(view, item.message)
    body = shown.mended if shown.mended is not None else shown.raw
    if item.kind == "delivery":
        body = next(one.body for one in shown.deliveries if one.id == item.delivery)
    if body is None:
        raise Misuse(f"the body of item {item.id} is no longer stored: its retention has ended")
    return body


def proposed_body(view: Reader, item: worklist.Item) -> bytes:
    """The body that is proposed for an item. Raises `Misuse` when none is."""
    found = proposals.maybe_open(view, item.id)
    if found is None:
        raise Misuse(f"no mend is proposed for item {item.id}")
    return found.body


def change_of_money(view: Reader, hub: Hub, item: worklist.Item, mended: bytes) -> Change | None:
    """What a mend changes of the amounts; None: nothing, so that one person may do it."""
    was, now = (_money(view, hub, item, body) for body in (body_of(view, item), mended))
    return None if was.said == now.said else Change(was.cents, now.cents)


def _money(view: Reader, hub: Hub, item: worklist.Item, body: bytes) -> Money:
    if item.kind == "delivery":
        return hub.money.get(item.destination, reader_of())(body)
    view.load_names()
    source = view.name_of[view.one("select source from message where id = ?", (item.message,))]
    endpoint = hub.settings.sources.get(source)
    return reader_of(endpoint.shared.money if endpoint else ())(body)


def require_person(actor: str) -> None:
    """Raises `Misuse` for an actor who has not proven who they are: two names could be one person."""
    if not isinstance(actor, Person):
        raise Misuse(
            "this changes an amount, which wants two people whom the hub can tell apart: give each a token of their own in "
            "[admin.actors] of hub.toml, and ask the running hub with it (its reference in ISTHMUS_TOKEN)"
        )
