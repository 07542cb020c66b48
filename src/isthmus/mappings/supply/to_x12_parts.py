"""The parts of canonical documents, to what the sets of X12 share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ...model import ItemId, Party, PartyContact, PaymentTerms, PriceAdjustment, TaxAmount, TradeReference
from ...protocols.x12.views import supply as views
from ...protocols.x12.views.supply.trade_totals import to_cents
from . import codes
from .from_x12_parts import NAMED


def ids(items: Iterable[ItemId]) -> tuple[views.ProductId, ...]:
    """Of the kinds that X12 has a code for."""
    coded = ((codes.X12_ITEM.code(one.kind), one.value) for one in items)
    return tuple(views.ProductId(code, value) for code, value in coded if code)


def references(references: Iterable[TradeReference]) -> tuple[views.Reference, ...]:
    """One of a kind without a code is mutually defined (ZZ), and REF03 names the kind."""
    return tuple(reference(one) for one in references)


def reference(one: TradeReference) -> views.Reference:
    code = codes.X12_REFERENCE.code(one.kind)
    return views.Reference(code, one.value, one.description) if code else views.Reference(NAMED, one.value, one.kind)


def dates(dates: dict[str, date | None]) -> tuple[views.DateTime, ...]:
    return tuple(views.DateTime(qualifier, on) for qualifier, on in dates.items() if on is not None)


def terms(terms: Iterable[PaymentTerms]) -> tuple[views.Terms, ...]:
    return tuple(
        views.Terms(
            type="01",
            basis="3",
            discount_percent=one.discount_percent,
            discount_days="" if one.discount_days is None else str(one.discount_days),
            net_days="" if one.net_days is None else str(one.net_days),
        )
        for one in terms
    )


def parties(parties: Iterable[Party]) -> tuple[views.TradeParty, ...]:
    """Of the roles that X12 has a code for."""
    coded = ((codes.X12_ROLE.code(one.role), one) for one in parties)
    return tuple(party(code, one) for code, one in coded if code)


def party(role: str, party: Party) -> views.TradeParty:
    qualifier = codes.X12_ID_KIND.code(party.id_kind) if party.id else ""
    return views.TradeParty(
        role=role,
        name=party.name,
        qualifier=qualifier or "",
        id=party.id if qualifier else "",
        names=party.attention,
        streets=party.streets,
        city=party.city,
        state=party.state,
        postal_code=party.postal_code,
        country=party.country,
        contacts=tuple(map(contact, party.contacts)),
    )


def contact(contact: PartyContact) -> views.Contact:
    numbers = (("TE", contact.phone), ("EM", contact.email))
    return views.Contact("IC", contact.name, tuple(pair for pair in numbers if pair[1]))


def allowances(adjustments: Iterable[PriceAdjustment]) -> tuple[views.Allowance, ...]:
    """One of a kind without a code is written as mutually defined, so that the total holds."""
    return tuple(
        views.Allowance(
            indicator="A" if one.amount < 0 else "C",
            code=codes.X12_ADJUSTMENT.code(one.kind) or "ZZZZ",
            amount=to_cents(abs(one.amount)),
            description=one.description,
        )
        for one in adjustments
    )


def taxes(taxes: Iterable[TaxAmount]) -> tuple[views.Tax, ...]:
    return tuple(
        views.Tax(
            type=codes.X12_TAX.code(one.kind) or "ZZ",
            amount=one.amount,
            percent=one.rate,
            jurisdiction_qualifier="ZZ" if one.jurisdiction else "",
            jurisdiction=one.jurisdiction,
        )
        for one in taxes
    )
