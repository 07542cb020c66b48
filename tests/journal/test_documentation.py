"""The reference page and the journal say the same."""

from __future__ import annotations

import re
from pathlib import Path

from box import Box

from isthmus.journal import verify
from isthmus.journal.ledger import Account
from isthmus.ports import State

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "journal.md").read_text()
SOURCES = Path(verify.__file__).parent


def test_every_table_is_described_and_no_other(box: Box) -> None:
    tables = {
        name
        for (name,) in box.store.rows(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'"
        )
    }
    section = PAGE.partition("## Tables")[2].partition("##")[0]
    described = {name for row in re.findall(r"^\| (`.*?) \|", section, re.M) for name in re.findall(r"`(\w+)`", row)}
    assert described == tables


def test_every_rule_of_verify_is_described_and_no_other() -> None:
    in_sql = {rule for rule, _, _ in verify.checks()}
    in_python = set(
        re.findall(
            r'(?:Finding\(|_Pass\(\s*"\w+",|yield \()\s*"([A-Z_]+)"',
            "".join(p.read_text() for p in SOURCES.glob("*.py")),
        )
    )
    gaps = {f"{table.upper()}_GAP" for table in verify._GAPLESS}
    section = PAGE.partition("## What verify recounts")[2].partition("##")[0]
    described = {rule for row in re.findall(r"^\| (`.*?) \|", section, re.M) for rule in re.findall(r"`(\w+)`", row)}
    assert described == in_sql | in_python | gaps


def test_every_state_is_drawn() -> None:
    section = PAGE.partition("## States")[2].partition("## Tables")[0]
    assert [s.name for s in State if s.name.lower().replace("_", " ") not in section] == []


def test_the_accounts_are_those_of_the_ledger() -> None:
    listed = dict(re.findall(r"(\d+) (\w+)", PAGE.partition("Accounts of `ledger`:")[2].partition("##")[0]))
    named = {str(account.value): account.name.lower() for account in Account if account.value <= Account.DISPATCHED}
    assert {number: listed.get(number) for number in named} == named
