"""Canonical documents to cXML OrderRequest, ConfirmationRequest, ShipNoticeRequest and InvoiceDetailRequest.

    cxml.write(cxml.Document(payload_id=..., timestamp=..., header=..., body=to_cxml.purchase_order(order)))

What cXML has no place for is left out; `not_carried_by_cxml` says what that was. Who sends it to whom is the header's, which
is the caller's to make: it holds the secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from ...model import (
    AnsweredLine,
    InvoiceLine,
    ItemId,
    LineAnswer,
    OrderConfirmation,
    OrderLine,
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
from ...protocols import cxml
from ...protocols.cxml.totals import to_cents
from . import codes

ZERO = Decimal(0)

LANGUAGE = "en"
"""xml:lang of what is written: the DTD wants one, and the model has none."""


def purchase_order(order: PurchaseOrder) -> cxml.OrderRequest:
    """The order, with the parties that have no place of their own as contacts."""
    by_role = {one.role: one for one in reversed(order.parties)}
    placed = {"ship_to", "bill_to"}
    others = [one for one in order.parties if one.role not in placed or by_role[one.role] is not one]
    shipping = next((one for one in order.adjustments if one.kind == "shipping"), None)
    return cxml.OrderRequest(
        header=cxml.OrderRequestHeader(
            order_id=order.number,
            ordered_at=order.ordered_at or order.ordered_on,
            order_type=codes.CXML_ORDER_KIND.code(order.kind) or "",
            type=codes.CXML_OPERATION.code(order.operation) or "",
            agreement_id=order.contract,
            requisition_id=order.requisition,
            requested_on=order.requested_on,
            total=_money(order.total, order.currency),
            ship_to=_address(by_role.get("ship_to")),
            bill_to=_address(by_role.get("bill_to")),
            shipping=_shipping(shipping, order.currency),
            tax=_tax(order.taxes, order.currency),
            terms=tuple(_terms(order.terms)),
            contacts=_contacts(others),
            comments=_comments(order.comments),
            extrinsics=_extrinsics(order.references),
        ),
        items=tuple(_item_out(line, order.currency) for line in order.lines),
    )


def order_confirmation(confirmation: OrderConfirmation, order_payload_id: str = "") -> cxml.ConfirmationRequest:
    """The answer. `order_payload_id`: of the OrderRequest that it answers, which the DTD wants."""
    return cxml.ConfirmationRequest(
        header=cxml.ConfirmationHeader(
            confirm_id=confirmation.number,
            operation=codes.CXML_OPERATION.code(confirmation.operation) or "",
            type=codes.CXML_ANSWER.code(confirmation.status) or "detail",
            noticed_at=confirmation.confirmed_at or confirmation.confirmed_on,
            total=_money(confirmation.total, confirmation.currency),
            contacts=_contacts(confirmation.parties),
            comments=_comments(confirmation.comments),
            extrinsics=_extrinsics(confirmation.references),
        ),
        order=cxml.OrderReference(
            order_id=confirmation.order_number, order_date=confirmation.ordered_on, payload_id=order_payload_id
        ),
        items=tuple(_confirmed(line, confirmation.currency) for line in confirmation.lines),
    )


def ship_notice(notice: ShipNotice, order_payload_id: str = "") -> cxml.ShipNoticeRequest:
    """The shipment, with a portion for each order in the order of the lines."""
    portions = groupby(notice.lines, lambda line: line.order_number)
    return cxml.ShipNoticeRequest(
        header=cxml.ShipNoticeHeader(
            shipment_id=notice.number,
            operation=codes.CXML_OPERATION.code(notice.operation) or "",
            noticed_at=notice.noticed_at or notice.noticed_on,
            shipped_at=notice.shipped_at or notice.shipped_on,
            delivered_at=notice.expected_at or notice.expected_on,
            contacts=_contacts(notice.parties),
            comments=_comments(notice.comments),
            extrinsics=_extrinsics(notice.references),
        ),
        controls=tuple(_control(notice)),
        portions=tuple(
            cxml.ShipNoticePortion(
                order=cxml.OrderReference(order_id=number, payload_id=order_payload_id),
                items=tuple(_shipped(line) for line in lines),
            )
            for number, lines in portions
        ),
    )


def supplier_invoice(invoice: SupplierInvoice) -> cxml.InvoiceDetailRequest:
    """The invoice, with its lines by order and the summary that they come to."""
    return cxml.InvoiceDetailRequest(
        header=cxml.InvoiceDetailRequestHeader(
            invoice_id=invoice.number,
            purpose=codes.CXML_INVOICE_KIND.code(invoice.kind) or "",
            operation=codes.CXML_OPERATION.code(invoice.operation) or "",
            invoiced_at=invoice.invoiced_at or invoice.invoiced_on,
            line_indicator=_in_lines(invoice),
            partners=tuple(cxml.InvoicePartner(contact=one) for one in _contacts(invoice.parties)),
            shipped_at=invoice.shipped_on,
            terms=tuple(_terms(invoice.terms)),
            comments=_comments(invoice.comments),
            extrinsics=_extrinsics(invoice.references),
        ),
        orders=tuple(_billed_orders(invoice)),
        summary=_summary(invoice),
    )


def _item_out(line: OrderLine, currency: str) -> cxml.ItemOut:
    return cxml.ItemOut(
        quantity=line.quantity,
        line_number=line.number,
        requested_on=line.requested_on,
        item=_item_id(line.items),
        detail=cxml.ItemDetail(
            price=_money(line.price, currency),
            descriptions=_phrases(line.descriptions),
            unit=line.unit,
            basis=_basis(line.price_per, line.unit),
            classifications=_classifications(line.items),
            manufacturer_part=line.item("manufacturer"),
            extrinsics=_extrinsics(line.references),
        ),
        comments=_comments(line.comments),
    )


def _confirmed(line: AnsweredLine, currency: str) -> cxml.ConfirmationItem:
    return cxml.ConfirmationItem(
        quantity=line.quantity,
        line_number=line.number,
        unit=line.unit,
        statuses=tuple(_status(answer, currency) for answer in line.answers),
    )


def _status(answer: LineAnswer, currency: str) -> cxml.ConfirmationStatus:
    return cxml.ConfirmationStatus(
        quantity=answer.quantity,
        type=codes.CXML_LINE_ANSWER.code(answer.status) or "",
        ships_on=answer.ships_on,
        delivered_on=answer.delivered_on,
        unit=answer.unit,
        price=_money(answer.price, currency),
        comments=_comments(answer.comments),
    )


def _control(notice: ShipNotice) -> Iterator[cxml.ShipControl]:
    carriers = {"SCAC": notice.carrier, "companyName": notice.carrier_name}
    shipments = [("trackingNumber", number) for number in notice.tracking]
    shipments += [("billOfLading", notice.bill_of_lading)] if notice.bill_of_lading else []
    if shipments or any(carriers.values()):
        yield cxml.ShipControl(
            carriers=tuple(cxml.Identifier(domain=domain, text=text) for domain, text in carriers.items() if text),
            shipments=tuple(cxml.Identifier(domain=domain, text=text) for domain, text in shipments),
        )


def _shipped(line: ShipmentLine) -> cxml.ShipNoticeItem:
    batch = cxml.Batch(expires_on=line.expires_on, lot=line.lot)
    return cxml.ShipNoticeItem(
        quantity=line.quantity,
        line_number=line.order_line,
        notice_line_number=line.number,
        item=_item_id(line.items),
        descriptions=_phrases(line.descriptions),
        classifications=_classifications(line.items),
        manufacturer_part=next((one.value for one in line.items if one.kind == "manufacturer"), ""),
        unit=line.unit,
        packaging=tuple(_packaging(line)),
        batches=(batch,) if batch != cxml.Batch() else (),
        assets=tuple(cxml.AssetInfo(serial=serial) for serial in line.serials),
    )


def _packaging(line: ShipmentLine) -> Iterator[cxml.Packaging]:
    """The carton with the pallet around it, or the pallet alone. PackagingCode is what the DTD wants first."""
    if line.carton:
        carton = (cxml.Phrase(text="Carton", language=LANGUAGE),)
        yield cxml.Packaging(codes=carton, level="inner", sscc=line.carton, around=line.pallet)
    elif line.pallet:
        pallet = (cxml.Phrase(text="Pallet", language=LANGUAGE),)
        yield cxml.Packaging(codes=pallet, level="outer", sscc=line.pallet)


def _billed_orders(invoice: SupplierInvoice) -> Iterator[cxml.InvoiceDetailOrder]:
    """By OrderIDInfo, which needs no payloadID."""
    agreement = cxml.AgreementReference(agreement_id=invoice.contract) if invoice.contract else None
    for number, lines in groupby(invoice.lines, lambda line: line.order_number or invoice.order_number):
        yield cxml.InvoiceDetailOrder(
            agreement=agreement,
            order_id=number,
            order_date=invoice.ordered_on if number == invoice.order_number else None,
            items=tuple(_billed(line, invoice.currency) for line in lines),
        )


def _billed(line: InvoiceLine, currency: str) -> cxml.InvoiceDetailItem:
    said, reference = line.descriptions[:1], _item_id(line.items)
    return cxml.InvoiceDetailItem(
        number=line.number,
        quantity=line.quantity,
        unit=line.unit,
        price=_money(line.price, currency),
        basis=_basis(line.price_per, line.unit),
        reference=cxml.ItemReference(
            line_number=line.order_line,
            item=reference,
            description=next(iter(_phrases(said)), None),
            classifications=_classifications(line.items),
            manufacturer_part=next((one.value for one in line.items if one.kind == "manufacturer"), ""),
            lot=line.lot,
        ),
        subtotal=_money(None if line.amount is None else to_cents(line.amount), currency),
        tax=_tax(line.taxes, currency),
        **_adjusted(line.adjustments, currency),
    )


def _in_lines(invoice: SupplierInvoice) -> cxml.LineIndicator:
    """What the lines hold, and the summary only sums up."""
    places = {place for line in invoice.lines for place in _adjusted(line.adjustments, "")}
    return cxml.LineIndicator(
        tax=any(line.taxes for line in invoice.lines),
        special_handling="special_handling" in places,
        shipping="shipping" in places,
        discount="discount" in places,
    )


def _summary(invoice: SupplierInvoice) -> cxml.InvoiceDetailSummary:
    """What the lines hold is summed up here; an adjustment of the invoice beside such a sum is a modification."""
    currency = invoice.currency
    taxes = [one for line in invoice.lines for one in line.taxes]
    tax = _tax(invoice.taxes, currency) or _tax(taxes, currency, details=False)
    lines = [_adjusted(line.adjustments, currency) for line in invoice.lines]
    sums = {place: _summed(lines, place, currency) for place in _OWN.values() if any(place in line for line in lines)}
    own = _adjusted(invoice.adjustments, currency, without=frozenset(sums))
    modifications = [one for found in (own, *lines) for one in found["modifications"]]
    return cxml.InvoiceDetailSummary(
        subtotal=_money(sum((to_cents(line.amount or ZERO) for line in invoice.lines), ZERO), currency),
        tax=tax or cxml.Tax(amount=_money(ZERO, currency), description=cxml.Phrase(language=LANGUAGE)),
        charges=_money(_moved(modifications, "cost"), currency),
        allowances=_money(_moved(modifications, "deduction"), currency),
        net=_money(invoice.total, currency),
        **{**sums, **own},
    )


def _summed(lines: Iterable[dict[str, Any]], place: str, currency: str) -> Any:
    """The sum of what the lines have at a place."""
    found = [line[place] for line in lines if place in line]
    moneys = [one.amount if isinstance(one, cxml.Discount) else one for one in found]
    total = _money(sum((one.amount for one in moneys if one is not None), ZERO), currency)
    return cxml.Discount(amount=total) if place == "discount" else total


def _moved(modifications: Iterable[cxml.Modification], field: str) -> Decimal | None:
    """The sum of the costs, or of the deductions; None without any."""
    moneys = [getattr(one, field) for one in modifications]
    amounts = [one.amount for one in moneys if one is not None]
    return sum(amounts, ZERO) if amounts else None


_OWN = {("shipping", False): "shipping", ("handling", False): "special_handling", ("discount", True): "discount"}
"""The adjustments that have places of their own: by kind, and whether they lower the price."""


def _adjusted(
    adjustments: Iterable[PriceAdjustment], currency: str, without: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """One of a kind at its place; all else is a modification with its kind as a name."""
    own: dict[str, Any] = {}
    modifications: list[cxml.Modification] = []
    for one in adjustments:
        place = _OWN.get((one.kind, one.amount < 0), "")
        money = _money(abs(one.amount), currency)
        if place and place not in own and place not in without and not one.description:
            own[place] = cxml.Discount(amount=money) if place == "discount" else money
        else:
            modifications.append(_modification(one, money))
    return {**own, "modifications": tuple(modifications)}


def _modification(one: PriceAdjustment, money: cxml.Money | None) -> cxml.Modification:
    return cxml.Modification(
        deduction=money if one.amount < 0 else None,
        cost=None if one.amount < 0 else money,
        name=one.kind,
        description=cxml.Phrase(text=one.description, language=LANGUAGE),
    )


def _money(amount: Decimal | None, currency: str) -> cxml.Money | None:
    return None if amount is None else cxml.Money(amount=amount, currency=currency)


def _shipping(one: PriceAdjustment | None, currency: str) -> cxml.Shipping | None:
    if one is None:
        return None
    description = cxml.Phrase(text=one.description, language=LANGUAGE)
    return cxml.Shipping(amount=_money(one.amount, currency), description=description)


def _tax(taxes: Iterable[TaxAmount], currency: str, details: bool = True) -> cxml.Tax | None:
    """The sum, and each with its category; a single one of no kind, rate or place is the sum alone."""
    taxes = list(taxes)
    if not taxes:
        return None
    plain = len(taxes) == 1 and taxes[0] == TaxAmount(kind="", amount=taxes[0].amount)
    return cxml.Tax(
        amount=_money(sum((one.amount for one in taxes), ZERO), currency),
        description=cxml.Phrase(language=LANGUAGE),
        details=() if plain or not details else tuple(_tax_detail(one, currency) for one in taxes),
    )


def _tax_detail(one: TaxAmount, currency: str) -> cxml.TaxDetail:
    return cxml.TaxDetail(
        category=one.kind,
        rate=one.rate,
        amount=_money(one.amount, currency),
        location=cxml.Phrase(text=one.jurisdiction, language=LANGUAGE) if one.jurisdiction else None,
    )


def _terms(terms: Iterable[PaymentTerms]) -> Iterator[cxml.PaymentTerm]:
    """The discount and its days, then the net days."""
    for one in terms:
        if one.discount_percent is not None:
            days = None if one.discount_days is None else Decimal(one.discount_days)
            yield cxml.PaymentTerm(days=days, discount_percent=one.discount_percent)
        if one.net_days is not None:
            yield cxml.PaymentTerm(days=Decimal(one.net_days))


def _address(party: Party | None) -> cxml.Address | None:
    if party is None:
        return None
    email, phone = _reached(party.contacts[:1])
    return cxml.Address(
        id=party.id,
        id_domain=codes.CXML_ID_KIND.code(party.id_kind) or "",
        name=cxml.Phrase(text=party.name, language=LANGUAGE),
        postal=_postal(party),
        email=next(iter(email), None),
        phone=next(iter(phone), None),
    )


def _contacts(parties: Iterable[Party]) -> tuple[cxml.Contact, ...]:
    return tuple(_contact(one) for one in parties)


def _contact(party: Party) -> cxml.Contact:
    emails, phones = _reached(party.contacts)
    postal = _postal(party)
    return cxml.Contact(
        role=codes.CXML_ROLE.code(party.role) or party.role,
        id=party.id,
        id_domain=codes.CXML_ID_KIND.code(party.id_kind) or "",
        name=cxml.Phrase(text=party.name, language=LANGUAGE),
        postal=() if postal is None else (postal,),
        emails=emails,
        phones=phones,
    )


def _reached(contacts: Iterable[PartyContact]) -> tuple[tuple[cxml.Email, ...], tuple[cxml.Phone, ...]]:
    contacts = list(contacts)
    emails = tuple(cxml.Email(address=one.email) for one in contacts if one.email)
    return emails, tuple(cxml.Phone(number=one.phone) for one in contacts if one.phone)


def _postal(party: Party) -> cxml.PostalAddress | None:
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


def _basis(price_per: Decimal, unit: str) -> cxml.PriceBasis | None:
    return None if price_per == 1 else cxml.PriceBasis(quantity=price_per, conversion=Decimal(1), unit=unit)


def _item_id(items: Iterable[ItemId]) -> cxml.ItemID:
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


def _classifications(items: Iterable[ItemId]) -> tuple[cxml.Classification, ...]:
    domains = {one: one.kind.removeprefix("class:") for one in items if one.kind.startswith("class:")}
    domains |= {one: "UNSPSC" for one in items if one.kind == "unspsc"}
    return tuple(cxml.Classification(domain=domains[one], text=one.value) for one in items if one in domains)


def _extrinsics(references: Iterable[TradeReference]) -> tuple[cxml.Extrinsic, ...]:
    """A reference by its kind. Its description has no place."""
    return tuple(cxml.Extrinsic(name=one.kind, text=one.value) for one in references)


def _phrases(texts: Iterable[str]) -> tuple[cxml.Phrase, ...]:
    return tuple(cxml.Phrase(text=one, language=LANGUAGE) for one in texts)


def _comments(texts: Iterable[str]) -> tuple[cxml.Comments, ...]:
    return tuple(cxml.Comments(text=one, language=LANGUAGE) for one in texts)
