"""What can be asked of a hub, and what it answers: the shapes of the API and of the command line's --json.

Times are RFC 3339 in UTC, or "" where there is none. Bodies are base64. Fields that are left out take their default.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What is asked."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered."""


# ---- looking


class FindMessages(Ask, frozen=True):
    """Which messages; everything that is given must hold.

    since, until  received in [since, until): "2026-01-15", "2026-01-15T09:30Z", or "2h" for two hours ago
    source        from it
    flow          decided by it
    type          "ADT" for every trigger event, "ADT^A01" for one
    key           a lane's key as the flow names it: the value of its path, for PID-3 "IDENTIFIER^AUTHORITY"
    control_id    with this control id (MSH-10)
    state         waiting, parked, undecided, filtered, decided, refused or duplicate
    destination   has a delivery to it
    after         the last id of the page before
    limit         at most so many
    oldest_first  from the oldest to the newest
    """

    since: str = ""
    until: str = ""
    source: str = ""
    flow: str = ""
    type: str = ""
    key: str = ""
    control_id: str = ""
    state: str = ""
    destination: str = ""
    after: int = 0
    limit: int = 50
    oldest_first: bool = False


class MessageRow(Answer, frozen=True):
    """deliveries: how many are in which state; original: what a duplicate repeats or a replay replays."""

    id: int
    received: str
    source: str
    number: int
    type: str
    kind: str
    decision: str
    version: str
    size: int
    original: int
    deliveries: dict[str, int]


class Messages(Answer, frozen=True):
    """next: the `after` of the next page, 0 when this is the last."""

    messages: list[MessageRow]
    next: int


class ShowMessage(Ask, frozen=True):
    """One message with everything that came of it. The look is audited, with its reason.

    id      of the message
    reason  why, for the audit
    """

    id: int
    reason: str = ""


class Step(Answer, frozen=True):
    """One change of a delivery's state."""

    at: str
    state: str
    words: str
    code: str
    reference: str
    detail: str
    by: str


class DeliveryShown(Answer, frozen=True):
    """parent: the delivery that it followed from, 0: the decision; body None: pruned."""

    id: int
    parent: int
    destination: str
    state: str
    attempts: int
    key: str
    headers: dict[str, Any]
    due: str
    waits: bool
    size: int
    body: bytes | None
    mended: int
    steps: list[Step]


class MessageShown(Answer, frozen=True):
    """raw None: pruned, or a duplicate, of which nothing is kept; tree: the message by path, where the format has one."""

    id: int
    source: str
    number: int
    received: str
    kind: str
    type: str
    version: str
    decision: str
    origin: str
    error: str
    size: int
    raw: bytes | None
    mended: bytes | None
    tree: list[Any]
    original: int
    repeats: list[int]
    deliveries: list[DeliveryShown]
    worklist: list[dict[str, Any]]
    audit: list[dict[str, Any]]


class ListParked(Ask, frozen=True):
    """The open worklist, the most pressing first. The look is audited.

    kind         delivery, message or task
    destination  only deliveries to it
    owner        only what this team owns
    code         only with this cause
    limit        at most so many
    """

    kind: str = ""
    destination: str = ""
    owner: str = ""
    code: str = ""
    limit: int = 100


class ParkedItem(Answer, frozen=True):
    """behind: how many wait for it; behind_ids: the first of them (deliveries, or messages behind a message)."""

    item: int
    kind: str
    message: int
    delivery: int
    destination: str
    owner: str
    code: str
    text: str
    opened: str
    deadline: str
    cents: int
    blocks: bool
    behind: int
    behind_ids: list[int]


class Parked(Answer, frozen=True):
    items: list[ParkedItem]


class TakeBody(Ask, frozen=True):
    """The body of a parked delivery or undecided message, to be mended. The look is audited, with its reason.

    item    of the worklist
    reason  why, for the audit
    """

    item: int
    reason: str = ""


class Body(Answer, frozen=True):
    item: int
    body: bytes


class ReadLedger(Ask, frozen=True):
    """The ledger's counters.

    since   hours since: "2026-01-15", or "2d" for two days ago
    hourly  by hour of receipt, in UTC; otherwise summed
    """

    since: str = ""
    hourly: bool = False


class Ledger(Answer, frozen=True):
    """rows: one for each source and destination (and hour); imbalances: what does not add up."""

    rows: list[dict[str, Any]]
    imbalances: list[str]


class VerifyJournal(Ask, frozen=True):
    """Recount everything that is stored against everything else, and check every tag and seal."""


class VerifyFinding(Answer, frozen=True):
    """0: not about one message, delivery or posting."""

    rule: str
    text: str
    message: int
    delivery: int
    posting: int


class Verified(Answer, frozen=True):
    findings: list[VerifyFinding]


class ReadStatus(Ask, frozen=True):
    """What runs, what waits, what is wrong."""


class SourceStatus(Answer, frozen=True):
    name: str
    connector: str
    accepting: bool


class DestinationStatus(Answer, frozen=True):
    """in_memory: deliveries in the lanes held in memory; unavailable: why it cannot be reached, "" when it can."""

    name: str
    in_memory: int
    held: bool
    unavailable: str


class FlowStatus(Answer, frozen=True):
    name: str
    source: str
    version: str


class IncidentStatus(Answer, frozen=True):
    cause: str
    text: str
    count: int
    since: str


class Status(Answer, frozen=True):
    hub: str
    ready: bool
    storage: str
    undecided_lanes: int
    sources: list[SourceStatus]
    destinations: list[DestinationStatus]
    flows: list[FlowStatus]
    incidents: list[IncidentStatus]


# ---- acting


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


class ActedOn(Answer, frozen=True):
    """done: whether it happened; why: why not; newer: what must be agreed to with despite_newer."""

    item: int
    done: bool
    why: str = ""
    newer: list[Newer] = []


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
    """

    destinations: list[str]
    reason: str = ""
    ids: list[int] = []
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


class ReadAudit(Ask, frozen=True):
    """Who did and looked at what, oldest first.

    after  the last row of the page before
    limit  at most so many
    """

    after: int = 0
    limit: int = 100


class Audit(Answer, frozen=True):
    rows: list[dict[str, Any]]


class Problem(Answer, frozen=True):
    """What is answered instead when something is refused: a stable code and what to do."""

    code: str
    problem: str
