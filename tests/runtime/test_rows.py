"""Files worked off piece by piece, through a real hub and a real journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from money_files import interchange, remittance
from row_hub import CHARGES, TOTALLED, RowHub, charges

from isthmus.cli.commands.show import in_words
from isthmus.flows import Flow, flow, forward, send
from isthmus.kernel.errors import StorageUnable
from isthmus.ports import Delivery, Fate, Settlement, State
from isthmus.runtime import asks
from isthmus.runtime.rows import RowsSink


def charges_flow(**options: Any) -> Flow:
    given = {
        "source": "files", "accepts": "delimited/charges", "layout": CHARGES, "owner": "finance", "lane": "account",
        "when_parked": "wait", "each": "row", "bad": "park",
    } | options  # fmt: skip
    made = flow("charges", **given)

    @made.on()
    def charge(message: Any) -> Iterator[Any]:
        if message["account"] == "HURTS":
            raise ValueError("Carla Canary")
        yield send("erp", f"{message['account']} {message['amount']}".encode())

    return made


@pytest.fixture
async def hubs(tmp_path: Path) -> AsyncIterator[list[RowHub]]:
    """The hubs that a test starts are stopped after it."""
    started: list[RowHub] = []
    yield started
    for hub in started:
        await hub.stop()


async def begin(hubs: list[RowHub], folder: Path, of: Flow, **source: Any) -> RowHub:
    hub = await RowHub(folder, of, **source).start()
    hubs.append(hub)
    return hub


async def test_each_row_of_a_file_is_decided_like_a_message_of_its_own(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    receipt = await hub.take(charges((n, f"A{n % 3}", f"{n}.50") for n in range(1000)))
    assert receipt.fate is Fate.ACCEPTED
    await hub.rest()
    assert sorted(hub.bodies) == sorted(f"A{n % 3} {n}.50" for n in range(1000))
    for account in ("A0", "A1", "A2"):
        amounts = [float(body.split()[1]) for body in hub.bodies if body.startswith(account)]
        assert amounts == sorted(amounts)
    assert len({key for key, _ in hub.erp.taken}) == 1000
    assert await hub.deliveries("rows:charges") == [State.DELIVERED]
    await hub.proven()


async def test_a_bad_row_is_parked_alone_mended_and_sent_again(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    await hub.take(charges([(1, "A", "1.00"), (2, "A", "much"), (3, "HURTS", "3.00"), (4, "A", "4.00")]))
    await hub.rest(parked=2)
    assert hub.bodies == ["A 1.00", "A 4.00"]
    bad, hurts = (await hub.operator.parked(asks.ListParked(), "ana")).items
    assert bad.text.startswith("piece 2 (line 3 of the file), as parked: not a decimal number")
    assert "column amount" in bad.text
    assert hurts.text.startswith("piece 3 (line 4 of the file), as parked: the flow failed with ValueError")
    assert "Canary" not in hub.log.getvalue()
    body = (await hub.operator.body(asks.TakeBody(item=bad.item, reason="to see"), "ana")).body
    assert body == b"id,account,amount\n2,A,much\n"
    mended = asks.Mend(item=bad.item, body=body.replace(b"much", b"2.00"), reason="a slip", despite_newer=True)
    await hub.operator.mend(mended, "ana")
    await hub.operator.discard(asks.ActOn(items=[hurts.item], reason="not ours"), "ana")
    await hub.rest()
    assert hub.bodies == ["A 1.00", "A 4.00", "A 2.00"]
    await hub.proven()


async def test_a_mended_row_that_is_still_bad_is_parked_again(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    await hub.take(charges([(1, "A", "much")]))
    await hub.rest(parked=1)
    for body, why in ((b"id,account,amount\n1,A,more\n", "not a decimal"), (b"id,account,amount\n", "holds 0 pieces")):
        (item,) = (await hub.operator.parked(asks.ListParked(), "ana")).items
        await hub.operator.mend(asks.Mend(item=item.item, body=body, reason="a try"), "ana")
        await hub.rest(parked=1)
        (item,) = (await hub.operator.parked(asks.ListParked(), "ana")).items
        assert why in item.text
    await hub.proven()


async def test_a_file_that_may_not_be_taken_in_part_is_refused_whole_with_everything_that_is_wrong(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow(bad="refuse"))
    rows = [(n, "A", "1.00") for n in range(600)]
    rows[3], rows[500] = (3, "A", "much"), (500, "HURTS", "1.00")
    await hub.take(charges(rows))
    await hub.rest(parked=1)
    assert hub.bodies == []
    (item,) = (await hub.operator.parked(asks.ListParked(), "ana")).items
    assert "nothing of it was dispatched; faults: 2, the first in piece 4 (line 5)" in item.text
    detail = await hub.journal.call(lambda batch: batch.store.words(b"w1", batch.store.one("select x from worklist")))
    assert "piece 501 (line 502): the flow failed with ValueError" in detail["detail"]
    assert "Canary" in detail["detail"]
    assert "Canary" not in hub.log.getvalue()
    good = charges((n, "A", "1.00") for n in range(600))
    await hub.operator.mend(asks.Mend(item=item.item, body=good, reason="the right file"), "ana")
    await hub.rest()
    assert len(hub.bodies) == 600
    await hub.proven()


async def test_totals_are_held_to_before_anything_when_a_bad_file_is_refused(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow(layout=TOTALLED, bad="refuse"))
    await hub.take(b"D,A,1.50\nD,B,2.00\nT,2,3.60\n")
    await hub.rest(parked=1)
    assert hub.bodies == []
    assert "a total does not agree with the records" in (await parked_text(hub))


async def test_totals_are_held_to_at_the_end_when_bad_rows_are_parked(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow(layout=TOTALLED))
    await hub.take(b"D,A,1.50\nD,B,2.00\nT,2,3.50\n")
    await hub.rest()
    await hub.take(b"D,A,1.00\nD,B,1.00\nT,3,2.00\n", b"file-2")
    await hub.rest(parked=1)
    assert hub.bodies == ["A 1.50", "B 2.00", "A 1.00", "B 1.00"]
    assert "after 2 pieces, which were worked off: a count does not agree" in (await parked_text(hub))
    (item,) = (await hub.operator.parked(asks.ListParked(), "ana")).items
    mended = asks.Mend(item=item.item, body=b"D,A,1.00\nD,B,1.00\nD,C,9.00\nT,3,11.00\n", reason="the rest")
    await hub.operator.mend(mended, "ana")
    await hub.rest()
    assert hub.bodies[4:] == ["C 9.00"]
    await hub.proven()


async def parked_text(hub: RowHub) -> str:
    (item,) = (await hub.operator.parked(asks.ListParked(), "ana")).items
    return str(item.text)


async def test_the_next_file_waits_behind_one_that_is_parked(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow(layout=TOTALLED, bad="refuse"))
    await hub.take(b"D,A,1.00\nT,9,1.00\n")
    await hub.take(b"D,A,2.00\nT,1,2.00\n", b"file-2")
    await hub.until(lambda: len(hub.hub.outboxes["rows:charges"].lanes) == 2)
    while await hub.one("select count(*) from delivery where state = 8") == 0:
        pass
    assert hub.bodies == []
    (item,) = (await hub.operator.parked(asks.ListParked(), "ana")).items
    await hub.operator.skip(asks.ActOn(items=[item.item], reason="sent twice"), "ana")
    await hub.rest()
    assert hub.bodies == ["A 2.00"]


async def test_a_file_of_another_kind_is_parked_as_a_whole(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    await hub.take(charges((n, "A", "much") for n in range(500)))
    await hub.rest(parked=1)
    assert "none of the first 256 pieces" in (await parked_text(hub))


async def test_a_file_goes_on_after_a_stop_where_it_was(hubs, tmp_path):
    of = charges_flow()
    hub = await RowHub(tmp_path, of).start()
    await hub.take(charges((n, f"A{n % 7}", "1.00") for n in range(5000)))
    await hub.until(lambda: len(hub.erp.taken) > 100)
    await hub.stop()
    again = await begin(hubs, tmp_path, of)
    assert await again.one("select 1 from posting where code = 'STEP' limit 1")
    await again.rest()
    keys = [key for key, _ in (*hub.erp.taken, *again.erp.taken)]
    assert len(set(keys)) == 5000
    assert len(keys) <= 5001
    await again.proven()


async def test_a_row_that_is_forwarded_is_a_file_of_one_and_rows_alike_are_two(hubs, tmp_path):
    of = charges_flow()
    of.handlers["*"] = lambda message: [forward("erp")]
    hub = await begin(hubs, tmp_path, of)
    await hub.take(charges([(1, "A", "1.00"), (1, "A", "1.00")]))
    await hub.rest()
    assert hub.bodies == ["id,account,amount\n1,A,1.00\n"] * 2
    assert len({key for key, _ in hub.erp.taken}) == 2


async def test_the_same_file_again_is_a_duplicate(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    raw = charges([(1, "A", "1.00")])
    assert [(await hub.take(raw)).fate for _ in range(2)] == [Fate.ACCEPTED, Fate.DUPLICATE]


async def test_a_file_without_its_header_is_refused_at_the_door(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    receipt = await hub.take(b"1,A,1.00\n")
    assert receipt.fate is Fate.REFUSED
    assert "the line of names lacks a column" in str(receipt.error)


async def test_show_says_how_far_a_file_has_come_and_which_rows_are_parked(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    rows: list[tuple[Any, ...]] = [(n, f"A{n}", "1.00") for n in range(700)]
    rows[1] = rows[600] = (0, "A", "much")
    raw = charges(rows)
    receipt = await hub.take(raw)
    await hub.rest(parked=2)
    shown = await hub.operator.show(asks.ShowMessage(id=receipt.message_id), "ana")
    (file,) = shown.files
    assert (file.flow, file.state, file.pieces, file.bad, file.follows) == ("charges", "delivered", 700, 2, 700)
    assert (file.at, file.size, file.parked) == (len(raw), len(raw), [2, 601])
    assert shown.dispatched == {"erp": {"delivered": 698}, "rows:charges": {"delivered": 1, "parked": 2}}
    assert len(shown.deliveries) == 200
    assert [one.state for one in shown.deliveries if one.destination == "rows:charges"] == [
        "delivered",
        "parked",
        "parked",
    ]
    words = "\n".join(in_words(shown, tree=True))
    assert "worked off by charges: delivered\n  pieces     700, 2 of them bad; 700 deliveries followed\n" in words
    assert "  parked     piece 2, 601\n" in words
    assert "worked off so far: 512 pieces, 1 of them bad, by charges@" in words
    assert words.count("worked off so far") == 1
    assert "501 of them are not listed here" in words


async def test_a_file_that_is_too_large_is_not_shown(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    receipt = await hub.take(
        charges([(1, "A", "1.00"), ("x" * (900 << 10), "A", "1.00")] + [("x" * (900 << 10), "A", "1.00")] * 4)
    )
    await hub.rest()
    shown = await hub.operator.show(asks.ShowMessage(id=receipt.message_id), "ana")
    assert (shown.raw, shown.deliveries[0].body) == (None, None)
    assert "the body is not shown" in "\n".join(in_words(shown, tree=True))


def claims_flow(**options: Any) -> Flow:
    given = {
        "source": "payer", "accepts": "x12/835@005010X221A1", "owner": "finance", "lane": "CLP01",
        "when_parked": "wait", "each": "claim", "bad": "refuse",
    } | options  # fmt: skip
    made = flow("remittances", **given)

    @made.on("835^*")
    def paid(message: Any) -> Iterator[Any]:
        yield send("erp", f"{message['CLP01']} {message['CLP04']} {message['TRN02']}".encode())

    return made


async def test_a_remittance_is_worked_off_by_claims_under_its_payment(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, claims_flow())
    paid = [(f"C{n}", "10.00") for n in range(600)]
    await hub.take(interchange("835", "005010X221A1", remittance(paid, adjustment="2.50")))
    await hub.rest()
    assert hub.bodies == [f"C{n} 10.00 T1" for n in range(600)]
    await hub.proven()


async def test_of_a_remittance_that_does_not_balance_nothing_goes_out(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, claims_flow())
    await hub.take(interchange("835", "005010X221A1", remittance([("C1", "10.00")], paid="9.00")))
    await hub.rest(parked=1)
    assert hub.bodies == []
    assert "do not come to BPR02" in (await parked_text(hub))


async def test_a_remittance_goes_on_after_a_stop_where_it_was(hubs, tmp_path):
    of = claims_flow(bad="park")
    hub = await RowHub(tmp_path, of).start()
    await hub.take(interchange("835", "005010X221A1", remittance([(f"C{n}", "10.00") for n in range(3000)])))
    await hub.until(lambda: len(hub.erp.taken) > 50)
    await hub.stop()
    again = await begin(hubs, tmp_path, of)
    await again.rest()
    assert len({key for key, _ in (*hub.erp.taken, *again.erp.taken)}) == 3000
    await again.proven()


async def test_a_guide_that_the_flow_does_not_name_is_refused_at_the_door(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, claims_flow())
    receipt = await hub.take(interchange("835", "004010X091A1", remittance([("C1", "10.00")])))
    assert (receipt.fate, str(receipt.error)) == (Fate.REFUSED, "this source takes no 835^004010X091A1")


async def test_a_total_that_bad_rows_keep_from_being_held_is_said(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow(layout=TOTALLED))
    receipt = await hub.take(b"D,A,1.50\nD,B,much\nT,2,3.50\n")
    await hub.rest(parked=1)
    shown = await hub.operator.show(asks.ShowMessage(id=receipt.message_id), "ana")
    assert "a total cannot be held against the records" in shown.deliveries[0].steps[-1].words


async def test_a_replay_works_a_file_off_to_the_destinations_named(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    receipt = await hub.take(charges([(1, "A", "1.00"), (2, "A", "2.00")]))
    await hub.rest()
    ask = asks.Replay(ids=[receipt.message_id], destinations=["erp"], dry_run=False, reason="again", despite_newer=True)
    replayed = await hub.operator.replay(ask, "ana")
    assert replayed.dispatched == {"rows:charges": 1}
    await hub.rest()
    assert hub.bodies == ["A 1.00", "A 2.00"] * 2
    assert len({key for key, _ in hub.erp.taken}) == 2
    await hub.proven()


async def test_a_file_goes_on_with_the_flow_that_was_deployed_meanwhile(hubs, tmp_path):
    hub = await begin(hubs, tmp_path, charges_flow())
    hub.hub.outboxes["rows:charges"].hold(True)
    await hub.take(charges((n, "A", "1.00") for n in range(600)))
    sink = RowsSink("charges", hub.hub.plan, hub.journal)
    headers = {"source": "files", "file": "f", "received_ns": 0, "facility": ""}
    file = Delivery(1, 1, "rows:charges", b"", "key", headers=headers)
    first = await sink.deliver(file)
    changed = charges_flow()
    changed.handlers["*"] = lambda message: []
    hub.hub.plan.replace("charges", changed)
    settled: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    (entry,) = await hub.journal.page("rows:charges", 0, 1)
    settlement = Settlement(entry, State.WAITING, 0, cursor=first.cursor, follow=first.follow)
    hub.journal.settle(settlement, settled.set_result)
    await settled
    second = await sink.deliver(file)
    assert [(len(one.follow), one.more) for one in (first, second)] == [(256, True), (0, True)]
    assert second.reference.startswith("512 pieces")


async def test_a_mended_row_is_not_at_fault_for_a_disk_that_cannot_be_read(hubs, tmp_path, monkeypatch):
    hub = await begin(hubs, tmp_path, charges_flow())
    real, broken = hub.journal.read, [StorageUnable("the disk reports an error")]

    async def read(delivery: int, offset: int, bytes_max: int) -> bytes:
        if delivery == 2 and broken:
            raise broken.pop()
        return await real(delivery, offset, bytes_max)

    monkeypatch.setattr(hub.journal, "read", read)
    await hub.take(charges([(1, "A", "much")]))
    await hub.rest(parked=1)
    assert "not a decimal" in (await parked_text(hub))
    assert await hub.one("select attempts from delivery where id = 2") == 1
