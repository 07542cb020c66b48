"""The script of one hospital day: every frame that the EHR will send, in order, and the books that go with it.

    plan_day(seed=7) -> Day(sendings, books)

Pure and reproducible: the same arguments give the same bytes. Nothing is sent here.

Invariants
 1. `messages` counts distinct well-formed messages, each with a control id of its own; repeats and malformed frames
    come on top.
 2. `discharges` counts stays that end the day discharged; a cancelled discharge adds an A03 and an A13.
 3. Everything about one patient goes over one stream, in the order of the day; a merged pair shares a stream.
 4. The books hold each CG and CD once, however often it was sent.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from .books import Books
from .incidents import INCIDENTS
from .script import Planned, Script

BUSINESS_DATE = date(2026, 3, 2)
MALFORMED = (
    b"PID|1||A1^^^MAIN^MR\rPV1|1|I\r",
    b"MSH|^~",
    b"MSH\r",
    b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n",
    bytes(range(0xA0, 0xFF)),
    b"EVN|A08|20260302\rMSH|^~\\&|EHR|MAIN\r",
)
"""What arrives when an interface is misconfigured: none of it is an HL7 v2 message."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One frame. `note` says what is odd about it: "", "repeat", "malformed", "charged again", "id reused"."""

    number: int
    at: datetime
    stream: int
    trigger: str
    control_id: str
    raw: bytes
    note: str

    @property
    def well_formed(self) -> bool:
        return self.note != "malformed"


@dataclass(frozen=True, slots=True)
class Day:
    business_date: date
    sendings: tuple[Sending, ...]
    books: Books

    def count(self, *, trigger: str = "", note: str | None = None) -> int:
        return sum(1 for one in self.sendings if trigger in ("", one.trigger) and (note is None or one.note == note))


def plan_day(
    *,
    seed: int,
    messages: int = 500,
    discharges: int = 60,
    business_date: date = BUSINESS_DATE,
    streams: int = 4,
) -> Day:
    """Raises ValueError when `messages` is too few for that many discharges and the day's incidents."""
    script = Script(random.Random(seed), business_date, streams)  # noqa: S311  (a reproducible day, no secret)
    for incident in INCIDENTS:
        incident(script)
    while script.discharged < discharges:
        script.inpatient()
    if len(script.planned) > messages:
        raise ValueError(f"{discharges} discharges and the day's incidents need {len(script.planned)} messages")
    script.fill(messages)
    script.repeat(messages // 40)
    for raw in MALFORMED:
        script.malformed(raw)
    return Day(business_date, tuple(_numbered(script)), script.books)


def _numbered(script: Script) -> Iterator[Sending]:
    """In order of time, control ids given in that order, rendered."""
    script.planned.sort(key=lambda one: one.at)
    ids: dict[Planned, str] = {}
    for number, one in enumerate(script.planned, 1):
        if one.id_of is None and one.note != "malformed":
            ids[one] = f"{one.facility.code}{script.books.business_date:%y%m%d}{number:05d}"
    for number, one in enumerate(script.planned, 1):
        control_id = ids.get(one.id_of or one, "")
        yield Sending(number, one.at, one.stream, one.trigger, control_id, one.render(control_id), one.note)
