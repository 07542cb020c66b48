"""Fills an empty Tryton database with the hospital's finances. Run by the ERP's own Python, never imported by the hub.

    python seed.py CONFIG DATABASE CHART.toml KEYS.json

Writes to KEYS.json the keys of two REST applications: `hub` may keep accounts, `controller` may also close periods.
What it does not do: post anything; every run begins with empty books.
"""

from __future__ import annotations

import datetime
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from proteus import Model, Wizard  # type: ignore[import-not-found]
from proteus import config as proteus_config

GROUPS = {"hub": ["Accounting"], "controller": ["Accounting Administration"]}


def main(config: str, database: str, chart_file: str, keys_file: str) -> None:
    proteus_config.set_trytond(database, config_file=config)
    chart = tomllib.loads(Path(chart_file).read_text())
    company = create_company(chart["company"])
    for year in range(chart["fiscal_years"]["first"], chart["fiscal_years"]["last"] + 1):
        create_fiscal_year(company, year)
    create_accounts(company, chart)
    create_cost_centres(company, chart)
    assert Model.get("account.journal").find([("code", "=", chart["journal"]["code"])]), "the journal exists"
    keys = {name: create_application(company, name, groups) for name, groups in GROUPS.items()}
    Path(keys_file).touch(mode=0o600)
    Path(keys_file).write_text(json.dumps(keys))


def create_company(wanted: dict[str, Any]) -> Any:
    """The one company. Its code is its party's code: a company has none of its own."""
    currency = Model.get("currency.currency")(code=wanted["currency"], name=wanted["currency"], symbol="$")
    currency.numeric_code = "840"
    currency.save()
    party = Model.get("party.party")(name=wanted["name"], code=wanted["code"])
    party.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party, wizard.form.currency = party, currency
    wizard.execute("add")
    company = Model.get("company.company").find()[0]
    proteus_config.get_config()._context = Model.get("res.user").get_preferences(True, {})
    return company


def create_fiscal_year(company: Any, year: int) -> None:
    """A calendar year with its number sequence and twelve open monthly periods named YYYY-MM."""
    sequence_type = Model.get("ir.sequence.type").find([("name", "=", "Account Move")])[0]
    sequence = Model.get("ir.sequence.strict")(name=f"Entries {year}", sequence_type=sequence_type, company=company)
    sequence.prefix, sequence.padding = f"{year}/", 6
    sequence.save()
    fiscal_year = Model.get("account.fiscalyear")(name=str(year), company=company)
    fiscal_year.start_date, fiscal_year.end_date = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    fiscal_year.move_sequence = sequence
    fiscal_year.save()
    fiscal_year.click("create_period")


def create_accounts(company: Any, chart: dict[str, Any]) -> None:
    types = Model.get("account.account.type")
    receivable = types(name="Patient receivables", statement="balance", assets=True, receivable=True, company=company)
    revenue = types(name="Gross patient revenue", statement="income", revenue=True, company=company)
    receivable.save()
    revenue.save()
    account = Model.get("account.account")
    for payer in chart["payer_class"]:
        name = f"Receivables, {payer['name']}"
        account(code=payer["account"], name=name, type=receivable, company=company).save()
    for department in chart["department"]:
        name = f"Revenue, {department['name']}"
        account(code=department["account"], name=name, type=revenue, company=company).save()


def create_cost_centres(company: Any, chart: dict[str, Any]) -> None:
    """Cost centres are the accounts of one analytic axis."""
    account = Model.get("analytic_account.account")
    axis = account(code="CC", name="Cost centres", type="root", state="opened", company=company)
    axis.save()
    for department in chart["department"]:
        code, name = department["cost_centre"], department["name"]
        account(code=code, name=name, type="normal", root=axis, parent=axis, state="opened", company=company).save()


def create_application(company: Any, name: str, groups: list[str]) -> str:
    """A user of its own with these groups, and the key of its validated REST application."""
    user = Model.get("res.user")(name=name, login=name)
    user.groups.extend(Model.get("res.group").find([("name", "in", groups)]))
    user.companies.append(Model.get("company.company")(company.id))
    user.company = company
    user.save()
    application = Model.get("res.user.application")(user=user, application="rest")
    application.save()
    if application.state != "validated":
        application.click("validate_")
    return str(application.key)


if __name__ == "__main__":
    main(*sys.argv[1:])
