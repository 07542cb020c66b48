"""What each delivery and each memory means for control C0."""

import pytest
from hospital import DAY, charge, credit, engine
from hospital_day import RECEIVED_NS

from isthmus.model import DayEndRegister
from isthmus.packs.revenue import totals
from isthmus.ports import State
from isthmus.reconcile import Seen

REGISTER = DayEndRegister(application="EHR", business_date=DAY, rows=())


def of(*seen, memories=()):
    return totals(REGISTER, {}, [Seen(value, state, RECEIVED_NS) for value, state in seen], memories)


def entry():
    hospital = engine()
    hospital.publish(charge())
    hospital.fire()
    return hospital.entries[0]


def test_a_charge_is_taken_whatever_became_of_it():
    every = [(charge(f"T{state}"), state) for state in State]
    assert [one.charge.charge_id for one in of(*every).taken] == [f"T{state}" for state in State]


def test_a_parked_charge_is_parked_and_a_waiting_one_on_its_way():
    found = of((charge("T1"), State.PARKED), (charge("T2"), State.WAITING), (charge("T3"), State.DELIVERED))
    assert [one.charge_id for one in found.parked] == ["T1"]
    assert found.in_flight == ["EHR|T2|CG"]


@pytest.mark.parametrize(
    ("state", "side"),
    [(State.DELIVERED, "posted"), (State.ALREADY_THERE, "posted"), (State.PARKED, "held")],
)
def test_an_entry_counts_where_it_stands(state, side):
    found = of((entry(), state))
    assert {name: len(getattr(found, name)) for name in ("posted", "held")} == {"posted": 0, "held": 0} | {side: 1}


def test_an_entry_that_waits_holds_its_charges_on_their_way():
    assert of((entry(), State.WAITING)).in_flight == ["EHR|T1|CG"]


@pytest.mark.parametrize("state", [State.SKIPPED, State.DISCARDED, State.REDIRECTED, State.RETURNED, State.SUPERSEDED])
def test_what_a_person_took_out_of_the_way_is_nowhere(state):
    found = of((entry(), state))
    assert (found.posted, found.held, found.in_flight) == ([], [], [])


def test_open_batches_and_waiting_credits_are_on_their_way():
    hospital = engine()
    hospital.publish(charge(), credit())
    assert sorted(of(memories=hospital.states.values()).in_flight) == ["EHR|T1|CD", "EHR|T1|CG"]
