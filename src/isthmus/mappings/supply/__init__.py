"""Documents of supply between formats: X12 and cXML to canonical documents, and back; pure, with both accounts kept.

    from_x12, from_cxml   a transaction set, a document -> PurchaseOrder, OrderConfirmation, ShipNotice, SupplierInvoice,
                          with the place that every field came from
    to_x12, to_cxml       the canonical documents -> values of the views, of cXML, which the codecs write
    x12_reader.unused, cxml_reader.unused       what of a document no canonical field was made from
    not_carried_by_x12, not_carried_by_cxml     what of a canonical document a format has no place for
    codes                 the words of the model and the codes of the formats

Read first: `codes.py`, then `from_x12.py`.
"""

from . import from_cxml, from_x12, to_cxml, to_x12
from .account import content, not_carried_by_cxml, not_carried_by_x12
from .cxml_reader import unused as unused_of_cxml
from .x12_reader import unused as unused_of_x12

__all__ = [
    "content",
    "from_cxml",
    "from_x12",
    "not_carried_by_cxml",
    "not_carried_by_x12",
    "to_cxml",
    "to_x12",
    "unused_of_cxml",
    "unused_of_x12",
]
