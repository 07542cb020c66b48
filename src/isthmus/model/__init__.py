"""Canonical events and documents: what happened in the hospital, in one vocabulary, whatever format said it.

Lives here: frozen, versioned values, their encoding, and where each field came from. May not: formats, I/O, rules of a
process, anything above the kernel. A field is added with a default; a change of meaning makes a new version of the type.
Read first: `event.py`.
"""

from .account import AccountMoved, AccountReadyToBill, AccountRelinked, BillingWithdrawn
from .charge import ChargePosted
from .encounter import (
    AdmissionCancelled,
    DischargeCancelled,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterEvent,
    EncounterRegistered,
    EncounterUpdated,
    Identifier,
    Patient,
    PatientsMerged,
)
from .event import Catalogue, Document, Event, Origin
from .journal_entry import EntryLine, JournalEntry
from .purchase_order import AnsweredLine, LineAnswer, OrderConfirmation, OrderLine, PurchaseOrder
from .register import DayEndRegister, RegisterRow
from .revenue import ChargeJournaled, RevenueRecognised
from .ship_notice import ShipmentLine, ShipNotice
from .supplier_invoice import InvoiceLine, SupplierInvoice
from .trade import (
    ItemId,
    Party,
    PartyContact,
    PaymentTerms,
    PriceAdjustment,
    PricedLine,
    TaxAmount,
    TradePart,
    TradeReference,
)

CATALOGUE = Catalogue(
    AccountMoved,
    AccountReadyToBill,
    AccountRelinked,
    AdmissionCancelled,
    BillingWithdrawn,
    ChargeJournaled,
    ChargePosted,
    DayEndRegister,
    DischargeCancelled,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterRegistered,
    EncounterUpdated,
    JournalEntry,
    OrderConfirmation,
    PatientsMerged,
    PurchaseOrder,
    RevenueRecognised,
    ShipNotice,
    SupplierInvoice,
)
"""Every type of the model, in its present version."""

__all__ = [
    "CATALOGUE",
    "AccountMoved",
    "AccountReadyToBill",
    "AccountRelinked",
    "AdmissionCancelled",
    "AnsweredLine",
    "BillingWithdrawn",
    "Catalogue",
    "ChargeJournaled",
    "ChargePosted",
    "DayEndRegister",
    "DischargeCancelled",
    "Document",
    "EncounterAdmitted",
    "EncounterDischarged",
    "EncounterEvent",
    "EncounterRegistered",
    "EncounterUpdated",
    "EntryLine",
    "Event",
    "Identifier",
    "InvoiceLine",
    "ItemId",
    "JournalEntry",
    "LineAnswer",
    "OrderConfirmation",
    "OrderLine",
    "Origin",
    "Party",
    "PartyContact",
    "Patient",
    "PatientsMerged",
    "PaymentTerms",
    "PriceAdjustment",
    "PricedLine",
    "PurchaseOrder",
    "RegisterRow",
    "RevenueRecognised",
    "ShipNotice",
    "ShipmentLine",
    "SupplierInvoice",
    "TaxAmount",
    "TradePart",
    "TradeReference",
]
