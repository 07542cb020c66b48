"""850 purchase order (004010, 005010): head, parties, terms, lines; read, checked, written.

    ST BEG CUR REF PER SAC ITD DTM TXI  N9 MSG  N1 { N2 N3 N4 REF PER }  PO1 { PID REF SAC DTM TXI N9 N1 }  CTT AMT  SE

Checks: CTT01 = number of PO1, CTT02 = hash total of PO102, AMT*TT = sum of PO102 x PO104 (with or without SAC and TXI).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...envelope import Transaction
from ...findings import Finding
from ...writer import Writer
from . import trade, trade_document
from .columns import Columns
from .trade import Written
from .trade_document import TradeDocument, TradeLine
from .trade_guide import ORDER

BEG = Columns("BEG", "purpose type number release ordered_on:date contract")
PO1 = Columns("PO1", trade_document.LINE)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class PurchaseOrder(TradeDocument):
    """purpose: BEG01, 00 original, 01 cancellation, 04 change, 05 replace; type: BEG02, NE new, SA stand-alone, BK blanket …

    total   AMT*TT, GV or 1: what the buyer says that it comes to
    """

    purpose: str = "00"
    type: str = "NE"
    number: str = ""
    release: str = ""
    ordered_on: date | None = None
    contract: str = ""
    total: Decimal | None = None
    lines: tuple[TradeLine, ...] = ()

    def balances(self) -> list[Finding]:
        """What does not add up: `line-count`, `hash-total`, `order-total`."""
        return trade_document.order_balances(self, self.lines)

    def _tables(self) -> tuple[Columns, ...]:
        return BEG, trade.ITD


def read_850(transaction: Transaction) -> PurchaseOrder:
    """The order. Raises ParseError when it is another set, has no BEG, or has an amount that is none."""
    base = trade_document.opened(transaction, "850", ORDER)
    root = base["loop"]
    stated = trade_document.stated_total(root)
    return PurchaseOrder(
        **base,
        **trade_document.begun(root, BEG),
        **trade_document.headed(root),
        total=stated[1] if stated else None,
        lines=tuple(trade_document.line(TradeLine, loop, PO1) for loop in root.inside("PO1")),
    )


def write_850(writer: Writer, order: PurchaseOrder, control_number: str) -> None:
    """The order as a set of the open group (GS01 PO). Raises Misuse for a value that X12 cannot hold."""
    trade_document.write_set(writer, "850", control_number, _segments(order))


def _segments(order: PurchaseOrder) -> Iterator[Written]:
    yield "BEG", BEG.write(order)
    yield from trade_document.write_head(order)
    for line in order.lines:
        yield from trade_document.write_line(PO1, line)
    yield from trade_document.write_totals(order.lines, order.total)
