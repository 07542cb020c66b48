"""Messages that stand undecided keep their place, whatever arrives while they are decided."""

from __future__ import annotations

import asyncio

from small_hub import SmallHub

from isthmus.testing.simulation.messages import FAILS


def test_what_arrives_while_they_are_decided_does_not_overtake() -> None:
    hub = SmallHub()
    later = [f"ehr.0.{at}" for at in range(3, 60)]

    async def scenario() -> None:
        hub.send("ehr.0.1", wish=FAILS)
        item = await hub.item()
        hub.send("ehr.0.2")
        await asyncio.sleep(0.1)
        assert hub.taken("erp") == []
        assert hub.operator is not None
        assert hub.life is not None
        skipped = hub.loop.run_in(hub.life, hub.operator.skip(hub.act(item), "ana"))
        for name in later:
            hub.send(name)
            await asyncio.sleep(0.0003)
        await skipped
        await asyncio.sleep(5)

    hub.run(scenario())
    assert hub.taken("erp") == ["ehr.0.2", *later]


def test_a_storage_that_fails_meanwhile_leaves_nobody_behind() -> None:
    hub = SmallHub()

    async def scenario() -> None:
        hub.send("ehr.0.1", wish=FAILS)
        item = await hub.item()
        hub.send("ehr.0.2")
        await asyncio.sleep(0.1)
        assert hub.operator is not None
        assert hub.life is not None
        skipped = hub.loop.run_in(hub.life, hub.operator.skip(hub.act(item), "ana"))
        store = hub.storage.store
        assert store is not None
        while store.db.in_transaction or store.one("select decision from message where id = 1") == 0:
            await asyncio.sleep(0.0002)
        hub.storage.disk.read_only = True
        await asyncio.sleep(2)
        hub.storage.disk.read_only = False
        await skipped
        await asyncio.sleep(1)

    hub.run(scenario())
    assert hub.taken("erp") == ["ehr.0.2"]
