"""When an acknowledgement is due, and at which level (HL7 v2 §2.9, table 0155)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.protocols import hl7v2

AT = datetime(2026, 1, 15, 9, 34, 12, tzinfo=UTC)


def asking(accept: str, application: str, kind: str = "ADT^A01", more: str = "") -> hl7v2.Message:
    head = f"MSH|^~\\&|EHR|GH|HUB|RG|2026||{kind}|M1|P|2.5.1|||{accept}|{application}||UNICODE UTF-8\r{more}"
    return hl7v2.parse(head.encode())


@pytest.mark.parametrize(
    ("condition", "success", "error"),
    [(b"AL", True, True), (b"NE", False, False), (b"ER", False, True), (b"SU", True, False), (b"", False, False)],
)
def test_a_condition_of_table_0155_asks_for_successes_errors_both_or_none(condition, success, error) -> None:
    assert (hl7v2.wants(condition, True), hl7v2.wants(condition, False)) == (success, error)


def test_a_condition_outside_of_the_table_is_answered() -> None:
    assert hl7v2.wants(b"XX", True)
    assert hl7v2.wants(b"XX", False)


@pytest.mark.parametrize(
    ("accept", "application", "later"),
    [
        ("", "", b""),
        ("AL", "", b""),
        ("AL", "NE", b""),
        ("AL", '""', b""),
        ("NE", "AL", b""),  # equivalent to the original mode: answered on the connection
        ("", "AL", b""),
        ("AL", "AL", b"AL"),
        ("AL", "ER", b"ER"),
        ("ER", "SU", b"SU"),
    ],
)
def test_an_application_acknowledgement_is_due_later_where_both_levels_are_asked_for(
    accept, application, later
) -> None:
    assert hl7v2.asked_later(asking(accept, application)) == later


@pytest.mark.parametrize("kind", ["ACK", "ACK^A01", "ACK^A01^ACK"])
def test_an_acknowledgement_is_never_acknowledged_by_the_application(kind: str) -> None:
    assert hl7v2.is_acknowledgement(asking("AL", "AL", kind))
    assert hl7v2.asked_later(asking("AL", "AL", kind)) == b""


def test_nor_is_a_response_of_any_type() -> None:
    assert hl7v2.asked_later(asking("AL", "AL", "ORR^O02", "MSA|AA|M0\r")) == b""


def test_an_acknowledgement_of_its_own_asks_for_ca_and_no_more() -> None:
    answer = hl7v2.ack(hl7v2.header(asking("AL", "AL")), at=AT, control_id="H1", of_its_own=True)
    message = hl7v2.parse(answer)
    assert (message["MSH-15"], message["MSH-16"], message["MSH-18"]) == ("AL", "NE", "UNICODE UTF-8")
    assert (message["MSH-3"], message["MSH-5"], message["MSH-10"], message["MSA-2"]) == ("HUB", "EHR", "H1", "M1")
    assert hl7v2.asked_later(message) == b""


@given(st.text('ALNERSU"', max_size=3), st.text('ALNERSU"', max_size=3))
def test_the_header_alone_answers_as_the_whole_message_does(accept: str, application: str) -> None:
    whole = asking(accept, application, more="PID|1||7\r")
    assert hl7v2.ack(hl7v2.header(whole), at=AT, control_id="H1") == hl7v2.ack(whole, at=AT, control_id="H1")
