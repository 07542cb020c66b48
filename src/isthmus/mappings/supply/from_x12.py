"""X12 850, 855, 856 and 810 to canonical documents (004010, 005010).

Each function takes a transaction set and gives the document, with the place that every field came from. They raise ParseError
for an amount that is none, MappingError for a field without which the document means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ...model import (
    AnsweredLine,
    InvoiceLine,
    ItemId,
    LineAnswer,
    OrderConfirmation,
    OrderLine,
    Origin,
    Party,
    PartyContact,
    PaymentTerms,
    PriceAdjustment,
    PurchaseOrder,
    ShipmentLine,
    ShipNotice,
    SupplierInvoice,
    TaxAmount,
    TradeReference,
)
from ...protocols import x12
from ...protocols.x12 import views
from ...protocols.x12.views.ship_notice import LOT_DATES
from ...protocols.x12.views.trade_document import stated_total
from ...protocols.x12.views.trade_totals import PER, counts
from . import codes
from .x12_reader import Reader

ONE_UNIT = ("", "PE", "UM")
"""Data element 639 that says no more than that the price is for one."""

ONE = Decimal(1)

REQUISITION, CONTRACT, NAMED = "RQ", "CT", "ZZ"
"""Data element 128: a purchase requisition, a contract, and what REF03 names."""


def purchase_order(transaction: x12.Transaction, origin: Origin | None = None) -> PurchaseOrder:
    """An 850."""
    view, reader = views.read_850(transaction), Reader(transaction)
    references = [one for one in view.references if one.qualifier != REQUISITION]
    return PurchaseOrder(
        origin=origin or Origin(),
        number=reader.needed("number", view, "number"),
        operation=reader.known("operation", view, "purpose", codes.X12_OPERATION),
        kind=reader.word("kind", view, "type", codes.X12_ORDER_KIND),
        ordered_on=reader.needed("ordered_on", view, "ordered_on"),
        currency=_currency(reader, view),
        total=_total(reader, view),
        contract=reader.read("contract", view, "contract"),
        requisition=_reference(reader, "requisition", view.references, REQUISITION),
        **reader.dated("", view.dates, requested_on="002"),
        terms=_terms(reader, view),
        parties=_parties(reader, view.parties),
        adjustments=_adjustments(reader, "", view.allowances),
        taxes=_taxes(reader, "", view.taxes),
        references=_references(reader, "", references),
        comments=_comments(reader, "", view.loop),
        lines=tuple(_order_line(reader, f"lines[{at}].", line) for at, line in enumerate(view.lines)),
        provenance=reader.provenance,
    )


def order_confirmation(transaction: x12.Transaction, origin: Origin | None = None) -> OrderConfirmation:
    """An 855."""
    view, reader = views.read_855(transaction), Reader(transaction)
    return OrderConfirmation(
        origin=origin or Origin(),
        **reader.fields("", view, number="number", ordered_on="ordered_on", confirmed_on="acknowledged_on"),
        order_number=reader.needed("order_number", view, "order_number"),
        operation=reader.known("operation", view, "purpose", codes.X12_OPERATION),
        status=reader.word("status", view, "type", codes.X12_ANSWER),
        currency=_currency(reader, view),
        total=_total(reader, view),
        parties=_parties(reader, view.parties),
        references=_references(reader, "", view.references),
        comments=_comments(reader, "", view.loop),
        lines=tuple(_answered_line(reader, f"lines[{at}].", line) for at, line in enumerate(view.lines)),
        provenance=reader.provenance,
    )


def ship_notice(transaction: x12.Transaction, origin: Origin | None = None) -> ShipNotice:
    """An 856: of its levels, what their items are of, in and by."""
    view, reader = views.read_856(transaction), Reader(transaction)
    shipments = [level for level in view.levels if level.code == "S"][:1]
    references = [one for level in shipments for one in level.references]
    dates = (*view.dates, *(one for level in shipments for one in level.dates))
    carriers = [one for level in shipments for one in level.carriers][:1]
    items = enumerate(view.items)
    return ShipNotice(
        origin=origin or Origin(),
        number=reader.needed("number", view, "number"),
        operation=reader.known("operation", view, "purpose", codes.X12_OPERATION),
        noticed_on=reader.needed("noticed_on", view, "shipped_on"),
        **reader.dated("", dates, shipped_on="011", expected_on="017"),
        carrier=next((reader.read("carrier", one, "code") for one in carriers if one.qualifier == "2"), ""),
        carrier_name=next((reader.read("carrier_name", one, "routing") for one in carriers), ""),
        tracking=tuple(
            reader.read(f"tracking[{at}]", one, "value")
            for at, one in enumerate(one for one in references if one.qualifier == "CN")
        ),
        bill_of_lading=_reference(reader, "bill_of_lading", references, "BM"),
        parties=_parties(reader, [one for level in shipments for one in level.parties]),
        references=_references(reader, "", [one for one in references if one.qualifier not in ("CN", "BM")]),
        lines=tuple(_shipment_line(reader, f"lines[{at}].", item) for at, item in items),
        provenance=reader.provenance,
    )


def supplier_invoice(transaction: x12.Transaction, origin: Origin | None = None) -> SupplierInvoice:
    """An 810. Without BIG07 it is an invoice, without BIG08 a new one."""
    view, reader = views.read_810(transaction), Reader(transaction)
    said = {"kind": ("type", codes.X12_INVOICE_KIND), "operation": ("purpose", codes.X12_OPERATION)}
    stated = {name: reader.known(name, view, *where) for name, where in said.items() if getattr(view, where[0])}
    return SupplierInvoice(
        origin=origin or Origin(),
        number=reader.needed("number", view, "number"),
        **stated,
        invoiced_on=reader.needed("invoiced_on", view, "invoiced_on"),
        **reader.fields("", view, order_number="order_number", ordered_on="ordered_on", total="total"),
        currency=_currency(reader, view),
        contract=_reference(reader, "contract", view.references, CONTRACT),
        **reader.dated("", view.dates, shipped_on="011"),
        terms=_terms(reader, view),
        parties=_parties(reader, view.parties),
        adjustments=_adjustments(reader, "", view.allowances),
        taxes=_taxes(reader, "", view.taxes),
        references=_references(reader, "", [one for one in view.references if one.qualifier != CONTRACT]),
        comments=_comments(reader, "", view.loop),
        lines=tuple(_invoice_line(reader, f"lines[{at}].", line) for at, line in enumerate(view.lines)),
        provenance=reader.provenance,
    )


def _order_line(reader: Reader, around: str, line: views.TradeLine) -> OrderLine:
    return OrderLine(
        **_priced(reader, around, line, ()),
        **reader.dated(around, line.dates, requested_on="002"),
        references=_references(reader, around, line.references),
        comments=_comments(reader, around, line.loop),
    )


def _invoice_line(reader: Reader, around: str, line: views.TradeLine) -> InvoiceLine:
    own = {"order_number": "PO", "order_line": "PL", "lot": "LT"}
    pairs: dict[str, Any] = {name: _pair(reader, around + name, line, code) for name, code in own.items()}
    return InvoiceLine(
        **_priced(reader, around, line, tuple(own.values())),
        **pairs,
        taxes=_taxes(reader, around, line.taxes),
        adjustments=_adjustments(reader, around, line.allowances),
    )


def _priced(reader: Reader, around: str, line: views.TradeLine, without: tuple[str, ...]) -> dict[str, Any]:
    return {
        **reader.fields(around, line, number="number", unit="unit", price="price"),
        "quantity": reader.needed(f"{around}quantity", line, "quantity"),
        "price_per": _price_per(reader, around, line),
        **_item(reader, around, line.loop, line.ids, without),
    }


def _price_per(reader: Reader, around: str, line: views.TradeLine) -> Any:
    """For how many units the price is. A basis that says more than that is left, and so reported as not used."""
    if line.basis in PER or line.basis in ONE_UNIT:
        reader.read(f"{around}price_per", line, "basis")
    return PER.get(line.basis, ONE)


def _answered_line(reader: Reader, around: str, line: views.AcknowledgedLine) -> AnsweredLine:
    statuses = enumerate(line.statuses)
    return AnsweredLine(
        **reader.fields(around, line, number="number", quantity="quantity", unit="unit"),
        **_item(reader, around, line.loop, line.ids, ()),
        answers=tuple(_answer(reader, f"{around}answers[{at}].", line, one) for at, one in statuses),
    )


def _answer(reader: Reader, around: str, line: views.AcknowledgedLine, status: views.LineStatus) -> LineAnswer:
    """ACK, with the price of its PO1, and the dates of both."""
    own = {"ships_on": ("068", "010"), "delivered_on": ("067", "017", "002")}
    dates = reader.dated(around, status.dates, **{name: " ".join(wanted) for name, wanted in own.items()})
    for name, wanted in own.items():
        if status.date_qualifier in wanted and dates[name] is None:
            dates[name] = reader.read(around + name, status, "on")
    return LineAnswer(
        status=reader.word(f"{around}status", status, "status", codes.X12_LINE_ANSWER),
        **reader.fields(around, status, quantity="quantity", unit="unit"),
        price=_price(reader, around, line),
        **dates,
    )


def _price(reader: Reader, around: str, line: views.AcknowledgedLine) -> Decimal | None:
    """PO104; one that is not for one unit has no place, and is reported as not used."""
    if line.basis not in ONE_UNIT:
        return None
    reader.read(f"{around}price.basis", line, "basis")
    price: Decimal | None = reader.read(f"{around}price", line, "price")
    return price


def _shipment_line(reader: Reader, around: str, item: views.Item) -> ShipmentLine:
    level = item.level
    shipped = level.shipped or reader.lacks(level.loop, "SN1")
    order = next((one.order for one in (level, *reversed(item.around)) if one.order), None)
    product = level.loop.first("LIN") if level.loop else None
    return ShipmentLine(
        order_number=reader.read(f"{around}order_number", order, "order_number") if order else "",
        order_line=reader.read(f"{around}order_line", shipped, "line_number"),
        number=reader.take(f"{around}number", product, 1),
        quantity=reader.needed(f"{around}quantity", shipped, "quantity"),
        unit=reader.read(f"{around}unit", shipped, "unit"),
        **_item(reader, around, level.loop, level.ids, ("LT", "SN"), "LIN"),
        lot=_lot(reader, f"{around}lot", level),
        **reader.dated(around, level.dates, expires_on=" ".join(LOT_DATES)),
        serials=tuple(_serials(reader, around, level)),
        carton=_container(reader, f"{around}carton", item, "P"),
        pallet=_container(reader, f"{around}pallet", item, "T"),
    )


def _lot(reader: Reader, name: str, level: views.Level) -> str:
    product = level.loop.first("LIN") if level.loop else None
    named = next((reader.take(name, product, one.element) for one in level.ids if one.qualifier == "LT"), "")
    return named or _reference(reader, name, level.references, "LT")


def _serials(reader: Reader, around: str, level: views.Level) -> Iterable[str]:
    product = level.loop.first("LIN") if level.loop else None
    numbers = [(product, one.element) for one in level.ids if one.qualifier == "SN"]
    numbers += [(one.segment, 2) for one in level.references if one.qualifier == "SE"]
    return (reader.take(f"{around}serials[{at}]", *place) for at, place in enumerate(numbers))


def _container(reader: Reader, name: str, item: views.Item, code: str) -> str:
    """The SSCC of the nearest level of a code around an item."""
    marks = (mark for level in reversed(item.around) if level.code == code for mark in level.marks if mark.sscc)
    found = next(marks, None)
    if found is None or found.segment is None:
        return ""
    reader.take(name, found.segment, 2)
    return found.sscc


def _item(
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


def _pair(reader: Reader, name: str, line: views.TradeLine, qualifier: str) -> str:
    segment = line.loop.segments[0] if line.loop else None
    return next((reader.take(name, segment, one.element) for one in line.ids if one.qualifier == qualifier), "")


def _currency(reader: Reader, view: views.PurchaseOrder | views.OrderAcknowledgement | views.Invoice) -> str:
    return reader.take("currency", view.loop.first("CUR") if view.loop else None, 2)


def _total(reader: Reader, view: views.PurchaseOrder | views.OrderAcknowledgement) -> Any:
    stated = stated_total(view.loop)
    if stated is not None:
        reader.take("total", stated[0], 2)
    return view.total


def _terms(reader: Reader, view: views.PurchaseOrder | views.Invoice) -> tuple[PaymentTerms, ...]:
    """ITD in days; those that say only dates or words are left, and so reported as not used."""
    fields = {"net_days": "net_days", "discount_percent": "discount_percent", "discount_days": "discount_days"}
    said = [one for one in view.terms if any(getattr(one, field) not in ("", None) for field in fields.values())]
    return tuple(
        PaymentTerms(
            net_days=_days(reader, f"terms[{at}].net_days", one, "net_days"),
            discount_percent=reader.read(f"terms[{at}].discount_percent", one, "discount_percent"),
            discount_days=_days(reader, f"terms[{at}].discount_days", one, "discount_days"),
        )
        for at, one in enumerate(said)
    )


def _days(reader: Reader, name: str, terms: views.Terms, field: str) -> int | None:
    text = reader.read(name, terms, field)
    if text and not (text.isascii() and text.isdigit() and len(text) <= 4):
        reader.fault(terms, field, "is no number of days")
    return int(text) if text else None


def _parties(reader: Reader, parties: Iterable[views.TradeParty]) -> tuple[Party, ...]:
    return tuple(_party(reader, f"parties[{at}].", one) for at, one in enumerate(parties))


def _party(reader: Reader, around: str, party: views.TradeParty) -> Party:
    fields = {name: name for name in ("name", "id", "city", "state", "postal_code", "country")}
    return Party(
        role=reader.word(f"{around}role", party, "role", codes.X12_ROLE),
        **reader.fields(around, party, **fields),
        id_kind=codes.X12_ID_KIND.word(party.qualifier) if party.id else "",
        attention=_texts(reader, f"{around}attention", party.loop, "N2"),
        streets=_texts(reader, f"{around}streets", party.loop, "N3"),
        contacts=tuple(_contact(reader, f"{around}contacts[{at}].", one) for at, one in enumerate(party.contacts)),
    )


def _texts(reader: Reader, name: str, loop: x12.Loop | None, tag: str) -> tuple[str, ...]:
    """Every element of the segments of a name."""
    segments = loop.all(tag) if loop else []
    places = [(segment, at) for segment in segments for at in range(1, len(segment.elements))]
    return tuple(reader.take(f"{name}[{at}]", *place) for at, place in enumerate(places))


def _contact(reader: Reader, around: str, contact: views.Contact) -> PartyContact:
    numbers = {"TE": "phone", "EM": "email"}
    found = {"name": reader.take(f"{around}name", contact.segment, 2)}
    for at in (3, 5, 7):
        name = numbers.get(contact.segment.element(at)) if contact.segment else None
        if name and name not in found:
            found[name] = reader.take(around + name, contact.segment, at + 1)
    return PartyContact(**found)


def _adjustments(reader: Reader, around: str, values: Iterable[views.Allowance]) -> tuple[PriceAdjustment, ...]:
    """SAC with an amount that the total includes; the others are left, and so reported as not used."""
    counted = [one for one in values if counts(one)]
    return tuple(_adjustment(reader, f"{around}adjustments[{at}].", one) for at, one in enumerate(counted))


def _adjustment(reader: Reader, around: str, value: views.Allowance) -> PriceAdjustment:
    amount = reader.read(f"{around}amount", value, "amount")
    return PriceAdjustment(
        kind=reader.word(f"{around}kind", value, "code", codes.X12_ADJUSTMENT),
        amount=-amount if value.indicator == "A" else amount,
        description=reader.read(f"{around}description", value, "description"),
    )


def _taxes(reader: Reader, around: str, values: Iterable[views.Tax]) -> tuple[TaxAmount, ...]:
    """TXI with an amount that is added; the others are left, and so reported as not used."""
    added = [one for one in values if one.amount is not None and one.relationship in ("", "A")]
    return tuple(_tax(reader, f"{around}taxes[{at}].", one) for at, one in enumerate(added))


def _tax(reader: Reader, around: str, value: views.Tax) -> TaxAmount:
    return TaxAmount(
        kind=reader.word(f"{around}kind", value, "type", codes.X12_TAX),
        **reader.fields(around, value, amount="amount", rate="percent", jurisdiction="jurisdiction"),
    )


def _reference(reader: Reader, name: str, references: Iterable[views.Reference], qualifier: str) -> str:
    return next((reader.read(name, one, "value") for one in references if one.qualifier == qualifier), "")


def _references(reader: Reader, around: str, references: Iterable[views.Reference]) -> tuple[TradeReference, ...]:
    """REF; one that is mutually defined (ZZ) is named by REF03."""
    return tuple(_named(reader, f"{around}references[{at}].", one) for at, one in enumerate(references))


def _named(reader: Reader, around: str, one: views.Reference) -> TradeReference:
    value = reader.read(f"{around}value", one, "value")
    if one.qualifier == NAMED and one.description:
        return TradeReference(reader.read(f"{around}kind", one, "description"), value)
    description = reader.read(f"{around}description", one, "description")
    return TradeReference(codes.X12_REFERENCE.word(one.qualifier), value, description)


def _comments(reader: Reader, around: str, loop: x12.Loop | None) -> tuple[str, ...]:
    """NTE, and MSG of the loop and of its N9."""
    if loop is None:
        return ()
    places = [(segment, 2) for segment in loop.all("NTE")]
    places += [(segment, 1) for inner in (loop, *loop.inside("N9")) for segment in inner.all("MSG")]
    return tuple(reader.take(f"{around}comments[{at}]", *place) for at, place in enumerate(places))
