"""The crosswalk from the EHR's words to the chart of accounts: reference data, owned by finance.

departments    facility, department, account, cost_centre       facility `*`: any that has no row of its own
payers         financial_class, payer_class, receivable_account
companies      facility, company
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn

import msgspec

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

    departments: Mapping[tuple[str, str], Revenue]
    payers: Mapping[str, Payer]
    companies: Mapping[str, str]

    @classmethod
    def of(
        cls,
        departments: Iterable[Mapping[str, str]],
        payers: Iterable[Mapping[str, str]],
        companies: Iterable[Mapping[str, str]],
    ) -> Crosswalk:
        """From the rows of the three tables, as `csv.DictReader` gives them. Raises KeyError for a missing column."""
        return cls(
            {(row["facility"], row["department"]): Revenue(row["account"], row["cost_centre"]) for row in departments},
            {row["financial_class"]: Payer(row["payer_class"], row["receivable_account"]) for row in payers},
            {row["facility"]: row["company"] for row in companies},
        )

    def revenue(self, charge: ChargePosted) -> Revenue:
        """Raises `Unmapped`."""
        found = self.departments.get((charge.facility, charge.department))
        found = found or self.departments.get((ANY, charge.department))
        return found or _unmapped(
            charge, "department", charge.department, "departments", "an account and a cost centre"
        )

    def payer(self, charge: ChargePosted) -> Payer:
        """Raises `Unmapped`."""
        found = self.payers.get(charge.financial_class)
        return found or _unmapped(
            charge, "financial class", charge.financial_class, "payers", "a payer class and its receivable account"
        )

    def company(self, charge: ChargePosted) -> str:
        """Raises `Unmapped`."""
        found = self.companies.get(charge.facility)
        return found or _unmapped(charge, "facility", charge.facility, "companies", "a company")


def _unmapped(charge: ChargePosted, what: str, code: str, table: str, needs: str) -> NoReturn:
    shown = code or "(empty)"
    raise Unmapped(
        f"the {what} of a charge has no row in the table of {table}, so its revenue cannot be posted",
        suggestion=f"add a row for this {what} with {needs} to tables/{table}.csv, then resend",
        detail=(
            f"{what} {shown}: charge {charge.charge_id} of account {charge.account}, {charge.amount} {charge.currency}, "
            f"to be posted on {charge.posting_date} at {charge.facility}"
        ),
    )
