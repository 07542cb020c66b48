"""What must add up: money to the cent, counts of lines, hash totals.

    extended price    quantity times price, divided where the basis of the price is a hundred or a thousand
    hash total        data element 347: the sum of the values without regard to decimal points and signs, the leftmost
                      digits cut to what the element holds. Many senders write the plain sum: either is taken.
    total of an 810   TDS01 = sum of IT102 x IT104 + charges - allowances + taxes

Rounded once over all or line by line, the total is right: the standard does not say which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from ...findings import Finding
from ...loops import Loop
from ...segment import Segment
from ..reading import ZERO
from .columns import number
from .trade import Allowance, Tax

_BASES = {
    10: ("PN",),
    100: ("HP", "QH", "TC", "LC", "RC", "WC", "HF"),
    1_000: ("TP", "QS", "TM", "LM", "RM", "WM", "TF"),
    10_000: ("TT",),
    100_000: ("HT",),
}
PER = {code: Decimal(size) for size, codes in _BASES.items() for code in codes}
"""Data element 639: how many units a price is for, where the code says that it is not one."""

NOT_PAID_HERE = frozenset({"01", "03", "04", "05", "07", "09", "10", "11", "12", "13", "15", "18"})
"""Data element 331: bill back, check, credit to the account, for the vendor to pay, optional, denied, information only …"""

_SIGNS = {"A": Decimal(-1), "C": Decimal(1)}
_TAX_SIGNS = {"": Decimal(1), "A": Decimal(1), "D": Decimal(-1)}
_CENT = Decimal("0.01")
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_HASH_DIGITS_MAX = 10


def to_cents(amount: Decimal) -> Decimal:
    """Half a cent is rounded away from zero."""
    return amount.quantize(_CENT, context=_EXACT)


def extended(quantity: Decimal | None, price: Decimal | None, basis: str) -> Decimal | None:
    """Quantity times price, not rounded; None when one of them is not there."""
    if quantity is None or price is None:
        return None
    return _EXACT.divide(_EXACT.multiply(quantity, price), PER.get(basis, Decimal(1)))


def net_allowances(values: Iterable[Allowance]) -> Decimal:
    """Charges minus allowances, of those that the document's total includes."""
    return sum((_SIGNS[one.indicator] * (one.amount or ZERO) for one in values if counts(one)), ZERO)


def counts(value: Allowance) -> bool:
    """Whether the document's total includes it."""
    return value.amount is not None and value.indicator in _SIGNS and value.handling not in NOT_PAID_HERE


def net_taxes(values: Iterable[Tax]) -> Decimal:
    """Taxes that the document's total includes: not those that are included in the price or information only."""
    return sum((_TAX_SIGNS.get(one.relationship, ZERO) * (one.amount or ZERO) for one in values), ZERO)


def comes_to(total: Decimal, parts: Sequence[Decimal]) -> bool:
    """Whether the parts come to the total, rounded to the cent once or each."""
    return total in (to_cents(sum(parts, ZERO)), sum(map(to_cents, parts), ZERO))


def line_count(root: Loop, counted: Sequence[Segment]) -> Iterator[Finding]:
    """CTT01 against the segments that it counts. Nothing without a CTT."""
    for stated in _stated(root):
        if number(stated, 1) != len(counted):
            yield _finding("line-count", stated, 1, f"There are {len(counted)}")


def hash_totals(root: Loop, counted: Sequence[Segment], element: int) -> Iterator[Finding]:
    """CTT02 against the sum of an element of these segments. Nothing without a CTT02."""
    for stated in _stated(root):
        total = number(stated, 2)
        if total is not None and total not in (_hash_total(counted, element), _plain_sum(counted, element)):
            yield _finding("hash-total", stated, 2, "It is neither the sum nor the hash total of the quantities")


def hash_of(quantities: Iterable[Decimal | None]) -> Decimal:
    """Data element 347 of quantities that are about to be written."""
    total = sum(int(f"{abs(one).normalize():f}".replace(".", "")) for one in quantities if one is not None)
    return Decimal(str(total)[-_HASH_DIGITS_MAX:])


def unbalanced(rule: str, segment: Segment, element: int, difference: Decimal) -> Finding:
    return _finding(rule, segment, element, f"It is out of balance by {difference:f}")


def _hash_total(segments: Iterable[Segment], element: int) -> Decimal:
    """Data element 347 over an element of these segments, as they are written."""
    digits = ("".join(filter("0123456789".__contains__, segment.element(element))) for segment in segments)
    total = sum(int(one) for one in digits if one and len(one) < 40)
    return Decimal(str(total)[-_HASH_DIGITS_MAX:])


def _stated(root: Loop) -> list[Segment]:
    return [inner.segments[0] for inner in root.inside("CTT")][:1]


def _plain_sum(segments: Iterable[Segment], element: int) -> Decimal:
    return sum((number(segment, element) or ZERO for segment in segments), ZERO)


def _finding(rule: str, segment: Segment, element: int, note: str) -> Finding:
    return Finding(rule, segment.number, element, segment.offset, note)
