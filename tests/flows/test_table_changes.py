"""What a change makes of a table's rows: from its day on, all of its records or none, and never of the past."""

from datetime import date, timedelta
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from isthmus import table
from isthmus.flows.tables import Fault, Rows
from isthmus.flows.tables.changing import changed, with_rows
from isthmus.flows.tables.rows import digest_of, sum_of, version_of
from isthmus.model import TableChange, TableRecord


class Charge(msgspec.Struct, frozen=True):
    code: str
    price: int
    note: str = ""


CHARGES = table("charges", key="code", row=Charge, fed=True)
EMPTY = Rows({}, version_of(0), dated=True)
MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


def record(action, code, price=None, *, first=None, last=None, **more):
    cells = {"code": code} | ({} if price is None else {"price": str(price)}) | more
    return TableRecord(action, cells, first, last, "MFE(1)")


def change(*records, day=MARCH, complete=False):
    return TableChange(table="charges", day=day, records=records, complete=complete)


def after(*changes, rows=EMPTY, declared=CHARGES):
    for one in changes:
        found = changed(declared, rows, one, {})
        assert found.faults == []
        rows = with_rows(rows, found.rows, "")
    return rows


def said(rows, code="A"):
    return [(one.row.price, one.first, one.last) for one in rows.by_key.get((code,), ())]


def faults(*records, rows=EMPTY, declared=CHARGES, others=None):
    found = changed(declared, rows, change(*records), others or {})
    assert found.rows == {}
    return [(one.place, one.what) for one in found.faults]


def before(day):
    return day - timedelta(days=1)


def test_a_row_is_put_from_the_day_of_the_change_on():
    assert said(after(change(record("put", "A", 1)))) == [(1, MARCH, date.max)]


def test_a_later_row_ends_the_one_before_it():
    rows = after(change(record("put", "A", 1)), change(record("put", "A", 2, first=MAY)))
    assert said(rows) == [(1, MARCH, before(MAY)), (2, MAY, date.max)]


def test_a_row_that_was_announced_for_later_stays():
    rows = after(change(record("put", "A", 2, first=MAY)), change(record("put", "A", 1, first=APRIL)))
    assert said(rows) == [(1, APRIL, before(MAY)), (2, MAY, date.max)]


def test_a_row_for_the_same_first_day_gives_way():
    rows = after(change(record("put", "A", 1)), change(record("put", "A", 2)))
    assert said(rows) == [(2, MARCH, date.max)]


def test_a_row_may_have_a_last_day_after_which_nothing_is_known():
    rows = after(change(record("put", "A", 1)), change(record("put", "A", 2, first=APRIL, last=before(MAY))))
    assert said(rows) == [(1, MARCH, before(APRIL)), (2, APRIL, before(MAY))]


def test_a_key_ends_on_the_day_before_and_what_was_announced_is_withdrawn():
    rows = after(
        change(record("put", "A", 1)), change(record("put", "A", 2, first=JUNE)), change(record("end", "A", first=MAY))
    )
    assert said(rows) == [(1, MARCH, before(MAY))]


def test_a_key_that_ends_before_it_began_is_gone():
    assert said(after(change(record("put", "A", 1, first=MAY)), change(record("end", "A", first=APRIL)))) == []


def test_what_is_not_there_ends_without_a_word():
    assert changed(CHARGES, EMPTY, change(record("end", "A")), {}) == ({}, [])


def test_an_update_changes_the_cells_that_it_names_from_its_day_on():
    rows = after(
        change(record("put", "A", 1, note="bed")),
        change(record("update", "A", 2, first=APRIL)),
        change(record("update", "A", first=MAY, note="")),
    )
    assert [(one.row.price, one.row.note) for one in rows.by_key["A",]] == [(1, "bed"), (2, "bed"), (2, "")]


def test_an_update_reaches_a_later_row_where_that_did_not_mean_to_differ():
    rows = after(
        change(record("put", "A", 1, note="bed")),
        change(record("update", "A", 2, first=MAY)),
        change(record("update", "A", 9, first=APRIL, note="room")),
    )
    assert [(one.row.price, one.row.note, one.first) for one in rows.by_key["A",]] == [
        (1, "bed", MARCH),
        (9, "room", APRIL),
        (2, "room", MAY),
    ]


def test_an_update_with_a_last_day_leaves_later_rows_as_they_are():
    rows = after(
        change(record("put", "A", 1, note="bed")),
        change(record("update", "A", 2, first=MAY)),
        change(record("update", "A", first=APRIL, last=before(MAY), note="room")),
    )
    assert [one.row.note for one in rows.by_key["A",]] == ["bed", "room", "bed"]


def test_an_update_of_what_is_not_there_puts_it_when_it_is_whole():
    assert said(after(change(record("update", "A", 1)))) == [(1, MARCH, date.max)]
    assert faults(record("update", "A", note="bed")) == [("MFE(1)", "has nothing in 'price'")]


def test_a_complete_table_ends_the_keys_that_it_does_not_name():
    rows = after(change(record("put", "A", 1), record("put", "B", 1)))
    rows = after(change(record("put", "B", 1), record("put", "C", 1), day=MAY, complete=True), rows=rows)
    assert [said(rows, code) for code in "ABC"] == [
        [(1, MARCH, before(MAY))],
        [(1, MARCH, date.max)],
        [(1, MAY, date.max)],
    ]


def test_a_change_that_says_what_is_known_changes_nothing():
    first = change(record("put", "A", 1), record("put", "B", 2, first=APRIL))
    rows = after(first)
    assert changed(CHARGES, rows, first, {}) == ({}, [])
    assert changed(CHARGES, rows, change(record("put", "A", 1, first=MAY)), {}) == ({}, [])


def test_records_of_one_change_build_upon_each_other():
    rows = after(change(record("put", "A", 1), record("update", "A", note="bed"), record("end", "A", first=MAY)))
    assert [(one.row.note, one.last) for one in rows.by_key["A",]] == [("bed", before(MAY))]


def test_one_record_that_does_not_fit_stops_the_change_and_all_of_them_are_named():
    assert faults(
        record("put", "A", 1), record("put", "B", "x"), record("put", ""), record("put", "C", 1, last=date.min)
    ) == [
        ("MFE(1)", "'price' is not a whole number"),
        ("MFE(1)", "has nothing in 'code'"),
        ("MFE(1)", "ends before it begins"),
    ]
    assert faults(TableRecord("end", {})) == [("record 1", "has nothing in 'code'")]


def test_what_a_check_holds_among_rows_that_belong_together_holds_after_a_change():
    def check(rows):
        if len({one.row.price for one in rows}) > 1:
            yield Fault(0, "has two prices", "choose one")

    class Tier(msgspec.Struct, frozen=True):
        code: str
        tier: int
        price: int

    tiers = table("tiers", key=("code", "tier"), row=Tier, check=check, together=1, fed=True)
    rows = after(change(record("put", "A", 5, tier="1"), record("put", "B", 6, tier="1")), declared=tiers)
    assert faults(record("put", "A", 7, tier="2"), rows=rows, declared=tiers) == [
        ("what the table would say after it", "has two prices")
    ]
    assert len(after(change(record("put", "A", 7, tier="1")), rows=rows, declared=tiers)) == 2


days = st.dates(MARCH, JUNE)
changes = st.lists(
    st.builds(
        change,
        st.one_of(
            st.builds(record, st.just("put"), st.sampled_from("AB"), st.integers(1, 9), first=days),
            st.builds(record, st.just("end"), st.sampled_from("AB"), first=days),
        ),
        day=days,
        complete=st.booleans(),
    ),
    max_size=12,
)


@given(changes)
def test_of_a_key_at_most_one_row_holds_on_a_day_and_the_past_stays(made):
    rows = EMPTY
    for one in made:
        earlier = rows
        rows = after(one, rows=rows)
        for key, held in rows.by_key.items():
            ordered = sorted(held, key=lambda row: row.first)
            assert all(one.first <= one.last for one in ordered)
            assert all(one.last < two.first for one, two in pairwise(ordered))
            past = before(min(one.day, *(record.first for record in one.records)))
            was = [row.row for row in earlier.by_key.get(key, ()) if row.holds(past)]
            assert [row.row for row in held if row.holds(past)] == was


@given(changes)
def test_the_version_of_rows_is_that_of_what_they_say_however_they_came_to_it(made):
    rows, total = EMPTY, 0
    for one in made:
        found = changed(CHARGES, rows, one, {})
        pairs = [(digest_of(key, rows.by_key.get(key, ())), digest_of(key, new)) for key, new in found.rows.items()]
        total = sum_of(total, *pairs)
        rows = with_rows(rows, found.rows, version_of(total))
    anew = sum_of(0, *((0, digest_of(key, held)) for key, held in reversed(list(rows.by_key.items()))))
    assert version_of(anew) == rows.version
