"""The whole day in the real ERP: its own books tie with the EHR's register, and stop doing so when a line is altered."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hospital_day import HubDay, check

from isthmus.connectors.tryton import SinkSettings, TrytonLedger, TrytonSink
from isthmus.connectors.tryton import sink as sink_for
from isthmus.ports import Context, Delivery
from isthmus.reconcile.charges_to_ledger import LEDGER
from isthmus.sandbox.erp import ErpServer

pytestmark = [pytest.mark.erp, pytest.mark.xdist_group("erp")]

DAY = date(2031, 5, 6)
"""A day on which no other test posts."""

ALTERED = """UPDATE account_move_line SET credit = credit + 0.01 WHERE id = (
    SELECT line.id FROM account_move_line line JOIN account_move move ON line.move = move.id
    JOIN account_account account ON line.account = account.id
    WHERE move.date = '2031-05-06' AND account.code = '4110' AND line.credit > 0 ORDER BY line.id LIMIT 1)"""


class OneSecret:
    def __init__(self, value: str) -> None:
        self.value = value

    def get(self, reference: str) -> str:
        return self.value


def connected(erp: ErpServer) -> tuple[SinkSettings, Context]:
    own = {"url": f"http://127.0.0.1:{erp.port}", "database": "erp", "key": "env:ERP", "company": "SBRH"}
    return msgspec.convert(own, SinkSettings), Context("erp", Path(), OneSecret(erp.key))


async def deliver(sink: TrytonSink, hub: HubDay) -> None:
    await sink.open()
    try:
        for number, one in enumerate(hub.engine.sent, 1):
            assert one.body is not None
            await sink.deliver(Delivery(number, number, "erp", one.body, one.key or ""))
    finally:
        await sink.close()


async def movement(settings: SinkSettings, context: Context):
    async with TrytonLedger(settings, context) as ledger:
        balances = await ledger.by_cost_centre(DAY, DAY)
    return {place: balance.net for place, balance in balances.items() if balance.net}


async def test_the_erp_s_own_books_tie_to_the_cent_until_a_line_is_altered_by_hand(erp: ErpServer) -> None:
    hub = HubDay(seed=5, charges_max=200, messages=260, discharges=20, business_date=DAY)
    hub.engine.fire()
    settings, context = connected(erp)
    await deliver(sink_for(settings, context), hub)

    tied = check(hub.totals(await movement(settings, context)))
    assert tied.breaks == ()
    assert sum(one.figures.get("ERP", 0) for one in tied.rows) == 0

    erp.psql(ALTERED)
    broken = check(hub.totals(await movement(settings, context)))
    assert [(one.leg, one.group, one.amount) for one in broken.breaks] == [(LEDGER, "4110", Decimal("0.01"))]
