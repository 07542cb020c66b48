"""What can be done: the worklist's actions, replay, hold and release, deploy."""

from __future__ import annotations

from .shape import Answer, Ask


class ActOn(Ask, frozen=True, kw_only=True):
    """Items of the worklist, and why.

    items          their numbers
    reason         why, for the audit
    despite_newer  also when newer of the same lane was delivered meanwhile
    """

    items: list[int]
    reason: str
    despite_newer: bool = False


class Redirect(ActOn, frozen=True, kw_only=True):
    """Items of the worklist, why, and where to.

    items          their numbers; deliveries only
    reason         why, for the audit
    despite_newer  also when newer of the same lane was delivered meanwhile
    to             the destination that gets them instead
    """

    to: str


class Mend(Ask, frozen=True):
    """The body of one item, put right.

    item           of the worklist
    body           what goes out, or is decided on, instead
    reason         why, for the audit
    despite_newer  also when newer of the same lane was delivered meanwhile
    """

    item: int
    body: bytes
    reason: str
    despite_newer: bool = False


class Newer(Answer, frozen=True):
    """Something newer of the same lane that went out already; delivery 0: a message that was decided already."""

    delivery: int
    message: int
    state: str
    at: str


class Approve(Ask, frozen=True):
    """What another person proposed for an item, carried out. Needs a token of [admin.actors], and not the proposer's.

    item           of the worklist
    reason         why, for the audit
    despite_newer  also when newer of the same lane was delivered meanwhile
    """

    item: int
    reason: str
    despite_newer: bool = False


class Refuse(Ask, frozen=True):
    """What was proposed for an item, set aside: the item stays open as it is.

    item    of the worklist
    reason  why, for the audit
    """

    item: int
    reason: str


class ActedOn(Answer, frozen=True):
    """done: whether it happened; proposed: it happens when another person approves it, because it changes an amount;
    why: why not; newer: what must be agreed to with despite_newer."""

    item: int
    done: bool
    proposed: bool = False
    why: str = ""
    newer: tuple[Newer, ...] = ()


class Acted(Answer, frozen=True):
    results: list[ActedOn]


class Replay(Ask, frozen=True, kw_only=True):
    """Recorded messages through the live flows again, from their raw bytes, to the destinations named.

    destinations   that shall get what the flows give to them
    reason         why, for the audit; required unless it is a dry run
    ids            these messages, instead of a filter
    since, until   received in [since, until)
    source         from it
    flow           decided by it
    type           "ADT" for every trigger event, "ADT^A01" for one
    key            a lane's key as the flow names it
    control_id     with this control id (MSH-10)
    state          waiting, parked, filtered or decided
    limit          at most so many, the oldest
    dry_run        only say what would go out
    despite_newer  also when newer of the same lanes went through already
    ask_again      make look-ups afresh; otherwise the recorded answers are used
    """

    destinations: list[str]
    reason: str = ""
    ids: tuple[int, ...] = ()
    since: str = ""
    until: str = ""
    source: str = ""
    flow: str = ""
    type: str = ""
    key: str = ""
    control_id: str = ""
    state: str = ""
    limit: int = 1000
    dry_run: bool = True
    despite_newer: bool = False
    ask_again: bool = False


class NotReplayed(Answer, frozen=True):
    message: int
    why: str


class Replayed(Answer, frozen=True):
    """messages: that gave something to the destinations named; nothing: that gave nothing to them; gone: whose raw bytes
    are no longer stored; beyond: that the filter meets beyond `limit`; newer_lanes: lanes in which newer went through;
    dispatched: deliveries by destination; refused: why nothing was replayed, "" when it was."""

    dry_run: bool
    messages: int
    nothing: int
    gone: int
    beyond: int
    newer_lanes: int
    dispatched: dict[str, int]
    failed: list[NotReplayed]
    refused: str = ""


class Hold(Ask, frozen=True):
    """A destination that shall not be sent to, or be sent to again.

    destination  its name in hub.toml
    reason       why, for the audit
    """

    destination: str
    reason: str = ""


class Held(Answer, frozen=True):
    destination: str
    held: bool
    in_memory: int


class Deploy(Ask, frozen=True):
    """One flow's source file, or the reference tables, read again.

    flow    its name, or "tables"
    reason  why, for the audit
    """

    flow: str
    reason: str = ""


class Deployed(Answer, frozen=True):
    """changed: False when the file is what runs already."""

    flow: str
    before: str
    version: str
    changed: bool
