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
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from .kernel.answer import Answer
from .kernel.errors import IsthmusError
from .kernel.text import storable


class Intake(Protocol):
    """What a source hands its messages to. Bound to one source; called on the hub's event loop only."""

    body_bytes_max: int
    """The largest body this source may send; a connector refuses earlier, while it still reads."""

    def receive(self, raw: bytes, reply: Callable[[Receipt], None], *, origin: str = "", control: bytes = b"") -> None:
        """Take one message in. `reply` is called exactly once, on the event loop, when its fate is durable.

        `origin` says where it came from (a peer's address, a file's name): for people, stored encrypted.
        `control` identifies it for the duplicate window where its format has no id of its own (a file's name, an
        idempotency key): the same bytes under the same control are a duplicate.
        """

    def takes_pieces(self) -> bool:
        """Whether every flow of this source works its files off piece by piece: `receive_file` then needs no whole one."""

    async def receive_file(self, file: File, *, origin: str = "", control: bytes = b"") -> Receipt:
        """Take in a file that is larger than memory may hold, a piece at a time. Its fate, when that is durable."""

    def garbage(self, raw: bytes, fault: IsthmusError, *, origin: str = "") -> None:
        """Record bytes that are no message at all (a broken frame, an unreadable file): counted and kept, not answered."""


class File(Protocol):
    """A file that a source hands in piece by piece. `size` does not change while it is read."""

    size: int

    async def read(self, bytes_max: int) -> bytes:
        """The next bytes, b"" at the end; as many as asked for but for the last. Raises `PeerFault`, OSError."""

    def close(self) -> None:
        """Release. The source's business, when its fate is known."""


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
        """Start to listen or to poll. Raises `Unavailable` when it cannot (port taken, another process polls there).

        What it polls may be away (a server, a folder): that is waited for, and told by `Context.looked`.
        """

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

    __slots__ = ("_key", "attempt", "body", "destination", "headers", "id", "message_id")

    def __init__(
        self,
        id: int,
        message_id: int,
        destination: str,
        body: bytes,
        key: str | Callable[[bytes], str],
        attempt: int = 1,
        headers: Mapping[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.message_id = message_id
        self.destination = destination
        self.body = body
        self._key = key
        self.attempt = attempt
        self.headers = headers or {}

    @property
    def key(self) -> str:
        """Derived from the body on first use where the flow gave none: most targets never ask."""
        if not isinstance(self._key, str):
            self._key = self._key(self.body)
        return self._key

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
        self.reference = storable(reference)  # a target's words: they may be anything
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


def _nobody_told(trouble: IsthmusError | None) -> None:
    """How a look went is of interest to the hub only."""


class Context:
    """What the hub gives a connector besides its settings.

    name     of the source or destination in hub.toml
    folder   the hub's folder: relative paths start there
    shared   the settings that all connectors of its side share
    looked   a source that looks for its messages calls it after each look, on the event loop: with why the look failed, or
             with None. The hub keeps one incident open from the first that fails to the next that goes well.
    """

    __slots__ = ("folder", "looked", "name", "secrets", "shared")

    def __init__(
        self,
        name: str,
        folder: Path,
        secrets: Secrets,
        shared: Any = None,
        looked: Callable[[IsthmusError | None], None] = _nobody_told,
    ) -> None:
        self.name = name
        self.folder = folder
        self.secrets = secrets
        self.shared = shared
        self.looked = looked


# ---------------------------------------------------------------- the journal


class Kind(enum.IntEnum):
    """What a frame became at intake: `frames = appended + duplicate + refused`."""

    APPENDED = 0
    DUPLICATE = 1
    REFUSED = 2


class Decision(enum.IntEnum):
    """`appended = undecided + filtered + decided`."""

    UNDECIDED = 0
    FILTERED = 1
    DECIDED = 2
    NONE = 3


class State(enum.IntEnum):
    """`dispatched` is the sum of these."""

    WAITING = 0
    DELIVERED = 1
    ALREADY_THERE = 2
    SKIPPED = 3
    DISCARDED = 4
    REDIRECTED = 5
    RETURNED = 6
    SUPERSEDED = 7
    PARKED = 8


class Money(NamedTuple):
    """What a body says about money.

    cents  what is at stake, in hundredths, not negative; 0: nothing, or unknown
    said   every amount with its place, its currency and what decides its sign, in a form in which two bodies are compared:
           a mend that changes it wants a second person. It may hold content and is never shown.
    """

    cents: int = 0
    said: tuple[str, ...] = ()


class Entry:
    """One delivery in the journal and in its lanes. Everything above `id` is given; the rest is set by the commit.

    lanes   MACs of the keys whose order it keeps (16 bytes each)
    body    None until read back when the body is not held in memory
    shared  the body is the message's own, stored once
    waits   its lanes wait behind it when it is parked
    posting the journal's last word about it; set and read by the journal only
    """

    __slots__ = (
        "attempts",
        "body",
        "body_id",
        "destination",
        "due_ns",
        "headers",
        "hour",
        "id",
        "key",
        "lanes",
        "message_id",
        "parent",
        "posting",
        "shared",
        "size",
        "slot",
        "state",
        "waits",
    )

    def __init__(
        self,
        destination: str,
        lanes: tuple[bytes, ...],
        body: bytes | None,
        *,
        shared: bool = False,
        key: str | None = None,
        headers: Mapping[str, Any] | None = None,
        due_ns: int = 0,
        slot: int = 0,
        parent: int = 0,
        message_id: int = 0,
        hour: int = 0,
        body_id: int = 0,
        state: State = State.WAITING,
        waits: bool = True,
    ) -> None:
        self.destination = destination
        self.lanes = lanes
        self.body = body
        self.shared = shared
        self.key = key
        self.headers = headers
        self.due_ns = due_ns
        self.slot = slot
        self.parent = parent
        self.message_id = message_id
        self.hour = hour
        self.body_id = body_id
        self.state = state
        self.waits = waits
        self.size = 0 if body is None else len(body)
        self.id = 0
        self.attempts = 0
        self.posting = 0

    def __repr__(self) -> str:
        return f"<Entry {self.id} of message {self.message_id} to {self.destination}, {self.state!s}>"


class Work:
    """An item for the worklist: a task, or what says why something is parked."""

    __slots__ = ("cents", "code", "deadline_ns", "detail", "kind", "lanes", "owner", "slot", "text")

    def __init__(
        self,
        kind: str,
        *,
        owner: str,
        code: str,
        text: str,
        detail: str | None = None,
        deadline_ns: int = 0,
        cents: int = 0,
        lanes: tuple[bytes, ...] = (),
        slot: int = 0,
    ) -> None:
        self.kind = kind
        self.owner = owner
        self.code = code
        self.text = text
        self.detail = detail
        self.deadline_ns = deadline_ns
        self.cents = cents
        self.lanes = lanes
        self.slot = slot


class Owed:
    """An acknowledgement that a message's sender is to get as a message of its own, once it is known what became of it.

    to         the destination that it goes to
    lanes      whose order it keeps there: the message's own
    condition  when the sender wants it; the acknowledger's business
    head       what is needed of the message to write it, as bytes; stored encrypted until it is answered
    """

    __slots__ = ("condition", "head", "lanes", "message_id", "source", "to")

    def __init__(
        self, to: str, lanes: tuple[bytes, ...], condition: str, head: bytes, *, message_id: int = 0, source: str = ""
    ) -> None:
        self.to = to
        self.lanes = lanes
        self.condition = condition
        self.head = head
        self.message_id = message_id
        self.source = source


class Verdict(NamedTuple):
    """What became of a message: whether it was processed; `text` says why not, without content, for its sender."""

    accepted: bool
    at_ns: int
    text: str = ""


class Acknowledger(Protocol):
    """What the journal asks for when the outcome of a message that is owed an answer is about to be stored."""

    def write(self, owed: Owed, verdict: Verdict) -> bytes | None:
        """The acknowledgement; None: its sender wants none of this verdict. Pure: called within a transaction, and again
        when that fails."""

    def offer(self, entry: Entry) -> None:
        """Its delivery became durable."""


class Text(NamedTuple):
    """What a version stands for.

    version  the first 12 hex digits of the SHA-256 of the content
    kind     "source" or "table": a file; "sources" or "tables": a list of NAME@VERSION, each of them a text
    name     the file, relative to the hub's folder; of a list: what it is of
    """

    version: str
    kind: str
    name: str
    content: bytes


PIECE_BYTES = 1 << 20
"""The size of the pieces in which a large body is handed over, and kept."""


class Staged:
    """A body that is stored piece by piece, ahead of the message that it belongs to: larger than memory may hold.

    size     of the whole body, known when the first piece comes
    stored   bytes that are durable so far; a multiple of `PIECE_BYTES` until the last piece
    body_id  where it lies; set by the first piece
    """

    __slots__ = ("body_id", "received_ns", "retention", "size", "stored")

    def __init__(self, size: int, received_ns: int, retention: str = "standard") -> None:
        self.size = size
        self.received_ns = received_ns
        self.retention = retention
        self.body_id = self.stored = 0

    def __repr__(self) -> str:
        return f"<Staged {self.stored} of {self.size} bytes>"


class Arrival:
    """One frame on its way into the journal, with what it gives rise to when it was decided at once.

    control   first 8 bytes of the MAC of the control id as a signed integer; 0: none
    digest    MAC of the raw bytes
    entries   its deliveries, when decided; they become durable in the same transaction
    work      why it is parked undecided
    owed      the acknowledgement that its sender gets when its outcome is known
    staged    its body, where that was stored ahead; `raw` is then empty
    answers   what look-ups were told: what it is decided on besides its bytes
    """

    __slots__ = (
        "answers",
        "blocks",
        "control",
        "decision",
        "digest",
        "entries",
        "error",
        "id",
        "kind",
        "lanes",
        "number",
        "origin",
        "original",
        "owed",
        "raw",
        "received_ns",
        "retention",
        "source",
        "staged",
        "type",
        "version",
        "work",
    )

    def __init__(
        self,
        source: str,
        received_ns: int,
        raw: bytes,
        *,
        kind: Kind = Kind.APPENDED,
        type: str = "",
        lanes: tuple[bytes, ...] = (),
        control: int = 0,
        digest: bytes = b"",
        retention: str = "standard",
        decision: Decision = Decision.UNDECIDED,
        version: str = "",
        entries: tuple[Entry, ...] | list[Entry] = (),
        error: str | None = None,
        origin: str = "",
        original: int = 0,
        work: Work | None = None,
        blocks: bool = True,
        owed: Owed | None = None,
        staged: Staged | None = None,
        answers: tuple[Answer, ...] = (),
    ) -> None:
        self.source = source
        self.received_ns = received_ns
        self.raw = raw
        self.kind = kind
        self.type = type
        self.lanes = lanes
        self.control = control
        self.digest = digest
        self.retention = retention
        self.decision = decision
        self.version = version
        self.entries = entries
        self.error = error
        self.origin = origin
        self.original = original
        self.work = work
        self.blocks = blocks
        self.owed = owed
        self.staged = staged
        self.answers = answers
        self.id = 0
        self.number = 0

    @property
    def size(self) -> int:
        """Of the body, wherever it is."""
        return len(self.raw) if self.staged is None else self.staged.size

    def __repr__(self) -> str:
        return f"<Arrival {self.id} from {self.source}: {self.kind!s}, {self.size} bytes>"


class Memory:
    """The state of one process instance after a step; data None: the instance ended."""

    __slots__ = ("data", "key", "process", "version")

    def __init__(self, process: str, key: bytes, version: int, data: bytes | None) -> None:
        self.process = process
        self.key = key
        self.version = version
        self.data = data


class Settlement:
    """A change of a delivery's state and what follows from it, committed together.

    code, detail   cause, for PARKED and for what a person did
    follow         deliveries that this outcome gives rise to
    memory         the state of the process instance whose step this was
    memories       more of them, where one outcome changes several (the rows of a reference table)
    cursor         how far a delivery that is worked off in steps has come; the state is WAITING as long as there are more
    work           the worklist item that it opens
    cancel         slots of timers and tasks that it withdraws (settled as superseded)
    """

    __slots__ = (
        "at_ns",
        "blocks",
        "by",
        "cancel",
        "code",
        "cursor",
        "detail",
        "entry",
        "follow",
        "memories",
        "memory",
        "reference",
        "state",
        "work",
    )

    def __init__(
        self,
        entry: Entry,
        state: State,
        at_ns: int,
        *,
        code: str | None = None,
        detail: str | None = None,
        reference: str = "",
        by: str = "",
        follow: tuple[Entry, ...] | list[Entry] = (),
        memory: Memory | None = None,
        memories: tuple[Memory, ...] = (),
        work: Work | None = None,
        cancel: tuple[int, ...] = (),
        blocks: bool = False,
        cursor: bytes | None = None,
    ) -> None:
        self.entry = entry
        self.state = state
        self.at_ns = at_ns
        self.code = code
        self.detail = detail
        self.reference = reference
        self.by = by
        self.follow = follow
        self.memory = memory
        self.memories = memories
        self.work = work
        self.cancel = cancel
        self.blocks = blocks
        self.cursor = cursor


Done = Callable[[IsthmusError | None], None]


class RunningMac(Protocol):
    def update(self, piece: bytes) -> None:
        """Take the next piece."""

    def digest(self) -> bytes:
        """What `Journal.mac` says of all pieces together."""


class Journal(Protocol):
    """The durable memory of one partition. Used from one thread (the event loop); every callback comes back on it.

    Invariants
     1. `done(None)` means durable: it survives power loss. `done(error)` means that nothing of it is stored.
     2. Commit order is call order. Ids of deliveries and numbers of a source have no gaps.
     3. An open journal is fenced by its epoch: once another process has opened the partition, nothing more is written.
     4. What a message is owed (`Arrival.owed`) becomes a delivery in the transaction that stores the message's outcome:
        the last settlement of its deliveries to systems, or the decision that gives it none.
    """

    partition: int
    epoch: int
    acknowledger: Acknowledger | None
    """Set by who runs the journal, before anything is settled; without one nothing that is owed is answered."""

    def mac(self, value: bytes) -> bytes:
        """16 bytes that stand for a personal key in lanes and searches."""

    def running_mac(self) -> RunningMac:
        """`mac` of a value that comes in pieces."""

    def append(self, arrival: Arrival, done: Done) -> None:
        """Make a frame durable; sets `id`, `number` and the entries' ids."""

    async def stage(self, staged: Staged, piece: bytes) -> None:
        """Make the next piece of a body durable, ahead of its message. Pieces are of `PIECE_BYTES`, but for the last.

        Raises `StorageUnable`: the piece is not stored, and can be handed over again. What no message was appended for
        is thrown away by `unstage`, and when the journal is opened again.
        """

    async def unstage(self, staged: Staged) -> None:
        """Throw away what was staged."""

    def decide(
        self,
        message_id: int,
        decision: Decision,
        version: str,
        entries: list[Entry],
        work: Work | None,
        done: Done,
        *,
        blocks: bool = True,
        answers: tuple[Answer, ...] = (),
    ) -> None:
        """Record the decision of a message that was appended undecided (or that it cannot be made, with `work`;
        `blocks`: its lanes wait behind it), and the answers to look-ups that it was made on."""

    def settle(self, settlement: Settlement, done: Done, *, urgent: bool = True) -> None:
        """Record an outcome. One that nobody waits for (`urgent=False`) rides with the next commit."""

    def maybe_seen(self, control: int) -> bool:
        """False: no accepted message has this control id. True: ask `find_original`."""

    async def find_original(self, source: str, control: int, digest: bytes, since_ns: int) -> tuple[int, bool]:
        """(id of an accepted message with the same source, control id and bytes, or 0; whether the id was reused)."""

    async def page(self, destination: str, after: int, limit: int) -> list[Entry]:
        """Waiting deliveries of a destination in commit order after an id, without their bodies."""

    async def load(self, entries: list[Entry], bytes_max: int) -> None:
        """Read the bodies of entries back into them, in order, as far as `bytes_max` reaches (the first one always).

        Raises `Tampered`, or `Misuse` when pruned.
        """

    async def read(self, delivery: int, offset: int, bytes_max: int) -> bytes:
        """A part of a delivery's body: from `offset` at most `bytes_max` bytes; b"" beyond its end.

        Raises `Tampered`, or `Misuse` when pruned.
        """

    async def cursor(self, delivery: int) -> bytes | None:
        """How far a delivery that is worked off in steps has come: the last cursor that was settled with it, or None."""

    async def due(self, before_ns: int, limit: int) -> list[Entry]:
        """Timers due before a time, earliest first."""

    async def next_due(self) -> int:
        """When the earliest timer is due; 0: none is set."""

    async def blocked(self) -> list[Entry]:
        """Parked deliveries whose lanes wait behind them."""

    async def undecided(self, after: int, limit: int) -> list[tuple[Arrival, bool]]:
        """Messages not decided yet, in order, and whether each is parked for a person."""

    async def memory(self, process: str, key: bytes) -> Memory | None:
        """The stored state of a process instance."""

    def keep(self, texts: list[Text]) -> Awaitable[None]:
        """Store what the versions that decide from now on stand for; what is submitted after it is not durable before it.
        Texts that are stored already stay as they are."""

    async def text(self, version: str) -> Text | None:
        """What a version stands for; None when it is not stored (any more)."""

    async def memories(self, process: str) -> list[Memory]:
        """The stored states of all instances of a process, by key."""

    def close(self) -> None:
        """Commit what was submitted, then release. Safe twice."""
