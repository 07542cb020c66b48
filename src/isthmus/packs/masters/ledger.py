"""The chart of accounts as far as the hub needs it: accounts, cost centres, and what a department posts to."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ...flows import Table, table
from ...flows.tables import refers_to


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A general ledger account. cost_centre_needed: lines on it name a cost centre (revenue and expense usually do)."""

    account: str
    description: str = ""
    cost_centre_needed: bool = False


class CostCentre(msgspec.Struct, frozen=True, kw_only=True):
    """A cost centre of a company; company "": of all."""

    cost_centre: str
    description: str = ""
    company: str = ""


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """What a department's charges post to; facility `*`: any that has no row of its own."""

    facility: str
    department: str
    account: Annotated[str, refers_to("accounts")]
    cost_centre: Annotated[str, refers_to("cost-centres")]


def accounts(*, fed: bool = False) -> Table[Account]:
    """`accounts`: account"""
    return table("accounts", key="account", row=Account, fed=fed)


def cost_centres(*, fed: bool = False) -> Table[CostCentre]:
    """`cost-centres`: cost_centre"""
    return table("cost-centres", key="cost_centre", row=CostCentre, fed=fed)


def departments(*, fed: bool = False) -> Table[Department]:
    """`departments`: facility, department -> account, cost_centre; the table that the revenue pack looks into."""
    return table("departments", key=("facility", "department"), row=Department, fed=fed)
