"""Payers and their plans: what a bill's payer is to the hospital's books."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ...flows import Table, table
from ...flows.tables import refers_to


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan of a payer, as registration names both (IN1-3 and IN1-2 of HL7 v2).

    financial_class     as registration codes it (PV1-20)
    payer_class         what the books tell apart: Medicare, commercial ...
    receivable_account  what is owed by it
    electronic_id       the payer's id in X12 (NM109 of loop 2010BB of a claim)
    """

    payer: str
    plan: str
    description: str = ""
    financial_class: str = ""
    payer_class: str = ""
    receivable_account: Annotated[str, refers_to("accounts")] = ""
    electronic_id: str = ""


def plans(*, fed: bool = False) -> Table[Plan]:
    """`plans`: payer, plan; `plans.where(payer, on=day)` are a payer's plans"""
    return table("plans", key=("payer", "plan"), row=Plan, fed=fed)
