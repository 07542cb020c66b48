"""The day-end register of a source, kept until control C0 asks for it.

One instance for each source application and business date; a register that is sent again replaces the one before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from ...flows import Process, process
from ...kernel import Misuse
from ...model import DayEndRegister
from ..step import Follows

NAME = "day-end-register"


class Kept(msgspec.Struct, frozen=True):
    """State: the register that counts."""

    register: DayEndRegister | None = None


def came(state: Kept, event: DayEndRegister, at_ns: int) -> tuple[Kept, list[Follows]]:
    return Kept(event), []


def day_end_registers(owner: str = "finance") -> Process:
    """The process, declared."""
    declared = process(NAME, owner=owner, state=Kept, when_parked="go_on")
    declared.on(DayEndRegister, key=lambda event: f"{event.application}|{event.business_date}")(came)
    return declared


def register_of(memories: Iterable[Kept], day: date) -> DayEndRegister:
    """The register of a business day among the process's states.

    Raises `Misuse` when none has come, and when two applications sent one: a control compares one source at a time.
    """
    found = [kept.register for kept in memories if kept.register and kept.register.business_date == day]
    if not found:
        raise Misuse(
            f"no day-end register of {day} has come: without the source's own side there is nothing to compare"
        )
    if len(found) > 1:
        names = ", ".join(sorted(one.application for one in found))
        raise Misuse(f"{names} each sent a day-end register of {day}: declare a control for each of them")
    return found[0]
