"""Documents as the implementation guides lay them out: typed values on top, every loop and segment still reachable below.

Lives here: one file for each document, its loops as a table. May not: what the hub concludes from a document. Amounts that
are no numbers raise ParseError, because money is never guessed; dates that are none read as None, and are a finding.
The documents of supply have a room of their own, `supply/`, with names of their own. Read first: `remittance.py`.
"""

from .claim import Claim, Claims, Line, Party
from .npi import is_npi, npi_findings
from .remittance import Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServicePayment, claim_payments

__all__ = [
    "Adjustment",
    "Claim",
    "ClaimPayment",
    "Claims",
    "Line",
    "Party",
    "ProviderAdjustment",
    "Remittance",
    "ServicePayment",
    "claim_payments",
    "is_npi",
    "npi_findings",
]
