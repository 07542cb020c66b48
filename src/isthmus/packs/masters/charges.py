"""The charge master (charge description master, CDM): what can be charged, under which codes, and for how much.

The days of a row are those on which the code may be charged.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from ...flows import Table, table
from ...flows.tables import refers_to

RevenueCode = Annotated[str, msgspec.Meta(pattern=r"[0-9]{4}")]
"""Four digits, as in form locator 42 of the UB-04."""

ProcedureCode = Annotated[str, msgspec.Meta(pattern=r"[0-9A-Z][0-9]{3}[0-9A-Z]")]
"""HCPCS: level I (CPT) five digits or four and a letter, level II a letter and four digits."""


class ChargeItem(msgspec.Struct, frozen=True, kw_only=True):
    """One charge code.

    hcpcs       the procedure code that a bill carries; "" for what is billed under its revenue code alone
    gl_account  where its revenue goes; "": the department decides
    price       for one; None: it is priced elsewhere (by weight, by invoice)
    chargeable  N: a statistic, never on a bill
    """

    charge_code: str
    description: str = ""
    revenue_code: RevenueCode = ""
    hcpcs: ProcedureCode = ""
    department: str = ""
    gl_account: Annotated[str, refers_to("accounts")] = ""
    price: Decimal | None = None
    chargeable: bool = True


def charge_master(*, fed: bool = False) -> Table[ChargeItem]:
    """`charge-master`: charge_code -> revenue code, procedure code, price"""
    return table("charge-master", key="charge_code", row=ChargeItem, fed=fed)
