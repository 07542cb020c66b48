"""Files of tables that are read again by themselves: once they stand still, and a broken one is said once."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest
from api_hub import fresh_hub, serving
from test_deploy_tables import FLOW, phone, sent

from isthmus.runtime.operator import Operator
from isthmus.runtime.table_watch import TableWatch


@pytest.fixture
def folder(tmp_path):
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "example.py").write_text(FLOW)
    phone(folder, "4711")
    return folder


@asynccontextmanager
async def watching(folder):
    """A hub with a watch that looks when it is told to."""
    async with serving(folder) as api:
        operator = Operator(api.hub)
        watch = TableWatch(api.hub, operator)
        await watch.once()
        await watch.once()
        yield api, watch
        await operator.close()


def events(api, name: str) -> list[dict]:
    lines = [json.loads(line) for line in api.log.getvalue().splitlines()]
    return [one for one in lines if one["event"] == name]


async def test_a_changed_file_answers_once_it_stood_still_for_a_look(folder):
    async with watching(folder) as (api, watch):
        assert events(api, "FlowDeployed") == []
        phone(folder, "4711-00")
        await watch.once()
        assert await sent(api, "1") == 4, "it may still be written"
        await watch.once()
        assert await sent(api, "2") == 7
        (deployed,) = events(api, "FlowDeployed")
        assert deployed["version"] == api.hub.plan.tables_version
        audited = [one for one in (await api.get("/v1/audit")).body["rows"] if one["action"] == "deploy"]
        assert [row["actor"] for row in audited] == ["changed files"]


async def test_a_broken_file_changes_nothing_and_is_said_once_until_it_changes_again(folder):
    async with watching(folder) as (api, watch):
        (folder / "tables" / "wards.csv").write_text("ward\nICU\n")
        for _ in range(4):
            await watch.once()
        assert await sent(api, "1") == 4
        (refused,) = events(api, "DeployRefused")
        assert "tables/wards.csv:1: has no column 'phone'" in refused["cause"]
        (folder / "tables" / "wards.csv").unlink()
        for _ in range(4):
            await watch.once()
        assert "cannot be read" in events(api, "DeployRefused")[1]["cause"]
        phone(folder, "4711-00")
        for _ in range(2):
            await watch.once()
        assert await sent(api, "2") == 7
        assert len(events(api, "DeployRefused")) == 2


async def test_a_file_that_was_touched_and_says_the_same_is_no_new_version(folder):
    async with watching(folder) as (api, watch):
        phone(folder, "4711")
        for _ in range(3):
            await watch.once()
        assert events(api, "FlowDeployed") == []
