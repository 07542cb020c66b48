"""The amounts of an X12 interchange: which elements say money, and what is at stake.

    claims 837       CLM02, SV1-02, SV2-03, SV3-02 and their quantities; AMT, SVD and CAS of other payers
    remittances 835  BPR02 with its sign BPR03, CLP03 to 05, SVC02, 03, 05 and 07, CAS, PLB, AMT
    820              BPR02, AMT
    810, 850, 855    IT1-02, PO1-02 and their prices, SAC, TXI, TDS, AMT, CUR

A segment means the same in every transaction set (X12.22), so that one table serves all. At stake is what a transaction
set comes to: the claims of an 837, the payment of an 835, the total of an 810. It does not ask whether amounts add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ..protocols import x12

_ADJUSTMENTS = (1, *range(3, 20, 3), *range(4, 20, 3))
"""CAS01 says who bears them, CAS03, 06 .. 18 are the amounts, CAS04, 07 .. 19 the quantities."""

_TOLD: dict[str, tuple[int, ...]] = {
    "AMT": (1, 2),
    "BPR": (2, 3),
    "CAS": _ADJUSTMENTS,
    "CLM": (2,),
    "CLP": (3, 4, 5),
    "CUR": (2,),
    "IT1": (2, 4),
    "PLB": tuple(range(4, 15, 2)),
    "PO1": (2, 4),
    "SAC": (1, 5, 8),
    "SV1": (2, 4),
    "SV2": (3, 5),
    "SV3": (2, 6),
    "SVC": (2, 3, 5, 7),
    "SVD": (2, 5),
    "TDS": (1, 2, 3, 4),
    "TXI": (2,),
}
"""Segment -> the elements that say an amount, what multiplies it, its currency, or what decides its sign."""

_AT_STAKE = {("CLM", 2), ("BPR", 2), ("TDS", 1)}
_HUNDREDTHS = {("TDS", 1), ("TDS", 2), ("TDS", 3), ("TDS", 4), ("SAC", 5)}
"""Data type N2: the last two digits are behind the point."""


class Told(NamedTuple):
    """One element: "1 CLM(2)-02" is in the first transaction set and the second CLM of it."""

    place: str
    text: str
    at_stake: bool


def told(body: bytes) -> Iterator[Told]:
    """Every element that says money, in order; empty ones are left out. Raises `x12.ParseError`."""
    for number, transaction in enumerate(x12.parse(body).transactions, 1):
        seen: Counter[str] = Counter()
        for segment in transaction.segments:
            tag = segment.tag
            if tag in _TOLD:
                seen[tag] += 1
                yield from _of_segment(segment, f"{number} {tag}({seen[tag]})")


def _of_segment(segment: x12.Segment, place: str) -> Iterator[Told]:
    tag = segment.tag
    for element in _TOLD[tag]:
        text = segment.element(element)
        if text:
            at = (tag, element)
            yield Told(f"{place}-{element:02}", _pointed(text) if at in _HUNDREDTHS else text, at in _AT_STAKE)


def _pointed(text: str) -> str:
    """A number of type N2 with its point; anything else as it stands."""
    try:
        return f"{Decimal(int(text)).scaleb(-2):f}"
    except ValueError:
        return text
