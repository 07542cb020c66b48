"""`isthmus replay-diff`, beside a running hub."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.process


def change(hub, old, new):
    path = hub / "flows" / "example.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_change_is_seen_before_it_is_deployed(isthmus, hub, start, until):
    process = start(hub)
    assert isthmus("send", hub / "samples" / "adt_a01.hl7", process.address).code == 0
    same = isthmus("replay-diff", "--hub", hub)
    assert (same.code, same.out) == (0, "1 messages: 1 same\n")
    change(
        hub,
        'yield forward("archive")',
        'from isthmus import send\n    msg.content["PID-5.1"] = "TRIED"\n    yield send("archive", bytes(msg.content))',
    )
    told = isthmus("replay-diff", "--hub", hub)
    assert told.code == 1
    assert "archive: key, PID-5.1" in told.out
    assert "TRIED" not in told.out
    found = isthmus("replay-diff", "--hub", hub, "--json").json
    assert found["shown"][0]["dispatches"][0]["fields"] == ["key", "PID-5.1"]
    assert isthmus("replay-diff", "--content", "--hub", hub).code == 2  # no reason
    assert not [row for row in audit(isthmus, hub) if row["action"] == "show"]
    shown = isthmus("replay-diff", "--content", "--reason", "a trial", "--hub", hub)
    assert "becomes 'TRIED'" in shown.out
    assert [row["reason"] for row in audit(isthmus, hub) if row["action"] == "show"][:1] == ["replay-diff: a trial"]
    rows = isthmus("ledger", "--hub", hub, "--json").json["ledger"]["rows"]
    assert next(row for row in rows if row["party"] == "archive")["dispatched"] == 1


def audit(isthmus, hub):
    from isthmus.cli import access
    from isthmus.runtime import asks

    return access.call(hub, "audit", asks.ReadAudit(), asks.Audit).rows
