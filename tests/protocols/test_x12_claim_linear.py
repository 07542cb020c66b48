"""Reading an 837 costs as much for each claim in a large file as in a small one: calls are counted, not time."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from written_interchanges import interchange

from isthmus.protocols import x12
from isthmus.protocols.x12.views import Claims

HEAD = [
    "ST*837*0001*005010X222A1",
    "BHT*0019*00*X1*20260115*0934*CH",
    "NM1*41*2*GENERAL HOSPITAL*****46*TGJ23",
    "NM1*40*2*GOOD PAYER*****46*66783JJT",
    "HL*1**20*1",
    "NM1*85*2*GENERAL HOSPITAL*****XX*1234567893",
]
SUBSCRIBER = ["SBR*P*18*******CI", "NM1*IL*1*DOE*JANE****MI*JD1", "NM1*PR*2*GOOD PAYER*****PI*999996666"]
CLAIM = [
    "CLM*ACC1*150.5***11:B:1*Y*A*Y*I",
    "REF*D9*1",
    "HI*ABK:J020",
    "NM1*82*1*KILDARE*BEN****XX*1234567893",
    "LX*1",
    "SV1*HC:99213*150.5*UN*1***1",
    "DTP*472*D8*20260110",
]


def one_subscriber(claims: int) -> list[str]:
    return ["HL*2*1*22*0", *SUBSCRIBER, *CLAIM * claims]


def a_subscriber_each(claims: int) -> list[str]:
    return [line for number in range(claims) for line in (f"HL*{number + 2}*1*22*0", *SUBSCRIBER, *CLAIM)]


def read(data: bytes) -> Claims:
    """Everything that a reader may ask of each claim, and of the document."""
    document = Claims(next(x12.parse(data).transactions))
    for claim in document.claims:
        assert claim.billing_provider is not None
        assert claim.subscriber is not None
        assert claim.patient is not None
        assert claim.payer is not None
        assert list(claim.places())
    assert document.balances() == []
    document.unread()
    document.findings()
    document.draft()
    return document


def calls_of(work: Callable[[], object]) -> int:
    """How many functions, of Python and of C, some work calls."""
    count = 0

    def called(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("body", [one_subscriber, a_subscriber_each])
def test_twice_the_claims_are_twice_the_work(body: Callable[[int], list[str]]) -> None:
    small, large = (interchange([*HEAD, *body(claims), "SE*1*0001"], kind="HC") for claims in (100, 200))
    assert len(read(large).claims) == 200
    assert calls_of(lambda: read(large)) < 2.05 * calls_of(lambda: read(small))
