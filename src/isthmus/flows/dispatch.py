"""What a handler yields besides canonical events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..kernel.message import Dispatch

WORKLIST = "worklist"
TIMER = "timer"


class Cancel:
    """Withdraws the timer or task that stands open under a name in the process instance's lane."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<Cancel {self.name}>"


def forward(to: str, *, key: str | None = None, lane: str | tuple[str, ...] | None = None) -> Dispatch:
    """The message as it came, byte for byte, to a system; stored once however many get it."""
    return Dispatch(to, None, key=key, lane=lane)


def send(
    to: str,
    body: bytes,
    *,
    key: str | None = None,
    lane: str | tuple[str, ...] | None = None,
    headers: Mapping[str, Any] | None = None,
) -> Dispatch:
    """A body of the flow's making to a system.

    key   the business key: what the target recognises a repeat by; never a message id, an attempt, a date or an amount
    lane  the key or keys whose order it keeps at the target; None: the message's own
    """
    return Dispatch(to, bytes(body), key=key, lane=lane, headers=dict(headers) if headers else None)


def task(name: str, *, owner: str, text: str, key: str | None = None, deadline_ns: int = 0, cents: int = 0) -> Dispatch:
    """Something for a person. Under the same name and key it replaces the one still open; `cancel` withdraws it.

    text   what is to be done, in words; stored encrypted
    cents  the money at stake in hundredths: the worklist is ranked by it
    """
    headers = {"name": name, "owner": owner, "text": text, "deadline_ns": deadline_ns, "cents": cents}
    return Dispatch(WORKLIST, b"", key=key, name=name, headers=headers)


def timer(name: str, *, due_ns: int) -> Dispatch:
    """An event for this process instance at a wall time; under the same name it replaces the one still running."""
    return Dispatch(TIMER, b"", name=name, due_ns=due_ns)


def cancel(name: str) -> Cancel:
    return Cancel(name)
