"""A whole day of the simulated EHR, through mappings and processes, held against the EHR's own register."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hospital import Engine

from isthmus.kernel import Message
from isthmus.mappings import Site, adt
from isthmus.mappings.dft import charges
from isthmus.mappings.register import day_end_register
from isthmus.model import ChargePosted
from isthmus.packs import revenue
from isthmus.packs.revenue import BatchPolicy, Crosswalk, charges_in
from isthmus.protocols import hl7v2
from isthmus.reconcile import CHARGES_TO_LEDGER, ChargesToLedger, Taken
from isthmus.reconcile.charges_to_ledger import LEDGER, REGISTER
from isthmus.sandbox.ehr.day import plan_day
from isthmus.sandbox.erp import chart

SITE = Site(zones={"MAIN": ZoneInfo("America/Chicago"), "EAST": ZoneInfo("America/New_York")})
RECEIVED_NS = int(datetime(2026, 3, 3, 5, tzinfo=UTC).timestamp() * 1e9)


def crosswalk():
    """The tables that finance made from the ERP's chart."""
    books = chart()
    return Crosswalk.of(
        departments=[
            {"facility": "*", "department": one.code, "account": one.account, "cost_centre": one.cost_centre}
            for one in books.departments
        ],
        payers=[
            {"financial_class": code, "payer_class": payer.code, "receivable_account": payer.account}
            for payer in books.payer_classes
            for code in payer.financial_classes
        ],
        companies=[{"facility": facility, "company": "SBRH"} for facility in SITE.zones],
    )


def events(message, site):
    if message.content.type == "DFT^P03":
        return list(charges(message, site))
    if message.content.type == "ADT^A40":
        return list(adt.patients_merged(message, site))
    return [adt.EVENTS[message.content.type](message, site)]


class HubDay:
    """What the hub makes of a day; `totals` is what control C0 is given."""

    def __init__(self, seed=7, site=SITE, charges_max=40):
        self.day = plan_day(seed=seed)
        self.engine = Engine(revenue.processes(crosswalk(), batches=BatchPolicy(charges_max=charges_max)))
        self.taken = []
        for sending in self.day.sendings:
            if not sending.well_formed or sending.note == "repeat":
                continue  # refused at the door, or recognised by the duplicate window
            message = Message(sending.number, "ehr", RECEIVED_NS, sending.raw, hl7v2.parse(sending.raw))
            for event in events(message, site):
                if isinstance(event, ChargePosted):
                    self.taken.append(Taken(event, message.received_ns))
                self.engine.publish(event)

    def totals(self):
        register = day_end_register(Message(0, "register", RECEIVED_NS, self.day.books.register()))
        ledger = defaultdict(Decimal)
        for entry in self.engine.entries:
            for line in entry.lines:
                ledger[line.account, line.cost_centre] += line.debit - line.credit
        return ChargesToLedger(
            register=register,
            taken=tuple(self.taken),
            posted=tuple(self.engine.entries),
            parked=tuple(event for _, event, _ in self.engine.parked),
            in_flight=tuple(key for state in self.engine.states.values() for key in charges_in(state)),
            ledger=dict(ledger),
        )


def check(totals):
    return CHARGES_TO_LEDGER(totals, RECEIVED_NS)


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
