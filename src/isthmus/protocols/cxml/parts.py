"""What the documents share: money, texts with their language, addresses, contacts, items, taxes, references (cXML.dtd)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .shape import Value, flag_at, moment_at, number_at, part_at, parts_at, text_at, texts_at, value


@value
class Money(Value):
    """An amount, None where the element is empty, as templates of some buyers have it; currency by ISO 4217."""

    amount: Decimal | None = number_at(".")
    currency: str = text_at("@currency")
    alternate_amount: Decimal | None = number_at("@alternateAmount")
    alternate_currency: str = text_at("@alternateCurrency")


@value
class Phrase(Value):
    """Text in a language: names, descriptions, notes. `short`: ShortName of a description."""

    text: str = text_at(".")
    language: str = text_at("@xml:lang")
    type: str = text_at("@type")
    short: str = text_at("ShortName")


@value
class Comments(Value):
    """A note, and the URLs (cid:) of what is attached to it."""

    text: str = text_at(".")
    language: str = text_at("@xml:lang")
    type: str = text_at("@type")
    attachments: tuple[str, ...] = texts_at("Attachment/URL")


@value
class Extrinsic(Value):
    """A value that the two partners agreed on. What is inside of it beyond text is unknown."""

    name: str = text_at("@name")
    text: str = text_at(".")


@value
class IdReference(Value):
    """An identifier in a domain: taxNumber, supplierReference …"""

    domain: str = text_at("@domain")
    identifier: str = text_at("@identifier")
    creator: Phrase | None = part_at("Creator", Phrase)
    description: Phrase | None = part_at("Description", Phrase)


@value
class Email(Value):
    name: str = text_at("@name")
    language: str = text_at("@preferredLang")
    address: str = text_at(".")


@value
class Phone(Value):
    """Phone and Fax, in the parts of a TelephoneNumber."""

    name: str = text_at("@name")
    country_code: str = text_at("TelephoneNumber/CountryCode/@isoCountryCode")
    country: str = text_at("TelephoneNumber/CountryCode")
    area: str = text_at("TelephoneNumber/AreaOrCityCode")
    number: str = text_at("TelephoneNumber/Number")
    extension: str = text_at("TelephoneNumber/Extension")


@value
class PostalAddress(Value):
    """Where it is; country_code by ISO 3166-1 alpha-2."""

    name: str = text_at("@name")
    deliver_to: tuple[str, ...] = texts_at("DeliverTo")
    streets: tuple[str, ...] = texts_at("Street")
    city: str = text_at("City")
    municipality: str = text_at("Municipality")
    state: str = text_at("State")
    state_code: str = text_at("State/@isoStateCode")
    postal_code: str = text_at("PostalCode")
    country_code: str = text_at("Country/@isoCountryCode")
    country: str = text_at("Country")


@value
class Address(Value):
    """Who and where. `id` is the buyer's code for it, in `id_domain`."""

    country_code: str = text_at("@isoCountryCode")
    id: str = text_at("@addressID")
    id_domain: str = text_at("@addressIDDomain")
    name: Phrase | None = part_at("Name", Phrase)
    postal: PostalAddress | None = part_at("PostalAddress", PostalAddress)
    email: Email | None = part_at("Email", Email)
    phone: Phone | None = part_at("Phone", Phone)
    fax: Phone | None = part_at("Fax", Phone)
    url: str = text_at("URL")


@value
class Contact(Value):
    """A party in a role: endUser, shipFrom, remitTo, billTo, buyerCorporate …"""

    role: str = text_at("@role")
    id: str = text_at("@addressID")
    id_domain: str = text_at("@addressIDDomain")
    name: Phrase | None = part_at("Name", Phrase)
    postal: tuple[PostalAddress, ...] = parts_at("PostalAddress", PostalAddress)
    emails: tuple[Email, ...] = parts_at("Email", Email)
    phones: tuple[Phone, ...] = parts_at("Phone", Phone)
    faxes: tuple[Phone, ...] = parts_at("Fax", Phone)
    urls: tuple[str, ...] = texts_at("URL")
    references: tuple[IdReference, ...] = parts_at("IdReference", IdReference)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class TaxDetail(Value):
    """purpose: tax, shippingTax, specialHandlingTax; category: sales, vat, gst …; rate in percent."""

    purpose: str = text_at("@purpose")
    category: str = text_at("@category")
    rate: Decimal | None = number_at("@percentageRate")
    point_date: date | None = moment_at("@taxPointDate")
    payment_date: date | None = moment_at("@paymentDate")
    exempt: str = text_at("@exemptDetail")
    taxable: Money | None = part_at("TaxableAmount/Money", Money)
    amount: Money | None = part_at("TaxAmount/Money", Money)
    location: Phrase | None = part_at("TaxLocation", Phrase)
    description: Phrase | None = part_at("Description", Phrase)


@value
class Tax(Value):
    amount: Money | None = part_at("Money", Money)
    description: Phrase | None = part_at("Description", Phrase)
    details: tuple[TaxDetail, ...] = parts_at("TaxDetail", TaxDetail)


@value
class Shipping(Value):
    """What shipping costs, and by whom it goes."""

    tracking_domain: str = text_at("@trackingDomain")
    tracking_id: str = text_at("@trackingId")
    amount: Money | None = part_at("Money", Money)
    description: Phrase | None = part_at("Description", Phrase)


@value
class ItemID(Value):
    """The supplier's part, what makes it unique, the buyer's part."""

    supplier_part: str = text_at("SupplierPartID")
    auxiliary: str = text_at("SupplierPartAuxiliaryID")
    buyer_part: str = text_at("BuyerPartID")
    references: tuple[IdReference, ...] = parts_at("IdReference", IdReference)


@value
class Classification(Value):
    """domain: UNSPSC …"""

    domain: str = text_at("@domain")
    code: str = text_at("@code")
    text: str = text_at(".")


@value
class PriceBasis(Value):
    """PriceBasisQuantity: the price is for `quantity` of `unit`, and one ordered unit is `conversion` of those."""

    quantity: Decimal | None = number_at("@quantity")
    conversion: Decimal | None = number_at("@conversionFactor")
    unit: str = text_at("UnitOfMeasure")
    description: Phrase | None = part_at("Description", Phrase)


@value
class ItemDetail(Value):
    """What an item is, and its price in a unit (UN/CEFACT Recommendation 20)."""

    price: Money | None = part_at("UnitPrice/Money", Money)
    descriptions: tuple[Phrase, ...] = parts_at("Description", Phrase)
    unit: str = text_at("UnitOfMeasure")
    basis: PriceBasis | None = part_at("PriceBasisQuantity", PriceBasis)
    classifications: tuple[Classification, ...] = parts_at("Classification", Classification)
    manufacturer_part: str = text_at("ManufacturerPartID")
    manufacturer: Phrase | None = part_at("ManufacturerName", Phrase)
    url: str = text_at("URL")
    lead_time: str = text_at("LeadTime")
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class SupplierID(Value):
    domain: str = text_at("@domain")
    id: str = text_at(".")


@value
class Segment(Value):
    """A dimension of the account: type cost centre, id 4711. AccountingSegment has its name in `Name`."""

    type: str = text_at("@type")
    id: str = text_at("@id")
    description: str = text_at("@description")


@value
class AccountingSegment(Value):
    id: str = text_at("@id")
    name: Phrase | None = part_at("Name", Phrase)
    description: Phrase | None = part_at("Description", Phrase)


@value
class Distribution(Value):
    """Which account takes how much."""

    name: str = text_at("Accounting/@name")
    segments: tuple[Segment, ...] = parts_at("Accounting/Segment", Segment)
    accounting_segments: tuple[AccountingSegment, ...] = parts_at("Accounting/AccountingSegment", AccountingSegment)
    charge: Money | None = part_at("Charge/Money", Money)


@value
class PaymentTerm(Value):
    """Payable in `days`, with a discount in percent or as an amount."""

    days: Decimal | None = number_at("@payInNumberOfDays")
    discount_percent: Decimal | None = number_at("Discount/DiscountPercent/@percent")
    discount_amount: Money | None = part_at("Discount/DiscountAmount/Money", Money)
    extrinsics: tuple[Extrinsic, ...] = parts_at("Extrinsic", Extrinsic)


@value
class OrderReference(Value):
    """An order, by its number and by the payloadID of its document."""

    order_id: str = text_at("@orderID")
    order_date: date | None = moment_at("@orderDate")
    payload_id: str = text_at("DocumentReference/@payloadID")


@value
class AgreementReference(Value):
    """A contract, by its number and by the payloadID of its document."""

    agreement_id: str = text_at("@agreementID")
    agreement_date: date | None = moment_at("@agreementDate")
    payload_id: str = text_at("DocumentReference/@payloadID")


@value
class Identifier(Value):
    """CarrierIdentifier (SCAC, companyName …) and ShipmentIdentifier (trackingNumber, billOfLading …)."""

    domain: str = text_at("@domain")
    tracking_date: date | None = moment_at("@trackingNumberDate")
    text: str = text_at(".")


@value
class Quantity(Value):
    quantity: Decimal | None = number_at("@quantity")
    unit: str = text_at("UnitOfMeasure")


@value
class ItemIn(Value):
    """An item as a supplier says it: in a cart, or as a substitute."""

    quantity: Decimal | None = number_at("@quantity")
    line_number: str = text_at("@lineNumber")
    parent_line_number: str = text_at("@parentLineNumber")
    item_type: str = text_at("@itemType")
    item: ItemID | None = part_at("ItemID", ItemID)
    detail: ItemDetail | None = part_at("ItemDetail", ItemDetail)
    supplier: SupplierID | None = part_at("SupplierID", SupplierID)
    ship_to: Address | None = part_at("ShipTo/Address", Address)
    shipping: Shipping | None = part_at("Shipping", Shipping)
    tax: Tax | None = part_at("Tax", Tax)


@value
class ItemOut(Value):
    """An item as a buyer orders it."""

    quantity: Decimal | None = number_at("@quantity")
    line_number: str = text_at("@lineNumber")
    parent_line_number: str = text_at("@parentLineNumber")
    item_type: str = text_at("@itemType")
    requisition_id: str = text_at("@requisitionID")
    agreement_item: str = text_at("@agreementItemNumber")
    requested_on: date | None = moment_at("@requestedDeliveryDate")
    ad_hoc: bool = flag_at("@isAdHoc")
    item: ItemID | None = part_at("ItemID", ItemID)
    detail: ItemDetail | None = part_at("ItemDetail", ItemDetail)
    supplier: SupplierID | None = part_at("SupplierID", SupplierID)
    agreement: AgreementReference | None = part_at("MasterAgreementReference", AgreementReference)
    ship_to: Address | None = part_at("ShipTo/Address", Address)
    shipping: Shipping | None = part_at("Shipping", Shipping)
    tax: Tax | None = part_at("Tax", Tax)
    distributions: tuple[Distribution, ...] = parts_at("Distribution", Distribution)
    contacts: tuple[Contact, ...] = parts_at("Contact", Contact)
    comments: tuple[Comments, ...] = parts_at("Comments", Comments)
