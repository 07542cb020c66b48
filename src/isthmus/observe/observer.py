"""Logs, counts and groups events.

One JSON object a line on standard error, or `name key=value` for people at a terminal. A cause that repeats within
`QUIET_S` is counted, not logged again: one stuck message must not fill the disk.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TextIO

import msgspec

from .events import Defect, Event

QUIET_S = 10.0
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Incident:
    """One open cause, however often it occurred. text: what was said of it last."""

    __slots__ = ("cause", "count", "first_ns", "last_ns", "text")

    def __init__(self, cause: str, text: str, now_ns: int) -> None:
        self.cause = cause
        self.text = text
        self.count = 1
        self.first_ns = self.last_ns = now_ns


class Observer:
    def __init__(self, stream: TextIO | None = None, *, json: bool = True, level: str = "info") -> None:
        self._stream = stream or sys.stderr
        self._json = json
        self._threshold = _LEVELS[level]
        self.counts: Counter[str] = Counter()
        self.incidents: dict[str, Incident] = {}
        self._said: dict[tuple[object, ...], float] = {}

    def __call__(self, event: Event) -> None:
        name = type(event).__name__
        self.counts[name] += 1
        opens, closes = event.opens, event.closes
        if opens:
            self._open(opens, event)
        if closes:
            self.incidents.pop(closes, None)
        if _LEVELS[event.level] >= self._threshold and not self._repeats(name, event):
            self._write(name, event)

    def failed(self, where: str, error: BaseException) -> None:
        """A defect of the hub's own: the kind of the error only, since its text may hold content."""
        self(Defect(where, type(error).__name__))

    def _open(self, cause: str, event: Event) -> None:
        now_ns, text = time.time_ns(), str(getattr(event, "cause", ""))
        incident = self.incidents.get(cause)
        if incident is None:
            self.incidents[cause] = Incident(cause, text, now_ns)
        else:
            incident.count += 1
            incident.last_ns = now_ns
            incident.text = text

    def _repeats(self, name: str, event: Event) -> bool:
        if event.level not in ("warning", "error"):
            return False
        fields = msgspec.structs.asdict(event)
        fields.pop("delivery", None)
        key = (name, *fields.values())
        now = time.monotonic()
        if now - self._said.get(key, -QUIET_S) < QUIET_S:
            return True
        if len(self._said) > 1000:
            self._said.clear()
        self._said[key] = now
        return False

    def _write(self, name: str, event: Event) -> None:
        fields = msgspec.structs.asdict(event)
        if self._json:
            line = {
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "level": event.level,
                "event": name,
                **fields,
            }
            self._stream.write(msgspec.json.encode(line).decode() + "\n")
        else:
            words = " ".join(f"{k}={v}" for k, v in fields.items())
            self._stream.write(f"{time.strftime('%H:%M:%S')} {event.level:<7} {name} {words}\n")
        self._stream.flush()
