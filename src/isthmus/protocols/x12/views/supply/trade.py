"""What purchase orders, acknowledgements, ship notices and invoices share: parties, references, dates, allowances, taxes, terms.

Each value is one segment, or one N1 loop. `segment` is where it was read, None for one that was made; it takes no part in
comparing. What stands in a loop and is no value here stays reachable there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ...loops import Loop
from ...segment import Segment
from ...values import Value
from .columns import Columns, Record

Written = tuple[str, Sequence[Value]]
"""A segment to write: its name and its elements."""


@dataclass(frozen=True, slots=True, repr=False)
class Reference(Record):
    """REF. `qualifier`: CT contract, IA vendor number, DP department, BM bill of lading, CN tracking, LT lot …"""

    qualifier: str = ""
    value: str = ""
    description: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class DateTime(Record):
    """DTM. `qualifier`: 002 delivery requested, 010 requested ship, 011 shipped, 017 estimated delivery, 036 expiration …"""

    qualifier: str = ""
    on: date | None = None
    time: str = ""
    zone: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class Contact(Record):
    """PER. `numbers`: (qualifier, number): TE telephone, EM e-mail, FX fax."""

    function: str = ""
    name: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class ProductId(Record):
    """A pair of qualifier and identifier: VP vendor's part, BP buyer's part, MG manufacturer's part, UK GTIN-14, N4 NDC …

    `element` is where the identifier stood in its segment.
    """

    qualifier: str = ""
    value: str = ""
    element: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class Allowance(Record):
    """SAC. `indicator`: A allowance, C charge; `code`: D240 freight, C310 discount …; `handling`: 02 off invoice …"""

    indicator: str = ""
    code: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    handling: str = ""
    description: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class Tax(Record):
    """TXI. `type`: ST state sales tax, LS state and local, VA value added …; `relationship`: A add, O information only."""

    type: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    jurisdiction_qualifier: str = ""
    jurisdiction: str = ""
    relationship: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class Terms(Record):
    """ITD, terms of sale. Days are counted from the date that `basis` names (3: invoice date); percents are percents."""

    type: str = ""
    basis: str = ""
    discount_percent: Decimal | None = None
    discount_due: date | None = None
    discount_days: str = ""
    net_due: date | None = None
    net_days: str = ""
    discount_amount: Decimal | None = None
    description: str = ""
    segment: Segment | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class TradeParty(Record):
    """An N1 loop. `role`: BY buyer, SE seller, SU supplier, ST ship to, BT bill to, SF ship from, RE remit to …

    qualifier, id   92 buyer's code, 91 seller's code, UL global location number, 9 and 1 DUNS, 21 health industry number …
    names, streets  N2, and the lines of every N3
    """

    role: str
    name: str = ""
    qualifier: str = ""
    id: str = ""
    names: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    loop: Loop | None = field(default=None, compare=False)


REF = Columns("REF", "qualifier value description")
DTM = Columns("DTM", "qualifier on:date time zone")
N1 = Columns("N1", "role name qualifier id")
N4 = Columns("N4", "city state postal_code country")
SAC = Columns("SAC", "indicator code - - amount:cents - percent:number - - - - handling - - description")
TXI = Columns("TXI", "type amount:number percent:number jurisdiction_qualifier jurisdiction - relationship")
ITD = Columns(
    "ITD",
    "type basis discount_percent:number discount_due:date discount_days net_due:date net_days discount_amount:cents"
    " - - - description",
)


def references(loop: Loop) -> tuple[Reference, ...]:
    return tuple(Reference(**REF.read(segment), segment=segment) for segment in loop.all("REF"))


def dates(loop: Loop) -> tuple[DateTime, ...]:
    return tuple(DateTime(**DTM.read(segment), segment=segment) for segment in loop.all("DTM"))


def terms(loop: Loop) -> tuple[Terms, ...]:
    return tuple(Terms(**ITD.read(segment), segment=segment) for segment in loop.all("ITD"))


def allowances(loop: Loop) -> tuple[Allowance, ...]:
    """SAC, which begins a loop of its own."""
    heads = [inner.segments[0] for inner in loop.inside("SAC")]
    return tuple(Allowance(**SAC.read(segment), segment=segment) for segment in heads)


def taxes(loop: Loop) -> tuple[Tax, ...]:
    """TXI of a loop, and of its allowances and charges."""
    found = [segment for one in (loop, *loop.inside("SAC")) for segment in one.all("TXI")]
    return tuple(Tax(**TXI.read(segment), segment=segment) for segment in found)


def contacts(loop: Loop) -> tuple[Contact, ...]:
    return tuple(_contact(segment) for segment in loop.all("PER"))


def _contact(segment: Segment) -> Contact:
    numbers = [(segment.element(at), segment.element(at + 1)) for at in (3, 5, 7) if segment.element(at + 1)]
    return Contact(segment.element(1), segment.element(2), tuple(numbers), segment)


def parties(loop: Loop) -> tuple[TradeParty, ...]:
    """The N1 loops directly inside."""
    return tuple(_party(inner) for inner in loop.inside("N1"))


def _party(loop: Loop) -> TradeParty:
    return TradeParty(
        **N1.read(loop.segments[0]),
        **N4.read(loop.first("N4")),
        names=tuple(text for segment in loop.all("N2") for text in segment.elements[1:]),
        streets=tuple(text for segment in loop.all("N3") for text in segment.elements[1:]),
        references=references(loop),
        contacts=contacts(loop),
        loop=loop,
    )


def product_ids(segment: Segment, start: int) -> tuple[ProductId, ...]:
    """The pairs from an element on: PO106, IT106, LIN02, ACK07."""
    pairs = range(start, len(segment.elements), 2)
    return tuple(ProductId(segment.element(at), segment.element(at + 1), at + 1) for at in pairs if segment.element(at))


def descriptions(loop: Loop) -> tuple[str, ...]:
    """PID05, free-form descriptions of the item."""
    found = [segment for one in (loop, *loop.inside("PID")) for segment in one.all("PID")]
    return tuple(segment.element(5) for segment in found if segment.element(5))


def notes(loop: Loop) -> tuple[str, ...]:
    """MSG, of the loop itself and of its N9 loops, and NTE02."""
    found = [segment.element(1) for one in (loop, *loop.inside("N9")) for segment in one.all("MSG")]
    return (*(segment.element(2) for segment in loop.all("NTE")), *found)


def write_parts(value: object, *fields: str) -> Iterator[Written]:
    """The segments of these fields of a value, in this order."""
    for name in fields:
        yield from _WRITE[name](getattr(value, name))


def write_product_ids(values: tuple[ProductId, ...]) -> list[Value]:
    return [text for value in values for text in (value.qualifier, value.value)]


def _by_two(texts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (texts[at : at + 2] for at in range(0, len(texts), 2))


def _by_columns(columns: Columns) -> Callable[[tuple[Any, ...]], Iterator[Written]]:
    return lambda values: ((columns.tag, columns.write(value)) for value in values)


def _write_contacts(values: tuple[Contact, ...]) -> Iterator[Written]:
    for value in values:
        yield "PER", [value.function, value.name, *(text for pair in value.numbers for text in pair)]


def _write_notes(values: tuple[str, ...]) -> Iterator[Written]:
    """Text as MSG, in the N9 loop that the standard gives it."""
    if values:
        yield "N9", ["L1", "NOTES"]
        yield from (("MSG", [value]) for value in values)


def _write_descriptions(values: tuple[str, ...]) -> Iterator[Written]:
    yield from (("PID", ["F", "", "", "", value]) for value in values)


def _write_parties(values: tuple[TradeParty, ...]) -> Iterator[Written]:
    for value in values:
        yield "N1", N1.write(value)
        yield from (("N2", list(pair)) for pair in _by_two(value.names))
        yield from (("N3", list(pair)) for pair in _by_two(value.streets))
        if any(N4.write(value)):
            yield "N4", N4.write(value)
        yield from write_parts(value, "references", "contacts")


_WRITE: dict[str, Callable[[Any], Iterator[Written]]] = {
    "references": _by_columns(REF),
    "dates": _by_columns(DTM),
    "allowances": _by_columns(SAC),
    "taxes": _by_columns(TXI),
    "terms": _by_columns(ITD),
    "contacts": _write_contacts,
    "notes": _write_notes,
    "descriptions": _write_descriptions,
    "parties": _write_parties,
}
