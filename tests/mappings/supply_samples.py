"""The same purchase, in X12 and in cXML, and canonical documents of every shape for the tests of the supply mappings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from isthmus.model import (
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
from isthmus.protocols import cxml, x12
from isthmus.protocols.cxml.totals import to_cents

DAY = date(2026, 3, 2)


def transaction(*segments: str, type: str, kind: str) -> x12.Transaction:
    """A set of these segments, as a partner sends it."""
    writer = x12.Writer(sender=("ZZ", "A"), receiver=("ZZ", "B"), control_number=1, at=datetime(2026, 3, 2, tzinfo=UTC))
    writer.group(kind, sender="A", receiver="B", control_number=1, version="004010")
    writer.transaction(type, "0001")
    for segment in segments:
        tag, *elements = segment.split("*")
        writer.segment(tag, *elements)
    return next(x12.parse(writer.close()).transactions)


def document(body: str, kind: str = "Request") -> cxml.Document:
    """A document with this body, as a partner sends it."""
    header = "<Header><From><Credential domain='DUNS'><Identity>123</Identity></Credential></From></Header>"
    return cxml.parse(f"<cXML payloadID='P1'>{header}<{kind}>{body}</{kind}></cXML>".encode())


ORDER_X12 = (
    "BEG*00*SA*PO-1**20260302*C-77", "CUR*BY*USD", "REF*RQ*R-5", "REF*DP*OR-3", "SAC*C*D240***1250**********Freight",
    "ITD*01*3*2**10**30", "DTM*002*20260309", "N9*L1*NOTES", "MSG*Dock 4",
    "N1*ST*General Hospital*92*DOCK4", "N2*Receiving", "N3*1 Hospital Way", "N4*Springfield*IL*62701*US",
    "PER*IC**TE*5551234", "N1*BT*Accounts Payable",
    "PO1*1*10*BX*42.5*PE*VP*GL-7*BP*4711", "PID*F****Exam gloves", "DTM*002*20260308",
    "PO1*2*300*EA*12*HP*VP*SY-10", "CTT*2*310", "AMT*TT*461",
)  # fmt: skip

ORDER_CXML = """<OrderRequest><OrderRequestHeader orderID="PO-1" orderDate="2026-03-02" agreementID="C-77"
  requisitionID="R-5" requestedDeliveryDate="2026-03-09"><Total><Money currency="USD">461</Money></Total>
 <ShipTo><Address addressID="DOCK4" addressIDDomain="buyerLocationID"><Name xml:lang="en">General Hospital</Name>
  <PostalAddress><DeliverTo>Receiving</DeliverTo><Street>1 Hospital Way</Street><City>Springfield</City><State>IL</State>
   <PostalCode>62701</PostalCode><Country isoCountryCode="US">USA</Country></PostalAddress>
  <Phone><TelephoneNumber><Number>5551234</Number></TelephoneNumber></Phone></Address></ShipTo>
 <BillTo><Address><Name xml:lang="en">Accounts Payable</Name></Address></BillTo>
 <Shipping><Money currency="USD">12.50</Money><Description xml:lang="en">Freight</Description></Shipping>
 <PaymentTerm payInNumberOfDays="10"><Discount><DiscountPercent percent="2"/></Discount></PaymentTerm>
 <PaymentTerm payInNumberOfDays="30"/><Comments>Dock 4</Comments><Extrinsic name="department">OR-3</Extrinsic>
</OrderRequestHeader>
<ItemOut quantity="10" lineNumber="1" requestedDeliveryDate="2026-03-08">
 <ItemID><SupplierPartID>GL-7</SupplierPartID><BuyerPartID>4711</BuyerPartID></ItemID>
 <ItemDetail><UnitPrice><Money currency="USD">42.5</Money></UnitPrice><Description xml:lang="en">Exam gloves</Description>
  <UnitOfMeasure>BX</UnitOfMeasure></ItemDetail></ItemOut>
<ItemOut quantity="300" lineNumber="2"><ItemID><SupplierPartID>SY-10</SupplierPartID></ItemID>
 <ItemDetail><UnitPrice><Money currency="USD">12</Money></UnitPrice><UnitOfMeasure>EA</UnitOfMeasure>
  <PriceBasisQuantity quantity="100" conversionFactor="1"><UnitOfMeasure>EA</UnitOfMeasure></PriceBasisQuantity></ItemDetail>
</ItemOut></OrderRequest>"""

ORDER = PurchaseOrder(
    number="PO-1", ordered_on=DAY, currency="USD", total=Decimal(461), contract="C-77", requisition="R-5",
    requested_on=date(2026, 3, 9),
    terms=(PaymentTerms(net_days=30, discount_percent=Decimal(2), discount_days=10),),
    parties=(
        Party(
            role="ship_to", name="General Hospital", id="DOCK4", id_kind="buyer", attention=("Receiving",),
            streets=("1 Hospital Way",), city="Springfield", state="IL", postal_code="62701", country="US",
            contacts=(PartyContact(phone="5551234"),),
        ),
        Party(role="bill_to", name="Accounts Payable"),
    ),
    adjustments=(PriceAdjustment(kind="shipping", amount=Decimal("12.50"), description="Freight"),),
    references=(TradeReference("department", "OR-3"),),
    comments=("Dock 4",),
    lines=(
        OrderLine(
            number="1", quantity=Decimal(10), unit="BX", price=Decimal("42.5"), requested_on=date(2026, 3, 8),
            items=(ItemId("supplier", "GL-7"), ItemId("buyer", "4711")), descriptions=("Exam gloves",),
        ),
        OrderLine(
            number="2", quantity=Decimal(300), unit="EA", price=Decimal(12), price_per=Decimal(100),
            items=(ItemId("supplier", "SY-10"),),
        ),
    ),
)  # fmt: skip

WORDS = st.text("ABCDEFGHIJ abcdefghij0123456789-/.,'", min_size=1, max_size=12).map(str.strip).filter(bool)
NUMBERS = st.integers(1, 10**9).map(lambda number: Decimal(number).scaleb(-3))
CENTS = st.integers(1, 10**7).map(lambda number: Decimal(number).scaleb(-2))
DAYS = st.dates(date(2020, 1, 1), date(2039, 12, 31))
MAYBE_DAY = st.none() | DAYS
SOME = st.lists(WORDS, max_size=2).map(tuple)
UNITS = st.sampled_from(["EA", "BX", "CA"])


def several(one: st.SearchStrategy[Any], size: int = 2) -> st.SearchStrategy[Any]:
    return st.lists(one, max_size=size).map(tuple)


def built(made: type, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(made, **fields)


def items(*more: str) -> st.SearchStrategy[Any]:
    """Each kind once, in the order that both formats keep."""
    kinds = ("supplier", "buyer", *more)
    chosen = st.lists(st.sampled_from(kinds), unique=True).map(lambda found: sorted(found, key=kinds.index))
    return chosen.flatmap(lambda found: st.tuples(*(built(ItemId, kind=st.just(kind), value=WORDS) for kind in found)))


def parties(*roles: str, contacts: bool = True) -> st.SearchStrategy[Any]:
    """Each role once."""
    asked = several(built(PartyContact, email=WORDS, phone=WORDS), 1) if contacts else st.just(())
    one = {
        role: built(
            Party, role=st.just(role), name=WORDS, id=WORDS, id_kind=st.sampled_from(["buyer", "gln", "duns", "hin"]),
            attention=SOME, streets=SOME, city=WORDS, state=WORDS, postal_code=WORDS, country=st.just("US"), contacts=asked,
        )
        for role in roles
    }  # fmt: skip
    chosen = st.lists(st.sampled_from(roles), unique=True).map(lambda found: sorted(found, key=roles.index))
    return chosen.flatmap(lambda found: st.tuples(*(one[role] for role in found)))


REFERENCES = several(built(TradeReference, kind=st.sampled_from(["department", "ward", "x12:IX"]), value=WORDS))
TERMS = several(
    built(
        PaymentTerms,
        net_days=st.integers(0, 99),
        discount_percent=st.integers(1, 9).map(Decimal),
        discount_days=st.integers(0, 30),
    ),
    1,
)
TAXES = several(
    built(TaxAmount, kind=st.sampled_from(["sales", "vat"]), amount=CENTS, rate=NUMBERS, jurisdiction=WORDS)
)
PRICED = {
    "number": WORDS,
    "quantity": NUMBERS,
    "unit": UNITS,
    "price": NUMBERS,
    "price_per": st.sampled_from([Decimal(1), Decimal(100), Decimal(1000)]),
}

ORDERS = built(
    PurchaseOrder,
    number=WORDS,
    operation=st.sampled_from(["new", "update", "delete"]),
    kind=st.sampled_from(["regular", "blanket", "release"]),
    ordered_on=DAYS,
    currency=st.just("USD"),
    total=CENTS,
    contract=WORDS,
    requisition=WORDS,
    requested_on=MAYBE_DAY,
    terms=TERMS,
    parties=parties("ship_to", "bill_to", "buyer", "supplier", "end_user"),
    adjustments=several(built(PriceAdjustment, kind=st.just("shipping"), amount=CENTS, description=WORDS), 1),
    taxes=TAXES,
    references=REFERENCES,
    comments=SOME,
    lines=several(
        built(
            OrderLine,
            **PRICED,
            items=items("manufacturer", "gtin", "ndc"),
            descriptions=SOME,
            requested_on=MAYBE_DAY,
            references=REFERENCES,
            comments=SOME,
        ),
        3,
    ),
)
CONFIRMATIONS = built(
    OrderConfirmation,
    number=WORDS,
    order_number=WORDS,
    ordered_on=MAYBE_DAY,
    operation=st.sampled_from(["new", "update"]),
    status=st.sampled_from(["accepted", "changed", "detailed", "excepted", "rejected"]),
    confirmed_on=DAYS,
    currency=st.just("USD"),
    total=CENTS,
    parties=parties("supplier", "ship_to"),
    references=REFERENCES,
    comments=SOME,
    lines=several(
        built(
            AnsweredLine,
            number=WORDS,
            quantity=NUMBERS,
            unit=UNITS,
            answers=several(
                built(
                    LineAnswer,
                    status=st.sampled_from(["accepted", "changed", "backordered", "rejected"]),
                    quantity=NUMBERS,
                    unit=UNITS,
                    price=st.just(Decimal("4.05")),
                    ships_on=MAYBE_DAY,
                    delivered_on=MAYBE_DAY,
                )
            ),
        )
    ),
)
SSCC = st.sampled_from(["", "003456780000000014", "003456780000000021"])
NOTICES = built(
    ShipNotice,
    number=WORDS,
    operation=st.sampled_from(["new", "update", "delete"]),
    noticed_on=DAYS,
    shipped_on=MAYBE_DAY,
    expected_on=MAYBE_DAY,
    carrier=WORDS,
    carrier_name=WORDS,
    tracking=SOME,
    bill_of_lading=WORDS,
    parties=parties("ship_to", "ship_from"),
    references=REFERENCES,
    lines=several(
        built(
            ShipmentLine,
            order_number=st.sampled_from(["PO-1", "PO-2"]),
            order_line=WORDS,
            number=WORDS,
            quantity=NUMBERS,
            unit=UNITS,
            items=items("manufacturer", "gtin"),
            descriptions=SOME,
            lot=WORDS,
            expires_on=MAYBE_DAY,
            serials=SOME,
            carton=SSCC,
            pallet=SSCC,
        ),
        5,
    ),
)
LINES_OF_INVOICES = built(
    InvoiceLine,
    **PRICED,
    order_line=WORDS,
    items=items("manufacturer", "upc"),
    descriptions=st.lists(WORDS, max_size=1).map(tuple),
    lot=WORDS,
    taxes=TAXES,
    adjustments=several(built(PriceAdjustment, kind=st.just("handling"), amount=CENTS), 1),
)
INVOICES = built(
    SupplierInvoice,
    number=WORDS,
    kind=st.sampled_from(["invoice", "credit_memo", "debit_memo"]),
    operation=st.sampled_from(["new", "delete"]),
    invoiced_on=DAYS,
    order_number=WORDS,
    ordered_on=DAYS,
    currency=st.just("USD"),
    contract=WORDS,
    shipped_on=MAYBE_DAY,
    terms=TERMS,
    parties=parties("supplier", "remit_to"),
    adjustments=st.sampled_from(
        [
            (),
            (PriceAdjustment(kind="shipping", amount=Decimal("12.50")),),
            (
                PriceAdjustment(kind="discount", amount=Decimal("-1.10")),
                PriceAdjustment(kind="shipping", amount=Decimal(2), description="by air"),
            ),
        ]
    ),
    references=REFERENCES,
    comments=SOME,
    lines=st.lists(LINES_OF_INVOICES, min_size=1, max_size=3).map(tuple),
).map(lambda invoice: invoice.replace(total=rounded(invoice)))


def rounded(invoice: SupplierInvoice) -> Decimal:
    """The total that its parts come to, line by line."""
    return sum((to_cents(line.amount) for line in invoice.lines), Decimal(0)) + invoice.extras
