"""Patient accounts and records: any event in any state, nothing reversed by a machine."""

from datetime import timedelta
from decimal import Decimal

from hospital import (
    NOON,
    admission_cancelled,
    admitted,
    charge,
    credit,
    discharge_cancelled,
    discharged,
    engine,
    merged,
    updated,
)

from isthmus.model import AccountMoved, AccountReadyToBill, AccountRelinked, BillingWithdrawn
from isthmus.packs.revenue import AccountPolicy

HOUR_NS = 3600 * 10**9


def after(*events):
    hospital = engine()
    hospital.publish(*events)
    return hospital


def account(hospital, number="A1"):
    return hospital.state("patient-account", f"MAIN|{number}")


def names(things):
    return [name for _, _, name in things]


def of(hospital, kind):
    return [event for event in hospital.events if isinstance(event, kind)]


def test_a_discharge_holds_the_account_for_late_charges_and_then_makes_it_ready():
    hospital = engine(accounts=AccountPolicy(bill_hold_h=72))
    hospital.publish(admitted(), charge(), discharged())
    hospital.fire(72 * HOUR_NS - 1)
    assert account(hospital).phase == "discharged"
    hospital.fire(72 * HOUR_NS)
    assert account(hospital).phase == "ready"
    assert len(of(hospital, AccountReadyToBill)) == 1


def test_a_discharge_reported_twice_triggers_once():
    hospital = after(discharged())
    (due,) = hospital.timers.values()
    hospital.now_ns = HOUR_NS
    hospital.publish(discharged())
    assert list(hospital.timers.values()) == [due]


def test_a_cancelled_discharge_withdraws_the_hold_and_reverses_no_charge():
    hospital = after(admitted(), charge(), discharged(), discharge_cancelled())
    assert account(hospital).phase == "open"
    assert names(hospital.timers) == ["close"]
    hospital.fire()
    assert [entry.reverses for entry in hospital.entries] == [None]
    assert of(hospital, AccountReadyToBill) == []


def test_a_discharge_cancelled_after_the_account_was_ready_withdraws_the_draft():
    hospital = after(admitted(), charge(), discharged())
    hospital.fire()
    hospital.publish(discharge_cancelled())
    (withdrawn,) = of(hospital, BillingWithdrawn)
    (ready,) = of(hospital, AccountReadyToBill)
    assert withdrawn.discharge == ready.discharge
    assert account(hospital).phase == "open"


def test_a_second_discharge_after_a_cancelled_one_starts_a_hold_of_its_own():
    hospital = after(
        admitted(), charge(), discharged(), discharge_cancelled(), discharged(at=NOON + timedelta(hours=3))
    )
    hospital.fire()
    assert len(of(hospital, AccountReadyToBill)) == 1
    assert account(hospital).phase == "ready"


def test_a_second_discharge_starts_its_hold_anew_and_a_late_timer_of_the_first_changes_nothing():
    hospital = after(admitted(), charge(), discharged())
    hospital.now_ns = 10 * HOUR_NS
    hospital.publish(discharged(at=NOON + timedelta(hours=3)))
    process = next(one for one in hospital.processes if one.name == "patient-account")
    hospital.timers[process, "MAIN|A1", "bill-hold"] = 72 * HOUR_NS  # it had fired and waited behind the discharge
    hospital.fire(81 * HOUR_NS)
    assert account(hospital).phase == "discharged"
    hospital.fire(82 * HOUR_NS)
    assert account(hospital).phase == "ready"


def test_a_discharge_without_charges_becomes_a_task_and_its_cancellation_withdraws_it():
    hospital = after(admitted(), discharged())
    hospital.fire()
    assert names(hospital.tasks) == ["discharge-without-charges"]
    hospital.publish(discharge_cancelled())
    assert hospital.tasks == {}


def test_a_cancelled_admission_with_charges_is_a_task_for_a_person_and_no_reversal():
    hospital = after(admitted(), charge(), admission_cancelled())
    (task,) = hospital.tasks.values()
    assert (task.name, task.headers["owner"]) == ("cancelled-with-charges", "revenue-integrity")
    assert task.headers["cents"] == 1000
    hospital.fire()
    assert [entry.reverses for entry in hospital.entries] == [None]


def test_the_task_is_withdrawn_once_the_charges_were_credited():
    hospital = after(admitted(), charge(), admission_cancelled(), credit())
    hospital.fire()
    assert hospital.tasks == {}


def test_a_cancelled_admission_without_charges_is_nobody_s_business():
    assert after(admitted(), admission_cancelled()).tasks == {}


def test_a_charge_after_the_cancelled_admission_asks_a_person_too():
    assert names(after(admitted(), admission_cancelled(), charge()).tasks) == ["cancelled-with-charges"]


def test_an_update_does_not_bring_a_cancelled_stay_back_but_an_admission_does():
    hospital = after(admitted(), admission_cancelled(), updated())
    assert account(hospital).phase == "cancelled"
    hospital.publish(admitted())
    assert account(hospital).phase == "open"


def test_charges_without_a_stay_become_a_task_after_a_day_unless_the_stay_turns_up():
    hospital = after(charge(account="A1"), charge("T2", account="A2"))
    hospital.publish(admitted("A2"))
    hospital.fire()
    assert [(key, name) for _, key, name in hospital.tasks] == [("MAIN|A1", "charges-without-encounter")]


def test_a_stay_that_turns_up_late_withdraws_the_task():
    hospital = after(charge())
    hospital.fire()
    hospital.publish(admitted())
    assert hospital.tasks == {}


def test_only_what_makes_revenue_counts_and_each_charge_once():
    hospital = after(admitted(), charge(), charge(), charge("T2", kind="PY"), credit("T1", "4.00"))
    hospital.fire()
    state = account(hospital)
    assert (state.charges, state.amount) == (2, Decimal("6.00"))


def test_a_cancelled_admission_whose_charges_were_all_credited_needs_nobody():
    hospital = after(admitted(), charge(), credit())
    hospital.fire()
    hospital.publish(admission_cancelled())
    assert hospital.tasks == {}


def test_merged_records_bring_their_accounts_to_the_surviving_one():
    hospital = after(admitted("A1", "M1"), admitted("A2", "M2"), merged("M1", "M2"))
    assert account(hospital, "A1").patient == "MAIN|M2"
    assert hospital.state("patient-identity", "MAIN|MAIN|M2").accounts == ("A2", "A1")


def test_the_account_named_by_the_merge_moves_even_when_it_was_never_seen():
    hospital = after(merged("M1", "M2", prior_account="A7"))
    assert account(hospital, "A7").patient == "MAIN|M2"


def test_messages_under_the_prior_number_after_the_merge_follow_it():
    hospital = after(merged("M1", "M2"), admitted("A1", "M1"))
    assert account(hospital, "A1").patient == "MAIN|M2"


def test_an_account_follows_a_chain_of_merges_whatever_their_order():
    forward = after(admitted("A1", "M1"), merged("M1", "M2"), merged("M2", "M3"))
    backward = after(admitted("A1", "M1"), merged("M2", "M3"), merged("M1", "M2"))
    assert account(forward, "A1").patient == account(backward, "A1").patient == "MAIN|M3"


def test_merges_in_a_circle_end_with_a_person():
    hospital = after(admitted("A1", "M1"), merged("M1", "M2"), merged("M2", "M1"))
    assert names(hospital.tasks) == ["merge-circle"]
    assert len(of(hospital, AccountMoved)) < 20


def test_a_record_merged_into_itself_stays():
    hospital = after(admitted("A1", "M1"), merged("M1", "M1"))
    assert of(hospital, AccountRelinked) == []


def test_a_merge_leaves_what_was_posted_alone():
    hospital = after(admitted("A1", "M1"), charge(), merged("M1", "M2"), charge("T2"))
    hospital.fire()
    assert [entry.reverses for entry in hospital.entries] == [None]
    assert account(hospital).charges == 2
