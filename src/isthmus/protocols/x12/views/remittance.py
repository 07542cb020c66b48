"""835 health care claim payment and advice (005010X221A1, 004010X091A1): payment, claims, service lines, adjustments, PLB.

    ST BPR TRN  1000A payer  1000B payee  2000 LX { 2100 CLP { 2110 SVC } }  PLB SE

Balancing (front matter of the guide; SNIP 3), all signs as they stand:
  line         SVC02 - sum of CAS              = SVC03
  claim        CLP03 - sum of CAS, claim + lines = CLP04
  transaction  sum of CLP04 - sum of PLB       = BPR02          a positive PLB lowers the payment
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from ..envelope import Transaction
from ..findings import Finding
from ..grammar import ParseError
from ..loops import Loop, Walk, descend, loop, walk
from ..segment import Segment
from ..values import maybe_date
from .reading import ZERO, amount, date_findings, dated, maybe_amount

GUIDE = loop(
    "835",
    "ST",
    "ST BPR NTE TRN CUR REF DTM PLB SE",
    loop("1000A", "N1*PR", "N3 N4 REF PER"),
    loop("1000B", "N1*PE", "N3 N4 REF RDM"),
    loop(
        "2000",
        "LX",
        "TS3 TS2",
        loop(
            "2100",
            "CLP",
            "CAS NM1 MIA MOA REF DTM PER AMT QTY",
            loop("2110", "SVC", "DTM CAS REF AMT QTY LQ"),
        ),
    ),
    # LX is situational: payers that leave it out put claims straight after the payee.
    loop("2100", "CLP", "CAS NM1 MIA MOA REF DTM PER AMT QTY", loop("2110", "SVC", "DTM CAS REF AMT QTY LQ")),
)

_CAS_TRIPLES = range(2, 20, 3)
_PLB_PAIRS = range(3, 15, 2)


class Adjustment(NamedTuple):
    """One reason of a CAS. `group`: CO, OA, PI, PR (CR in 004010); `reason`: CARC; `amount` lowers the payment."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None
    segment: int


class ProviderAdjustment(NamedTuple):
    """One reason of a PLB. `reason`: WO, FB, L6, 72 …; `reference`: PLB03-2; `amount` lowers the payment."""

    provider: str
    period_end: date | None
    reason: str
    reference: str
    amount: Decimal
    segment: int


@dataclass(slots=True)
class ServicePayment:
    """Loop 2110. `procedure` is SVC01 in its components: qualifier, code, modifiers."""

    procedure: list[str]
    charge: Decimal
    paid: Decimal
    revenue_code: str
    units: Decimal | None
    adjustments: list[Adjustment]
    loop: Loop

    @property
    def service_date(self) -> date | None:
        """DTM*472, else the first day, DTM*150."""
        return dated(self.loop, "472") or dated(self.loop, "150")

    @property
    def control_number(self) -> str:
        """REF*6R: the line item control number of the claim that was sent."""
        return self.loop.value("REF", 2, "6R")

    @property
    def remark_codes(self) -> list[str]:
        """LQ*HE."""
        return [segment.element(2) for segment in self.loop.all("LQ", "HE")]

    @property
    def difference(self) -> Decimal:
        """SVC02 - sum of CAS - SVC03: zero when the line balances."""
        return self.charge - sum((one.amount for one in self.adjustments), ZERO) - self.paid


@dataclass(slots=True)
class ClaimPayment:
    """Loop 2100. `patient_control_number` (CLP01) is CLM01 of the claim that was sent; `status` is CLP02 (22: reversal)."""

    patient_control_number: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal | None
    filing_indicator: str
    payer_control_number: str
    adjustments: list[Adjustment]
    lines: list[ServicePayment]
    loop: Loop

    @property
    def is_reversal(self) -> bool:
        return self.status == "22"

    @property
    def patient(self) -> Segment | None:
        """NM1*QC."""
        return self.loop.first("NM1", "QC")

    @property
    def period(self) -> tuple[date | None, date | None]:
        """DTM*232 and DTM*233."""
        return dated(self.loop, "232"), dated(self.loop, "233")

    @property
    def all_adjustments(self) -> list[Adjustment]:
        """Of the claim and of its lines."""
        return [*self.adjustments, *(one for line in self.lines for one in line.adjustments)]

    @property
    def difference(self) -> Decimal:
        """CLP03 - sum of CAS - CLP04: zero when the claim balances."""
        return self.charge - sum((one.amount for one in self.all_adjustments), ZERO) - self.paid


class Remittance:
    """One 835. Claims and adjustments are read when they are first asked for."""

    def __init__(self, transaction: Transaction) -> None:
        """Raises ParseError when the transaction set is no 835."""
        if transaction.type != "835":
            raise ParseError(
                "This transaction set is no 835", segment=transaction.header.number, element=1, rule="ST01"
            )
        self.transaction = transaction
        self.root, self._unexpected = walk(GUIDE, transaction.segments)

    @cached_property
    def payment(self) -> Segment:
        """BPR. Raises ParseError when it is not there."""
        found = self.root.first("BPR")
        if found is None:
            raise self.transaction.header.fault("The remittance has no BPR", 0, "005010X221A1 BPR")
        return found

    @property
    def amount(self) -> Decimal:
        """BPR02, the money that moves."""
        return amount(self.payment, 2)

    @property
    def method(self) -> str:
        """BPR04: ACH, CHK, NON …"""
        return self.payment.element(4)

    @property
    def payment_date(self) -> date | None:
        """BPR16: when the money moves."""
        return maybe_date(self.payment.element(16))

    @property
    def trace(self) -> str:
        """TRN02: the EFT's or check's number, which finds the bank's line."""
        return self.root.value("TRN", 2, "1")

    @property
    def payer_id(self) -> str:
        """TRN03."""
        return self.root.value("TRN", 3, "1")

    @property
    def payer(self) -> Loop | None:
        """Loop 1000A."""
        return next(iter(self.root.inside("1000A")), None)

    @property
    def payee(self) -> Loop | None:
        """Loop 1000B."""
        return next(iter(self.root.inside("1000B")), None)

    @cached_property
    def claims(self) -> list[ClaimPayment]:
        """Every claim, in the order of the file."""
        return [_claim(found) for found in descend(self.root, "2100")]

    @cached_property
    def provider_adjustments(self) -> list[ProviderAdjustment]:
        """Every reason of every PLB."""
        return [one for segment in self.root.all("PLB") for one in _provider_adjustments(segment)]

    @property
    def difference(self) -> Decimal:
        """Sum of CLP04 - sum of PLB - BPR02: zero when the transaction balances."""
        paid = sum((claim.paid for claim in self.claims), ZERO)
        return paid - sum((one.amount for one in self.provider_adjustments), ZERO) - self.amount

    def balances(self) -> list[Finding]:
        """What does not balance, each with the difference in the payer's currency."""
        found = []
        for claim in self.claims:
            for line in claim.lines:
                found += _unbalanced("line-balance", line.loop.segments[0], 3, line.difference)
            found += _unbalanced("claim-balance", claim.loop.segments[0], 4, claim.difference)
        return found + _unbalanced("transaction-balance", self.payment, 2, self.difference)

    def findings(self) -> list[Finding]:
        """Segments without a place in the guide, and dates that are none."""
        dates = list(date_findings(self.transaction.segments))
        if self.payment.element(16) and self.payment_date is None:
            dates.append(Finding("date", self.payment.number, 16, self.payment.offset, "This is no date"))
        return sorted([*self._unexpected, *dates], key=lambda finding: finding.segment)


def claim_payments(segments: Iterable[Segment]) -> Iterator[ClaimPayment]:
    """The claims of one 835 as they come, without holding the others: for files that no memory should hold."""
    found = Walk(GUIDE, given_out=("2000", "2100"))
    for segment in segments:
        yield from (_claim(ended) for ended in found.take(segment) if ended.name == "2100")
    yield from (_claim(ended) for ended in found.end() if ended.name == "2100")


def _claim(found: Loop) -> ClaimPayment:
    head = found.segments[0]
    return ClaimPayment(
        patient_control_number=head.element(1),
        status=head.element(2),
        charge=amount(head, 3),
        paid=amount(head, 4),
        patient_responsibility=maybe_amount(head, 5),
        filing_indicator=head.element(6),
        payer_control_number=head.element(7),
        adjustments=_adjustments(found),
        lines=[_line(inner) for inner in found.inside("2110")],
        loop=found,
    )


def _line(found: Loop) -> ServicePayment:
    head = found.segments[0]
    return ServicePayment(
        procedure=head.components(1),
        charge=amount(head, 2),
        paid=amount(head, 3),
        revenue_code=head.element(4),
        units=maybe_amount(head, 5),
        adjustments=_adjustments(found),
        loop=found,
    )


def _adjustments(found: Loop) -> list[Adjustment]:
    return [one for segment in found.segments if segment.tag == "CAS" for one in adjustments(segment)]


def adjustments(segment: Segment) -> Iterator[Adjustment]:
    """The reasons of one CAS: CAS01 group, then up to six of reason, amount, quantity."""
    group = segment.element(1)
    for at in _CAS_TRIPLES:
        if at >= len(segment.elements):
            break
        if segment.element(at) or segment.element(at + 1):
            yield Adjustment(
                group, segment.element(at), amount(segment, at + 1), maybe_amount(segment, at + 2), segment.number
            )


def _provider_adjustments(segment: Segment) -> Iterator[ProviderAdjustment]:
    for at in _PLB_PAIRS:
        if segment.element(at) or segment.element(at + 1):
            reason, *reference = segment.components(at)
            yield ProviderAdjustment(
                segment.element(1),
                maybe_date(segment.element(2)),
                reason,
                "".join(reference[:1]),
                amount(segment, at + 1),
                segment.number,
            )


def _unbalanced(rule: str, segment: Segment, element: int, difference: Decimal) -> list[Finding]:
    if not difference:
        return []
    return [Finding(rule, segment.number, element, segment.offset, f"It is out of balance by {difference:f}")]
