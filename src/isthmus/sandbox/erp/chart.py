"""What finance has set up in the ERP, read from `chart.toml`: for reference tables and expectations of tests."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("chart.toml")


@dataclass(frozen=True)
class PayerClass:
    """`account`: its receivables. `financial_classes`: the EHR's codes that belong to it (PV1-20)."""

    code: str
    name: str
    account: str
    financial_classes: tuple[str, ...]


@dataclass(frozen=True)
class Department:
    """`code`: the EHR's (FT1-13). `account`: its revenue. `cost_centre`: the analytic account."""

    code: str
    name: str
    account: str
    cost_centre: str


@dataclass(frozen=True)
class Chart:
    company: str
    currency: str
    journal: str
    payer_classes: tuple[PayerClass, ...]
    departments: tuple[Department, ...]


def chart() -> Chart:
    """The chart that the ERP is seeded with."""
    content = tomllib.loads(FILE.read_text())
    return Chart(
        company=content["company"]["code"],
        currency=content["company"]["currency"],
        journal=content["journal"]["code"],
        payer_classes=tuple(
            PayerClass(p["code"], p["name"], p["account"], tuple(p["financial_classes"]))
            for p in content["payer_class"]
        ),
        departments=tuple(Department(**d) for d in content["department"]),
    )
