"""Canonical events and documents: what happened in the hospital, in one vocabulary, whatever format said it.

Lives here: frozen, versioned values, their encoding, and where each field came from. May not: formats, I/O, rules of a
process, anything above the kernel. A field is added with a default; a change of meaning makes a new version of the type.
Read first: `event.py`.
"""

from .account import AccountMoved, AccountReadyToBill, AccountRelinked, BillingWithdrawn
from .bank import BankEntry, BankStatement, TraceNumber
from .charge import ChargePosted
from .claim import Claim, ClaimLine, ClaimParty, Diagnosis
from .claim_status import (
    AcknowledgedClaim,
    AcknowledgedProvider,
    ClaimAcknowledgement,
    ClaimStatus,
    ClaimStatusInquiry,
    StatusReason,
)
from .eligibility import CoverageBenefit, EligibilityAnswer, EligibilityInquiry, EligibilityRejection
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
from .expected_payment import ExpectedPayment
from .journal_entry import EntryLine, JournalEntry
from .purchase_order import AnsweredLine, LineAnswer, OrderConfirmation, OrderLine, PurchaseOrder
from .register import DayEndRegister, RegisterRow
from .remittance import PaidClaim, PaidLine, PaymentAdjustment, ProviderLevelAdjustment, Remittance
from .revenue import ChargeJournaled, RevenueRecognised
from .ship_notice import ShipmentLine, ShipNotice
from .supplier_invoice import InvoiceLine, SupplierInvoice
from .table_change import TableChange, TableRecord
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
    BankStatement,
    BillingWithdrawn,
    ChargeJournaled,
    ChargePosted,
    Claim,
    ClaimAcknowledgement,
    ClaimStatus,
    ClaimStatusInquiry,
    DayEndRegister,
    DischargeCancelled,
    EligibilityAnswer,
    EligibilityInquiry,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterRegistered,
    EncounterUpdated,
    ExpectedPayment,
    JournalEntry,
    OrderConfirmation,
    PatientsMerged,
    PurchaseOrder,
    Remittance,
    RevenueRecognised,
    ShipNotice,
    SupplierInvoice,
    TableChange,
)
"""Every type of the model, in its present version."""

__all__ = [
    "CATALOGUE",
    "AccountMoved",
    "AccountReadyToBill",
    "AccountRelinked",
    "AcknowledgedClaim",
    "AcknowledgedProvider",
    "AdmissionCancelled",
    "AnsweredLine",
    "BankEntry",
    "BankStatement",
    "BillingWithdrawn",
    "Catalogue",
    "ChargeJournaled",
    "ChargePosted",
    "Claim",
    "ClaimAcknowledgement",
    "ClaimLine",
    "ClaimParty",
    "ClaimStatus",
    "ClaimStatusInquiry",
    "CoverageBenefit",
    "DayEndRegister",
    "Diagnosis",
    "DischargeCancelled",
    "Document",
    "EligibilityAnswer",
    "EligibilityInquiry",
    "EligibilityRejection",
    "EncounterAdmitted",
    "EncounterDischarged",
    "EncounterEvent",
    "EncounterRegistered",
    "EncounterUpdated",
    "EntryLine",
    "Event",
    "ExpectedPayment",
    "Identifier",
    "InvoiceLine",
    "ItemId",
    "JournalEntry",
    "LineAnswer",
    "OrderConfirmation",
    "OrderLine",
    "Origin",
    "PaidClaim",
    "PaidLine",
    "Party",
    "PartyContact",
    "Patient",
    "PatientsMerged",
    "PaymentAdjustment",
    "PaymentTerms",
    "PriceAdjustment",
    "PricedLine",
    "ProviderLevelAdjustment",
    "PurchaseOrder",
    "RegisterRow",
    "Remittance",
    "RevenueRecognised",
    "ShipNotice",
    "ShipmentLine",
    "StatusReason",
    "SupplierInvoice",
    "TableChange",
    "TableRecord",
    "TaxAmount",
    "TraceNumber",
    "TradePart",
    "TradeReference",
]
