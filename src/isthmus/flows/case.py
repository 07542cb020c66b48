"""A case: a sample, and what a flow must make of it. `isthmus test` runs them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """`expect` names what comes out, in order: the type of an event, `send:NAME` for a dispatch to a system, `task:NAME`.

    sample   a file of the hub's folder
    expect   () means that the message is filtered; None that only a decision without error is asked for; a mapping
             counts what comes out of a file that is worked off piece by piece: {"send:erp": 99, "bad": 1}
    parks    the message, or the file as a whole, cannot be decided: a part of the cause's code or text
    bad      pieces that cannot be taken, by their number in the file: a part of the cause each
    answers  what look-ups are told, by their name: the bytes, or a file of the hub's folder that holds them
    """

    name: str
    sample: str
    expect: tuple[str, ...] | Mapping[str, int] | None = None
    parks: str | None = None
    bad: Mapping[int, str] = field(default_factory=dict)
    answers: Mapping[str, bytes | str] = field(default_factory=dict)
