"""Documents as the implementation guides lay them out: typed values on top, every loop and segment still reachable below.

Lives here: one file for each document, its loops as a table. May not: what the hub concludes from a document. Amounts that
are no numbers raise ParseError, because money is never guessed; dates that are none read as None, and are a finding.
Read first: `remittance.py`; of the documents of supply (850, 855, 856, 810) `purchase_order.py`, then `trade.py`.
"""

from .claim import Claim, Claims, Line, Party
from .invoice import Invoice, read_810, write_810
from .npi import is_npi, npi_findings
from .order_acknowledgement import AcknowledgedLine, LineStatus, OrderAcknowledgement, read_855, write_855
from .purchase_order import PurchaseOrder, read_850, write_850
from .remittance import Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServicePayment, claim_payments
from .ship_levels import Carrier, Item, Level, Mark, OrderRef, Packages, Shipped
from .ship_notice import ShipNotice, read_856, write_856
from .sscc import is_sscc
from .trade import Allowance, Contact, DateTime, ProductId, Reference, Tax, Terms, TradeParty
from .trade_document import TradeLine

__all__ = [
    "AcknowledgedLine",
    "Adjustment",
    "Allowance",
    "Carrier",
    "Claim",
    "ClaimPayment",
    "Claims",
    "Contact",
    "DateTime",
    "Invoice",
    "Item",
    "Level",
    "Line",
    "LineStatus",
    "Mark",
    "OrderAcknowledgement",
    "OrderRef",
    "Packages",
    "Party",
    "ProductId",
    "ProviderAdjustment",
    "PurchaseOrder",
    "Reference",
    "Remittance",
    "ServicePayment",
    "ShipNotice",
    "Shipped",
    "Tax",
    "Terms",
    "TradeLine",
    "TradeParty",
    "claim_payments",
    "is_npi",
    "is_sscc",
    "npi_findings",
    "read_810",
    "read_850",
    "read_855",
    "read_856",
    "write_810",
    "write_850",
    "write_855",
    "write_856",
]
