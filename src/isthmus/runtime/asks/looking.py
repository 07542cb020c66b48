"""What can be looked at: messages, one message, the worklist, the ledger, the audit, the state of the process."""

from __future__ import annotations

from typing import Any

from .shape import Answer, Ask


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


class FileShown(Answer, frozen=True):
    """A file that a flow works off piece by piece, and how far it has come.

    pieces   worked off so far; bad: of them could not be taken; follows: deliveries that they gave rise to
    at       the byte that it goes on from, of size; 0 where a format has no such place
    parked   the numbers of pieces that wait for a person
    """

    delivery: int
    flow: str
    state: str
    pieces: int
    bad: int
    follows: int
    at: int
    size: int
    parked: list[int]


class LookupShown(Answer, frozen=True):
    """What a look-up was told about a message; how: asked, kept or fallback; at: when it was said."""

    lookup: str
    how: str
    at: str
    body: bytes


class MessageShown(Answer, frozen=True):
    """raw None: pruned, a duplicate, of which nothing is kept, or too large to be shown; tree: the message by path, where
    the format has one; deliveries: the first of them; dispatched: all, counted by destination and state."""

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
    answers: list[LookupShown]
    deliveries: list[DeliveryShown]
    dispatched: dict[str, dict[str, int]]
    files: list[FileShown]
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


class Proposed(Answer, frozen=True):
    """A mend that changes an amount, and who proposed it; money in the body as it is and as it would be."""

    by: str
    at: str
    reason: str
    was_cents: int
    cents: int


class ParkedItem(Answer, frozen=True):
    """behind: how many wait for it; behind_ids: the first of them (deliveries, or messages behind a message); proposed:
    the mend that waits for a second person."""

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
    proposed: Proposed | None = None


class Parked(Answer, frozen=True):
    items: list[ParkedItem]


class TakeBody(Ask, frozen=True):
    """The body of a parked delivery or undecided message, to be mended. The look is audited, with its reason.

    item      of the worklist
    reason    why, for the audit
    proposed  the body that is proposed instead, not the one that stands
    """

    item: int
    reason: str = ""
    proposed: bool = False


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
    """unavailable: why the last look for messages failed, "" when it went well or the source does not look for them."""

    name: str
    connector: str
    accepting: bool
    unavailable: str


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


class ReadAudit(Ask, frozen=True):
    """Who did and looked at what, oldest first.

    after  the last row of the page before
    limit  at most so many
    """

    after: int = 0
    limit: int = 100


class Audit(Answer, frozen=True):
    rows: list[dict[str, Any]]
