"""Live look-ups as declarations: what a flow must know of a message that only another system can say at this moment.

    eligibility = lookup("eligibility", to="payer", ask=question, timeout_s=10)

    @adt.on("ADT^A04", asks=eligibility)
    def registered(msg):
        answer = eligibility.of(msg)

The hub asks before the handler runs, and records the answer with the decision; the handler stays pure and reads the answer
like any other part of the message. `ask` is pure too: it sees the message and says what is asked, or None for nothing.

A look-up must not change anything at the system that it asks: after a crash, and for a replay that wants fresh answers,
the same is asked again. What rarely changes belongs into a reference table, which is never away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from ..kernel.answer import Answer
from ..kernel.errors import Misuse
from ..kernel.message import Message

TIMEOUT_S = 10.0
BYTES_MAX = 256 << 10
"""An answer is stored beside its message and read with it: what is larger is a document, and a flow of its own."""

Ask = Callable[[Message], bytes | None]


class Lookup:
    """See `lookup`."""

    def __init__(
        self,
        name: str,
        *,
        to: str,
        ask: Ask,
        timeout_s: float,
        fallback: bytes | None,
        keep_s: float,
        bytes_max: int,
    ) -> None:
        if timeout_s <= 0:
            raise Misuse(f"the look-up {name} needs a time budget: timeout_s greater than 0")
        self.name = name
        self.to = to
        self.ask = ask
        self.timeout_s = timeout_s
        self.fallback = fallback
        self.keep_s = keep_s
        self.bytes_max = bytes_max

    def of(self, message: Message) -> Answer:
        """The answer that came for a message. Raises `Misuse` when this was not asked of it."""
        found = self.maybe_of(message)
        if found is None:
            raise Misuse(f"the look-up {self.name} was not asked for this message: declare it with on(..., asks=)")
        return found

    def maybe_of(self, message: Message) -> Answer | None:
        """The answer that came for a message; None when this was not asked of it (`ask` gave None)."""
        return next((one for one in message.answers if one.lookup == self.name), None)

    def maybe_question(self, message: Message) -> Question | None:
        """What is asked about a message; None: nothing. Raises what `ask` raises, and `Misuse` when it gives no bytes."""
        body = self.ask(message)
        if body is None:
            return None
        if not isinstance(body, bytes):
            raise Misuse(
                f"ask of the look-up {self.name} gave a {type(body).__name__}: give bytes, or None for nothing"
            )
        return Question(self, body)

    def __repr__(self) -> str:
        return f"<Lookup {self.name} to {self.to}>"


class Question(NamedTuple):
    """What a look-up asks about one message."""

    lookup: Lookup
    body: bytes

    @property
    def digest(self) -> bytes:
        """16 bytes that tell whether an answer is to this question."""
        return hashlib.blake2b(self.body, digest_size=16).digest()

    def __repr__(self) -> str:
        return f"<Question of {self.lookup.name}, {len(self.body)} bytes>"


def lookup(
    name: str,
    *,
    to: str,
    ask: Ask,
    timeout_s: float = TIMEOUT_S,
    fallback: bytes | None = None,
    keep_s: float = 0.0,
    bytes_max: int = BYTES_MAX,
) -> Lookup:
    """Declare a live look-up.

    to         the destination of hub.toml that is asked; `connections` of it bounds how many questions are out at once
    ask        what is asked about a message, as the bytes that go out; None: nothing, and the handler has no answer
    timeout_s  how long one answer may take; with a fallback, how long the message is held up for it at most
    fallback   what the message is decided on when the system does not answer in time; None: the message waits for as long
               as the system is away
    keep_s     how old an answer to the same question may be; 0: every message asks
    bytes_max  a larger answer parks the message
    """
    return Lookup(name, to=to, ask=ask, timeout_s=timeout_s, fallback=fallback, keep_s=keep_s, bytes_max=bytes_max)
