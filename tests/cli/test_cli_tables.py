"""isthmus tables, and parked work resent in bulk once a table was mended."""

from __future__ import annotations

import pytest

FLOW = """\
from isthmus import flow, send, table

wards = table("wards", key=("facility", "ward"), columns=("phone",))
ehr_adt = flow(
    "ehr-adt", source="ehr", accepts="hl7v2/ADT", owner="integration", lane="PID-3", when_parked="go_on"
)


@ehr_adt.on()
def every_message(msg):
    yield send("archive", wards.get("MAIN", msg["PID-3.1"], on=msg.received.date())["phone"].encode(), key=msg["MSH-10"])
"""
MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|%d|P|2.5.1\rPID|1||%s^^^GH^MR\r"


@pytest.fixture
def hub(hub):
    (hub / "flows" / "example.py").write_text(FLOW)
    (hub / "tables" / "wards.csv").write_text("facility,ward,phone,valid_from\nMAIN,ICU,4711,2020-01-01\n")
    return hub


def test_tables_are_shown_before_the_hub_has_ever_run(isthmus, hub):
    listed = isthmus("tables", "--hub", hub)
    assert listed.code == 0
    assert listed.out.splitlines()[0].split() == ["TABLE", "KEY", "KEYS", "ROWS", "FROM", "TO", "VERSION", "FED", "BY"]
    assert listed.out.splitlines()[1].split()[:5] == ["wards", "facility,", "ward", "1", "1"]
    shown = isthmus("tables", "wards", "MAIN", "ICU", "--hub", hub, "--json").json
    assert [row["cells"]["phone"] for row in shown["rows"]] == ["4711"]
    assert "no row" in isthmus("tables", "wards", "EAST", "--hub", hub).out


def test_a_table_that_is_not_there_is_answered_with_those_that_are(isthmus, hub):
    refused = isthmus("tables", "beds", "--hub", hub)
    assert refused.code == 2
    assert "there is no table 'beds': there is wards" in refused.err


def test_resending_all_needs_a_filter(isthmus, hub):
    refused = isthmus("parked", "--resend-listed", "--reason", "x", "--hub", hub)
    assert refused.code == 2
    assert "--code UNMAPPED" in refused.err


@pytest.mark.process
def test_missing_codes_are_listed_and_all_that_waits_for_them_is_resent(isthmus, hub, start, until, tmp_path):
    process = start(hub)
    path = tmp_path / "messages.hl7"
    path.write_bytes(b"".join(MESSAGE % (number, b"NICU") for number in range(3)))
    assert isthmus("send", path, process.address).code == 0
    until(lambda: len(isthmus("parked", "--hub", hub, "--json").json["items"]) == 3, "three parked messages")
    missing = isthmus("tables", "--missing", "--hub", hub, "--json").json["codes"]
    assert [(one["table"], one["count"]) for one in missing] == [("wards", 3)]
    assert "ward NICU on " in isthmus("tables", "--missing", "--hub", hub).out

    (hub / "tables" / "wards.csv").write_text("facility,ward,phone\nMAIN,NICU,4711\n")
    assert isthmus("deploy", "tables", "--hub", hub).code == 0
    resent = isthmus("parked", "--code", "UNMAPPED", "--resend-listed", "--reason", "the ward is there", "--hub", hub)
    assert resent.out.count("goes out again") == 3
    assert "no parked work misses a code" in isthmus("tables", "--missing", "--hub", hub).out
    assert (
        "nothing that the filters list"
        in isthmus("parked", "--code", "UNMAPPED", "--resend-listed", "--reason", "again", "--hub", hub).out
    )


@pytest.mark.process
def test_a_hub_that_is_told_to_reads_changed_tables_by_itself(isthmus, hub, start, until):
    settings = hub / "hub.toml"
    settings.write_text(settings.read_text() + '\n[tables]\nreload = "change"\npoll_s = 0.05\n')
    start(hub)
    version = isthmus("tables", "--hub", hub, "--json").json["version"]
    (hub / "tables" / "wards.csv").write_text("facility,ward,phone\nMAIN,ICU,4799\n")
    until(lambda: isthmus("tables", "--hub", hub, "--json").json["version"] != version, "the new rows")
    shown = isthmus("tables", "wards", "--hub", hub, "--json").json
    assert [row["cells"]["phone"] for row in shown["rows"]] == ["4799"]
