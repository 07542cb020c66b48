"""Errors that tell the runner what to do next.

Few classes, and the peer's fault is kept apart from our own. A class's docstring is its default message and its `code`
is stable: scripts, dashboards and the error catalogue rely on it.

Privacy: `str(error)` reaches logs, metrics and acknowledgements, so it never holds message content. What a peer said in
its own words (which may name a patient) goes into `detail`, which is only ever stored encrypted and shown to a person
who may see payloads.
"""

from __future__ import annotations

from typing import ClassVar

from .text import storable


class IsthmusError(Exception):
    """Something went wrong in the hub."""

    code: ClassVar[str] = "ISTHMUS"

    def __init__(self, message: str | None = None, *, detail: str | None = None) -> None:
        super().__init__(storable(message or (self.__doc__ or self.code).splitlines()[0]))
        self.detail = storable(detail) if detail else detail


class Unavailable(IsthmusError):
    """The destination cannot be reached."""

    # It belongs to the destination: its lanes pause, no attempt is counted, nothing parks, one incident is open.
    code = "UNAVAILABLE"


class Transient(IsthmusError):
    """The destination could not take this delivery now."""

    # It belongs to the message: retried in lane order with back-off until the policy's last attempt, then parked.
    code = "TRANSIENT"

    def __init__(
        self, message: str | None = None, *, detail: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, detail=detail)
        self.retry_after_s = retry_after_s


class Permanent(IsthmusError):
    """The destination will never take this delivery as it is."""

    # Parked at once: a person has to mend, redirect, skip or discard it.
    code = "PERMANENT"

    def __init__(self, message: str | None = None, *, detail: str | None = None, suggestion: str | None = None) -> None:
        super().__init__(message, detail=detail)
        self.suggestion = suggestion


class Conflict(Permanent):
    """The destination already holds different content under this business key."""

    code = "CONFLICT"


class Refused(Permanent):
    """A policy refused this delivery."""

    code = "REFUSED"


class PeerFault(IsthmusError):
    """What the peer sent breaks a rule of its format."""

    # `offset` counts bytes from the start of what was given to the codec; `rule` names the clause.
    code = "PEER_FAULT"

    def __init__(self, message: str, *, offset: int = 0, rule: str = "", location: str | None = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.rule = rule
        self.location = location

    def __str__(self) -> str:
        where = f"byte {self.offset}" + (f" ({self.location})" if self.location else "")
        return f"{super().__str__()} at {where}" + (f" [{self.rule}]" if self.rule else "")


class Misuse(IsthmusError):
    """The hub's own code or configuration was used in a way that cannot work."""

    code = "MISUSE"


class StorageUnable(IsthmusError):
    """The journal cannot write: the disk is full or read-only. Nothing is acknowledged until it can."""

    code = "STORAGE_UNABLE"


class Tampered(IsthmusError):
    """A stored record does not verify against its seal."""

    code = "TAMPERED"
