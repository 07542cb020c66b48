"""The two values that everything else moves: a message that came in, and the dispatches that it gives rise to.

A flow is a pure function `Message -> [Dispatch]`; a process is `(State, Message) -> (State, [Dispatch])`.
Neither value shows content in its repr.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .answer import Answer
from .clock import utc


class Message:
    """One durable message.

    `raw` is what the source sent, byte for byte. `content` is what the source's format made of it (an `hl7v2.Message`
    for HL7 v2, a canonical event for what a flow published, decoded JSON ...), and indexing the message reads it:
    `message["PID-3.1"]`. `answers` are what look-ups were told about it; a look-up finds its own.
    """

    __slots__ = ("answers", "content", "control_id", "facility", "id", "raw", "received_ns", "source", "type")

    def __init__(
        self,
        id: int,
        source: str,
        received_ns: int,
        raw: bytes,
        content: Any = None,
        type: str = "",
        control_id: str = "",
        facility: str = "",
        answers: tuple[Answer, ...] = (),
    ) -> None:
        self.id = id
        self.source = source
        self.received_ns = received_ns
        self.raw = raw
        self.content = content
        self.type = type
        self.control_id = control_id
        self.facility = facility
        self.answers = answers

    @property
    def received(self) -> datetime:
        return utc(self.received_ns)

    def __getitem__(self, path: str) -> Any:
        return self.content[path]

    def __repr__(self) -> str:
        return f"<Message {self.id} from {self.source}: {self.type or 'untyped'}, {len(self.raw)} bytes>"


class Dispatch:
    """One delivery asked for.

    to        the destination: a system ("erp"), "process:NAME", "worklist", "timer"
    body      what to deliver; None: the message's raw bytes, unchanged and stored once
    key       the business key by which the destination recognises a repeat; None: derived from the message
    lane      key or keys whose order the delivery keeps; None: the message's own lane
    due_ns    not before this wall time (timers); 0: now
    name      of a timer or task, within its lane: naming replaces what is still open under that name
    headers   small facts for the destination or the worklist (media type, owner, text); stored encrypted
    """

    __slots__ = ("body", "due_ns", "headers", "key", "lane", "name", "to")

    def __init__(
        self,
        to: str,
        body: bytes | None = None,
        *,
        key: str | None = None,
        lane: str | tuple[str, ...] | None = None,
        due_ns: int = 0,
        name: str | None = None,
        headers: dict[str, Any] | None = None,
    ) -> None:
        self.to = to
        self.body = body
        self.key = key
        self.lane = lane
        self.due_ns = due_ns
        self.name = name
        self.headers = headers

    def __repr__(self) -> str:
        size = "as received" if self.body is None else f"{len(self.body)} bytes"
        return f"<Dispatch to {self.to}: {size}>"
