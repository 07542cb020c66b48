"""Accounts and cost centres of the real Tryton as rows: all that can be posted to, handed in when they change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from isthmus.connectors.tryton import SourceSettings, TrytonSource, source
from isthmus.kernel import IsthmusError, Misuse, Unavailable
from isthmus.ports import Context, Fate, Receipt
from isthmus.sandbox.erp import ErpServer

pytestmark = [pytest.mark.erp, pytest.mark.xdist_group("erp")]

CENTRE = "CC999"


class OneSecret:
    def __init__(self, value: str) -> None:
        self.value = value

    def get(self, reference: str) -> str:
        return self.value


class Taking:
    """An intake that takes everything, or answers as it is told."""

    body_bytes_max = 1 << 20

    def __init__(self) -> None:
        self.fate = Fate.ACCEPTED
        self.taken: list[dict] = []

    def receive(self, raw, reply, *, origin="", control=b""):
        if self.fate is Fate.ACCEPTED:
            self.taken.append(json.loads(raw))
        asyncio.get_running_loop().call_soon(reply, Receipt(self.fate, 1))

    def garbage(self, raw, fault, *, origin=""):
        raise AssertionError("the ERP sends no garbage")

    def codes(self, table: str) -> list[set[str]]:
        """The codes of each message about a table, in order."""
        column = {"accounts": "account", "cost-centres": "cost_centre"}[table]
        return [{row[column] for row in one["rows"]} for one in self.taken if one["table"] == table]


class NoSecretYet(OneSecret):
    there = False

    def get(self, reference: str) -> str:
        if not self.there:
            raise Misuse(f"{reference} is not there")
        return self.value


class Looks:
    """What a source told of its looks: the next one."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[IsthmusError | None] = asyncio.Queue()

    def __call__(self, trouble: IsthmusError | None) -> None:
        self.queue.put_nowait(trouble)


def built(erp: ErpServer, secrets: OneSecret | None = None, **changes: object) -> TrytonSource:
    declared = {"url": erp.url, "database": "erp", "key": "env:ERP", "company": "SBRH", "poll_s": 3600}
    context = Context("erp", Path(), secrets or OneSecret(erp.key), looked=Looks())
    made = source(msgspec.convert(declared | changes, SourceSettings), context)
    made.told = context.looked.queue
    return made


async def told(made: TrytonSource) -> IsthmusError | None:
    return await asyncio.wait_for(made.told.get(), 30)


@pytest.fixture
async def polled(erp: ErpServer) -> AsyncIterator[tuple[TrytonSource, Taking]]:
    """A source that has read everything once."""
    made, intake = built(erp), Taking()
    await made.open(intake)
    while len(intake.taken) < 2:
        await asyncio.sleep(0.01)
    yield made, intake
    await made.close()


@pytest.fixture
def centre(erp: ErpServer):
    """A cost centre that a test may close."""
    like = "SELECT id FROM analytic_account_account WHERE code = 'CC110'"
    columns = "code, name, type, state, company, root, parent, active"
    erp.psql(
        f"INSERT INTO analytic_account_account ({columns}) SELECT '{CENTRE}', 'A test', type, state, company, root, parent, "
        f"active FROM analytic_account_account WHERE id = ({like})"
    )
    yield
    erp.psql(f"DELETE FROM analytic_account_account WHERE code = '{CENTRE}'")


async def test_every_account_and_cost_centre_that_can_be_posted_to_is_handed_in(polled) -> None:
    _, intake = polled
    (accounts,), (centres,) = intake.codes("accounts"), intake.codes("cost-centres")
    assert {"1210", "4110", "4170"} <= accounts
    assert {"CC110", "CC170"} <= centres
    assert all(one["complete"] and one["type"] == "TableRows" for one in intake.taken)
    (laboratory,) = [row for one in intake.taken for row in one["rows"] if row.get("cost_centre") == "CC110"]
    assert laboratory["description"]


async def test_what_is_as_it_was_is_not_handed_in_again(polled) -> None:
    made, intake = polled
    await made.once()
    assert len(intake.taken) == 2


async def test_what_is_new_and_what_is_closed_changes_the_table(polled, centre, erp: ErpServer) -> None:
    made, intake = polled
    await made.once()
    erp.psql(f"UPDATE analytic_account_account SET state = 'closed' WHERE code = '{CENTRE}'")
    await made.once()
    assert len(intake.codes("accounts")) == 1, "the accounts are as they were"
    assert [CENTRE in codes for codes in intake.codes("cost-centres")] == [False, True, False]


async def test_what_the_hub_could_not_store_is_handed_in_at_the_next_poll(erp: ErpServer) -> None:
    made, intake = built(erp), Taking()
    made._intake = intake
    intake.fate = Fate.UNABLE
    await made.once()
    assert intake.taken == []
    intake.fate = Fate.ACCEPTED
    await made.once()
    assert len(intake.taken) == 2
    await made.close()


async def test_only_the_tables_that_are_declared_are_read(erp: ErpServer) -> None:
    made, intake = built(erp, accounts="", cost_centres="centres"), Taking()
    made._intake = intake
    await made.once()
    assert [one["table"] for one in intake.taken] == ["centres"]
    await made.close()


async def test_an_erp_that_is_away_is_asked_again(erp: ErpServer) -> None:
    made, intake = built(erp, url="http://127.0.0.1:9", poll_s=0.01), Taking()
    await made.open(intake)
    with pytest.raises(Unavailable):
        await made.once()
    assert isinstance(await told(made), Unavailable)
    assert isinstance(await told(made), Unavailable)
    await made.close()
    await made.close()


async def test_a_key_that_is_not_there_yet_is_read_again_at_the_next_poll(erp: ErpServer) -> None:
    secrets, intake = NoSecretYet(erp.key), Taking()
    made = built(erp, secrets, poll_s=0.01)
    await made.open(intake)
    assert isinstance(await told(made), Misuse)
    secrets.there = True
    while await told(made) is not None:
        pass
    assert len(intake.taken) == 2
    await made.close()
