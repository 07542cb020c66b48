"""Supply documents with bytes replaced and segments shuffled: ParseError is the only error, and nothing is lost."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_supply import ACKNOWLEDGEMENT, INVOICE, ORDER, SHIP_NOTICE

from isthmus.protocols import x12
from isthmus.protocols.x12.views.supply import read_810, read_850, read_855, read_856

READ = {"850": read_850, "855": read_855, "856": read_856, "810": read_810}
ALL = {"850": ORDER, "855": ACKNOWLEDGEMENT, "856": SHIP_NOTICE, "810": INVOICE}


def exercise(data: bytes) -> None:
    try:
        read = x12.parse(data)
    except x12.ParseError:
        return
    for transaction in read.transactions:
        if transaction.type in READ:
            with suppress(x12.ParseError):
                view = READ[transaction.type](transaction)
                assert all(finding.note for finding in (*view.findings(), *view.balances()))
    assert bytes(read) == data


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=150)
@given(at=st.integers(0, 900), length=st.integers(0, 30), new=st.binary(max_size=20))
def test_bytes_replaced(kind: str, at: int, length: int, new: bytes) -> None:
    data = ALL[kind]
    exercise(data[:at] + new + data[at + length :])


@pytest.mark.parametrize("kind", ALL)
@settings(max_examples=100)
@given(data=st.data())
def test_segments_in_any_order(kind: str, data: st.DataObject) -> None:
    head, *segments = ALL[kind].split(b"~")[:-1]
    shuffled = data.draw(st.lists(st.sampled_from(segments), max_size=40))
    exercise(b"~".join([head, segments[0], segments[1], segments[2], *shuffled]) + b"~")


@settings(max_examples=100)
@given(st.text("0123456789.-E ²", max_size=25))
def test_numbers_of_every_kind(text: str) -> None:
    exercise(ORDER.replace(b"PO1*1*10*", b"PO1*1*%s*" % text.encode()))
    exercise(INVOICE.replace(b"TDS*28281", b"TDS*%s" % text.encode()))
    exercise(SHIP_NOTICE.replace(b"SN1*1*6", b"SN1*1*%s" % text.encode()))
    exercise(INVOICE.replace(b"CTT*2*9", b"CTT*2*%s" % text.encode()))
