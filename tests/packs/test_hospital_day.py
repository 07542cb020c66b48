"""A whole day of the simulated EHR, held against the EHR's own register."""

from collections import Counter
from dataclasses import replace

import pytest
from hospital_day import SITE, HubDay, check

from isthmus.protocols import hl7v2
from isthmus.reconcile.charges_to_ledger import LEDGER, REGISTER


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_day_ties_three_ways_and_only_the_unmapped_department_stands_parked(seed):
    hub = HubDay(seed)
    hub.engine.fire()
    assert check(hub.totals()).breaks == ()
    assert [(error.code, event.department) for _, event, error in hub.engine.parked] == [("UNMAPPED", "HBO")]
    posted = sum(line.credit - line.debit for entry in hub.engine.entries for line in entry.lines if line.cost_centre)
    (parked,) = [event for _, event, _ in hub.engine.parked]
    assert posted + parked.revenue == hub.day.books.total
    assert all(entry.balance == 0 for entry in hub.engine.entries)


def test_a_day_ties_while_batches_are_still_open():
    hub = HubDay()
    result = check(hub.totals())
    assert result.breaks == ()
    assert sum(row.figures.get("in flight", 0) for row in result.rows) > 0


def test_the_cancelled_admission_is_the_one_task_of_the_day():
    hub = HubDay()
    assert [name for _, _, name in hub.engine.tasks] == ["cancelled-with-charges"]


def test_a_mapping_that_reads_the_unit_amount_breaks_the_register_and_nothing_else_notices():
    hub = HubDay(site=replace(SITE, amount="12.1.1"))
    hub.engine.fire()
    result = check(hub.totals())
    assert {one.leg for one in result.breaks} == {REGISTER}
    assert len(result.breaks) > 10
    assert all(one.messages for one in result.breaks)


def test_an_erp_line_altered_by_hand_breaks_the_ledger_leg_with_the_messages_behind_it():
    hub = HubDay()
    hub.engine.fire()
    totals = hub.totals()
    altered = replace(totals, ledger={**totals.ledger, ("4110", "CC110"): totals.ledger["4110", "CC110"] + 1})
    (found,) = check(altered).breaks
    assert (found.leg, found.group, found.amount) == (LEDGER, "4110 CC110", -1)
    behind = {one.charge.origin.message_id for one in totals.taken if one.charge.department == "LAB"}
    assert set(found.messages) <= behind


def test_a_message_lost_on_the_way_breaks_the_register():
    hub = HubDay()
    hub.engine.fire()
    totals = hub.totals()
    lost = totals.taken[0].charge.origin.message_id
    left = tuple(one for one in totals.taken if one.charge.origin.message_id != lost)
    assert REGISTER in {one.leg for one in check(replace(totals, taken=left)).breaks}


def test_merged_accounts_end_under_the_surviving_record():
    hub = HubDay()
    merge = next(one for one in hub.day.sendings if one.trigger == "ADT^A40")
    content = hl7v2.parse(merge.raw)
    account = hub.engine.state("patient-account", f"{content['MSH-4']}|{content['MRG-3.1']}")
    assert account.patient == f"{content['MSH-4']}|{content['PID-3[MR].1']}"


def test_every_discharge_of_the_day_is_ready_to_bill_once_its_hold_ran_out():
    hub = HubDay()
    hub.engine.fire()
    phases = Counter(
        state.phase for (process, _), state in hub.engine.states.items() if process.name == "patient-account"
    )
    effective = hub.day.count(trigger="ADT^A03", note="") - hub.day.count(trigger="ADT^A13")
    assert phases["ready"] == effective
    assert phases["cancelled"] == 1
