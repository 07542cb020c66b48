"""The ERP's accounts and cost centres in a whole hub: polled, fed into tables, looked up, and ended when they close."""

from __future__ import annotations

import asyncio

import pytest
from api_hub import fresh_hub, serving

from isthmus.sandbox.erp import ErpServer

pytestmark = [pytest.mark.erp, pytest.mark.xdist_group("erp")]

SOURCE = """
[sources.erp-masters]
connector = "tryton"
format = "json"
owner = "finance"
url = "{url}"
database = "erp"
key = "file:erp.key"
company = "SBRH"
poll_s = 0.1
"""

FLOW = """
from zoneinfo import ZoneInfo

from isthmus import ALL, flow
from isthmus.mappings.table_rows import table_rows
from isthmus.packs import masters

accounts, cost_centres = masters.accounts(fed=True), masters.cost_centres(fed=True)
erp = flow("erp-masters", source="erp-masters", accepts="json", owner="finance", lane=ALL, when_parked="wait")


@erp.on("TableRows")
def rows(msg):
    yield from table_rows(msg, ZoneInfo("America/Chicago"))
"""


@pytest.fixture
def folder(tmp_path, erp: ErpServer):
    folder = fresh_hub(tmp_path / "hub")
    settings = folder / "hub.toml"
    settings.write_text(settings.read_text() + SOURCE.format(url=erp.url))
    (folder / "flows" / "masters.py").write_text(FLOW)
    (folder / "erp.key").write_text(erp.key)
    return folder


async def test_accounts_of_the_erp_are_rows_of_the_hub_s_table(folder) -> None:
    async with serving(folder) as api:

        async def keys(table: str) -> set[str]:
            rows = (await api.get(f"/v1/tables/{table}/rows", limit=1000)).body["rows"]
            return {row["key"][0] for row in rows}

        while not await keys("accounts") or not await keys("cost-centres"):
            await asyncio.sleep(0.05)
        assert {"1210", "4110"} <= await keys("accounts")
        assert {"CC110", "CC170"} <= await keys("cost-centres")
        version = api.hub.plan.tables_version
    async with serving(folder) as api:
        while len((await api.get("/v1/messages", source="erp-masters")).body["messages"]) < 4:
            await asyncio.sleep(0.05)
        assert api.hub.plan.tables_version == version, "what is read again after a start says what is known"
