"""Sealing and pruning beside a running hub, on a clock of the test's own."""

from __future__ import annotations

import asyncio

import pytest
from api_hub import MESSAGE, fresh_hub

from isthmus.kernel.clock import NS_PER_DAY, NS_PER_HOUR
from isthmus.observe import Observer
from isthmus.ports import Receipt
from isthmus.runtime import looks, maintenance
from isthmus.runtime.hub import open_hub
from isthmus.runtime.maintenance import Maintenance, retention_of
from isthmus.runtime.operator import Operator


class Clock:
    def __init__(self) -> None:
        self.ns = 1_767_225_600_000_000_000

    def now_ns(self) -> int:
        return self.ns


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def hub(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(maintenance, "BETWEEN_STEPS_S", 0)
    hub = open_hub(fresh_hub(tmp_path / "hub"), Observer(level="error"), clock=clock)
    await hub.start()
    yield hub
    await hub.stop()


async def receive(hub, id: str) -> Receipt:
    fate: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
    hub.intakes["ehr"].receive(MESSAGE % (b"ADT^A01", id.encode(), b"P1"), fate.set_result)
    return await fate


async def delivered(hub) -> None:
    for _ in range(2000):
        if not len(hub.outboxes["archive"].lanes):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("never delivered")


async def seals(hub) -> int:
    return await hub.journal.call(lambda batch: batch.store.one("select count(*) from seal"))


async def test_an_hour_is_sealed_once_it_has_closed(hub, clock):
    await receive(hub, "1")
    await delivered(hub)
    keeper = Maintenance(hub)
    await keeper.once()
    assert await seals(hub) == 0
    clock.ns += NS_PER_HOUR
    await keeper.once()
    assert await seals(hub) == 1
    await keeper.once()
    assert await seals(hub) == 1


async def test_bodies_go_when_their_retention_ends_and_what_is_left_still_verifies(hub, clock):
    await receive(hub, "1")
    await delivered(hub)
    clock.ns += 32 * NS_PER_DAY
    await receive(hub, "2")
    await delivered(hub)
    await Maintenance(hub).once()
    operator = Operator(hub)
    try:
        assert (await operator.look(looks.message, 1)).raw is None
        assert (await operator.look(looks.message, 2)).raw is not None
        assert (await operator.look(looks.verified)).findings == []
    finally:
        await operator.close()


async def test_a_defect_in_maintenance_is_reported_and_tried_again(hub, monkeypatch):
    keeper = Maintenance(hub)

    async def fail() -> None:
        raise ValueError("Canary")

    monkeypatch.setattr(keeper, "seal", fail)
    await keeper.once()
    await keeper.once()
    assert hub.observer.counts["Defect"] == 2


async def test_it_starts_and_closes_with_the_hub(hub):
    keeper = Maintenance(hub)
    keeper.start()
    await asyncio.sleep(0)
    await keeper.close()
    await keeper.close()


def test_retention_counts_whole_days_and_never_fewer():
    policy = retention_of({"standard": 1.5, "metadata": 400, "long": 90})
    assert (policy.bodies("standard"), policy.bodies("long"), policy.bodies("other")) == (2, 90, 2)
    assert policy.metadata_days == 400
