"""Files taken apart: cut anywhere, taken up anywhere, and every piece a file of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_files import BAI2, ach, claims, interchange, remittance
from row_hub import CHARGES, TOTALLED, charges

from isthmus.flows import Flow, flow
from isthmus.kernel.errors import PeerFault
from isthmus.protocols import x12
from isthmus.protocols.x12.views import Remittance
from isthmus.runtime.formats import reader
from isthmus.runtime.pieces import Mark, Piece, Pieces, opened


def of(accepts: str, each: Any, **options: Any) -> Flow:
    return flow("f", source="s", accepts=accepts, owner="o", each=each, **options)


ROWS = of("delimited/charges", "row", layout=CHARGES)
WITH_TOTALS = of("delimited/totalled", "row", layout=TOTALLED)
NDJSON = of("ndjson", "row")
PAID = of("x12/835@005010X221A1", "claim")
REMITTANCES = of("x12/835", "transaction")
CLAIMS = of("x12/837", "claim")
ACH = of("nacha", "entry")
BANK = of("bai2", "entry")

FILES: dict[str, tuple[Flow, bytes]] = {
    "delimited": (ROWS, charges([(1, "A", "1.00"), (2, "B", "much"), (3, '"A, B"', "3.00")])),
    "totalled": (WITH_TOTALS, b"D,A,1.50\nD,B,2.00\n\nT,2,3.50\n"),
    "ndjson": (NDJSON, b'{"type": "charge", "id": 1}\n\n{"id": 2, "id": 3}\n{"type": "credit"}'),
    "835 by claims": (
        PAID,
        interchange(
            "835",
            "005010X221A1",
            remittance([("C1", "10.00"), ("C2", "20.5"), ("C3", "7")], adjustment="2.5"),
            remittance([("C4", "1")]),
        ),
    ),
    "835 by transactions": (REMITTANCES, interchange("835", "005010X221A1", *[remittance([("C1", "1")])] * 3)),
    "837 by claims": (CLAIMS, interchange("837", "005010X222A1", claims("C1", "C2", "C3", "C4"))),
    "ACH": (ACH, ach("12.50", "1.00", "99.99")),
    "BAI2": (BANK, BAI2),
}


def whole(of: Flow, data: bytes, mark: Mark | None = None) -> list[tuple[Any, ...]]:
    pieces = opened(of, mark)
    return [told(one) for one in (*pieces.feed(data), *pieces.close())]


def all_of(pieces: Pieces, data: bytes) -> Iterator[Piece]:
    yield from pieces.feed(data)
    yield from pieces.close()


def told(piece: Piece) -> tuple[Any, ...]:
    """What must be the same of a piece however the file is read."""
    return piece.number, piece.place, piece.type, bytes(piece.content) if is_x12(piece) else piece.content, piece.body


def is_x12(piece: Piece) -> bool:
    return isinstance(piece.content, x12.Transaction)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=20)
@given(size=st.integers(1, 400))
def test_what_comes_out_does_not_depend_on_how_the_file_is_cut(name: str, size: int) -> None:
    flow, data = FILES[name]
    pieces = opened(flow)
    cut = [told(one) for at in range(0, len(data), size) for one in pieces.feed(data[at : at + size])]
    assert [*cut, *map(told, pieces.close())] == whole(flow, data)


@pytest.mark.parametrize("name", FILES)
def test_a_reader_goes_on_after_any_piece(name: str) -> None:
    flow, data = FILES[name]
    expected = whole(flow, data)
    assert [one[0] for one in expected] == list(range(1, len(expected) + 1))
    for stop in range(1, len(expected) + 1):
        pieces = opened(flow)
        given = all_of(pieces, data)
        for _ in range(stop):
            next(given)
        mark = pieces.mark
        assert whole(flow, data[mark.offset :], mark) == expected[stop:]


@pytest.mark.parametrize("name", FILES)
def test_every_piece_is_a_file_of_one(name: str) -> None:
    flow, data = FILES[name]
    pieces = opened(flow)
    for piece in (*pieces.feed(data), *pieces.close()):
        alone = opened(flow, alone=True)
        (again,) = [*alone.feed(piece.body), *alone.close()]
        assert again.body == piece.body
        assert again.type == piece.type
        assert (again.fault is None) == (piece.fault is None)
        if isinstance(piece.content, dict):
            assert again.content == piece.content


@pytest.mark.parametrize("name", ["835 by claims", "837 by claims", "835 by transactions", "ACH", "BAI2"])
def test_a_file_of_one_is_what_its_format_takes_for_a_whole_file(name: str) -> None:
    flow, data = FILES[name]
    pieces = opened(flow)
    for piece in (*pieces.feed(data), *pieces.close()):
        assert reader(flow.format)(piece.body).type == piece.type


def test_a_claim_of_a_remittance_has_the_payment_around_it():
    pieces = opened(PAID)
    one, *_ = pieces.feed(FILES["835 by claims"][1])
    advice = Remittance(one.content)
    assert [claim.patient_control_number for claim in advice.claims] == ["C1"]
    assert (one.content["CLP01"], one.content["TRN02"], advice.payer.value("N1", 2)) == ("C1", "T1", "PAYER")


def test_a_claim_has_its_provider_its_subscriber_and_its_patient_around_it():
    pieces = opened(CLAIMS)
    found = list(pieces.feed(FILES["837 by claims"][1]))
    levels = [[one.element(3) for one in piece.content.all("HL")] for piece in found]
    assert levels == [["20", "22"], ["20", "22"], ["20", "22"], ["20", "22", "23"]]
    names = [[one.element(3) for one in piece.content.all("NM1", "IL")] for piece in found]
    assert names == [["S0"], ["S0"], ["S2"], ["S2"]]


def test_entries_of_bank_files_are_values():
    entries = run(ACH, ach("12.50", "1.00"))
    assert [str(one.content.amount) for one in entries] == ["12.50", "1.00"]
    details = run(BANK, BAI2)
    assert [(one.content.bank_reference, str(one.content.signed)) for one in details] == [
        ("B1", "12.50"), ("B2", "-5.00"), ("B3", "0.99"),
    ]  # fmt: skip


def run(of: Flow, data: bytes) -> list[Piece]:
    pieces = opened(of)
    return [*pieces.feed(data), *pieces.close()]


BROKEN: dict[str, tuple[Flow, bytes, str]] = {
    "a remittance that does not balance": (
        PAID,
        interchange("835", "005010X221A1", remittance([("C1", "10.00")], paid="9.99")),
        "do not come to BPR02",
    ),
    "an interchange cut off": (REMITTANCES, FILES["835 by transactions"][1][:-40], "not whole"),
    "a count of segments that is not so": (
        PAID,
        FILES["835 by claims"][1].replace(b"SE*", b"SE*1"),
        "not whole: [0-9]+ were counted",
    ),
    "a total that is not so": (WITH_TOTALS, b"D,A,1.50\nT,1,1.51\n", "a total does not agree"),
    "an ACH file that does not add up": (ACH, ach("1.00").replace(b"0000000100", b"0000000101", 1), "does not add up"),
    "a BAI2 file that is cut off": (BANK, BAI2[: BAI2.index(b"98,")], "without its trailer"),
    "a claim file of another kind": (
        CLAIMS,
        interchange("999", "005010X231A1", ["AK1*HC*1"]),
        "neither an 835 nor an 837",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_is_not_whole_is_a_fault_of_the_file(what: str) -> None:
    flow, data, words = BROKEN[what]
    with pytest.raises(PeerFault, match=words):
        run(flow, data)


def test_a_transaction_set_that_the_flow_does_not_take_is_bad_and_the_next_is_not():
    data = interchange("835", "005010X221A1", *[remittance([("C1", "1")])] * 2)
    data = data.replace(b"ST*835*0001", b"ST*834*0001")
    assert [one.fault is None for one in run(REMITTANCES, data)] == [False, True]


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_the_bytes_only_a_peers_fault_comes_out(name: str, data: st.DataObject) -> None:
    flow, raw = FILES[name]
    at = data.draw(st.integers(0, len(raw)))
    other = data.draw(st.binary(max_size=12))
    cut = data.draw(st.integers(0, 20))
    made = raw[:at] + other + raw[at + cut :]
    try:
        found = run(flow, made)
    except PeerFault:
        return
    assert all(isinstance(one.fault, PeerFault | None) for one in found)
