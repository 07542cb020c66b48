"""Whatever the bytes, the only exception is ParseError, and what parses is given back as it was."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from written_inquiries import ACKNOWLEDGEMENT, ANSWER, INQUIRY, STATUS_ANSWER, STATUS_INQUIRY
from written_interchanges import REMITTANCE

from isthmus.protocols import x12
from isthmus.protocols.x12.views import (
    ClaimAcknowledgement,
    Claims,
    EligibilityAnswer,
    EligibilityInquiry,
    Remittance,
    StatusAnswer,
    StatusInquiry,
)

PIECES = [
    b"~",
    b"*",
    b":",
    b"^",
    b"\r\n",
    b"ISA*",
    b"IEA*1*1~",
    b"GS*",
    b"GE*",
    b"ST*835*1~",
    b"SE*",
    b"BIN*4*",
    b"BDS*ASC*9*",
]
PIECES += [
    b"CLP*1*1*",
    b"CAS*CO*1*",
    b"PLB*1*1*",
    b"TA1*",
    b"AK9*",
    b"\xff",
    b"\xc3",
    b"\x00",
    b" ",
    REMITTANCE,
    REMITTANCE[:106],
]


def exercise(data: bytes) -> None:
    try:
        read = x12.parse(data)
    except x12.ParseError as error:
        fault = error
    else:
        exercise_interchanges(read, data)
        return
    assert 0 <= fault.offset <= len(data)


def exercise_interchanges(read: x12.Interchanges, data: bytes) -> None:
    assert bytes(read) == data
    for interchange in read:
        x12.judge_interchange(interchange, read.findings)
        x12.read_ta1(interchange)
        for group in interchange.groups:
            x12.judge_group(group, read.findings)
    for transaction in read.transactions:
        exercise_transaction(transaction)
    assert bytes(read) == data


def exercise_transaction(transaction: x12.Transaction) -> None:
    _ = [segment.elements for segment in transaction.segments], transaction["BPR02"], transaction["SVC01-2"]
    with suppress(x12.ParseError):
        x12.read_ack(transaction)
    exercise_view(transaction)
    with suppress(x12.ParseError):
        remittance = Remittance(transaction)
        remittance.findings()
        remittance.balances()


VIEWS = (Claims, EligibilityAnswer, EligibilityInquiry, StatusAnswer, StatusInquiry, ClaimAcknowledgement, Remittance)


def exercise_view(transaction: x12.Transaction) -> None:
    for view in VIEWS:
        with suppress(x12.ParseError):
            read = view(transaction)
            read.findings()
            read.unread()
            assert read == view(transaction)


def cut(data: bytes, sizes: list[int]) -> list[tuple[bytes, int, int]] | None:
    """What a reader makes of it in chunks of these sizes; None when it refuses."""
    reader = x12.Reader()
    found = []
    try:
        for size in sizes:
            found += reader.feed(data[:size])
            data = data[size:]
        found += reader.feed(data) + reader.close()
    except x12.ParseError:
        return None
    return [(bytes(one), one.number, one.at) for one in found]


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_arbitrary_bytes(data: bytes) -> None:
    exercise(data)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.lists(st.integers(1, 300), max_size=8))
def test_pieces_of_interchanges_however_they_are_cut(pieces: list[bytes], sizes: list[int]) -> None:
    data = REMITTANCE[:106] + b"".join(pieces)
    exercise(data)

    assert cut(data, sizes) == cut(data, [])


@settings(max_examples=300)
@given(st.integers(0, len(REMITTANCE)), st.integers(0, 40), st.binary(max_size=20))
def test_a_remittance_with_bytes_replaced(at: int, length: int, new: bytes) -> None:
    exercise(REMITTANCE[:at] + new + REMITTANCE[at + length :])


@settings(max_examples=200)
@given(st.data())
def test_an_inquiry_answer_or_acknowledgement_with_bytes_replaced(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([INQUIRY, ANSWER, STATUS_INQUIRY, STATUS_ANSWER, ACKNOWLEDGEMENT]))
    at, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 40))

    exercise(whole[:at] + data.draw(st.binary(max_size=20)) + whole[at + length :])
