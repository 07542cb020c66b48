"""Journal entries reach the real Tryton once in effect, whatever the network and the server do."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from isthmus.connectors.tryton import EntryRefused, SinkSettings, TrytonLedger, TrytonSink, split
from isthmus.connectors.tryton import sink as sink_for
from isthmus.kernel import Conflict, Permanent, Transient, Unavailable
from isthmus.model import CATALOGUE, EntryLine, JournalEntry
from isthmus.ports import Context, Delivery, Outcome
from isthmus.sandbox.erp import ErpServer
from isthmus.testing.fault_proxy import Armed, Cut, FaultProxy, Hold, Reset, Swallow

pytestmark = [pytest.mark.erp, pytest.mark.xdist_group("erp")]

DAY = date(2026, 3, 2)
CREATE = b"POST /erp/rest/model/account.move?"
POST = b"/post"
PATIENCE_S = 20.0


def entry(*, key: str | None = None, day: date = DAY, reverses: str | None = None, **changes: str) -> JournalEntry:
    """Laboratory 120.00 and ward 80.50 on account of Medicare; `changes` replace accounts or cost centres."""
    codes = {
        "receivable": "1210",
        "lab": "4110",
        "lab_centre": "CC110",
        "ward": "4170",
        "ward_centre": "CC170",
    } | changes
    lab, ward = Decimal("120.00"), Decimal("80.50")
    return JournalEntry(
        key=key or f"TEST-{uuid.uuid4()}",
        company="SBRH",
        journal="REV",
        posting_date=day,
        currency="USD",
        description="Patient revenue",
        lines=(
            EntryLine(line=1, account=codes["receivable"], debit=lab + ward),
            EntryLine(line=2, account=codes["lab"], cost_centre=codes["lab_centre"], credit=lab, charges=("c1",)),
            EntryLine(
                line=3, account=codes["ward"], cost_centre=codes["ward_centre"], credit=ward, charges=("c2", "c3")
            ),
        ),
        reverses=reverses,
    )


def delivery(wanted: JournalEntry, attempt: int = 1) -> Delivery:
    return Delivery(1, 1, "erp", CATALOGUE.encode(wanted), wanted.key, attempt)


def settings(url: str, **changes: object) -> SinkSettings:
    return msgspec.convert({"url": url, "database": "erp", "key": "env:ERP", "company": "SBRH"} | changes, SinkSettings)


class OneSecret:
    def __init__(self, value: str) -> None:
        self.value = value

    def get(self, reference: str) -> str:
        return self.value


def context(key: str) -> Context:
    return Context("erp", Path(), OneSecret(key))


def connection(erp: ErpServer, port: int = 0, **changes: object) -> TrytonSink:
    return sink_for(settings(f"http://127.0.0.1:{port or erp.port}", **changes), context(erp.key))


@pytest.fixture
async def sink(erp: ErpServer) -> AsyncIterator[TrytonSink]:
    sink = connection(erp)
    await sink.open()
    yield sink
    await sink.close()


@pytest.fixture
async def ledger(erp: ErpServer) -> AsyncIterator[TrytonLedger]:
    async with TrytonLedger(settings(erp.url), context(erp.key)) as ledger:
        yield ledger


@pytest.fixture
async def proxy(erp: ErpServer) -> AsyncIterator[FaultProxy]:
    async with await FaultProxy.start("127.0.0.1", erp.port) as proxy:
        yield proxy


@pytest.fixture
async def far_sink(proxy: FaultProxy, erp: ErpServer) -> AsyncIterator[TrytonSink]:
    """A sink behind the proxy that loses patience soon."""
    sink = connection(erp, proxy.port, request_s=2.0)
    await sink.open()
    yield sink
    await sink.close()


async def deliver_into(fault: Armed, sink: TrytonSink, wanted: JournalEntry) -> None:
    """Attempts that fail, until the fault has struck one of them."""
    while not fault.seen.is_set():
        with pytest.raises(Unavailable):
            await sink.deliver(delivery(wanted))


async def persistent(sink: TrytonSink, wanted: JournalEntry) -> Outcome:
    """Deliver as the runner does: what is transient or unavailable is tried again."""
    for attempt in range(2, 20):
        try:
            return await sink.deliver(delivery(wanted, attempt))
        except (Transient, Unavailable):
            continue
    raise AssertionError("the ERP was never free")


def held(erp: ErpServer, key: str) -> list[str]:
    """The states of all entries that the ERP holds under a key."""
    return [state for (state,) in erp.psql(f"SELECT state FROM account_move WHERE description = '{key}' ORDER BY id")]


async def test_an_entry_is_posted_with_accounts_cost_centres_and_amounts(sink, ledger, erp) -> None:
    wanted = entry(day=date(2025, 1, 15))
    outcome = await sink.deliver(delivery(wanted))
    assert not outcome.already_there
    assert await ledger.entries(wanted.key) == [(wanted.key, outcome.reference, wanted.posting_date, Decimal("200.50"))]
    assert await ledger.by_cost_centre(date(2025, 1, 1), date(2025, 1, 31)) == {
        ("1210", None): (Decimal("200.50"), Decimal(0)),
        ("4110", "CC110"): (Decimal(0), Decimal("120.00")),
        ("4170", "CC170"): (Decimal(0), Decimal("80.50")),
    }


async def test_the_same_key_twice_makes_one_entry(sink, erp) -> None:
    wanted = entry()
    first, second = await sink.deliver(delivery(wanted)), await sink.deliver(delivery(wanted, attempt=2))
    assert (first.already_there, second.already_there) == (False, True)
    assert first.reference == second.reference
    assert held(erp, wanted.key) == ["posted"]


async def test_other_content_under_a_posted_key_is_a_conflict_that_shows_both(sink, erp) -> None:
    wanted = entry()
    await sink.deliver(delivery(wanted))
    with pytest.raises(Conflict, match="other content") as conflict:
        await sink.deliver(delivery(entry(key=wanted.key, lab="4120")))
    assert "4110" in (conflict.value.detail or "")
    assert "4120" in (conflict.value.detail or "")
    assert held(erp, wanted.key) == ["posted"]


async def test_an_answer_lost_after_the_draft_was_created_leaves_one_posted_entry(far_sink, proxy, erp) -> None:
    wanted = entry()
    await deliver_into(proxy.arm(Cut(), when=CREATE), far_sink, wanted)
    assert held(erp, wanted.key) == ["draft"]
    await persistent(far_sink, wanted)
    assert held(erp, wanted.key) == ["posted"]


async def test_an_answer_lost_after_the_posting_leaves_one_posted_entry(far_sink, proxy, erp) -> None:
    wanted = entry()
    await deliver_into(proxy.arm(Cut(), when=POST), far_sink, wanted)
    assert held(erp, wanted.key) == ["posted"]
    assert (await persistent(far_sink, wanted)).already_there
    assert held(erp, wanted.key) == ["posted"]


async def test_a_creation_that_arrives_after_the_retry_was_posted_is_removed_with_the_next_delivery(
    far_sink, proxy, erp
) -> None:
    wanted, other = entry(), entry()
    hold = proxy.arm(Hold(), when=CREATE)
    await deliver_into(hold, far_sink, wanted)
    await persistent(far_sink, wanted)
    hold.release()
    await asyncio.wait_for(hold.done.wait(), PATIENCE_S)
    assert held(erp, wanted.key) == ["posted", "draft"]
    await persistent(far_sink, other)
    assert held(erp, wanted.key) == ["posted"]


async def test_a_posting_that_arrives_after_the_retry_changes_nothing(far_sink, proxy, erp) -> None:
    wanted = entry()
    hold = proxy.arm(Hold(), when=POST)
    await deliver_into(hold, far_sink, wanted)
    outcome = await persistent(far_sink, wanted)
    hold.release()
    await asyncio.wait_for(hold.done.wait(), PATIENCE_S)
    assert held(erp, wanted.key) == ["posted"]
    assert (await persistent(far_sink, wanted)).reference == outcome.reference


async def test_a_draft_whose_posting_is_still_on_its_way_is_removed_before_an_older_one_is_posted(
    far_sink, proxy, sink, erp
) -> None:
    wanted, late = entry(), entry()
    await plant_draft(sink, late)
    first = proxy.arm(Hold(), when=POST)
    await deliver_into(first, far_sink, wanted)
    erp.psql(f"UPDATE account_move SET description = '{wanted.key}' WHERE description = '{late.key}'")
    second = proxy.arm(Hold(), when=POST)
    retry = asyncio.create_task(persistent(far_sink, wanted))
    await asyncio.wait_for(second.seen.wait(), PATIENCE_S)
    first.release()
    await asyncio.wait_for(first.done.wait(), PATIENCE_S)
    second.release()
    await retry
    assert held(erp, wanted.key) == ["posted"]


@pytest.mark.parametrize("fault", [Swallow(), Reset(), Reset(request_bytes=40)])
async def test_a_request_that_never_arrives_is_sent_again(far_sink, proxy, erp, fault) -> None:
    wanted = entry()
    await deliver_into(proxy.arm(fault, when=CREATE), far_sink, wanted)
    assert held(erp, wanted.key) == []
    await persistent(far_sink, wanted)
    assert held(erp, wanted.key) == ["posted"]


async def test_an_abandoned_delivery_can_be_repeated_at_once(far_sink, proxy, erp) -> None:
    wanted = entry()
    hold = proxy.arm(Hold(), when=CREATE)
    abandoned = asyncio.create_task(far_sink.deliver(delivery(wanted)))
    await asyncio.wait_for(hold.seen.wait(), PATIENCE_S)
    abandoned.cancel()
    await asyncio.gather(abandoned, return_exceptions=True)
    hold.release()
    await asyncio.wait_for(hold.done.wait(), PATIENCE_S)
    await persistent(far_sink, wanted)
    assert held(erp, wanted.key) == ["posted"]


async def test_of_several_drafts_the_oldest_of_equal_content_is_posted_and_the_others_are_removed(sink, erp) -> None:
    wanted = entry()
    await plant_draft(sink, entry(key=wanted.key, lab="4120", lab_centre="CC120"))
    await plant_draft(sink, wanted)
    await plant_draft(sink, wanted)
    query = f"SELECT id, state FROM account_move WHERE description = '{wanted.key}' ORDER BY id"
    _, (oldest, _), _ = erp.psql(query)
    assert not (await sink.deliver(delivery(wanted))).already_there
    assert erp.psql(query) == [(oldest, "posted")]


async def plant_draft(sink: TrytonSink, wanted: JournalEntry) -> None:
    await sink._create(wanted)


async def test_concurrent_writers_all_post_once(erp) -> None:
    sinks = [connection(erp) for _ in range(4)]
    await asyncio.gather(*(sink.open() for sink in sinks))
    wanted = [entry() for _ in range(16)]

    async def write(sink: TrytonSink, share: list[JournalEntry]) -> list[Outcome]:
        return [await persistent(sink, one) for one in share]

    outcomes = await asyncio.gather(*(write(sink, wanted[n::4]) for n, sink in enumerate(sinks)))
    await asyncio.gather(*(sink.close() for sink in sinks))
    assert len({outcome.reference for share in outcomes for outcome in share}) == 16
    assert [held(erp, one.key) for one in wanted] == [["posted"]] * 16


async def test_two_writers_of_the_same_key_post_it_once(erp) -> None:
    sinks = [connection(erp) for _ in range(2)]
    await asyncio.gather(*(sink.open() for sink in sinks))
    wanted = [entry() for _ in range(4)]
    for one in wanted:
        first, second = await asyncio.gather(*(persistent(sink, one) for sink in sinks))
        assert first.reference == second.reference
    await asyncio.gather(*(sink.close() for sink in sinks))
    assert [held(erp, one.key).count("posted") for one in wanted] == [1] * 4


async def test_a_closed_period_is_named_and_takes_the_entry_once_it_is_open_again(sink, erp) -> None:
    wanted = entry(day=date(2025, 2, 10))
    erp.close_period("2025-02")
    try:
        with pytest.raises(EntryRefused, match="the accounting period 2025-02 is closed") as refused:
            await sink.deliver(delivery(wanted))
    finally:
        erp.reopen_period("2025-02")
    assert "reopen" in (refused.value.suggestion or "")
    assert (await sink.deliver(delivery(wanted, attempt=2))).reference


async def test_a_period_closed_after_it_was_looked_up_is_named_with_the_words_of_the_erp_as_detail(sink, erp) -> None:
    await sink.deliver(delivery(entry(day=date(2025, 5, 10))))
    wanted = entry(day=date(2025, 5, 10))
    erp.close_period("2025-05")
    try:
        with pytest.raises(EntryRefused, match="the accounting period 2025-05 is closed") as refused:
            await sink.deliver(delivery(wanted))
    finally:
        erp.reopen_period("2025-05")
    assert "Revenue - 2025-05" in (refused.value.detail or "")
    assert held(erp, wanted.key) == []


async def test_a_period_that_is_open_but_not_for_the_journal_is_named(sink, erp) -> None:
    await sink.deliver(delivery(entry(day=date(2025, 6, 10))))
    erp.close_period("2025-06")
    erp.psql("UPDATE account_period SET state = 'open' WHERE name = '2025-06'")
    try:
        with pytest.raises(EntryRefused, match="the accounting period 2025-06 is closed for the journal"):
            await sink.deliver(delivery(entry(day=date(2025, 6, 10))))
    finally:
        erp.psql("UPDATE account_journal_period SET state = 'open'")


async def test_a_day_without_a_period_is_named(sink) -> None:
    with pytest.raises(EntryRefused, match="no accounting period for 2099-01-01"):
        await sink.deliver(delivery(entry(day=date(2099, 1, 1))))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ward_centre": "CC999"}, r"the ERP has no open cost centre CC999 \(line 3\)"),
        ({"lab": "4999", "ward": "4998"}, r"the ERP has no open account 4998, 4999 \(line 2, 3\)"),
    ],
)
async def test_unknown_codes_are_all_named_with_their_lines(sink, erp, changes, message) -> None:
    wanted = entry(**changes)
    with pytest.raises(Permanent, match=message) as refused:
        await sink.deliver(delivery(wanted))
    assert type(refused.value) is Permanent
    assert held(erp, wanted.key) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"company": "OTHER"}, "the entry is for company OTHER"),
        ({"currency": "EUR"}, "keeps its books in USD"),
        ({"journal": "NONE"}, "no journal NONE"),
        ({"lines": ()}, "no lines"),
        ({"lines": (EntryLine(line=1, account="1210", debit=Decimal(1)),)}, "does not balance"),
    ],
)
async def test_what_is_wrong_with_the_entry_as_a_whole_is_said(sink, erp, changes, message) -> None:
    wanted = entry().replace(**changes)
    with pytest.raises(EntryRefused, match=message):
        await sink.deliver(delivery(wanted))
    assert held(erp, wanted.key) == []


async def test_a_code_that_finance_adds_later_is_found(sink, erp) -> None:
    wanted = entry(lab_centre="CC-NEW")
    with pytest.raises(Permanent, match="CC-NEW"):
        await sink.deliver(delivery(wanted))
    erp.psql("UPDATE analytic_account_account SET code = 'CC-NEW' WHERE code = 'CC120'")
    try:
        assert (await sink.deliver(delivery(wanted))).reference
    finally:
        erp.psql("UPDATE analytic_account_account SET code = 'CC120' WHERE code = 'CC-NEW'")


async def test_an_account_closed_after_it_was_looked_up_is_named(sink, erp) -> None:
    await sink.deliver(delivery(entry(lab="4130", lab_centre="CC130")))
    erp.psql("UPDATE account_account SET closed = true WHERE code = '4130'")
    wanted = entry(lab="4130", lab_centre="CC130")
    try:
        with pytest.raises(Permanent, match=r"no open account 4130 \(line 2\)"):
            await sink.deliver(delivery(wanted))
    finally:
        erp.psql("UPDATE account_account SET closed = false WHERE code = '4130'")
    assert held(erp, wanted.key) == []


async def test_a_draft_that_a_rule_of_the_erp_forbids_to_post_is_withdrawn(sink, erp) -> None:
    wanted, button = entry(), "SELECT id FROM ir_model_button WHERE model = 'account.move' AND name = 'post'"
    other = "SELECT id FROM res_group WHERE name = 'Company Administration'"
    erp.psql(f'INSERT INTO "ir_model_button-res_group" (active, button, "group") VALUES (true, ({button}), ({other}))')
    await asyncio.to_thread(erp.restart)
    try:
        with pytest.raises(Permanent, match="a business rule of the ERP refuses the entry") as refused:
            await persistent(sink, wanted)
    finally:
        erp.psql('DELETE FROM "ir_model_button-res_group"')
        await asyncio.to_thread(erp.restart)
    assert "post" in (refused.value.detail or "")
    assert held(erp, wanted.key) == []


async def test_an_account_closed_after_the_draft_was_created_is_named_and_the_draft_used_later(sink, erp) -> None:
    wanted = entry(lab="4140", lab_centre="CC140")
    await plant_draft(sink, wanted)
    erp.psql("UPDATE account_account SET closed = true WHERE code = '4140'")
    try:
        with pytest.raises(Permanent, match=r"no open account 4140 \(line 2\)"):
            await sink.deliver(delivery(wanted))
    finally:
        erp.psql("UPDATE account_account SET closed = false WHERE code = '4140'")
    assert (await sink.deliver(delivery(wanted))).reference
    assert held(erp, wanted.key) == ["posted"]


async def test_a_lock_that_somebody_else_holds_for_a_moment_is_waited_for(sink, erp) -> None:
    lock = "BEGIN; SELECT 1 FROM ir_sequence_strict FOR UPDATE; SELECT pg_sleep(0.8); COMMIT"
    holder = asyncio.create_task(asyncio.to_thread(erp.psql, lock))
    sleeping = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    while not await asyncio.to_thread(erp.psql, sleeping):
        assert not holder.done()
    assert (await sink.deliver(delivery(entry()))).reference
    await holder


async def test_wildcards_in_a_key_are_taken_literally(sink, ledger) -> None:
    common = uuid.uuid4()
    for rest in ("_%a", "xyza", r"\a"):
        await sink.deliver(delivery(entry(key=f"{common}{rest}")))
    for prefix, rest in (("_%", "_%a"), ("\\", r"\a")):
        assert [found.key for found in await ledger.entries(f"{common}{prefix}")] == [f"{common}{rest}"]


async def test_a_reversal_refers_to_the_entry_that_it_reverses(sink, erp) -> None:
    original = entry()
    reversal = entry(reverses=original.key)
    with pytest.raises(Transient, match="not posted in the ERP yet"):
        await sink.deliver(delivery(reversal))
    await sink.deliver(delivery(original))
    await sink.deliver(delivery(reversal))
    ((origin,),) = erp.psql(f"SELECT origin FROM account_move WHERE description = '{reversal.key}'")
    ((number,),) = erp.psql(f"SELECT id FROM account_move WHERE description = '{original.key}'")
    assert origin == f"account.move,{number}"


async def test_a_reversal_finds_an_original_that_was_divided(sink, erp) -> None:
    original = entry(key=f"50%_{uuid.uuid4()}")
    for key, body in split(CATALOGUE.encode(original), original.key) or []:
        await sink.deliver(Delivery(1, 1, "erp", body, key))
    reversal = entry(reverses=original.key)
    await sink.deliver(delivery(reversal))
    ((found,),) = erp.psql(
        f"SELECT o.description FROM account_move m JOIN account_move o ON m.origin = 'account.move,' || o.id "
        f"WHERE m.description = '{reversal.key}'"
    )
    assert found == f"{original.key}~1"


async def test_dividing_isolates_the_faulty_line_and_posts_the_rest(sink, ledger) -> None:
    amounts = [Decimal(f"{100 + n}.{n:02}") for n in range(5)]
    centres = ["CC110", "CC120", "CC999", "CC140", "CC150"]
    wanted = entry(day=date(2025, 3, 3)).replace(
        lines=(
            EntryLine(line=1, account="1230", debit=sum(amounts, Decimal(0))),
            *(
                EntryLine(line=n + 2, account=f"41{n + 1}0", cost_centre=centre, credit=amount, charges=(f"c{n}",))
                for n, (centre, amount) in enumerate(zip(centres, amounts, strict=True))
            ),
        )
    )
    queue, parked = [(wanted.key, CATALOGUE.encode(wanted))], []
    while queue:
        key, body = queue.pop()
        try:
            await sink.deliver(Delivery(1, 1, "erp", body, key))
        except Permanent:
            parts = split(body, key)
            if parts is None:
                parked.append(msgspec.json.decode(body, type=JournalEntry))
            else:
                queue += parts
    assert [charge for one in parked for line in one.lines for charge in line.charges] == ["c2"]
    books = await ledger.trial_balance(date(2025, 3, 1), date(2025, 3, 31))
    assert books["1230"].net == sum(amounts, Decimal(0)) - amounts[2]
    assert {code: -balance.net for code, balance in books.items() if code != "1230"} == {
        "4110": amounts[0],
        "4120": amounts[1],
        "4140": amounts[3],
        "4150": amounts[4],
    }


async def test_a_line_altered_by_hand_shows_in_both_balances(sink, ledger, erp) -> None:
    wanted = entry(day=date(2025, 4, 4))
    await sink.deliver(delivery(wanted))
    month = date(2025, 4, 1), date(2025, 4, 30)
    assert sum(balance.net for balance in (await ledger.trial_balance(*month)).values()) == 0
    erp.psql(
        "UPDATE account_move_line SET credit = credit + 0.01 WHERE credit = 120 AND move = "
        f"(SELECT id FROM account_move WHERE description = '{wanted.key}')"
    )
    assert (await ledger.trial_balance(*month))["4110"].credit == Decimal("120.01")
    assert (await ledger.by_cost_centre(*month))["4110", None].credit == Decimal("0.01")


async def test_a_killed_server_is_unavailable_and_serves_again_after_its_restart(erp, proxy) -> None:
    sink = connection(erp, proxy.port, request_s=5.0)
    await sink.open()
    wanted = entry()
    hold = proxy.arm(Hold(), when=POST)
    under_way = asyncio.create_task(sink.deliver(delivery(wanted)))
    await asyncio.wait_for(hold.seen.wait(), PATIENCE_S)
    erp.kill()
    hold.release()
    with pytest.raises(Unavailable):
        await under_way
    with pytest.raises(Unavailable):
        await sink.deliver(delivery(wanted, attempt=2))
    await asyncio.to_thread(erp.restart)
    assert held(erp, wanted.key) == ["draft"]
    assert (await sink.deliver(delivery(wanted, attempt=3))).reference
    assert held(erp, wanted.key) == ["posted"]
    await sink.close()


@pytest.mark.parametrize(
    ("key", "changes", "message"),
    [
        ("wrong", {}, "refuses our key"),
        ("", {"database": "nowhere"}, "no such database"),
        ("", {"url": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
async def test_what_is_misconfigured_is_said_when_opening(erp, key, changes, message) -> None:
    sink = sink_for(settings(**{"url": erp.url} | changes), context(key or erp.key))
    with pytest.raises(Unavailable, match=message):
        await sink.open()
    await sink.close()


async def test_a_body_that_is_no_journal_entry_is_permanent_and_shows_nothing_of_it(sink) -> None:
    with pytest.raises(Permanent) as refused:
        await sink.deliver(Delivery(1, 1, "erp", b'{"key": "Jane Doe"}', "k"))
    assert "Jane" not in f"{refused.value} {refused.value.detail}"
