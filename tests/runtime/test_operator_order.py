"""What a person sends on its way takes its place among what arrives at the same moment."""

from __future__ import annotations

import asyncio

from small_hub import SmallHub

from isthmus.runtime import asks
from isthmus.testing.simulation.messages import REFUSED


def test_what_is_redirected_goes_out_in_the_order_of_the_commits() -> None:
    hub = SmallHub()

    async def scenario() -> None:
        hub.send("ehr.0.1", wish=REFUSED)
        item = await hub.item()
        assert hub.operator is not None
        assert hub.life is not None
        ask = asks.Redirect(items=[item], to="viewer", reason="theirs", despite_newer=True)
        redirected = hub.loop.run_in(hub.life, hub.operator.redirect(ask, "ana"))
        for at in range(40):
            hub.send(f"lab.0.{at}", "ORU^R01")
            await asyncio.sleep(0.0003)
        await redirected
        await asyncio.sleep(5)

    hub.run(scenario())
    taken = [one.delivery for one in hub.targets["viewer"].taken]
    assert len(taken) == 41
    assert taken == sorted(taken)


def test_who_asked_may_be_gone_when_it_is_done() -> None:
    hub = SmallHub()

    async def scenario() -> None:
        hub.send("ehr.0.1", wish=REFUSED)
        item = await hub.item()
        assert hub.operator is not None
        assert hub.life is not None
        hub.send("ehr.0.2")
        skipped = hub.loop.run_in(hub.life, hub.operator.skip(hub.act(item), "ana"))
        store = hub.storage.store
        assert store is not None
        while store.one("select state from delivery where destination = (select id from name where name = 'erp')") == 8:
            await asyncio.sleep(0.0001)
        skipped.cancel()
        await asyncio.sleep(5)

    hub.run(scenario())
    assert hub.taken("erp") == ["ehr.0.2"]
