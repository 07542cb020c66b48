"""The head and the lines that an 850, an 855 and an 810 have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from ...envelope import Transaction
from ...findings import Finding
from ...grammar import ParseError
from ...loops import Loop, Spec, walk
from ...segment import Segment
from ...writer import Writer
from ..reading import ZERO, date_findings
from . import trade
from .columns import Columns, Record, number
from .sscc import sscc_findings
from .trade import Allowance, Contact, DateTime, ProductId, Reference, Tax, Terms, TradeParty, Written
from .trade_totals import comes_to, extended, hash_of, hash_totals, line_count, net_allowances, net_taxes, unbalanced

LINE = "number quantity:number unit price:number basis"
"""The first five elements of PO1 and of IT1; pairs of qualifier and product follow."""

_PAIRS_FROM = 6
_TOTALS = ("TT", "GV", "1")
"""AMT01 of a total: of the transaction, gross, of the line items."""

AnyLine = TypeVar("AnyLine", bound="TradeLine")


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class TradeLine(Record):
    """PO1 or IT1 and its loop. `basis`: data element 639, PE each, HP for a hundred …; `price` None where there is none."""

    number: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    basis: str = ""
    ids: tuple[ProductId, ...] = ()
    descriptions: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DateTime, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    taxes: tuple[Tax, ...] = ()
    parties: tuple[TradeParty, ...] = ()
    notes: tuple[str, ...] = ()
    loop: Loop | None = field(default=None, compare=False)

    @property
    def amount(self) -> Decimal | None:
        """Quantity times price by its basis, not rounded; None without a price or a quantity."""
        return extended(self.quantity, self.price, self.basis)

    def id(self, *qualifiers: str) -> str:
        """The product's identifier of the first of these qualifiers that there is; "" when there is none."""
        return next((one.value for wanted in qualifiers for one in self.ids if one.qualifier == wanted), "")


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class TradeDocument(Record):
    """What stands in the heads of all four sets. `loop`: the whole set by the guide's table, None for one that was made."""

    currency: str = ""
    parties: tuple[TradeParty, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DateTime, ...] = ()
    contacts: tuple[Contact, ...] = ()
    terms: tuple[Terms, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    taxes: tuple[Tax, ...] = ()
    notes: tuple[str, ...] = ()
    loop: Loop | None = field(default=None, compare=False)
    transaction: Transaction | None = field(default=None, compare=False)
    unexpected: tuple[Finding, ...] = field(default=(), compare=False)

    def party(self, *roles: str) -> TradeParty | None:
        """The party of the first of these roles that there is."""
        return next((one for role in roles for one in self.parties if one.role == role), None)

    def findings(self) -> list[Finding]:
        """Segments without a place in the guide, dates that are none, marks with a wrong check digit."""
        segments = self.transaction.segments if self.transaction else []
        found = [*self.unexpected, *date_findings(segments), *sscc_findings(segments), *self._dated(segments)]
        return sorted(found, key=lambda finding: finding.segment)

    def _dated(self, segments: list[Segment]) -> Iterator[Finding]:
        for columns in self._tables():
            yield from columns.date_findings(segments)

    def _tables(self) -> tuple[Columns, ...]:
        """The tables whose dates are checked."""
        return (trade.ITD,)


def opened(transaction: Transaction, type: str, guide: Spec) -> dict[str, Any]:
    """What every document of a set has. Raises ParseError when the set is another."""
    if transaction.type != type:
        raise ParseError(
            f"This transaction set is no {type}", segment=transaction.header.number, element=1, rule="ST01"
        )
    root, unexpected = walk(guide, transaction.segments)
    return {"loop": root, "transaction": transaction, "unexpected": tuple(unexpected)}


def begun(root: Loop, columns: Columns) -> dict[str, Any]:
    """The fields of the segment that the document begins with. Raises ParseError when it is not there."""
    head = root.first(columns.tag)
    if head is None:
        raise root.segments[0].fault(f"The document has no {columns.tag}", 0, f"X12 {root.name} {columns.tag}")
    return columns.read(head)


def headed(root: Loop) -> dict[str, Any]:
    """What `TradeDocument` takes from the head."""
    return {
        "currency": root.value("CUR", 2),
        "parties": trade.parties(root),
        "references": trade.references(root),
        "dates": trade.dates(root),
        "contacts": trade.contacts(root),
        "terms": trade.terms(root),
        "allowances": trade.allowances(root),
        "taxes": trade.taxes(root),
        "notes": trade.notes(root),
    }


def line(kind: type[AnyLine], loop: Loop, columns: Columns, **more: Any) -> AnyLine:
    """A line from its loop."""
    head = loop.segments[0]
    return kind(
        **columns.read(head),
        ids=trade.product_ids(head, _PAIRS_FROM),
        descriptions=trade.descriptions(loop),
        references=trade.references(loop),
        dates=trade.dates(loop),
        allowances=trade.allowances(loop),
        taxes=trade.taxes(loop),
        parties=trade.parties(loop),
        notes=trade.notes(loop),
        loop=loop,
        **more,
    )


def stated_total(root: Loop | None) -> tuple[Segment, Decimal] | None:
    """The total that an 850 or an 855 states: AMT*TT, GV or 1, in the head or behind CTT."""
    for around in [root, *root.inside("CTT"), *root.inside("AMT")] if root else []:
        for qualifier in _TOTALS:
            found = around.first("AMT", qualifier)
            if found is not None and (amount := number(found, 2)) is not None:
                return found, amount
    return None


def order_balances(document: TradeDocument, lines: Iterable[TradeLine]) -> list[Finding]:
    """CTT, and the stated total: the lines, or the lines with allowances, charges and taxes."""
    root, lines = document.loop, list(lines)
    if root is None:
        return []
    heads = [loop.segments[0] for loop in root.inside("PO1")]
    found = [*line_count(root, heads), *hash_totals(root, heads, 2)]
    stated, parts = stated_total(root), [one.amount for one in lines]
    if stated is None or None in parts:
        return found
    amounts = [part for part in parts if part is not None]
    allowances = [*document.allowances, *(one for line in lines for one in line.allowances)]
    taxes = [*document.taxes, *(one for line in lines for one in line.taxes)]
    extras = net_allowances(allowances) + net_taxes(taxes)
    if not (comes_to(stated[1], amounts) or comes_to(stated[1], [*amounts, extras])):
        found.append(unbalanced("order-total", stated[0], 2, sum(amounts, ZERO) + extras - stated[1]))
    return found


def write_head(document: TradeDocument) -> Iterator[Written]:
    """What an 850 and an 855 have before their lines, in the order of the standard."""
    if document.currency:
        yield "CUR", ["BY", document.currency]
    parts = ("references", "contacts", "allowances", "terms", "dates", "taxes", "notes", "parties")
    yield from trade.write_parts(document, *parts)


def write_line(columns: Columns, value: TradeLine) -> Iterator[Written]:
    """PO1 and what follows it, in the order of the standard."""
    yield write_item(columns, value)
    parts = ("descriptions", "references", "allowances", "dates", "taxes", "notes", "parties")
    yield from trade.write_parts(value, *parts)


def write_item(columns: Columns, value: TradeLine) -> Written:
    """PO1 or IT1 alone."""
    return columns.tag, [*columns.write(value), *trade.write_product_ids(value.ids)]


def write_totals(lines: Iterable[TradeLine], total: Decimal | None = None) -> Iterator[Written]:
    """CTT with the count and the hash total, and the total of the transaction where there is one."""
    lines = list(lines)
    yield "CTT", [str(len(lines)), hash_of(one.quantity for one in lines)]
    if total is not None:
        yield "AMT", ["TT", total]


def write_set(writer: Writer, type: str, control_number: str, segments: Iterable[Written]) -> None:
    """One transaction set into the group that is open. Raises Misuse for a value that X12 cannot hold."""
    writer.transaction(type, control_number)
    for tag, elements in segments:
        writer.segment(tag, *elements)
