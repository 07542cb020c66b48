"""READ FIRST: the few interfaces at which the hub's rooms meet.

    Source --(raw, reply)--> Intake --> Journal --> Lanes --> Sink
                                          ^                     |
                                          +----- Outcome -------+

Thin component, fat runner. Who writes a connector writes `open`, `deliver` (or calls `intake.receive`) and `close`.
Timeout, retry with back-off, circuit breaker, lanes, metrics, drain and settlement are the runner's, written once.

Invariants
 1. A source may acknowledge only in the `reply` that it handed to the intake: at that point the message is durable
    (or refused, or known as a duplicate).
 2. A sink's `deliver` returns an `Outcome` only when the target has taken the delivery for good. Anything else is an
    error from `kernel.errors`, and the class of the error is what the runner acts on.
 3. A sink serves one delivery at a time. The runner opens `connections` of them.
 4. The configuration and credentials of a sink are those of the moment at which it is opened (late binding): what is
    queued holds no endpoint.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .kernel.errors import IsthmusError


class Intake(Protocol):
    """What a source hands its messages to. Bound to one source; called on the hub's event loop only."""

    body_bytes_max: int
    """The largest body this source may send; a connector refuses earlier, while it still reads."""

    def receive(self, raw: bytes, reply: Callable[[Receipt], None], *, origin: str = "") -> None:
        """Take one message in. `reply` is called exactly once, on the event loop, when its fate is durable.

        `origin` says where it came from (a peer's address, a file's name): for people, stored encrypted.
        """

    def garbage(self, raw: bytes, fault: IsthmusError, *, origin: str = "") -> None:
        """Record bytes that are no message at all (a broken frame, an unreadable file): counted and kept, not answered."""


class Fate(enum.Enum):
    """What became of what a source handed in."""

    ACCEPTED = "accepted"  # durable: the hub owes its processing
    DUPLICATE = "duplicate"  # same sender, id and bytes as one accepted: same answer, no second processing
    REFUSED = "refused"  # malformed or not allowed: kept with place and reason, not processed
    RETURNED = "returned"  # application mode: processing failed, the debt is the sender's again
    UNABLE = "unable"  # our own inability (disk full ...): nothing is durable, the sender must send again


class Receipt:
    """The answer to one received message.

    content   the parsed message where the format could read it (an `hl7v2.Message`), else None
    error     why it was refused or returned; `str(error)` is safe for the sender
    reply     application mode: the destination's own answer, to be passed on
    """

    __slots__ = ("content", "error", "fate", "message_id", "reply")

    def __init__(
        self,
        fate: Fate,
        message_id: int = 0,
        content: Any = None,
        error: IsthmusError | None = None,
        reply: bytes | None = None,
    ) -> None:
        self.fate = fate
        self.message_id = message_id
        self.content = content
        self.error = error
        self.reply = reply


class Source(Protocol):
    """A connector's receiving side. Constructed with its settings; knows nothing of journal and lanes."""

    async def open(self, intake: Intake) -> None:
        """Start to listen or to poll. Raises `Unavailable` when it cannot (port taken, folder missing)."""

    def pause(self) -> None:
        """Stop reading new messages, keep connections: the hub cannot store right now."""

    def resume(self) -> None:
        """Read on."""

    async def close(self) -> None:
        """Take nothing new, answer what was already taken, release. Safe before `open` and twice."""


class Delivery:
    """One delivery as a sink sees it.

    id          the hub's number of this delivery; for people and logs, never for the target's business key
    message_id  the message that gave rise to it
    body        what to deliver
    key         the business key: the same for every attempt, replay and resend
    attempt     1 for the first
    headers     small facts given by the flow (media type, file name ...)
    """

    __slots__ = ("attempt", "body", "destination", "headers", "id", "key", "message_id")

    def __init__(
        self,
        id: int,
        message_id: int,
        destination: str,
        body: bytes,
        key: str,
        attempt: int = 1,
        headers: Mapping[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.message_id = message_id
        self.destination = destination
        self.body = body
        self.key = key
        self.attempt = attempt
        self.headers = headers or {}

    def __repr__(self) -> str:
        return f"<Delivery {self.id} to {self.destination}, attempt {self.attempt}, {len(self.body)} bytes>"


class Outcome:
    """The target took the delivery.

    already_there  the target held it under its business key before this attempt
    reference      the target's own name for it (a document number, a file name); for people
    reply          the target's answer, kept where the flow wants it (application mode, look-ups)
    """

    __slots__ = ("already_there", "reference", "reply")

    def __init__(self, already_there: bool = False, reference: str = "", reply: bytes | None = None) -> None:
        self.already_there = already_there
        self.reference = reference
        self.reply = reply


DELIVERED = Outcome()
"""The plain outcome, shared: nothing to remember but that it arrived."""


class Sink(Protocol):
    """A connector's sending side: one connection to one target."""

    async def open(self) -> None:
        """Connect. Raises `Unavailable`."""

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Bring one delivery to the target.

        Raises `Unavailable` (the target is away: pause), `Transient` (try this one again), `Permanent` (a person must
        look), `Conflict` (the key is taken by other content). Cancellation means that the time budget is used up: the
        sink must then leave its connection in a state in which a late answer cannot be taken for the next one's.
        """

    async def close(self) -> None:
        """Release. Safe before `open` and twice."""


class Secrets(Protocol):
    """Secrets by reference: `env:NAME`, `file:/path`."""

    def get(self, reference: str) -> str:
        """The secret's value. Raises `Misuse` when the reference does not resolve; never shows the value."""


class Policy(Protocol):
    """A gate that a delivery passes at the moment it is sent."""

    def __call__(self, delivery: Delivery) -> None:
        """Raises `Refused` to park the delivery."""
