"""Control C0: it ties to the cent, and each way in which it can be wrong breaks it."""

from datetime import date
from decimal import Decimal

import pytest

from isthmus.model import ChargePosted, DayEndRegister, EntryLine, JournalEntry, Origin, RegisterRow
from isthmus.reconcile import CHARGES_TO_LEDGER, ChargesToLedger, Taken
from isthmus.reconcile.charges_to_ledger import LEDGER, REGISTER, STANDING

DAY = date(2026, 3, 2)
SECOND_NS = 10**9


def taken(charge_id="T1", amount="10.00", kind="CG", department="LAB", message=1, **more):
    charge = ChargePosted(
        origin=Origin(source="ehr", message_id=message, application="EHR"), facility="MAIN", account="A1",
        charge_id=charge_id, kind=kind, amount=Decimal(amount), currency="USD", department=department,
        financial_class="MCR", service_date=DAY, **({"posting_date": DAY} | more),
    )  # fmt: skip
    return Taken(charge, message * SECOND_NS)


def row(charges, credits_, total, department="LAB"):
    return RegisterRow(facility="MAIN", department=department, charges=charges, credits=credits_, total=Decimal(total))


def register(*rows):
    return DayEndRegister(application="EHR", business_date=DAY, rows=rows)


def entry(amount, *charges, key="E1", cost_centre="CC110", account="4110", day=DAY):
    value = Decimal(amount)
    debit, credit = (value, Decimal(0)) if value > 0 else (Decimal(0), -value)
    return JournalEntry(
        key=key, company="SBRH", journal="REV", posting_date=day, currency="USD", description="",
        lines=(
            EntryLine(line=1, account="1210", debit=debit, credit=credit),
            EntryLine(line=2, account=account, cost_centre=cost_centre, debit=credit, credit=debit, charges=charges),
        ),
    )  # fmt: skip


def movement(*entries):
    """What an ERP that took these entries says."""
    found = {}
    for one in entries:
        for line in one.lines:
            place = line.account, line.cost_centre
            found[place] = found.get(place, Decimal(0)) + line.debit - line.credit
    return found


def totals(**changes):
    """A day that ties: two charges and a credit posted, one charge parked, one in flight."""
    entries = (entry("13.00", "EHR|T1|CG", "EHR|T2|CG"), entry("-3.00", "EHR|T2|CD", key="E1-R"))
    fields = {
        "register": register(row(3, 1, "15.00"), row(1, 0, "7.00", "HBO")),
        "taken": (
            taken("T1", "10.00"),
            taken("T2", "3.00", message=2),
            taken("T2", "3.00", "CD", message=3),
            taken("T3", "7.00", department="HBO", message=4),
            taken("T4", "5.00", message=5),
            taken("T5", "99.00", "PY", message=6),
        ),
        "parked": (taken("T3", "7.00", department="HBO", message=4).charge,),
        "in_flight": ("EHR|T4|CG",),
        "posted": entries,
        "ledger": movement(*entries),
    }
    return ChargesToLedger(**(fields | changes))


def breaks(**changes):
    result = CHARGES_TO_LEDGER(totals(**changes), 100 * SECOND_NS)
    return [(one.leg, one.group, one.amount, one.messages) for one in result.breaks]


def test_a_day_that_adds_up_is_tied():
    result = CHARGES_TO_LEDGER(totals(), 100 * SECOND_NS)
    assert (result.control, result.tied, result.breaks, result.amount) == ("C0", True, (), 0)


def test_the_rows_show_each_side_whether_it_ties_or_not():
    figures = {one.group: dict(one.figures) for one in CHARGES_TO_LEDGER(totals(), 0).rows}
    lab = {"register": 15, "taken": 15, "posted": 10, "parked": 0, "in flight": 5}
    hyperbaric = {"register": 7, "taken": 7, "posted": 0, "parked": 7, "in flight": 0}
    assert figures["MAIN LAB"] == lab
    assert figures["MAIN HBO"] == hyperbaric
    assert figures["4110 CC110"] == {"posted": -10, "ERP": -10}
    assert figures["1210"] == {"posted": 10, "ERP": 10}


def test_the_same_charge_in_a_second_message_counts_once():
    again = taken("T1", "10.0", message=9)
    assert breaks(taken=(*totals().taken, again)) == []


def test_other_content_under_a_taken_id_that_stands_parked_counts_beside_it():
    second = taken("T2", "1.00", "CD", message=9)
    assert breaks(
        taken=(*totals().taken, second),
        parked=(*totals().parked, second.charge),
        register=register(row(3, 2, "14.00"), row(1, 0, "7.00", "HBO")),
    ) == []  # fmt: skip


def test_a_message_that_never_arrived_breaks_the_register():
    without = tuple(one for one in totals().taken if one.charge.charge_id != "T4")
    assert breaks(taken=without) == [(REGISTER, "MAIN LAB", Decimal("5.00"), (1, 2, 3))]


def test_messages_that_could_not_be_read_are_named_as_suspects():
    without = tuple(one for one in totals().taken if one.charge.charge_id != "T4")
    assert breaks(taken=without, unread=(77,)) == [(REGISTER, "MAIN LAB", Decimal("5.00"), (1, 2, 3, 77))]


def test_counts_must_agree_even_when_the_money_does():
    split = taken("T4", "2.00", message=5), taken("T6", "3.00", message=6)
    others = tuple(one for one in totals().taken if one.charge.charge_id != "T4")
    found = breaks(taken=(*others, *split), in_flight=("EHR|T4|CG", "EHR|T6|CG"))
    assert found == [(REGISTER, "MAIN LAB", Decimal("0.00"), (1, 2, 3, 5, 6))]


def test_a_department_that_only_one_side_knows_is_a_break():
    assert breaks(register=register(row(3, 1, "15.00"))) == [(REGISTER, "MAIN HBO", Decimal("-7.00"), (4,))]
    assert breaks(register=register(row(3, 1, "15.00"), row(1, 0, "7.00", "HBO"), row(1, 0, "2.00", "ICU"))) == [
        (REGISTER, "MAIN ICU", Decimal("2.00"), ())
    ]


def test_a_charge_that_is_neither_posted_nor_parked_nor_on_its_way_is_a_break():
    assert breaks(in_flight=()) == [(STANDING, "EHR|T4|CG", Decimal("5.00"), (5,))]


def test_a_dropped_delivery_of_an_entry_is_a_break_for_each_of_its_charges():
    posted = totals().posted[:1]
    assert breaks(posted=posted, ledger=movement(*posted)) == [(STANDING, "EHR|T2|CD", Decimal("-3.00"), (3,))]


def test_an_entry_that_the_erp_does_not_have_is_a_break_at_each_account():
    found = breaks(ledger=movement(*totals().posted[:1]))
    assert found == [(LEDGER, "1210", Decimal("-3.00"), (1, 2, 3)), (LEDGER, "4110 CC110", Decimal("3.00"), (1, 2, 3))]


@pytest.mark.parametrize("cents", ["0.01", "-0.01", "1000000.00"])
def test_an_erp_line_altered_by_hand_is_a_break(cents):
    altered = dict(totals().ledger)
    altered["4110", "CC110"] += Decimal(cents)
    assert [(leg, group, amount) for leg, group, amount, _ in breaks(ledger=altered)] == [
        (LEDGER, "4110 CC110", -Decimal(cents))
    ]


def test_a_movement_between_cost_centres_that_leaves_the_account_alone_is_a_break():
    moved = dict(totals().ledger)
    moved["4110", "CC110"] += 1
    moved["4110", "CC120"] = Decimal(-1)
    assert [group for _, group, _, _ in breaks(ledger=moved)] == ["4110 CC110", "4110 CC120"]


def test_a_charge_in_two_entries_is_a_break():
    double = (*totals().posted, entry("10.00", "EHR|T1|CG", key="E2"))
    found = breaks(posted=double, ledger=movement(*double))
    assert [(leg, group) for leg, group, _, _ in found] == [(STANDING, "E2 line 2")]


def test_an_entry_that_does_not_hold_its_charges_is_a_break():
    wrong = (entry("13.01", "EHR|T1|CG", "EHR|T2|CG"), totals().posted[1])
    found = breaks(posted=wrong, ledger=movement(*wrong))
    assert found == [(STANDING, "E1 line 2", Decimal("-0.01"), (1, 2))]


def test_an_entry_of_charges_that_no_message_brought_is_a_break():
    more = (*totals().posted, entry("1.00", "EHR|GHOST|CG", key="E2"))
    assert [group for _, group, _, _ in breaks(posted=more, ledger=movement(*more))] == ["E2 line 2"]


def test_charges_of_an_entry_that_stands_parked_count_as_parked():
    first, second = totals().posted
    result = CHARGES_TO_LEDGER(totals(posted=(first,), held=(second,), ledger=movement(first)), 0)
    assert result.tied
    assert result.rows[1].figures["parked"] == Decimal("-3.00")


def test_another_business_date_is_another_control():
    other = date(2026, 3, 3)
    late = taken("T8", "4.00", message=8, posting_date=other)
    later = entry("4.00", "EHR|T8|CG", key="E8", day=other)
    assert breaks(taken=(*totals().taken, late), posted=(*totals().posted, later)) == []


def test_the_tolerance_is_the_control_s_own_and_none_by_default():
    altered = dict(totals().ledger)
    altered["4110", "CC110"] += Decimal("0.05")
    assert not CHARGES_TO_LEDGER(totals(ledger=altered), 0).tied
    _, found = CHARGES_TO_LEDGER.check(totals(ledger=altered), Decimal("0.05"))
    assert list(found) == []


def test_a_break_knows_its_age_and_hides_its_content():
    (found,) = CHARGES_TO_LEDGER(totals(in_flight=()), 100 * SECOND_NS).breaks
    assert found.age_s(100 * SECOND_NS) == 95
    assert "T4" not in repr(found)


def test_two_breaks_of_opposite_sign_do_not_hide_each_other():
    altered = dict(totals().ledger)
    altered["4110", "CC110"] += 1
    altered["1210", None] -= 1
    assert CHARGES_TO_LEDGER(totals(ledger=altered), 0).amount == 2
