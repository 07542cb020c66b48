"""810 invoice (004010, 005010): head, parties, terms, lines, allowances, charges, taxes, and the total that must be theirs.

    ST BIG CUR REF PER N1 … ITD DTM  N9 MSG  IT1 { TXI PID REF DTM SAC N1 }  TDS TXI SAC CTT  SE

Balance: TDS01 = sum of IT102 x IT104 + charges - allowances + taxes, of the lines and of the summary. Summary taxes that
come to the same as the lines' taxes repeat them and are counted once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .....kernel import Misuse
from ...envelope import Transaction
from ...findings import Finding
from ...writer import Writer
from ..reading import ZERO
from . import trade, trade_document
from .columns import Columns
from .trade import Written
from .trade_document import TradeDocument, TradeLine
from .trade_guide import INVOICE
from .trade_totals import comes_to, hash_totals, line_count, net_allowances, net_taxes, unbalanced

BIG = Columns("BIG", "invoiced_on:date number ordered_on:date order_number release change type purpose")
IT1 = Columns("IT1", trade_document.LINE)
TDS = Columns("TDS", "total:cents discountable:cents discounted:cents discount:cents")


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Invoice(TradeDocument):
    """type: BIG07, CR credit memo, DR debit memo, "" or DI invoice; purpose: BIG08, 00 original …

    total         TDS01, before the terms' discount; signed: a credit memo may be positive, by the partner's guide
    discountable  TDS02, what the terms' discount is of; discounted: TDS03; discount: TDS04
    """

    invoiced_on: date | None = None
    number: str = ""
    ordered_on: date | None = None
    order_number: str = ""
    release: str = ""
    change: str = ""
    type: str = ""
    purpose: str = ""
    total: Decimal | None = None
    discountable: Decimal | None = None
    discounted: Decimal | None = None
    discount: Decimal | None = None
    lines: tuple[TradeLine, ...] = ()

    @property
    def parts(self) -> list[Decimal]:
        """What the total is made of: the lines that have a price, charges less allowances, taxes."""
        amounts = [line.amount for line in self.lines]
        extras = net_allowances([*self.allowances, *(one for line in self.lines for one in line.allowances)])
        return [*(one for one in amounts if one is not None), extras, self._tax()]

    @property
    def difference(self) -> Decimal:
        """The parts less the total: zero when the invoice balances, or less than the cents that rounding moves."""
        return sum(self.parts, ZERO) - (self.total or ZERO)

    def balances(self) -> list[Finding]:
        """What does not add up: `line-count`, `hash-total`, `invoice-total`."""
        if self.loop is None:
            return []
        heads = [loop.segments[0] for loop in self.loop.inside("IT1")]
        found = [*line_count(self.loop, heads), *hash_totals(self.loop, heads, 2)]
        stated = self.loop.first("TDS")
        if stated is not None and self.total is not None and not comes_to(self.total, self.parts):
            found.append(unbalanced("invoice-total", stated, 1, self.difference))
        return found

    def _tax(self) -> Decimal:
        summary, lines = net_taxes(self.taxes), net_taxes([one for line in self.lines for one in line.taxes])
        return summary if summary == lines else summary + lines

    def _tables(self) -> tuple[Columns, ...]:
        return BIG, trade.ITD


def read_810(transaction: Transaction) -> Invoice:
    """The invoice. Raises ParseError when it is another set, has no BIG, or has an amount that is none."""
    base = trade_document.opened(transaction, "810", INVOICE)
    root = base["loop"]
    return Invoice(
        **base,
        **trade_document.begun(root, BIG),
        **trade_document.headed(root),
        **TDS.read(root.first("TDS")),
        lines=tuple(trade_document.line(TradeLine, loop, IT1) for loop in root.inside("IT1")),
    )


def write_810(writer: Writer, invoice: Invoice, control_number: str) -> None:
    """The invoice as a set of the open group (GS01 IN).

    Raises Misuse for a value that X12 cannot hold, and for a total that is not there or not that of the lines.
    """
    if invoice.total is None or not comes_to(invoice.total, invoice.parts):
        raise Misuse("The invoice's total is not the sum of its lines, allowances, charges and taxes")
    trade_document.write_set(writer, "810", control_number, _segments(invoice))


def _segments(invoice: Invoice) -> Iterator[Written]:
    yield "BIG", BIG.write(invoice)
    if invoice.currency:
        yield "CUR", ["SE", invoice.currency]
    yield from trade.write_parts(invoice, "references", "contacts", "parties", "terms", "dates", "notes")
    for line in invoice.lines:
        if line.notes:
            raise Misuse("A line of an 810 has no place for notes: put them in the head")
        yield trade_document.write_item(IT1, line)
        yield from trade.write_parts(line, "taxes", "descriptions", "references", "dates", "allowances", "parties")
    yield "TDS", TDS.write(invoice)
    yield from trade.write_parts(invoice, "taxes", "allowances")
    yield from trade_document.write_totals(invoice.lines)
