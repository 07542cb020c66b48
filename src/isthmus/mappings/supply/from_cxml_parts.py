"""What the documents of cXML share, to the parts of canonical documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import zip_longest
from typing import TypeVar

from ...model import ItemId, Origin, Party, PartyContact, PaymentTerms, PriceAdjustment, TaxAmount, TradeReference
from ...protocols import cxml
from ..reader import MappingError
from . import codes
from .cxml_reader import Reader

ONE, ZERO = Decimal(1), Decimal(0)

DAYS_MAX = 9999
"""Terms of more than that are none."""


Kind = TypeVar("Kind", bound=cxml.Value)
Part = TypeVar("Part", bound=cxml.Value)


def body_of(document: cxml.Document, kind: type[Kind]) -> Kind:
    if not isinstance(document.body, kind):
        raise MappingError(f"the document is no {kind.__name__}", suggestion="route it to another flow")
    return document.body


def stated(part: Part | None) -> Part:
    if part is None:
        raise MappingError(
            "the document lacks its header, its order or its summary", suggestion="have the sender mend it"
        )
    return part


def origin_of(document: cxml.Document, origin: Origin | None) -> Origin:
    """Where it came from: payloadID and the sender's first identity, where nothing else is said."""
    if origin is not None:
        return origin
    sender = document.header.sent_from[:1] if document.header else ()
    return Origin(control_id=document.payload_id, application=next((one.identity for one in sender), ""))


def needs_date(reader: Reader, value: cxml.Value, field: str) -> None:
    if getattr(value, field) is None:
        reader.fault(value, field, "is empty or no date")


def price_per(reader: Reader, around: str, basis: cxml.PriceBasis | None, unit: str) -> Decimal:
    """The price is for `quantity` of a unit that `conversion` of make one that is ordered."""
    if basis is not None and basis.unit == unit:
        reader.read(f"{around}price_per.unit", basis, "unit")
    quantity = reader.read(f"{around}price_per", basis, "quantity", None)
    conversion = reader.read(f"{around}price_per.conversion", basis, "conversion", None)
    return (quantity or ONE) / (conversion or ONE)


def items(
    reader: Reader,
    around: str,
    item: cxml.ItemID | None,
    detail: cxml.ItemDetail | cxml.ShipNoticeItem | cxml.ItemReference | None,
) -> tuple[ItemId, ...]:
    """ItemID, the manufacturer's part, UNSPSC and other classifications, and identifiers in a domain."""
    named: list[tuple[str, cxml.Value | None, str]] = [
        ("supplier", item, "supplier_part"),
        ("supplier_auxiliary", item, "auxiliary"),
        ("buyer", item, "buyer_part"),
        ("manufacturer", detail, "manufacturer_part"),
    ]
    named += [(classified(one), one, "text") for one in (detail.classifications if detail else ())]
    named += [(one.domain, one, "identifier") for one in (item.references if item else ())]
    kept = [(kind, value, field) for kind, value, field in named if value is not None and getattr(value, field)]
    return tuple(
        ItemId(kind, reader.read(f"{around}items[{at}]", value, field)) for at, (kind, value, field) in enumerate(kept)
    )


def classified(one: cxml.Classification) -> str:
    return "unspsc" if one.domain.upper() == "UNSPSC" else f"class:{one.domain}"


def terms(reader: Reader, terms: Iterable[cxml.PaymentTerm]) -> tuple[PaymentTerms, ...]:
    """A term with a discount and the one without that follows it are one: 2% in 10 days, net in 30."""
    found: list[PaymentTerms] = []
    for term in terms:
        days = whole(term.days)
        open_ = bool(found) and found[-1].discount_percent is not None and found[-1].net_days is None
        around = f"terms[{len(found) - open_ if term.discount_percent is None else len(found)}]."
        if term.discount_percent is not None:
            percent = reader.read(f"{around}discount_percent", term, "discount_percent")
            found.append(PaymentTerms(discount_percent=percent, discount_days=days))
            reader.read(f"{around}discount_days", term, "days")
        elif days is not None:
            reader.read(f"{around}net_days", term, "days")
            discount = found.pop() if open_ else PaymentTerms()
            found.append(
                PaymentTerms(
                    net_days=days,
                    discount_percent=discount.discount_percent,
                    discount_days=discount.discount_days,
                )
            )
    return tuple(found)


def parties(reader: Reader, header: cxml.OrderRequestHeader) -> Iterator[Party]:
    count = 0
    for role, address in (("ship_to", header.ship_to), ("bill_to", header.bill_to)):
        if address is not None and address != cxml.Address():
            yield party(reader, f"parties[{count}].", role, address, address.postal, [address.email], [address.phone])
            count += 1
    yield from contacts(reader, header.contacts, count)


def contacts(reader: Reader, contacts: Iterable[cxml.Contact], start: int) -> Iterator[Party]:
    for at, contact in enumerate(contacts, start):
        around = f"parties[{at}]."
        role = codes.CXML_ROLE.word(reader.read(f"{around}role", contact, "role"))
        postal = contact.postal[0] if contact.postal else None
        yield party(reader, around, role, contact, postal, contact.emails, contact.phones)


def party(
    reader: Reader,
    around: str,
    role: str,
    who: cxml.Address | cxml.Contact,
    postal: cxml.PostalAddress | None,
    emails: Iterable[cxml.Email | None],
    phones: Iterable[cxml.Phone | None],
) -> Party:
    texts = {"attention": "deliver_to", "streets": "streets"}
    return Party(
        role=role,
        name=reader.read(f"{around}name", who.name, "text"),
        id=reader.read(f"{around}id", who, "id"),
        id_kind=codes.CXML_ID_KIND.word(who.id_domain) if who.id else "",
        **{name: reader.read(around + name, postal, field, ()) for name, field in texts.items()},
        **reader.fields(around, postal, city="city", state="state", postal_code="postal_code", country="country_code"),
        contacts=tuple(asked(reader, around, emails, phones)),
    )


def asked(
    reader: Reader, around: str, emails: Iterable[cxml.Email | None], phones: Iterable[cxml.Phone | None]
) -> Iterator[PartyContact]:
    """The first address with the first number, and so on."""
    for at, (email, phone) in enumerate(zip_longest(emails, phones)):
        inner = f"{around}contacts[{at}]."
        found = PartyContact(phone=dialled(reader, inner, phone), email=reader.read(f"{inner}email", email, "address"))
        if found != PartyContact():
            yield found


def dialled(reader: Reader, around: str, phone: cxml.Phone | None) -> str:
    """The number in its parts, with blanks between them."""
    parts = ("country", "area", "number", "extension")
    found = [reader.read(f"{around}phone" + (f".{part}" if part != "number" else ""), phone, part) for part in parts]
    return " ".join(part for part in found if part)


def shipping(reader: Reader, around: str, shipping: cxml.Shipping | None) -> Iterator[PriceAdjustment]:
    amount = reader.amount(f"{around}amount", shipping.amount if shipping else None)
    if shipping is not None and amount:
        description = reader.read(f"{around}description", shipping.description, "text")
        yield PriceAdjustment(kind="shipping", amount=amount, description=description)


def taxes(reader: Reader, name: str, tax: cxml.Tax | None) -> tuple[TaxAmount, ...]:
    """The details where they come to the tax, else the tax alone."""
    if tax is None:
        return ()
    total = tax.amount.amount if tax.amount else None
    details = [one for one in tax.details if one.amount is not None and one.amount.amount is not None]
    if details and total in (None, sum((one.amount.amount or ZERO for one in details if one.amount), ZERO)):
        reader.amount(f"{name}.total", tax.amount)
        return tuple(tax_detail(reader, f"{name}[{at}].", one) for at, one in enumerate(details))
    if not total:
        return ()
    return (TaxAmount(kind="", amount=reader.amount(f"{name}[0].amount", tax.amount)),)


def tax_detail(reader: Reader, around: str, detail: cxml.TaxDetail) -> TaxAmount:
    return TaxAmount(
        kind=reader.read(f"{around}kind", detail, "category"),
        amount=reader.amount(f"{around}amount", detail.amount),
        rate=reader.read(f"{around}rate", detail, "rate"),
        jurisdiction=reader.read(f"{around}jurisdiction", detail.location, "text"),
    )


def references(
    reader: Reader, around: str, references: Iterable[cxml.IdReference], extrinsics: Iterable[cxml.Extrinsic]
) -> tuple[TradeReference, ...]:
    found = [
        TradeReference(
            reader.read(f"{around}references[{at}].kind", one, "domain"),
            reader.read(f"{around}references[{at}].value", one, "identifier"),
            reader.read(f"{around}references[{at}].description", one.description, "text"),
        )
        for at, one in enumerate(references)
    ]
    for one in extrinsics:
        inner = f"{around}references[{len(found)}]."
        found.append(
            TradeReference(reader.read(f"{inner}kind", one, "name"), reader.read(f"{inner}value", one, "text"))
        )
    return tuple(found)


def phrases(reader: Reader, name: str, phrases: Iterable[cxml.Phrase]) -> tuple[str, ...]:
    said = [one for one in phrases if one.text]
    return tuple(reader.read(f"{name}[{at}]", one, "text") for at, one in enumerate(said))


def comments(reader: Reader, around: str, comments: Iterable[cxml.Comments]) -> tuple[str, ...]:
    said = [one for one in comments if one.text]
    return tuple(reader.read(f"{around}comments[{at}]", one, "text") for at, one in enumerate(said))


def whole(days: Decimal | None) -> int | None:
    """A number of days, None for what is none."""
    return int(days) if days is not None and 0 <= days <= DAYS_MAX and days == int(days) else None
