"""The crosswalk from the EHR's words to the chart of accounts: reference data, owned by finance.

departments    facility, department, account, cost_centre       facility `*`: any that has no row of its own (a master table)
payers         financial_class, payer_class, receivable_account
companies      facility, company

Where a table has days (`valid_from`, `valid_to`), the posting date of the charge counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ...flows import Table, table
from ...flows.tables import Row, Unmapped
from ...model import ChargePosted
from ..masters import Department

ANY = "*"

__all__ = ["Crosswalk", "Payer", "Revenue", "Unmapped", "reference_tables"]


class PlainDepartment(Department, frozen=True, kw_only=True):
    """The masters' department in a hub that holds no accounts and no cost centres: there is nothing to check its codes by."""

    account: str
    cost_centre: str


class Revenue(msgspec.Struct, frozen=True):
    """Where a department's revenue goes."""

    account: str
    cost_centre: str


class Payer(msgspec.Struct, frozen=True):
    """The payer class of a financial class, and its receivable account."""

    payer_class: str
    receivable_account: str


class Crosswalk(msgspec.Struct, frozen=True):
    """All look-ups that a posting needs. Each raises `Unmapped`: the charge is parked with its context."""

    departments: Table[Department]
    payers: Table[Row]
    companies: Table[Row]

    @classmethod
    def of(cls, departments: Iterable[Row], payers: Iterable[Row], companies: Iterable[Row]) -> Crosswalk:
        """From rows at hand. Raises KeyError or msgspec.ValidationError for a missing column."""
        return cls(
            Table.of("departments", ("facility", "department"), departments, Department),
            Table.of("payers", ("financial_class",), payers),
            Table.of("companies", ("facility",), companies),
        )

    def revenue(self, charge: ChargePosted) -> Revenue:
        """The facility's own row goes before the one for all."""
        for facility in (charge.facility, ANY):
            if found := self.departments.find(facility, charge.department, on=charge.posting_date):
                return Revenue(found.account, found.cost_centre)
        key = (charge.facility, charge.department)
        raise _unmapped(self.departments, key, charge, "department", "an account and a cost centre")

    def payer(self, charge: ChargePosted) -> Payer:
        found = self.payers.find(charge.financial_class, on=charge.posting_date)
        if not found:
            needs = "a payer class and its receivable account"
            raise _unmapped(self.payers, (charge.financial_class,), charge, "financial class", needs)
        return Payer(found["payer_class"], found["receivable_account"])

    def company(self, charge: ChargePosted) -> str:
        found = self.companies.find(charge.facility, on=charge.posting_date)
        if not found:
            raise _unmapped(self.companies, (charge.facility,), charge, "facility", "a company")
        return found["company"]


def reference_tables(
    departments: Table[Department] | None = None,
) -> tuple[Table[Department], Table[Row], Table[Row]]:
    """The three tables declared: a hub's flows hold them, `departments, payers, companies = revenue.reference_tables()`.

    departments  the hub's own `masters.departments()`: its codes are checked by the hub's accounts and cost centres
    """
    own: Table[Any] = table("departments", key=("facility", "department"), row=PlainDepartment)
    return (
        own if departments is None else departments,
        table("payers", key="financial_class", columns=("payer_class", "receivable_account")),
        table("companies", key="facility", columns=("company",)),
    )


def _unmapped(asked: Table[Any], key: tuple[str, ...], charge: ChargePosted, what: str, needs: str) -> Unmapped:
    posted = f"charge {charge.charge_id} of account {charge.account}, {charge.amount} {charge.currency}"
    return asked.unmapped(
        *key, on=charge.posting_date, what=f"the {what} of a charge", needs=needs, detail=f"{posted}, is not posted"
    )
