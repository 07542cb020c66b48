"""A table that messages feed, in a whole hub: in order, durable before it answers, parked when it does not fit."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import date

import msgspec
import pytest
from api_hub import fresh_hub, serving

from isthmus import table
from isthmus.flows.tables import Rows
from isthmus.kernel import Misuse
from isthmus.model import CATALOGUE, DayEndRegister, TableChange, TableRecord
from isthmus.observe import Observer
from isthmus.ports import Delivery
from isthmus.runtime.hub import open_hub
from isthmus.runtime.table_feed import TableRefused

FLOW = """\
from zoneinfo import ZoneInfo

from isthmus import flow, send
from isthmus.mappings import Site, mfn
from isthmus.packs import masters

SITE = Site(zones={"C": ZoneInfo("UTC"), "D": ZoneInfo("UTC")}, facility="MSH-6.1")
charges = masters.charge_master(fed=True)
accounts = masters.accounts()
ehr = flow("ehr-adt", source="ehr", accepts="hl7v2/ADT,MFN", owner="integration", lane="MSH-10", when_parked="go_on")


@ehr.on("MFN^M04")
def charge_master(msg):
    yield from mfn.changes(msg, mfn.CHARGES.where(gl_account="CDM-9.1"), SITE)


@ehr.on("ADT^*")
def priced(msg):
    row = charges.get("82947", on=msg.received.date())
    yield send("archive", f"{row.price}".encode(), key=msg["MSH-10"])
"""

HEAD = b"MSH|^~\\&|A|B|C|D|20260101||%s|%s|P|2.5.1\r"


@pytest.fixture
def folder(tmp_path):
    folder = fresh_hub(tmp_path / "hub")
    (folder / "flows" / "example.py").write_text(FLOW)
    (folder / "tables" / "accounts.csv").write_text("account\n4110\n")
    return folder


def charge(code: str, price: str, event: str = "MAD", day: str = "20200101", account: str = "4110") -> list[str]:
    return [f"MFE|{event}|1|{day}|{code}|CWE", f"CDM|{code}||Glucose||||||{account}", f"PRC|{code}||||{price}&USD"]


class Sender:
    def __init__(self, api):
        self.api, self.number = api, 0

    async def __call__(self, type: str, *segments: str) -> int:
        self.number += 1
        fate = asyncio.get_running_loop().create_future()
        raw = HEAD % (type.encode(), str(self.number).encode()) + "".join(f"{one}\r" for one in segments).encode()
        self.api.hub.intakes["ehr"].receive(raw, fate.set_result)
        return (await fate).message_id

    async def master(self, *charges: list[str], file: str = "UPD") -> dict:
        """Send an MFN, wait until its change is settled: the delivery."""
        id = await self("MFN^M04", f"MFI|CDM||{file}|||NE", *(segment for one in charges for segment in one))
        while True:
            (delivery,) = (await self.shown(id))["deliveries"]
            if delivery["state"] != "waiting":
                return delivery
            await asyncio.sleep(0.01)

    async def shown(self, id: int) -> dict:
        return (await self.api.get(f"/v1/messages/{id}", reason="a test")).body

    async def price(self) -> int | str:
        """The size of the price that a message finds; what it is parked with when it finds none."""
        shown = await self.shown(await self("ADT^A01", "PID|1||P1^^^GH^MR"))
        return shown["deliveries"][0]["size"] if shown["deliveries"] else shown["worklist"][0]["code"]


@asynccontextmanager
async def running(folder):
    async with serving(folder) as api:
        yield Sender(api)


async def test_a_message_feeds_a_table_and_decisions_after_that_look_into_it(folder):
    async with running(folder) as send:
        assert await send.price() == "UNMAPPED"
        delivery = await send.master(charge("82947", "45.00"))
        assert (delivery["destination"], delivery["state"]) == ("table:charge-master", "delivered")
        assert await send.price() == len("45.00")
        await send.master(charge("82947", "145.00"))
        assert await send.price() == len("145.00")


async def test_a_decision_records_the_version_that_the_change_made(folder):
    async with running(folder) as send:
        versions = []
        for price in ("45.00", "46.00", "46.00"):
            await send.master(charge("82947", price))
            versions.append((await send.shown(await send("ADT^A01", "PID|1||P1^^^GH^MR")))["version"])
        assert versions[0] != versions[1] == versions[2]


async def test_a_change_that_says_what_is_known_is_already_there(folder):
    async with running(folder) as send:
        states = [(await send.master(charge("82947", "45.00")))["state"] for _ in range(2)]
        assert states == ["delivered", "already_there"]


async def test_what_was_fed_is_there_after_a_restart_under_the_same_version(folder):
    async with running(folder) as send:
        await send.master(charge("82947", "45.00"), charge("83036", "30.00"))
        before = send.api.hub.plan.tables_version
    async with running(folder) as send:
        assert send.api.hub.plan.tables_version == before
        assert await send.price() == len("45.00")
        await send.master(charge("82947", "1.00", event="MDC"))
        assert await send.price() == "UNMAPPED"


async def test_a_change_with_one_record_that_does_not_fit_is_parked_whole_with_its_place_and_can_be_resent(folder):
    async with running(folder) as send:
        delivery = await send.master(charge("82947", "45.00"), charge("83036", "30.00", account="4199"))
        assert delivery["state"] == "parked"
        assert await send.price() == "UNMAPPED"
        (item,) = [one for one in (await send.api.get("/v1/parked")).body["items"] if one["code"] == "TABLE_CHANGE"]
        assert "MFE(2) 'gl_account' names no row of the table accounts" in item["text"]
        (folder / "tables" / "accounts.csv").write_text("account\n4110\n4199\n")
        await send.api.post("/v1/flows/tables/deploy")
        await send.api.post("/v1/parked/resend", items=[item["item"]], reason="the account is there")
        while await send.price() == "UNMAPPED":
            await asyncio.sleep(0.01)
        assert len(send.api.hub.feeds["charge-master"]._declared()[0].rows) == 2


async def test_changes_of_a_table_wait_behind_one_that_is_parked(folder):
    async with running(folder) as send:
        await send.master(charge("82947", "45.00", account="4199"))
        id = await send("MFN^M04", "MFI|CDM||UPD|||NE", *charge("82947", "46.00"))
        assert [one["state"] for one in (await send.shown(id))["deliveries"]] == ["waiting"]


async def test_a_replacement_ends_what_it_does_not_name(folder):
    async with running(folder) as send:
        await send.master(charge("82947", "45.00"))
        await send.master(charge("83036", "30.00"), file="REP")
        assert await send.price() == "UNMAPPED"


async def test_a_change_for_a_table_that_no_flow_declares_parks_the_message(folder):
    flow = folder / "flows" / "example.py"
    flow.write_text(flow.read_text().replace("masters.charge_master(fed=True)", "masters.charge_master()"))
    (folder / "tables" / "charge-master.csv").write_text("charge_code\n1\n")
    async with running(folder) as send:
        shown = await send.shown(await send("MFN^M04", "MFI|CDM||UPD|||NE", *charge("82947", "45.00")))
        assert shown["decision"] == "undecided"


async def test_a_replay_never_changes_a_table(folder):
    async with running(folder) as send:
        await send.master(charge("82947", "45.00"))
        reply = await send.api.post("/v1/replay", destinations=["table:charge-master"], reason="a test")
        assert reply.status == 400
        assert "never changes a table" in reply.body["problem"]


async def test_a_redeployed_flow_takes_the_rows_over_and_goes_on_being_fed(folder):
    async with running(folder) as send:
        await send.master(charge("82947", "45.00"))
        flow = folder / "flows" / "example.py"
        flow.write_text(flow.read_text().replace('f"{row.price}"', 'f"{row.price} USD"'))
        assert (await send.api.post("/v1/flows/ehr-adt/deploy")).body["changed"]
        assert await send.price() == len("45.00 USD")
        await send.master(charge("82947", "145.00"))
        assert await send.price() == len("145.00 USD")


async def test_a_flow_that_brings_a_new_fed_table_needs_a_start(folder):
    async with running(folder) as send:
        flow = folder / "flows" / "example.py"
        flow.write_text(flow.read_text().replace("accounts = ", "people = masters.staff()\naccounts = "))
        reply = await send.api.post("/v1/flows/ehr-adt/deploy")
        assert reply.status == 400
        assert "the table staff is fed by messages and is new" in reply.body["problem"]


async def test_stored_rows_that_fit_the_declaration_no_longer_keep_the_hub_from_starting(folder):
    async with running(folder) as send:
        await send.master(charge("82947", "45.00"))
    flow = folder / "flows" / "example.py"
    flow.write_text(
        flow.read_text().replace(
            "charges = masters.charge_master(fed=True)",
            "import msgspec\nfrom isthmus import table\n"
            "class Row(msgspec.Struct, frozen=True):\n    charge_code: str\n    weight: int\n"
            'charges = table("charge-master", key="charge_code", row=Row, fed=True)',
        )
    )
    hub = open_hub(folder, Observer())
    try:
        with pytest.raises(Misuse, match="'weight': give the column a default"):
            await hub.start()
    finally:
        await hub.stop()


async def test_nothing_of_a_fed_row_stands_in_the_journal_s_file_as_it_is(folder):
    async with running(folder) as send:
        await send.master(charge("CANARY-CODE", "45.00"))
    stored = b"".join(path.read_bytes() for path in (folder / "data").iterdir() if path.is_file())
    assert b"CANARY-CODE" not in stored


async def test_a_journal_with_fed_tables_verifies_and_its_ledger_adds_up(folder):
    async with running(folder) as send:
        await send.master(charge("82947", "45.00"), charge("83036", "30.00"))
        await send.master(charge("82947", "1.00", event="MDC", day="20191231"))
        assert (await send.api.post("/v1/verify")).body["findings"] == []
        ledger = (await send.api.get("/v1/ledger")).body
        assert ledger["imbalances"] == []
        (row,) = [one for one in ledger["rows"] if one["party"] == "table:charge-master"]
        assert row["delivered"] == 2


async def test_new_rows_answer_only_once_their_change_is_durable(folder):
    async with running(folder) as send:
        feed = send.api.hub.feeds["charge-master"]
        (declared,) = feed._declared()
        change = TableChange(
            table="charge-master", day=date(2026, 1, 1), records=(TableRecord("put", {"charge_code": "1"}),)
        )
        outcome = await feed.outcome(Delivery(1, 1, "table:charge-master", CATALOGUE.encode(change), "k"))
        assert len(declared.rows) == 0
        outcome.durable()
        assert len(declared.rows) == 1
        assert declared.version == outcome.reference


async def test_what_is_no_change_at_all_is_parked_and_not_a_crash(folder):
    async with running(folder) as send:
        feed = send.api.hub.feeds["charge-master"]
        register = DayEndRegister(application="A", business_date=date(2026, 1, 1), rows=())
        with pytest.raises(TableRefused, match="no change of a table"):
            await feed.outcome(Delivery(1, 1, "table:charge-master", CATALOGUE.encode(register), "k"))


async def test_a_change_that_was_taken_in_before_a_stop_takes_effect_after_the_start(folder):
    async with running(folder) as send:
        send.api.hub.outboxes["table:charge-master"].hold(True)
        await send("MFN^M04", "MFI|CDM||UPD|||NE", *charge("82947", "45.00"))
        assert await send.price() == "UNMAPPED"
    async with running(folder) as send:
        send.number = 10
        while await send.price() == "UNMAPPED":
            await asyncio.sleep(0.01)


async def test_a_flow_that_is_deployed_while_a_change_is_on_its_way_gets_its_rows_too(folder):
    async with running(folder) as send:
        feed = send.api.hub.feeds["charge-master"]
        records = (TableRecord("put", {"charge_code": "1", "price": "2"}), TableRecord("put", {"charge_code": "2"}))
        change = TableChange(table="charge-master", day=date(2026, 1, 1), records=records)
        outcome = await feed.outcome(Delivery(1, 1, "table:charge-master", CATALOGUE.encode(change), "k"))

        class Row(msgspec.Struct, frozen=True):
            charge_code: str
            price: int

        late = table("charge-master", key="charge_code", row=Row, fed=True)
        late.put(Rows({}, "", dated=True))
        send.api.hub.plan.tables.add(late)
        outcome.durable()
        assert [(row.charge_code, row.price) for row in late.where(on=date(2026, 1, 1))] == [("1", 2)]


async def test_a_large_change_is_worked_out_while_senders_are_answered(folder):
    async with running(folder) as send:
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0)
                ticks += 1

        feed = send.api.hub.feeds["charge-master"]
        records = tuple(TableRecord("put", {"charge_code": str(number)}) for number in range(3000))
        body = CATALOGUE.encode(TableChange(table="charge-master", day=date(2026, 1, 1), records=records))
        ticking = asyncio.create_task(tick())
        outcome = await feed.outcome(Delivery(1, 1, "table:charge-master", body, "k"))
        ticking.cancel()
        assert len(outcome.memories) == 3000
        assert ticks > 1


async def test_a_change_fits_every_declaration_that_looks_into_the_table(folder):
    """A flow that is deployed with more columns, while something else goes on with the old declaration."""
    async with running(folder) as send:
        await send.master(charge("82947", "45.00"))
        (old,) = send.api.hub.feeds["charge-master"]._declared()
        flow = folder / "flows" / "example.py"
        flow.write_text(
            flow.read_text().replace(
                "charges = masters.charge_master(fed=True)",
                "import msgspec\nfrom decimal import Decimal\nfrom isthmus import table\n"
                "class Row(msgspec.Struct, frozen=True):\n    charge_code: str\n    price: Decimal\n"
                'charges = table("charge-master", key="charge_code", row=Row, fed=True)',
            )
        )
        assert (await send.api.post("/v1/flows/ehr-adt/deploy")).body["changed"]
        assert (await send.master(charge("82947", "145.00")))["state"] == "delivered"
        assert await send.price() == len("145.00")
        assert str(old.get("82947", on=date(2026, 1, 1)).price) == "145.00"
        without_a_price = [segment for segment in charge("83036", "") if not segment.startswith("PRC")]
        assert (await send.master(without_a_price))["state"] == "parked"
        assert old.find("83036", on=date(2026, 1, 1)) is None
