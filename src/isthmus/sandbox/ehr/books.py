"""The EHR's own books, and the register file that it writes at day's end.

The register is what the hub is held against, so it is made from what the EHR charged, in decimals, and never from
anything that the hub said. Layout: one header, one line per facility and department, one trailer.

    H,DAY-END-REGISTER,1,EHR,2026-03-02
    D,MAIN,2026-03-02,LAB,41,2,1893.55         charges, credits, total = CG minus CD
    T,14,402,8,61234.10                        detail lines, charges, credits, total
"""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path


@dataclass(slots=True)
class Entry:
    charges: int = 0
    credits: int = 0
    total: Decimal = Decimal("0.00")


@dataclass(slots=True)
class Books:
    """Charges and credits of one business date, by facility and department. Payments and adjustments do not count."""

    business_date: date
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def post(self, facility: str, department: str, kind: str, amount: Decimal) -> None:
        """Book one FT1 line; `amount` is the extended amount, as sent."""
        if kind not in ("CG", "CD"):
            return
        entry = self.entries.setdefault((facility, department), Entry())
        if kind == "CG":
            entry.charges += 1
            entry.total += amount
        else:
            entry.credits += 1
            entry.total -= amount

    @property
    def total(self) -> Decimal:
        return sum((entry.total for entry in self.entries.values()), Decimal("0.00"))

    def register(self) -> bytes:
        """The day-end register as the bytes of its file."""
        text = io.StringIO()
        write = csv.writer(text, lineterminator="\r\n").writerow
        day = self.business_date.isoformat()
        write(["H", "DAY-END-REGISTER", 1, "EHR", day])
        for (facility, department), entry in sorted(self.entries.items()):
            write(["D", facility, day, department, entry.charges, entry.credits, entry.total])
        charges = sum(entry.charges for entry in self.entries.values())
        credits_ = sum(entry.credits for entry in self.entries.values())
        write(["T", len(self.entries), charges, credits_, self.total])
        return text.getvalue().encode()

    def write_register(self, folder: Path) -> Path:
        """Put the register into `folder` so that no reader ever sees half of it: write aside, sync, rename."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"register-{self.business_date:%Y%m%d}.csv"
        aside = folder / f".{path.name}.part"
        with aside.open("wb") as file:
            file.write(self.register())
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
        return path
