"""What does not fit into memory is read back from the journal: all of it, once, and in order."""

from __future__ import annotations

import asyncio

from small_hub import SmallHub

from isthmus.runtime.outbox import Bounds
from isthmus.testing.simulation.messages import REFUSED

TINY = Bounds(window=8, low_water=4, lane_window=2, page=3)


def test_what_is_sent_again_into_a_lane_that_stands_in_the_journal_is_read_back_too() -> None:
    hub = SmallHub(TINY)
    later = [f"lab.0.{at}" for at in range(2, 9)]

    async def scenario() -> None:
        hub.send("lab.0.1", "ORU^R01", wish=REFUSED)
        item = await hub.item()
        hub.targets["erp"].reachable = False
        for name in later:
            hub.send(name, "ORU^R01")
        await asyncio.sleep(1)
        await hub.restart()
        await asyncio.sleep(1)
        assert hub.operator is not None
        hub.targets["erp"].cured.add("lab.0.1")
        await hub.in_hub(hub.operator.resend(hub.act(item), "ana"))
        hub.targets["erp"].reachable = True
        await asyncio.sleep(5)

    hub.run(scenario())
    assert sorted(hub.taken("erp")) == ["lab.0.1", *later]
    assert hub.taken("viewer") == ["lab.0.1", *later]
