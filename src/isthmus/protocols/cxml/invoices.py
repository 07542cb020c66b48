"""InvoiceDetailRequest: invoices and credit memos, line by line, with their summary (InvoiceDetail.dtd)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .parts import (
    AgreementReference,
    Classification,
    Comments,
    Contact,
    Distribution,
    Extrinsic,
    Identifier,
    IdReference,
    ItemID,
    Money,
    OrderReference,
    PaymentTerm,
    Phrase,
    PriceBasis,
    Tax,
)
from .shape import Value, flag_at, moment_at, number_at, part_at, parts_at, text_at, texts_at, value


@value
class HeaderIndicator(Value):
    header_invoice: bool = flag_at("@isHeaderInvoice")
    vat_recoverable: bool = flag_at("@isVatRecoverable")


@value
class LineIndicator(Value):
    """What stands in the lines and not in the summary alone."""

    tax: bool = flag_at("@isTaxInLine")
    special_handling: bool = flag_at("@isSpecialHandlingInLine")
    shipping: bool = flag_at("@isShippingInLine")
    discount: bool = flag_at("@isDiscountInLine")
    accounting: bool = flag_at("@isAccountingInLine")
    price_adjustment: bool = flag_at("@isPriceAdjustmentInLine")


@value
class InvoicePartner(Value):
    """Who: a Contact with its role (from, soldTo, billTo, remitTo …) and identifiers (taxNumber …)."""

    contact: Contact | None = part_at("Contact", Contact)
    references: tuple[IdReference, ...] = parts_at("IdReference", IdReference)


@value
class Modification(Value):
    """An allowance (deduction) or a charge (cost), as an amount or in percent."""

    original: Money | None = part_at("OriginalPrice/Money", Money)
    deduction: Money | None = part_at("AdditionalDeduction/DeductionAmount/Money", Money)
    deduction_percent: Decimal | None = number_at("AdditionalDeduction/DeductionPercent/@percent")
    cost: Money | None = part_at("AdditionalCost/Money", Money)
    cost_percent: Decimal | None = number_at("AdditionalCost/Percentage/@percent")
    tax: Tax | None = part_at("Tax", Tax)
    name: str = text_at("ModificationDetail/@name")
    description: Phrase | None = part_at("ModificationDetail/Description", Phrase)


@value
class Discount(Value):
    """InvoiceDetailDiscount."""

    rate: Decimal | None = number_at("@percentageRate")
    amount: Money | None = part_at("Money", Money)


@value
class InvoiceDetailRequestHeader(Value):
    """purpose: standard, creditMemo, debitMemo, lineLevelCreditMemo …; operation: new, delete."""

    invoice_id: str = text_at("@invoiceID")
    information_only: bool = flag_at("@isInformationOnly")
    purpose: str = text_at("@purpose")
    operation: str = text_at("@operation")
    invoiced_at: date | None = moment_at("@invoiceDate")
    origin: str = text_at("@invoiceOrigin")
    header_indicator: HeaderIndicator = part_at("InvoiceDetailHeaderIndicator", HeaderIndicator, always=True)
    line_indicator: LineIndicator = part_at("InvoiceDetailLineIndicator", LineIndicator, always=True)
    partners: tuple[InvoicePartner, ...] = parts_at("InvoicePartner", InvoicePartner)
    previous: str = text_at("DocumentReference/@payloadID")
    original_invoice: str = text_at("InvoiceIDInfo/@invoiceID")
    shipped_at: date | None = moment_at("InvoiceDetailShipping/@shippingDate")
    ship_contacts: tuple[Contact, ...] = parts_at("InvoiceDetailShipping/Contact", Contact)
    carriers: tuple[Identifier, ...] = parts_at("InvoiceDetailShipping/CarrierIdentifier", Identifier)
    shipments: tuple[Identifier, ...] = parts_at("InvoiceDetailShipping/ShipmentIdentifier", Identifier)
    ship_notice: str = text_at("ShipNoticeIDInfo/@shipNoticeID")
    terms: tuple[PaymentTerm, ...] = parts_at("PaymentTerm", PaymentTerm)
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    references: tuple[IdReference, ...] = parts_at("IdReference", IdReference)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class ItemReference(Value):
    """InvoiceDetailItemReference: the line of the order, and what the item is."""

    line_number: str = text_at("@lineNumber")
    serial: str = text_at("@serialNumber")
    item: ItemID | None = part_at("ItemID", ItemID)
    description: Phrase | None = part_at("Description", Phrase)
    classifications: tuple[Classification, ...] = parts_at("Classification", Classification)
    manufacturer_part: str = text_at("ManufacturerPartID")
    manufacturer: Phrase | None = part_at("ManufacturerName", Phrase)
    serials: tuple[str, ...] = texts_at("SerialNumber")
    lot: str = text_at("SupplierBatchID")


@value
class InvoiceDetailItem(Value):
    """A line. subtotal: quantity times price; gross: with tax, shipping and handling; net: what is owed for it."""

    number: str = text_at("@invoiceLineNumber")
    quantity: Decimal | None = number_at("@quantity")
    unit: str = text_at("UnitOfMeasure")
    price: Money | None = part_at("UnitPrice/Money", Money)
    basis: PriceBasis | None = part_at("PriceBasisQuantity", PriceBasis)
    reference: ItemReference | None = part_at("InvoiceDetailItemReference", ItemReference)
    subtotal: Money | None = part_at("SubtotalAmount/Money", Money)
    tax: Tax | None = part_at("Tax", Tax)
    special_handling: Money | None = part_at("InvoiceDetailLineSpecialHandling/Money", Money)
    shipping: Money | None = part_at("InvoiceDetailLineShipping/Money", Money)
    gross: Money | None = part_at("GrossAmount/Money", Money)
    discount: Discount | None = part_at("InvoiceDetailDiscount", Discount)
    modifications: tuple[Modification, ...] = parts_at("InvoiceItemModifications/Modification", Modification)
    charges: Money | None = part_at("TotalCharges/Money", Money)
    allowances: Money | None = part_at("TotalAllowances/Money", Money)
    net: Money | None = part_at("NetAmount/Money", Money)
    distributions: tuple[Distribution, ...] = parts_at("Distribution", Distribution)
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class InvoiceDetailOrder(Value):
    """The lines that are billed for one order or contract."""

    order: OrderReference | None = part_at("InvoiceDetailOrderInfo/OrderReference", OrderReference)
    agreement: AgreementReference | None = part_at(
        "InvoiceDetailOrderInfo/MasterAgreementReference", AgreementReference
    )
    order_id: str = text_at("InvoiceDetailOrderInfo/OrderIDInfo/@orderID")
    order_date: date | None = moment_at("InvoiceDetailOrderInfo/OrderIDInfo/@orderDate")
    supplier_order_id: str = text_at("InvoiceDetailOrderInfo/SupplierOrderInfo/@orderID")
    items: tuple[InvoiceDetailItem, ...] = parts_at("InvoiceDetailItem", InvoiceDetailItem)


@value
class InvoiceDetailSummary(Value):
    """subtotal: of the lines; gross: with tax, shipping, handling and charges; net: less the discount; due: less deposits."""

    subtotal: Money | None = part_at("SubtotalAmount/Money", Money)
    tax: Tax | None = part_at("Tax", Tax)
    special_handling: Money | None = part_at("SpecialHandlingAmount/Money", Money)
    shipping: Money | None = part_at("ShippingAmount/Money", Money)
    gross: Money | None = part_at("GrossAmount/Money", Money)
    discount: Discount | None = part_at("InvoiceDetailDiscount", Discount)
    modifications: tuple[Modification, ...] = parts_at("InvoiceHeaderModifications/Modification", Modification)
    charges: Money | None = part_at("TotalCharges/Money", Money)
    allowances: Money | None = part_at("TotalAllowances/Money", Money)
    without_tax: Money | None = part_at("TotalAmountWithoutTax/Money", Money)
    net: Money | None = part_at("NetAmount/Money", Money)
    deposit: Money | None = part_at("DepositAmount/Money", Money)
    due: Money | None = part_at("DueAmount/Money", Money)


@value
class InvoiceDetailRequest(Value):
    """An invoice, a credit memo or a debit memo."""

    header: InvoiceDetailRequestHeader | None = part_at("InvoiceDetailRequestHeader", InvoiceDetailRequestHeader)
    orders: tuple[InvoiceDetailOrder, ...] = parts_at("InvoiceDetailOrder", InvoiceDetailOrder)
    summary: InvoiceDetailSummary | None = part_at("InvoiceDetailSummary", InvoiceDetailSummary)
