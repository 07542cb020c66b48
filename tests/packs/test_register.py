"""The source's day-end register, kept for control C0."""

from datetime import date

import pytest

from isthmus.kernel import Misuse
from isthmus.model import DayEndRegister, RegisterRow
from isthmus.packs.revenue import Kept, day_end_registers, register_of
from isthmus.packs.revenue.register import came

DAY = date(2026, 3, 2)


def register(application="EHR", day=DAY, charges=1):
    row = RegisterRow(facility="MAIN", department="LAB", charges=charges, credits=0, total=charges)
    return DayEndRegister(application=application, business_date=day, rows=(row,))


def test_a_register_is_kept_for_its_application_and_day():
    assert day_end_registers().keys(register()) == ("EHR|2026-03-02",)


def test_a_register_that_is_sent_again_replaces_the_one_before():
    state, follows = came(Kept(register(charges=1)), register(charges=2), 0)
    assert (state.register.rows[0].charges, follows) == (2, [])


def test_the_register_of_the_day_is_found_among_all():
    kept = [Kept(register(day=date(2026, 3, 1))), Kept(), Kept(register(charges=7))]
    assert register_of(kept, DAY).rows[0].charges == 7


def test_a_day_without_a_register_cannot_be_compared():
    with pytest.raises(Misuse, match="no day-end register of 2026-03-02 has come"):
        register_of([Kept(register(day=date(2026, 3, 1)))], DAY)


def test_registers_of_two_applications_are_not_mixed():
    with pytest.raises(Misuse, match="EHR, LIS each sent a day-end register"):
        register_of([Kept(register("LIS")), Kept(register("EHR"))], DAY)
