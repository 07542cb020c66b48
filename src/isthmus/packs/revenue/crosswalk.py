"""The crosswalk from the EHR's words to the chart of accounts: reference data, owned by finance.

departments    facility, department, account, cost_centre       facility `*`: any that has no row of its own
payers         financial_class, payer_class, receivable_account
companies      facility, company

Where a table has days (`valid_from`, `valid_to`), the posting date of the charge counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import msgspec

from ...flows import Table, table
from ...flows.tables import Row
from ...kernel import Permanent
from ...model import ChargePosted

ANY = "*"


class Unmapped(Permanent):
    """A charge uses a code that the reference tables do not map."""

    code = "UNMAPPED"


class Revenue(msgspec.Struct, frozen=True):
    """Where a department's revenue goes."""

    account: str
    cost_centre: str


class Payer(msgspec.Struct, frozen=True):
    """The payer class of a financial class, and its receivable account."""

    payer_class: str
    receivable_account: str


class Crosswalk(msgspec.Struct, frozen=True):
    """All look-ups that a posting needs."""

    departments: Table
    payers: Table
    companies: Table

    @classmethod
    def of(cls, departments: Iterable[Row], payers: Iterable[Row], companies: Iterable[Row]) -> Crosswalk:
        """From rows at hand. Raises KeyError for a missing column."""
        return cls(
            Table.of("departments", ("facility", "department"), departments),
            Table.of("payers", ("financial_class",), payers),
            Table.of("companies", ("facility",), companies),
        )

    def revenue(self, charge: ChargePosted) -> Revenue:
        """Raises `Unmapped`."""
        for facility in (charge.facility, ANY):
            if found := self.departments.find(facility, charge.department, on=charge.posting_date):
                return Revenue(found["account"], found["cost_centre"])
        return _unmapped(charge, "department", charge.department, "departments", "an account and a cost centre")

    def payer(self, charge: ChargePosted) -> Payer:
        """Raises `Unmapped`."""
        found = self.payers.find(charge.financial_class, on=charge.posting_date)
        if not found:
            _unmapped(
                charge, "financial class", charge.financial_class, "payers", "a payer class and its receivable account"
            )
        return Payer(found["payer_class"], found["receivable_account"])

    def company(self, charge: ChargePosted) -> str:
        """Raises `Unmapped`."""
        found = self.companies.find(charge.facility, on=charge.posting_date)
        if not found:
            _unmapped(charge, "facility", charge.facility, "companies", "a company")
        return found["company"]


def reference_tables() -> tuple[Table, Table, Table]:
    """The three tables declared: a hub's flows hold them, `departments, payers, companies = revenue.reference_tables()`."""
    return (
        table("departments", key=("facility", "department"), columns=("account", "cost_centre")),
        table("payers", key="financial_class", columns=("payer_class", "receivable_account")),
        table("companies", key="facility", columns=("company",)),
    )


def _unmapped(charge: ChargePosted, what: str, code: str, name: str, needs: str) -> NoReturn:
    shown = code or "(empty)"
    raise Unmapped(
        f"the {what} of a charge has no row in the table of {name}, so its revenue cannot be posted",
        suggestion=f"add a row for this {what} with {needs} to tables/{name}.csv, deploy, then resend",
        detail=(
            f"{what} {shown}: charge {charge.charge_id} of account {charge.account}, {charge.amount} {charge.currency}, "
            f"to be posted on {charge.posting_date} at {charge.facility}"
        ),
    )
