"""855 purchase order acknowledgement (004010, 005010): what the supplier says to each line of an 850.

    ST BAK CUR REF PER SAC ITD DTM TXI  N9 MSG  N1 …  PO1 { PID REF SAC DTM TXI N9 N1  ACK { DTM } }  CTT AMT  SE

Checks: CTT01, CTT02 and AMT as in the 850; the quantities of a line's ACK come to its PO102 (`acknowledged-quantity`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...envelope import Transaction
from ...findings import Finding
from ...loops import Loop
from ...segment import Segment
from ...writer import Writer
from ..reading import ZERO
from . import trade, trade_document
from .columns import Columns, Record
from .trade import DateTime, ProductId, Written
from .trade_document import TradeDocument, TradeLine
from .trade_guide import ACKNOWLEDGEMENT
from .trade_totals import unbalanced

BAK = Columns("BAK", "purpose type order_number ordered_on:date release request contract number acknowledged_on:date")
PO1 = Columns("PO1", trade_document.LINE)
ACK = Columns("ACK", "status quantity:number unit date_qualifier on:date request")
_PAIRS_FROM = 7


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class LineStatus(Record):
    """ACK. `status`: IA accepted, IB back-ordered, IC accepted with changes, IP price changed, IQ quantity changed, IR
    rejected, IS substituted, DR date rescheduled …; `ids`: of what is sent instead; `date_qualifier` as in DTM01.
    """

    status: str
    quantity: Decimal | None = None
    unit: str = ""
    date_qualifier: str = ""
    on: date | None = None
    request: str = ""
    ids: tuple[ProductId, ...] = ()
    dates: tuple[DateTime, ...] = ()
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class AcknowledgedLine(TradeLine):
    """A line as it was ordered or as it will be, by the partner's guide, and what is said to it."""

    statuses: tuple[LineStatus, ...] = ()


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class OrderAcknowledgement(TradeDocument):
    """type: BAK02, AC with detail and change, AD with detail, AT accepted, RD rejected with detail, RJ rejected …

    number   BAK08, the supplier's number of the order; contract BAK07; request BAK06
    """

    purpose: str = "00"
    type: str = "AD"
    order_number: str = ""
    ordered_on: date | None = None
    release: str = ""
    request: str = ""
    contract: str = ""
    number: str = ""
    acknowledged_on: date | None = None
    total: Decimal | None = None
    lines: tuple[AcknowledgedLine, ...] = ()

    def balances(self) -> list[Finding]:
        """What does not add up: `line-count`, `hash-total`, `order-total`, `acknowledged-quantity`."""
        return [*trade_document.order_balances(self, self.lines), *self._quantities()]

    def _quantities(self) -> Iterator[Finding]:
        for line in self.lines:
            said = [one.quantity for one in line.statuses]
            if not said or None in said or line.quantity is None or line.loop is None:
                continue
            if {one.unit for one in line.statuses} <= {line.unit, ""}:
                difference = sum((one for one in said if one is not None), ZERO) - line.quantity
                if difference:
                    yield unbalanced("acknowledged-quantity", line.loop.segments[0], 2, difference)

    def _tables(self) -> tuple[Columns, ...]:
        return BAK, ACK, trade.ITD


def read_855(transaction: Transaction) -> OrderAcknowledgement:
    """The acknowledgement. Raises ParseError when it is another set, has no BAK, or has an amount that is none."""
    base = trade_document.opened(transaction, "855", ACKNOWLEDGEMENT)
    root = base["loop"]
    stated = trade_document.stated_total(root)
    return OrderAcknowledgement(
        **base,
        **trade_document.begun(root, BAK),
        **trade_document.headed(root),
        total=stated[1] if stated else None,
        lines=tuple(_line(loop) for loop in root.inside("PO1")),
    )


def write_855(writer: Writer, acknowledgement: OrderAcknowledgement, control_number: str) -> None:
    """The acknowledgement as a set of the open group (GS01 PR). Raises Misuse for a value that X12 cannot hold."""
    trade_document.write_set(writer, "855", control_number, _segments(acknowledgement))


def _line(loop: Loop) -> AcknowledgedLine:
    statuses = tuple(_status(inner) for inner in loop.inside("ACK"))
    return trade_document.line(AcknowledgedLine, loop, PO1, statuses=statuses)


def _status(loop: Loop) -> LineStatus:
    head = loop.segments[0]
    return LineStatus(**ACK.read(head), ids=trade.product_ids(head, _PAIRS_FROM), dates=trade.dates(loop), segment=head)


def _segments(acknowledgement: OrderAcknowledgement) -> Iterator[Written]:
    yield "BAK", BAK.write(acknowledgement)
    yield from trade_document.write_head(acknowledgement)
    for line in acknowledgement.lines:
        yield from trade_document.write_line(PO1, line)
        for status in line.statuses:
            yield "ACK", [*ACK.write(status), *trade.write_product_ids(status.ids)]
            yield from trade.write_parts(status, "dates")
    yield from trade_document.write_totals(acknowledgement.lines, acknowledgement.total)
