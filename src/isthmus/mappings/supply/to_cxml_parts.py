"""The parts of canonical documents, to what the documents of cXML share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from ...model import ItemId, Party, PartyContact, PaymentTerms, PriceAdjustment, TaxAmount, TradeReference
from ...protocols import cxml
from . import codes

ZERO = Decimal(0)

LANGUAGE = "en"
"""xml:lang of what is written: the DTD wants one, and the model has none."""

OWN = {("shipping", False): "shipping", ("handling", False): "special_handling", ("discount", True): "discount"}
"""The adjustments that have places of their own: by kind, and whether they lower the price."""


def adjusted(
    adjustments: Iterable[PriceAdjustment], currency: str, without: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """One of a kind at its place; all else is a modification with its kind as a name."""
    own: dict[str, Any] = {}
    modifications: list[cxml.Modification] = []
    for one in adjustments:
        place = OWN.get((one.kind, one.amount < 0), "")
        size = money(abs(one.amount), currency)
        if place and place not in own and place not in without and not one.description:
            own[place] = cxml.Discount(amount=size) if place == "discount" else size
        else:
            modifications.append(modification(one, size))
    return {**own, "modifications": tuple(modifications)}


def modification(one: PriceAdjustment, money: cxml.Money | None) -> cxml.Modification:
    return cxml.Modification(
        deduction=money if one.amount < 0 else None,
        cost=None if one.amount < 0 else money,
        name=one.kind,
        description=cxml.Phrase(text=one.description, language=LANGUAGE),
    )


def money(amount: Decimal | None, currency: str) -> cxml.Money | None:
    return None if amount is None else cxml.Money(amount=amount, currency=currency)


def shipping(one: PriceAdjustment | None, currency: str) -> cxml.Shipping | None:
    if one is None:
        return None
    description = cxml.Phrase(text=one.description, language=LANGUAGE)
    return cxml.Shipping(amount=money(one.amount, currency), description=description)


def tax(taxes: Iterable[TaxAmount], currency: str, details: bool = True) -> cxml.Tax | None:
    """The sum, and each with its category; a single one of no kind, rate or place is the sum alone."""
    taxes = list(taxes)
    if not taxes:
        return None
    plain = len(taxes) == 1 and taxes[0] == TaxAmount(kind="", amount=taxes[0].amount)
    return cxml.Tax(
        amount=money(sum((one.amount for one in taxes), ZERO), currency),
        description=cxml.Phrase(language=LANGUAGE),
        details=() if plain or not details else tuple(tax_detail(one, currency) for one in taxes),
    )


def tax_detail(one: TaxAmount, currency: str) -> cxml.TaxDetail:
    return cxml.TaxDetail(
        category=one.kind,
        rate=one.rate,
        amount=money(one.amount, currency),
        location=cxml.Phrase(text=one.jurisdiction, language=LANGUAGE) if one.jurisdiction else None,
    )


def terms(terms: Iterable[PaymentTerms]) -> Iterator[cxml.PaymentTerm]:
    """The discount and its days, then the net days."""
    for one in terms:
        if one.discount_percent is not None:
            days = None if one.discount_days is None else Decimal(one.discount_days)
            yield cxml.PaymentTerm(days=days, discount_percent=one.discount_percent)
        if one.net_days is not None:
            yield cxml.PaymentTerm(days=Decimal(one.net_days))


def address(party: Party | None) -> cxml.Address | None:
    if party is None:
        return None
    email, phone = reached(party.contacts[:1])
    return cxml.Address(
        id=party.id,
        id_domain=codes.CXML_ID_KIND.code(party.id_kind) or "",
        name=cxml.Phrase(text=party.name, language=LANGUAGE),
        postal=postal(party),
        email=next(iter(email), None),
        phone=next(iter(phone), None),
    )


def contacts(parties: Iterable[Party]) -> tuple[cxml.Contact, ...]:
    return tuple(contact(one) for one in parties)


def contact(party: Party) -> cxml.Contact:
    emails, phones = reached(party.contacts)
    where = postal(party)
    return cxml.Contact(
        role=codes.CXML_ROLE.code(party.role) or party.role,
        id=party.id,
        id_domain=codes.CXML_ID_KIND.code(party.id_kind) or "",
        name=cxml.Phrase(text=party.name, language=LANGUAGE),
        postal=() if where is None else (where,),
        emails=emails,
        phones=phones,
    )


def reached(contacts: Iterable[PartyContact]) -> tuple[tuple[cxml.Email, ...], tuple[cxml.Phone, ...]]:
    contacts = list(contacts)
    emails = tuple(cxml.Email(address=one.email) for one in contacts if one.email)
    return emails, tuple(cxml.Phone(number=one.phone) for one in contacts if one.phone)


def postal(party: Party) -> cxml.PostalAddress | None:
    found = cxml.PostalAddress(
        deliver_to=party.attention,
        streets=party.streets,
        city=party.city,
        state=party.state,
        postal_code=party.postal_code,
        country_code=party.country,
        country=party.country,
    )
    return None if found == cxml.PostalAddress() else found


def basis(price_per: Decimal, unit: str) -> cxml.PriceBasis | None:
    return None if price_per == 1 else cxml.PriceBasis(quantity=price_per, conversion=Decimal(1), unit=unit)


def item_id(items: Iterable[ItemId]) -> cxml.ItemID:
    """The supplier's and the buyer's part; other kinds as identifiers in a domain."""
    first = {one.kind: one.value for one in reversed(list(items))}
    own = ("supplier", "supplier_auxiliary", "buyer", "manufacturer", "unspsc")
    others = [one for one in items if one.kind not in own and not one.kind.startswith("class:")]
    return cxml.ItemID(
        supplier_part=first.get("supplier", ""),
        auxiliary=first.get("supplier_auxiliary", ""),
        buyer_part=first.get("buyer", ""),
        references=tuple(cxml.IdReference(domain=one.kind, identifier=one.value) for one in others),
    )


def classifications(items: Iterable[ItemId]) -> tuple[cxml.Classification, ...]:
    domains = {one: one.kind.removeprefix("class:") for one in items if one.kind.startswith("class:")}
    domains |= {one: "UNSPSC" for one in items if one.kind == "unspsc"}
    return tuple(cxml.Classification(domain=domains[one], text=one.value) for one in items if one in domains)


def extrinsics(references: Iterable[TradeReference]) -> tuple[cxml.Extrinsic, ...]:
    """A reference by its kind. Its description has no place."""
    return tuple(cxml.Extrinsic(name=one.kind, text=one.value) for one in references)


def phrases(texts: Iterable[str]) -> tuple[cxml.Phrase, ...]:
    return tuple(cxml.Phrase(text=one, language=LANGUAGE) for one in texts)


def comments(texts: Iterable[str]) -> tuple[cxml.Comments, ...]:
    return tuple(cxml.Comments(text=one, language=LANGUAGE) for one in texts)
