"""An answer: what another system said when a look-up asked it about a message, or what stands for it.

It is part of what a message is decided on: recorded with the decision, and used again by every replay.
"""

from __future__ import annotations

from typing import NamedTuple


class Answer(NamedTuple):
    """Shows no content in its repr.

    lookup  the name of the look-up
    how     "asked": the system's own words for this message; "kept": its words for the same question a while before;
            "fallback": what the flow declared for a system that gives none; "given": by a case, or by whoever tries a flow
    at_ns   when it was said: of a kept one, when the system said it
    asked   which question it answers: 16 bytes of its hash
    body    the system's words as they came
    """

    lookup: str
    how: str
    at_ns: int
    asked: bytes
    body: bytes

    def __repr__(self) -> str:
        return f"<Answer to {self.lookup}: {self.how}, {len(self.body)} bytes>"
