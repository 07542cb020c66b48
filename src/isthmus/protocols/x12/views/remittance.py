"""835 health care claim payment and advice (005010X221A1, 004010X091A1): payment, claims, service lines, adjustments, PLB.

    ST BPR TRN  1000A payer  1000B payee  2000 LX { 2100 CLP { 2110 SVC } }  PLB SE

Balancing (front matter of the guide; SNIP 3), all signs as they stand:
  line         SVC02 - sum of CAS              = SVC03
  claim        CLP03 - sum of CAS, claim + lines = CLP04
  transaction  sum of CLP04 - sum of PLB       = BPR02          a positive PLB lowers the payment
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from ..findings import Finding
from ..loops import Loop, Walk, loop
from ..segment import Segment
from .adjustments import ProviderAdjustment, provider_adjusted
from .claim_payment import ClaimPayment, claim_payments_of
from .document import Document
from .fields import day, number, one, text
from .parties import Organisation, PayingOrganisation
from .reading import ZERO

_CLAIM = loop(
    "2100",
    "CLP",
    "CAS NM1 MIA MOA REF DTM PER AMT QTY",
    loop("2110", "SVC", "DTM CAS REF AMT QTY LQ"),
)
GUIDE = loop(
    "835",
    "ST",
    "ST BPR NTE TRN CUR REF DTM PLB SE",
    loop("1000A", "N1*PR", "N3 N4 REF PER"),
    loop("1000B", "N1*PE", "N3 N4 REF RDM"),
    loop("2000", "LX", "TS3 TS2", _CLAIM),
    # LX is situational: payers that leave it out put claims straight after the payee.
    _CLAIM,
)


class Remittance(Document, init=False):
    """One 835. Claims and adjustments are read when they are first asked for; a built one puts all claims under one LX."""

    type = "835"
    guide = GUIDE
    implementation = "005010X221A1"

    handling: str = text("BPR01", default="I")
    """BPR01: I remittance only, C with the payment, H for information …"""

    amount: Decimal = number("BPR02")
    """BPR02, the money that moves."""

    credit_or_debit: str = text("BPR03", default="C")
    method: str = text("BPR04")
    """BPR04: ACH, CHK, NON …"""

    format: str = text("BPR05", default="")
    payer_bank_qualifier: str = text("BPR06", default="")
    payer_bank: str = text("BPR07", default="")
    payer_account_qualifier: str = text("BPR08", default="")
    payer_account: str = text("BPR09", default="")
    originator: str = text("BPR10", default="")
    originator_supplement: str = text("BPR11", default="")
    payee_bank_qualifier: str = text("BPR12", default="")
    payee_bank: str = text("BPR13", default="")
    payee_account_qualifier: str = text("BPR14", default="")
    payee_account: str = text("BPR15", default="")
    payment_date: date | None = day("BPR16", default=None)
    """BPR16: when the money moves."""

    trace: str = text("TRN02", "1")
    """TRN02: the EFT's or check's number, which finds the bank's line."""

    payer_id: str = text("TRN03", "1", default="")
    """TRN03."""

    receiver_id: str = text("REF02", "EV", default="")
    production_date: date | None = day("DTM02", "405", default=None)
    payer: PayingOrganisation | None = one("1000A", PayingOrganisation, default=None)
    payee: Organisation | None = one("1000B", Organisation, default=None)
    claims: list[ClaimPayment] = claim_payments_of(default=[])
    """Every claim, in the order of the file."""

    provider_adjustments: list[ProviderAdjustment] = provider_adjusted(default=[])
    """Every reason of every PLB."""

    @property
    def payment(self) -> Segment:
        """BPR. Raises ParseError when it is not there."""
        found = self.root.first("BPR")
        if found is None:
            raise self.transaction.header.fault("The remittance has no BPR", 0, "005010X221A1 BPR")
        return found

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
                found += _unbalanced("line-balance", line.loop, 3, line.difference)
            found += _unbalanced("claim-balance", claim.loop, 4, claim.difference)
        return found + _unbalanced("transaction-balance", self.root, 2, self.difference, "BPR")

    def findings(self) -> list[Finding]:
        """Segments without a place in the guide, and dates that are none."""
        bad = bool(self.payment.element(16)) and self.payment_date is None
        found = Finding("date", self.payment.number, 16, self.payment.offset, "This is no date")
        return self._in_order([found] if bad else [])


def claim_payments(segments: Iterable[Segment]) -> Iterator[ClaimPayment]:
    """The claims of one 835 as they come, without holding the others: for files that no memory should hold."""
    found = Walk(GUIDE, given_out=("2000", "2100"))
    for segment in segments:
        yield from (ClaimPayment.of(ended) for ended in found.take(segment) if ended.name == "2100")
    yield from (ClaimPayment.of(ended) for ended in found.end() if ended.name == "2100")


def _unbalanced(rule: str, loop: Loop, element: int, difference: Decimal, tag: str = "") -> list[Finding]:
    """At the loop's first segment, or the one of a name; without a place for what was built."""
    if not difference:
        return []
    segment = loop.first(tag) if tag else next(iter(loop.segments), None)
    number, offset = (segment.number, segment.offset) if segment else (0, 0)
    return [Finding(rule, number, element, offset, f"It is out of balance by {difference:f}")]
