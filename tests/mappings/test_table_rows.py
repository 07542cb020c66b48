"""Rows of a table as JSON: what they say, and what a cell may be."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from isthmus.kernel import Message
from isthmus.mappings import MappingError
from isthmus.mappings.table_rows import table_rows
from isthmus.model import TableRecord

RECEIVED = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)


def change_of(**said):
    raw = json.dumps({"type": "TableRows", "table": "accounts"} | said).encode()
    message = Message(1, "erp", int(RECEIVED.timestamp() * 1e9), raw, json.loads(raw), "TableRows", "c1")
    (change,) = table_rows(message, ZoneInfo("America/Chicago"))
    return change


def test_rows_and_ended_keys_become_records_of_one_change():
    change = change_of(
        rows=[{"account": "4110", "needed": True, "order": 7, "note": None}],
        ended=[{"account": "4199"}],
        day="2026-04-01",
    )
    assert (change.table, change.day, change.complete) == ("accounts", date(2026, 4, 1), False)
    assert list(change.records) == [
        TableRecord("update", {"account": "4110", "needed": "Y", "order": "7", "note": ""}, place="rows[0]"),
        TableRecord("end", {"account": "4199"}, place="ended[0]"),
    ]


def test_a_complete_table_says_all_of_each_row():
    change = change_of(rows=[{"account": "4110"}], complete=True)
    assert change.complete
    assert [record.action for record in change.records] == ["put"]


def test_without_a_day_it_is_that_of_receipt_at_the_place():
    assert change_of(rows=[]).day == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"table": 7}, "table is missing"),
        ({"complete": "yes"}, "complete is neither true nor false"),
        ({"rows": {}}, "rows is no list"),
        ({"rows": ["CANARY"]}, r"rows\[0\] is no object"),
        ({"rows": [{}, {"CANARY": 1.5}]}, r"rows\[1\]\.0 is neither text"),
        ({"ended": [{"a": ["CANARY"]}]}, r"ended\[0\]\.0 is neither text"),
        ({"day": "CANARY"}, "day is no date"),
        ({"day": 20260302}, "day is no date"),
    ],
)
def test_what_is_no_table_names_its_place_and_no_content(said, words):
    with pytest.raises(MappingError, match=words) as raised:
        change_of(**said)
    assert "CANARY" not in str(raised.value)


def test_a_message_that_is_no_object_is_refused():
    with pytest.raises(MappingError, match="table is missing"):
        list(table_rows(Message(1, "erp", 0, b"[]", []), ZoneInfo("UTC")))
