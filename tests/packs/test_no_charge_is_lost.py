"""Whatever comes in whatever order: no step raises, and every charge is in exactly one entry or stands parked."""

from datetime import date, timedelta
from decimal import Decimal

from hospital import (
    DAY,
    NOON,
    admission_cancelled,
    admitted,
    charge,
    discharge_cancelled,
    discharged,
    engine,
    merged,
    updated,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.model import ChargePosted, Origin
from isthmus.packs.revenue import BatchPolicy

ACCOUNTS, RECORDS = st.sampled_from(["A1", "A2", ""]), st.sampled_from(["M1", "M2", "M3"])
CHARGES = st.builds(
    lambda charge_id, cents, kind, original, **more: charge(
        charge_id, str(Decimal(cents) / 100), kind, original=(original or charge_id) if kind == "CD" else "", **more
    ),
    st.sampled_from(["T1", "T1", "T2", "T3"]),
    st.sampled_from([1001, 500, 1, 1, 0, -3]),
    st.sampled_from(["CG", "CD", "CD", "PY"]),
    st.sampled_from(["T1", "T1", ""]),
    department=st.sampled_from(["LAB"] * 6 + ["RAD", "HBO"]),
    financial_class=st.sampled_from(["MCR"] * 6 + ["COM", "BC", "??"]),
    facility=st.sampled_from(["MAIN"] * 8 + ["EAST", "NORTH"]),
    posting_date=st.sampled_from([DAY, date(2026, 3, 3)]),
    account=ACCOUNTS,
)
"""Few ids and mostly one department, so that charges, credits and repeats meet."""
ENCOUNTERS = st.one_of(
    st.builds(admitted, ACCOUNTS, RECORDS),
    st.builds(updated, ACCOUNTS, RECORDS),
    st.builds(discharged, ACCOUNTS, RECORDS, st.sampled_from([NOON, NOON + timedelta(hours=1)])),
    st.builds(discharge_cancelled, ACCOUNTS, RECORDS),
    st.builds(admission_cancelled, ACCOUNTS, RECORDS),
    st.builds(merged, RECORDS, RECORDS, ACCOUNTS),
)
HOURS = st.integers(0, 100)
"""Time that passes: timers due by then fire."""


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(CHARGES, CHARGES, CHARGES, ENCOUNTERS, HOURS), max_size=40), st.integers(1, 4))
def test_every_charge_is_posted_once_or_parked(happenings, charges_max):
    hospital = engine(batches=BatchPolicy(charges_max=charges_max))
    published = {}
    for number, happening in enumerate([charge("T1", "10.01"), *happenings], 1):
        if isinstance(happening, int):
            hospital.fire(hospital.now_ns + happening * 3600 * 10**9)
        else:
            event = happening.replace(origin=Origin(source="ehr", message_id=number, application="EHR"))
            hospital.publish(event)
            if isinstance(event, ChargePosted):
                published[number] = event
    hospital.fire()

    parked = {event.origin.message_id for _, event, _ in hospital.parked}
    taken = {event.transaction_key + event.key: event for number, event in published.items() if number not in parked}
    entries = hospital.entries
    revenue = [line for entry in entries for line in entry.lines if line.cost_centre]
    assert sum(line.credit - line.debit for line in revenue) == sum(event.revenue for event in taken.values())
    assert sum(len(line.charges) for line in revenue) == sum(event.revenue != 0 for event in taken.values())
    assert all(entry.balance == 0 for entry in entries)
    assert all(line.debit >= 0 and line.credit >= 0 and line.debit != line.credit for e in entries for line in e.lines)
    keys = [entry.key for entry in entries]
    assert len(set(keys)) == len(keys)
    assert all(e.reverses in keys[:place] for place, e in enumerate(entries) if e.reverses)
    assert hospital.timers == {}
