"""The tables of a hub's folder: read when it is loaded, held against their declaration, and reloaded all or none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from isthmus.kernel.errors import Misuse
from isthmus.model import CATALOGUE
from isthmus.runtime.cases import run_cases
from isthmus.runtime.lint import Finding, lint
from isthmus.runtime.loader import load_declarations
from isthmus.runtime.plan import Plan
from isthmus.runtime.settings import load_settings

HUB = """\
[hub]
name = "test"

[sources.ehr]
connector = "mllp"
listen = "127.0.0.1:2575"
owner = "integration"

[destinations.out]
connector = "mllp"
address = "127.0.0.1:2576"
owner = "integration"
"""

FLOW = """\
from isthmus import flow, send, table

wards = table("wards", key="ward", columns=("phone",))
adt = flow("adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3", when_parked="wait")


@adt.on()
def every(msg):
    yield send("out", wards.find("ICU")["phone"].encode())


adt.case("goes on", "samples/a.hl7", expect=["send:out"])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for below in ("flows", "samples", "tables"):
        (tmp_path / below).mkdir()
    (tmp_path / "hub.toml").write_text(HUB)
    (tmp_path / "flows" / "adt.py").write_text(FLOW)
    (tmp_path / "tables" / "wards.csv").write_text("ward,phone\nICU,4711\n")
    (tmp_path / "samples" / "a.hl7").write_bytes(b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5.1\r")
    return tmp_path


def findings(folder: Path) -> list[Finding]:
    return [one for one in lint(folder) if one.rule == "tables"]


def plan_of(folder: Path) -> Plan:
    declared = load_declarations(folder)
    mac = lambda value: hashlib.blake2b(value, digest_size=16).digest()  # noqa: E731
    return Plan(declared.flows, declared.processes, ["out"], CATALOGUE, mac, tables=declared.tables)


def version_of_decisions(plan: Plan) -> str:
    route = plan.route("ehr", "ADT^A01")
    assert route is not None
    return route.version


def test_a_hub_whose_tables_are_in_order_has_no_finding(folder: Path) -> None:
    assert findings(folder) == []


def test_a_missing_file_is_found(folder: Path) -> None:
    (folder / "tables" / "wards.csv").unlink()
    (found,) = findings(folder)
    assert (found.level, found.file, found.line) == ("error", "tables/wards.csv", 0)
    assert found.mend == "write it with the columns ward, phone"


def test_a_missing_column_and_a_key_that_stands_twice_are_found_where_they_stand(folder: Path) -> None:
    table = folder / "tables" / "wards.csv"
    table.write_text("ward\nICU\n")
    assert [(one.line, one.what) for one in findings(folder)] == [(1, "the table has no column 'phone'")]
    table.write_text("ward,phone\nICU,4711\nED,4712\nICU,4713\n")
    assert [(one.line, one.what) for one in findings(folder)] == [
        (4, "the table has the key of line 2, for the same days")
    ]


def test_a_file_that_no_flow_declares_is_worth_a_warning(folder: Path) -> None:
    (folder / "tables" / "beds.csv").write_text("bed\n1\n")
    (found,) = findings(folder)
    assert (found.level, found.file) == ("warning", "tables/beds.csv")


TYPED = """\
from typing import Annotated
from decimal import Decimal

import msgspec

from isthmus import table
from isthmus.flows.tables import refers_to


class Ward(msgspec.Struct, frozen=True):
    ward: str
    phone: str
    rate: Decimal
    account: Annotated[str, refers_to("accounts")] = ""


wards = table("wards", key="ward", row=Ward)
"""


def typed(folder: Path, text: str, more: str = "") -> list[tuple[str, str, int, str]]:
    """What is found in a table with types."""
    flow = FLOW.replace('wards = table("wards", key="ward", columns=("phone",))\n', "").replace(
        "from isthmus import flow, send, table\n", "from isthmus import flow, send\n" + TYPED + more
    )
    (folder / "flows" / "adt.py").write_text(flow)
    (folder / "tables" / "wards.csv").write_text(text)
    return [(one.level, one.file, one.line, one.what) for one in findings(folder)]


def test_cells_that_are_not_of_their_type_and_rows_that_are_not_there_are_all_found(folder: Path) -> None:
    (folder / "tables" / "accounts.csv").write_text("account\n4110\n")
    text = "ward,phone,rate,account\nICU,4711,high,4110\nED,,1.5,4110\nMED,1,2,4199\n"
    assert typed(folder, text, 'accounts = table("accounts", key="account")\n') == [
        ("error", "tables/wards.csv", 2, "the table 'rate' is not a decimal number"),
        ("error", "tables/wards.csv", 3, "the table has nothing in 'phone'"),
        ("error", "tables/wards.csv", 4, "the table 'account' names no row of the table accounts"),
    ]


def test_a_column_that_names_rows_of_a_table_that_is_not_declared_is_worth_a_warning(folder: Path) -> None:
    what = "'account' names rows of the table accounts, which no flow declares: it is not checked"
    assert typed(folder, "ward,phone,rate,account\nICU,4711,1,4199\n") == [("warning", "tables/wards.csv", 1, what)]


def test_a_table_that_messages_feed_needs_no_file_and_reads_none(folder: Path) -> None:
    flow = folder / "flows" / "adt.py"
    flow.write_text(FLOW.replace('columns=("phone",)', 'columns=("phone",), fed=True'))
    assert [(one.level, one.what) for one in findings(folder)] == [
        ("warning", "messages feed this table: its file is not read")
    ]
    (folder / "tables" / "wards.csv").unlink()
    assert findings(folder) == []
    (one,) = load_declarations(folder).tables
    assert len(one.rows) == 0


def test_cases_look_into_the_sample_rows_of_a_table_that_messages_feed(folder: Path) -> None:
    (folder / "flows" / "adt.py").write_text(
        FLOW.replace('columns=("phone",)', 'columns=("phone",), fed=True').replace(
            'find("ICU")', 'get("ICU", on=msg.received.date())'
        )
    )
    settings = load_settings(folder)
    (result,) = run_cases(settings, load_declarations(folder))
    assert "UNMAPPED" in result.why
    (folder / "samples" / "tables").mkdir()
    (folder / "samples" / "tables" / "wards.csv").write_text("ward,phone\nICU,4711\n")
    (result,) = run_cases(settings, load_declarations(folder))
    assert result.ok
    (folder / "samples" / "tables" / "wards.csv").write_text("ward\nICU\n")
    with pytest.raises(Misuse, match=r"samples/tables/wards\.csv:1: has no column 'phone'"):
        run_cases(settings, load_declarations(folder))


def test_a_hub_does_not_load_with_a_faulty_table(folder: Path) -> None:
    (folder / "tables" / "wards.csv").write_text("ward\nICU\n")
    with pytest.raises(Misuse, match=r"tables/wards\.csv:1: has no column 'phone': add it"):
        load_declarations(folder)


def test_a_decision_records_the_version_of_the_tables(folder: Path) -> None:
    before = version_of_decisions(plan_of(folder))
    assert before == version_of_decisions(plan_of(folder))
    (folder / "tables" / "wards.csv").write_text("ward,phone\nICU,4799\n")
    after = version_of_decisions(plan_of(folder))
    assert before.partition("+tables@")[0] == after.partition("+tables@")[0]
    assert before != after


def test_reloaded_rows_answer_at_once_under_a_new_version(folder: Path) -> None:
    plan = plan_of(folder)
    (held,) = load_declarations(folder).tables
    before = version_of_decisions(plan)
    (folder / "tables" / "wards.csv").write_text("ward,phone\nICU,4799\n")
    plan.reload_tables(folder)
    assert version_of_decisions(plan) != before
    assert [one.find("ICU") for one in plan.tables] == [{"ward": "ICU", "phone": "4799"}]
    assert held.find("ICU") == {"ward": "ICU", "phone": "4711"}, "another hub's tables stay as they are"


def test_a_reload_with_a_fault_changes_nothing(folder: Path) -> None:
    plan = plan_of(folder)
    before = version_of_decisions(plan)
    (folder / "tables" / "wards.csv").write_text("ward\nICU\n")
    with pytest.raises(Misuse):
        plan.reload_tables(folder)
    assert version_of_decisions(plan) == before
    assert [one.find("ICU") for one in plan.tables] == [{"ward": "ICU", "phone": "4711"}]
