"""What the sets of X12 share, to the parts of canonical documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...model import ItemId, Party, PartyContact, PaymentTerms, PriceAdjustment, TaxAmount, TradeReference
from ...protocols import x12
from ...protocols.x12.views import supply as views
from ...protocols.x12.views.supply.trade_document import stated_total
from ...protocols.x12.views.supply.trade_totals import counts
from . import codes
from .x12_reader import Reader

NAMED = "ZZ"
"""Data element 128: what REF03 names."""


def item(
    reader: Reader,
    around: str,
    loop: x12.Loop | None,
    ids: tuple[views.ProductId, ...],
    without: tuple[str, ...],
    tag: str = "",
) -> dict[str, Any]:
    """What an item is called and said to be. `without`: qualifiers that are fields of their own."""
    if loop is None:
        return {}
    segment = loop.first(tag) if tag else loop.segments[0]
    kept = [one for one in ids if one.qualifier not in without]
    said = [one for inner in (loop, *loop.inside("PID")) for one in inner.all("PID") if one.element(5)]
    return {
        "items": tuple(
            ItemId(codes.X12_ITEM.word(one.qualifier), reader.take(f"{around}items[{at}]", segment, one.element))
            for at, one in enumerate(kept)
        ),
        "descriptions": tuple(reader.take(f"{around}descriptions[{at}]", one, 5) for at, one in enumerate(said)),
    }


def currency(reader: Reader, view: views.PurchaseOrder | views.OrderAcknowledgement | views.Invoice) -> str:
    return reader.take("currency", view.loop.first("CUR") if view.loop else None, 2)


def total(reader: Reader, view: views.PurchaseOrder | views.OrderAcknowledgement) -> Any:
    stated = stated_total(view.loop)
    if stated is not None:
        reader.take("total", stated[0], 2)
    return view.total


def terms(reader: Reader, view: views.PurchaseOrder | views.Invoice) -> tuple[PaymentTerms, ...]:
    """ITD in days; those that say only dates or words are left, and so reported as not used."""
    fields = {"net_days": "net_days", "discount_percent": "discount_percent", "discount_days": "discount_days"}
    said = [one for one in view.terms if any(getattr(one, field) not in ("", None) for field in fields.values())]
    return tuple(
        PaymentTerms(
            net_days=days(reader, f"terms[{at}].net_days", one, "net_days"),
            discount_percent=reader.read(f"terms[{at}].discount_percent", one, "discount_percent"),
            discount_days=days(reader, f"terms[{at}].discount_days", one, "discount_days"),
        )
        for at, one in enumerate(said)
    )


def days(reader: Reader, name: str, terms: views.Terms, field: str) -> int | None:
    text = reader.read(name, terms, field)
    if text and not (text.isascii() and text.isdigit() and len(text) <= 4):
        reader.fault(terms, field, "is no number of days")
    return int(text) if text else None


def parties(reader: Reader, parties: Iterable[views.TradeParty]) -> tuple[Party, ...]:
    return tuple(party(reader, f"parties[{at}].", one) for at, one in enumerate(parties))


def party(reader: Reader, around: str, party: views.TradeParty) -> Party:
    fields = {name: name for name in ("name", "id", "city", "state", "postal_code", "country")}
    return Party(
        role=reader.word(f"{around}role", party, "role", codes.X12_ROLE),
        **reader.fields(around, party, **fields),
        id_kind=codes.X12_ID_KIND.word(party.qualifier) if party.id else "",
        attention=texts(reader, f"{around}attention", party.loop, "N2"),
        streets=texts(reader, f"{around}streets", party.loop, "N3"),
        contacts=tuple(contact(reader, f"{around}contacts[{at}].", one) for at, one in enumerate(party.contacts)),
    )


def texts(reader: Reader, name: str, loop: x12.Loop | None, tag: str) -> tuple[str, ...]:
    """Every element of the segments of a name."""
    segments = loop.all(tag) if loop else []
    places = [(segment, at) for segment in segments for at in range(1, len(segment.elements))]
    return tuple(reader.take(f"{name}[{at}]", *place) for at, place in enumerate(places))


def contact(reader: Reader, around: str, contact: views.Contact) -> PartyContact:
    numbers = {"TE": "phone", "EM": "email"}
    found = {"name": reader.take(f"{around}name", contact.segment, 2)}
    for at in (3, 5, 7):
        name = numbers.get(contact.segment.element(at)) if contact.segment else None
        if name and name not in found:
            found[name] = reader.take(around + name, contact.segment, at + 1)
    return PartyContact(**found)


def adjustments(reader: Reader, around: str, values: Iterable[views.Allowance]) -> tuple[PriceAdjustment, ...]:
    """SAC with an amount that the total includes; the others are left, and so reported as not used."""
    counted = [one for one in values if counts(one)]
    return tuple(adjustment(reader, f"{around}adjustments[{at}].", one) for at, one in enumerate(counted))


def adjustment(reader: Reader, around: str, value: views.Allowance) -> PriceAdjustment:
    amount = reader.read(f"{around}amount", value, "amount")
    return PriceAdjustment(
        kind=reader.word(f"{around}kind", value, "code", codes.X12_ADJUSTMENT),
        amount=-amount if value.indicator == "A" else amount,
        description=reader.read(f"{around}description", value, "description"),
    )


def taxes(reader: Reader, around: str, values: Iterable[views.Tax]) -> tuple[TaxAmount, ...]:
    """TXI with an amount that is added; the others are left, and so reported as not used."""
    added = [one for one in values if one.amount is not None and one.relationship in ("", "A")]
    return tuple(tax(reader, f"{around}taxes[{at}].", one) for at, one in enumerate(added))


def tax(reader: Reader, around: str, value: views.Tax) -> TaxAmount:
    return TaxAmount(
        kind=reader.word(f"{around}kind", value, "type", codes.X12_TAX),
        **reader.fields(around, value, amount="amount", rate="percent", jurisdiction="jurisdiction"),
    )


def reference(reader: Reader, name: str, references: Iterable[views.Reference], qualifier: str) -> str:
    return next((reader.read(name, one, "value") for one in references if one.qualifier == qualifier), "")


def references(reader: Reader, around: str, references: Iterable[views.Reference]) -> tuple[TradeReference, ...]:
    """REF; one that is mutually defined (ZZ) is named by REF03."""
    return tuple(named(reader, f"{around}references[{at}].", one) for at, one in enumerate(references))


def named(reader: Reader, around: str, one: views.Reference) -> TradeReference:
    value = reader.read(f"{around}value", one, "value")
    if one.qualifier == NAMED and one.description:
        return TradeReference(reader.read(f"{around}kind", one, "description"), value)
    description = reader.read(f"{around}description", one, "description")
    return TradeReference(codes.X12_REFERENCE.word(one.qualifier), value, description)


def comments(reader: Reader, around: str, loop: x12.Loop | None) -> tuple[str, ...]:
    """NTE, and MSG of the loop and of its N9."""
    if loop is None:
        return ()
    places = [(segment, 2) for segment in loop.all("NTE")]
    places += [(segment, 1) for inner in (loop, *loop.inside("N9")) for segment in inner.all("MSG")]
    return tuple(reader.take(f"{around}comments[{at}]", *place) for at, place in enumerate(places))
