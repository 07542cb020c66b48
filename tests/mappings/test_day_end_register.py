"""The day-end register: read as written, refused as a whole when it does not add up."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.kernel import Message
from isthmus.mappings import MappingError
from isthmus.mappings.register import day_end_register
from isthmus.sandbox.ehr.day import plan_day

REGISTER = b"""H,DAY-END-REGISTER,1,EHR,2026-03-02\r
D,MAIN,2026-03-02,LAB,3,1,20.05\r
D,EAST,2026-03-02,LAB,1,0,1.00\r
T,2,4,1,21.05\r
"""


def read(raw):
    return day_end_register(Message(9, "register", 0, raw))


def test_a_register_is_read_with_its_counts_and_totals():
    found = read(REGISTER)
    assert (found.application, found.business_date) == ("EHR", date(2026, 3, 2))
    first, second = found.rows
    assert (first.facility, first.department, first.charges, first.credits) == ("MAIN", "LAB", 3, 1)
    assert (first.total, second.total) == (Decimal("20.05"), Decimal("1.00"))
    assert found.origin.message_id == 9


def test_the_register_of_the_simulated_ehr_is_read():
    day = plan_day(seed=7)
    found = read(day.books.register())
    assert {(row.facility, row.department): row.total for row in found.rows} == {
        key: entry.total for key, entry in day.books.entries.items()
    }


def test_a_negative_total_and_a_day_without_charges_are_registers_too():
    assert read(b"H,DAY-END-REGISTER,1,EHR,2026-03-02\nT,0,0,0,0.00\n").rows == ()
    found = read(b"H,DAY-END-REGISTER,1,EHR,2026-03-02\nD,MAIN,2026-03-02,LAB,0,1,-5.00\nT,1,0,1,-5.00\n")
    assert found.rows[0].total == Decimal("-5.00")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (b"T,2,4,1,21.05", b"T,2,4,1,21.06", 4),
        (b"20.05", b"20.15", 4),
        (b"D,EAST,2026-03-02,LAB,1,0,1.00\r\n", b"", 3),
        (b"T,2,4,1,21.05\r\n", b"", 3),
        (b"H,DAY", b"X,DAY", 4),
        (b"REGISTER,1", b"REGISTER,2", 1),
        (b"EHR,2026-03-02", b"EHR,02.03.2026", 1),
        (b"MAIN,2026-03-02", b"MAIN,2026-03-01", 2),
        (b"LAB,3,1", b"LAB,CANARY,1", 2),
        (b"LAB,3,1", b"LAB,2.5,1.5", 2),
        (b"20.05", b"NaN", 2),
        (b"LAB,3,1", b"LAB,Infinity,1", 2),
        (b"LAB,3,1,20.05", b"LAB,3,1", 2),
        (b"LAB", b"\xff\xfe", 1),
        (REGISTER, b"", 1),
    ],
)
def test_a_register_that_is_cut_off_or_altered_is_refused_with_its_line(old, new, line):
    with pytest.raises(MappingError) as caught:
        read(REGISTER.replace(old, new, 1))
    assert str(caught.value).startswith(f"line {line}: ")
    assert "CANARY" not in str(caught.value)


@given(st.binary(max_size=80), st.integers(0, len(REGISTER)), st.integers(0, 20))
def test_whatever_the_bytes_only_the_declared_error_comes(noise, at, cut):
    try:
        read(REGISTER[:at] + noise + REGISTER[at + cut :])
    except MappingError as error:
        assert error.suggestion  # noqa: PT017
