"""From charges to journal entries: once, balanced, and never edited."""

from datetime import date
from decimal import Decimal

import pytest
from hospital import CROSSWALK, charge, credit, engine

from isthmus.kernel import Conflict
from isthmus.packs.revenue import BatchPolicy, Crosswalk, NotPostable, Unmapped


def lines(entry):
    return [(one.account, one.cost_centre, one.debit, one.credit, one.charges) for one in entry.lines]


def posted(*events, **policies):
    hospital = engine(**policies)
    hospital.publish(*events)
    hospital.fire()
    return hospital


def test_charges_of_a_payer_class_become_one_entry_with_a_line_for_each_department():
    hospital = posted(charge("T1", "10.00"), charge("T2", "0.05"), charge("T3", "7.10", department="RAD"))
    (entry,) = hospital.entries
    assert lines(entry) == [
        ("1210", None, Decimal("17.15"), Decimal(0), ()),
        ("4110", "CC110", Decimal(0), Decimal("10.05"), ("EHR|T1|CG", "EHR|T2|CG")),
        ("4120", "CC120", Decimal(0), Decimal("7.10"), ("EHR|T3|CG",)),
    ]
    assert entry.balance == 0
    assert (entry.key, entry.company, entry.journal) == ("SBRH-MAIN-MEDICARE-USD-20260302-001", "SBRH", "REV")
    assert (entry.posting_date, entry.currency, entry.reverses) == (date(2026, 3, 2), "USD", None)


def test_payer_class_facility_and_posting_date_each_make_an_entry_of_their_own():
    hospital = posted(
        charge("T1"),
        charge("T2", financial_class="COM"),
        charge("T3", financial_class="BC"),
        charge("T4", facility="EAST"),
        charge("T5", posting_date=date(2026, 3, 3)),
    )
    assert [entry.key for entry in hospital.entries] == [
        "SBRH-MAIN-MEDICARE-USD-20260302-001",
        "SBRH-MAIN-COMMERCIAL-USD-20260302-001",
        "SBRH-EAST-MEDICARE-USD-20260302-001",
        "SBRH-MAIN-MEDICARE-USD-20260303-001",
    ]


def test_a_facility_s_own_row_comes_before_the_row_for_any():
    hospital = posted(charge("T1", department="RAD", facility="EAST"))
    assert hospital.entries[0].lines[1].cost_centre == "CC121"


def test_a_batch_closes_by_count_and_the_next_one_has_the_next_number():
    hospital = engine(batches=BatchPolicy(charges_max=2))
    hospital.publish(*(charge(f"T{number}") for number in range(5)))
    assert [entry.key[-3:] for entry in hospital.entries] == ["001", "002"]
    hospital.fire()
    assert [len(entry.lines[1].charges) for entry in hospital.entries] == [2, 2, 1]


def test_a_batch_closed_by_count_leaves_no_timer_behind():
    hospital = engine(batches=BatchPolicy(charges_max=1))
    hospital.publish(charge("T1"))
    assert [name for _, _, name in hospital.timers] == ["encounter-missing"]


def test_a_batch_closes_when_its_time_is_up_counted_from_its_first_charge():
    hospital = engine(batches=BatchPolicy(wait_s=60))
    hospital.publish(charge("T1"))
    hospital.now_ns = 59_000_000_000
    hospital.publish(charge("T2"))
    hospital.fire(59_999_999_999)
    assert hospital.entries == []
    hospital.fire(60_000_000_000)
    assert len(hospital.entries) == 1


def test_what_was_sent_stays_as_it_is_when_more_charges_come():
    hospital = posted(charge("T1"))
    first = hospital.sent[0].body
    hospital.publish(charge("T2"))
    hospital.fire()
    assert hospital.sent[0].body == first
    assert len(hospital.entries) == 2


def test_the_same_charge_under_another_message_is_taken_once():
    again = charge("T1", posting_date=date(2026, 3, 3), financial_class="COM", amount="10.0")
    hospital = posted(charge("T1"), again)
    assert [entry.lines[0].debit for entry in hospital.entries] == [Decimal("10.00")]
    assert hospital.parked == []


@pytest.mark.parametrize(
    "change", [{"amount": "11.00"}, {"department": "RAD"}, {"quantity": Decimal(2)}, {"code": "X"}]
)
def test_other_content_under_a_taken_id_parks_as_a_conflict(change):
    hospital = posted(charge("T1"), charge("T1", **change))
    assert [type(error) for _, _, error in hospital.parked] == [Conflict]
    assert len(hospital.entries) == 1


@pytest.mark.parametrize("kind", ["PY", "AJ", "CO"])
def test_payments_adjustments_and_co_payments_make_no_revenue(kind):
    hospital = posted(charge("T1", kind=kind))
    assert (hospital.entries, hospital.parked) == ([], [])


def test_a_charge_and_a_credit_under_one_id_are_two_things():
    hospital = posted(charge("T1"), credit("T1"))
    assert len(hospital.entries) == 2


def test_a_credit_is_a_reversing_entry_that_names_the_entry_of_its_charge():
    hospital = posted(charge("T1", "10.00"), charge("T2", "3.00"), credit("T1", "4.00"))
    original, reversal = hospital.entries
    assert reversal.reverses == original.key
    assert reversal.key == f"{original.key}-R20260302-01"
    assert lines(reversal) == [
        ("1210", None, Decimal(0), Decimal("4.00"), ()),
        ("4110", "CC110", Decimal("4.00"), Decimal(0), ("EHR|T1|CD",)),
    ]


def test_a_reversal_keeps_the_lane_of_what_it_reverses():
    hospital = posted(charge("T1"), credit("T1"))
    assert hospital.sent[0].lane == hospital.sent[1].lane == hospital.entries[0].key


def test_credits_of_one_entry_on_one_day_share_a_reversal():
    hospital = posted(charge("T1"), charge("T2"), credit("T1"), credit("T2"))
    assert [len(entry.lines[1].charges) for entry in hospital.entries] == [2, 2]


def test_a_credit_weeks_later_posts_on_its_own_date_with_the_payer_and_accounts_of_its_charge():
    hospital = posted(charge("T1"))
    hospital.publish(credit("T1", posting_date=date(2026, 4, 1), financial_class="COM"))
    hospital.fire()
    original, reversal = hospital.entries
    assert reversal.posting_date == date(2026, 4, 1)
    assert reversal.lines[0].account == original.lines[0].account
    assert reversal.reverses == original.key


def test_a_credit_waits_until_the_entry_of_its_charge_is_frozen():
    hospital = engine()
    hospital.publish(charge("T1"), credit("T1"))
    state = hospital.state("charge", "MAIN|EHR|T1")
    assert (hospital.entries, len(state.waiting)) == ([], 1)


def test_several_credits_of_one_charge_all_wait_and_all_post():
    hospital = posted(charge("T1"), credit("T1", "1.00"), credit("T9", "2.00", original="T1"))
    assert hospital.entries[1].lines[1].charges == ("EHR|T1|CD", "EHR|T9|CD")


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([credit("T1")], "NOT_POSTABLE"),
        ([charge("T1"), credit("T1", "10.01")], "NOT_POSTABLE"),
        ([charge("T1"), credit("T1", "6.00"), credit("T9", "6.00", original="T1")], "NOT_POSTABLE"),
        ([charge("T1"), credit("T1", department="RAD")], "NOT_POSTABLE"),
        ([charge("T1", "-10.00")], "NOT_POSTABLE"),
        ([charge("T1"), credit("T1", "5.00"), credit("T1", "4.00")], "CONFLICT"),
        ([charge("T1", department="HBO")], "UNMAPPED"),
        ([charge("T1", financial_class="")], "UNMAPPED"),
        ([charge("T1", facility="NORTH")], "UNMAPPED"),
    ],
)
def test_what_cannot_be_posted_parks_for_itself(events, code):
    hospital = engine()
    hospital.publish(*events, charge("OTHER", "1.00"))
    assert [error.code for _, _, error in hospital.parked] == [code]
    assert "EHR|OTHER|CG" in hospital.state("charge", "MAIN|EHR|OTHER").taken


def test_an_unmapped_department_says_what_finance_has_to_do_and_keeps_content_out_of_the_error():
    hospital = engine()
    hospital.publish(charge("T1", "318.40", department="HBO"))
    ((_, _, error),) = hospital.parked
    assert isinstance(error, Unmapped)
    assert "HBO" not in str(error)
    assert error.suggestion == (
        "add a row for it with an account and a cost centre to tables/departments.csv, deploy, then resend"
    )
    assert error.detail == (
        "departments: facility MAIN, department HBO on 2026-03-02\ncharge T1 of account A1, 318.40 USD, is not posted"
    )


def test_after_the_table_was_mended_a_resent_charge_and_its_credit_post():
    hospital = engine()
    hospital.publish(charge("T1", department="HBO"), credit("T1", department="HBO"))
    assert len(hospital.parked) == 2
    row = {"facility": "*", "department": "HBO", "account": "4110", "cost_centre": "CC110"}
    mended = Crosswalk(Crosswalk.of([row], (), ()).departments, CROSSWALK.payers, CROSSWALK.companies)
    later = engine(mended)
    later.parked = [
        (next(one for one in later.processes if one.name == process.name), event, error)
        for process, event, error in hospital.parked
    ]
    later.resend()
    later.fire()
    assert [entry.reverses for entry in later.entries] == [None, later.entries[0].key]


def test_a_credit_that_came_before_its_charge_posts_when_it_is_resent():
    hospital = engine()
    hospital.publish(credit("T1"), charge("T1"))
    assert [type(error) for _, _, error in hospital.parked] == [NotPostable]
    hospital.resend()
    hospital.fire()
    assert len(hospital.entries) == 2


def test_a_charge_of_nothing_is_taken_and_makes_no_entry():
    hospital = posted(charge("T1", "0.00"))
    assert hospital.entries == []
    assert "EHR|T1|CG" in hospital.state("charge", "MAIN|EHR|T1").taken


def test_state_shows_no_content_in_its_repr():
    hospital = posted(charge("CANARY"))
    assert all("CANARY" not in repr(state) for state in hospital.states.values())
