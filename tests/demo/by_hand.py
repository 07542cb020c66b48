"""The demo's hub, driven by hand: messages of a few patients, and looks at what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from stage import Stage
from watch import Watch

from isthmus.journal import contents
from isthmus.journal.search import Reader
from isthmus.model import CATALOGUE, JournalEntry
from isthmus.packs.revenue import Account

PATIENCE_S = 60.0
Say = Callable[..., tuple[int, str]]


class Hospital:
    """A running hub of the demo: `send` gives it messages, the rest looks at what became of them."""

    def __init__(self, stage: Stage, say: Say) -> None:
        self.stage = stage
        self.watch = Watch(stage)
        self.say = say
        self._sent = 0

    def isthmus(self, *arguments: str) -> tuple[int, Any]:
        """(exit code, what it printed) of a command with --json."""
        code, out = self.say(*arguments, "--hub", str(self.stage.hub_folder), "--json")
        return code, msgspec.json.decode(out) if out.strip() else None

    def send(self, trigger: str, patient: str, day: date, *lines: str) -> None:
        """One message of a patient at MAIN; `lines` are FT1 as `ft1` makes them."""
        self._sent += 1
        at = f"{day:%Y%m%d}10{self._sent // 60:02}{self._sent % 60:02}"
        control_id = f"T{day:%m%d}{self._sent:05}"
        segments = [
            f"MSH|^~\\&|EHR|MAIN|ISTHMUS|MAIN|{at}||{trigger}|{control_id}|P|2.5.1",
            f"EVN|{trigger[-3:]}|{at}||||{at}",
            f"PID|1||{patient}^^^MAIN^MR||Example^Ada||19570311|F||||||||||A{patient}^^^MAIN^AN",
            "PV1|1|I|MED^204^A^MAIN||||||||||||||||V1^^^MAIN^VN|COM",
        ]
        file = self.stage.folder / f"{control_id}.hl7"
        file.write_bytes("".join(f"{segment}\r" for segment in (*segments, *lines)).encode())
        code, out = self.say("send", str(file), f"127.0.0.1:{self.stage.ports['EHR']}")
        assert code == 0, out

    def settle(self) -> None:
        """Until nothing waits, timers that are due soon included."""
        self.until(lambda: self.watch.facts().waiting == 0)

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"after {PATIENCE_S:g} s: {self.watch.facts().line()}"
            time.sleep(0.1)

    def account(self, patient: str) -> Account:
        """What the hub remembers of a patient's account; one that it does not know yet is empty."""

        def find(view: Reader) -> list[Account]:
            states = (msgspec.json.decode(data, type=Account) for _, data in contents.memories(view, "patient-account"))
            return [state for state in states if state.account == f"A{patient}"]

        found = self.watch.look(find)
        assert len(found) < 2, "an account has one instance"
        return found[0] if found else Account()

    def entries(self, day: date) -> list[JournalEntry]:
        """The journal entries of a posting date, as they were sent to the ERP."""
        every = self.watch.look(lambda view: [CATALOGUE.decode(one.body) for one in contents.deliveries(view, "erp")])
        return [entry for entry in every if isinstance(entry, JournalEntry) and entry.posting_date == day]

    def parked(self, code: str) -> list[dict[str, Any]]:
        _, found = self.isthmus("parked", "--code", code)
        return list(found["items"])

    def register(self, day: date, *departments: tuple[str, int, int, str]) -> None:
        """The EHR's register of a day at MAIN: (department, charges, credits, total); returns when the hub has it."""
        rows = [f"D,MAIN,{day},{name},{charges},{credits_},{total}" for name, charges, credits_, total in departments]
        counts = [sum(row[part] for row in departments) for part in (1, 2)]
        total = sum((Decimal(row[3]) for row in departments), Decimal("0.00"))
        text = "\r\n".join(
            [f"H,DAY-END-REGISTER,1,EHR,{day}", *rows, f"T,{len(rows)},{counts[0]},{counts[1]},{total}", ""]
        )
        (self.stage.hub_folder / "day-end" / f"register-{day:%Y%m%d}.csv").write_text(text, newline="")
        self.until(lambda: self.isthmus("control", "C0", "--date", str(day))[0] != 2)

    def control(self, day: date) -> tuple[int, dict[str, Any]]:
        """Exit code and result of C0."""
        return self.isthmus("control", "C0", "--date", str(day))


def ft1(id: str, kind: str, amount: str, department: str, day: date) -> str:
    return f"FT1|1|{id}||{day:%Y%m%d}|{day:%Y%m%d}|{kind}|X1^Something^CDM|||1|{amount}&USD|{amount}&USD|{department}"
