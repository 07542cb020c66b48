"""The documents of supply: 850, 855, 856, 810; read, balanced and written by the same tables.

    order = supply.read_850(transaction)          supply.write_850(writer, order, "0001")

Files, in the order of reading:
  columns.py         which element holds which field       trade.py           what the four sets share
  trade_guide.py     their loops                           trade_totals.py    what must add up
  trade_document.py  heads and lines                       sscc.py            container codes
  purchase_order.py  850    order_acknowledgement.py  855    ship_levels.py, ship_notice.py  856    invoice.py  810
"""

from .invoice import Invoice, read_810, write_810
from .order_acknowledgement import AcknowledgedLine, LineStatus, OrderAcknowledgement, read_855, write_855
from .purchase_order import PurchaseOrder, read_850, write_850
from .ship_levels import Carrier, Item, Level, Mark, OrderRef, Packages, Shipped
from .ship_notice import ShipNotice, read_856, write_856
from .sscc import is_sscc
from .trade import Allowance, Contact, DateTime, ProductId, Reference, Tax, Terms, TradeParty
from .trade_document import TradeLine

__all__ = [
    "AcknowledgedLine",
    "Allowance",
    "Carrier",
    "Contact",
    "DateTime",
    "Invoice",
    "Item",
    "Level",
    "LineStatus",
    "Mark",
    "OrderAcknowledgement",
    "OrderRef",
    "Packages",
    "ProductId",
    "PurchaseOrder",
    "Reference",
    "ShipNotice",
    "Shipped",
    "Tax",
    "Terms",
    "TradeLine",
    "TradeParty",
    "is_sscc",
    "read_810",
    "read_850",
    "read_855",
    "read_856",
    "write_810",
    "write_850",
    "write_855",
    "write_856",
]
