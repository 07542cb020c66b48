"""A whole day of the simulated EHR through mappings and processes, in memory: what control C0 is given."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hospital import Engine

from isthmus.kernel import Message
from isthmus.mappings import Site, adt
from isthmus.mappings.dft import charges
from isthmus.mappings.register import day_end_register
from isthmus.packs import revenue
from isthmus.packs.revenue import BatchPolicy, Crosswalk, totals
from isthmus.ports import State
from isthmus.protocols import hl7v2
from isthmus.reconcile import CHARGES_TO_LEDGER, Seen
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

    def __init__(self, seed=7, site=SITE, charges_max=40, **day):
        self.day = plan_day(seed=seed, **day)
        self.engine = Engine(revenue.processes(crosswalk(), batches=BatchPolicy(charges_max=charges_max)))
        for sending in self.day.sendings:
            if not sending.well_formed or sending.note == "repeat":
                continue  # refused at the door, or recognised by the duplicate window
            message = Message(sending.number, "ehr", RECEIVED_NS, sending.raw, hl7v2.parse(sending.raw))
            for event in events(message, site):
                self.engine.publish(event)

    def totals(self, ledger=None):
        """`ledger`: what the ERP says; None: what an ERP says that took every entry as it was sent."""
        if ledger is None:
            ledger = defaultdict(Decimal)
            for entry in self.engine.entries:
                for line in entry.lines:
                    ledger[line.account, line.cost_centre] += line.debit - line.credit
        register = day_end_register(Message(0, "register", RECEIVED_NS, self.day.books.register()))
        return totals(register, dict(ledger), self.seen(), self.engine.states.values())

    def seen(self):
        """Every delivery, as a journal would list it."""
        parked = [event for _, event, _ in self.engine.parked]
        for event in self.engine.events:
            yield Seen(event, State.PARKED if event in parked else State.DELIVERED, RECEIVED_NS)
        for entry in self.engine.entries:
            yield Seen(entry, State.DELIVERED, RECEIVED_NS)


def check(totals):
    return CHARGES_TO_LEDGER(totals, RECEIVED_NS)
