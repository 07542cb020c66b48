"""850 and 855: what a buyer orders and what the supplier says to it, read, balanced and written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from written_supply import ACKNOWLEDGEMENT, ORDER, one_set

from isthmus.kernel import Misuse
from isthmus.protocols import x12
from isthmus.protocols.x12.views.supply import (
    Allowance,
    OrderAcknowledgement,
    ProductId,
    PurchaseOrder,
    Reference,
    TradeLine,
    read_850,
    read_855,
    write_850,
    write_855,
)


def rules(view: PurchaseOrder | OrderAcknowledgement) -> list[str]:
    return [finding.rule for finding in view.balances()]


def writer(kind: str, version: str = "004010") -> x12.Writer:
    made = x12.Writer(
        sender=("ZZ", "HOSPITAL"), receiver=("ZZ", "SUPPLIER"), control_number=1, at=datetime(2026, 3, 2, 9, tzinfo=UTC)
    )
    made.group(kind, sender="HOSPITAL", receiver="SUPPLIER", control_number=1, version=version)
    return made


def test_the_head_of_an_order() -> None:
    order = read_850(one_set(ORDER))

    assert (order.purpose, order.type, order.number, order.contract) == ("00", "SA", "PO-1001", "C-77")
    assert (order.ordered_on, order.currency, order.total) == (date(2026, 3, 2), "USD", Decimal(461))
    assert order.references == (Reference("DP", "OR-3", "SURGERY"),)
    assert order.contacts[0].numbers == (("TE", "5551234"), ("EM", "buyer(at)hospital.example"))
    assert [(one.indicator, one.code, one.amount) for one in order.allowances] == [("C", "D240", Decimal("12.50"))]
    assert (order.terms[0].discount_percent, order.terms[0].discount_days, order.terms[0].net_days) == (2, "10", "30")
    assert [(one.qualifier, one.on) for one in order.dates] == [("002", date(2026, 3, 9))]
    assert order.notes == ("Deliver to dock 4",)


def test_the_parties_of_an_order() -> None:
    order = read_850(one_set(ORDER))
    buyer, ship_to = order.party("BY"), order.party("XX", "ST")

    assert buyer is not None
    assert ship_to is not None
    assert (buyer.qualifier, buyer.id) == ("UL", "0012345000010")
    assert (ship_to.names, ship_to.streets) == (("RECEIVING",), ("1 HOSPITAL WAY", "BUILDING B"))
    assert (ship_to.city, ship_to.state, ship_to.postal_code, ship_to.country) == ("SPRINGFIELD", "IL", "62701", "US")
    assert order.party("RE") is None


def test_the_lines_of_an_order() -> None:
    gloves, syringes = read_850(one_set(ORDER)).lines

    assert (gloves.number, gloves.quantity, gloves.unit, gloves.price) == ("1", 10, "BX", Decimal("42.5"))
    assert (gloves.id("UK"), gloves.id("MG", "BP"), gloves.id("N4")) == ("10812345000014", "4711", "")
    assert gloves.descriptions == ("EXAM GLOVES, LARGE",)
    assert gloves.dates[0].on == date(2026, 3, 8)
    assert (gloves.amount, syringes.amount) == (425, 36)
    assert syringes.references == (Reference("IX", "LINE2"),)


def test_an_order_that_adds_up_has_no_findings() -> None:
    order = read_850(one_set(ORDER))

    assert order.balances() == order.findings() == []


def test_a_total_may_include_charges_or_not() -> None:
    assert rules(read_850(one_set(ORDER, ("AMT*TT*461", "AMT*TT*473.5")))) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("CTT*2*310", "CTT*3*310"), "line-count"),
        (("CTT*2*310", "CTT*2*311"), "hash-total"),
        (("AMT*TT*461", "AMT*TT*460.99"), "order-total"),
    ],
)
def test_what_does_not_add_up_is_named(change: tuple[str, str], rule: str) -> None:
    assert rules(read_850(one_set(ORDER, change))) == [rule]


def test_a_difference_is_stated_and_its_place() -> None:
    (finding,) = read_850(one_set(ORDER, ("AMT*TT*461", "AMT*TT*470"))).balances()

    assert (finding.segment, finding.element) == (24, 2)
    assert finding.note == "It is out of balance by 3.50"


def test_a_hash_total_disregards_points_as_the_standard_says_or_is_the_plain_sum() -> None:
    half = ("PO1*2*300*EA*12", "PO1*2*0.5*EA*12"), ("AMT*TT*461", "AMT*ZZ*0")

    assert rules(read_850(one_set(ORDER, *half, ("CTT*2*310", "CTT*2*15")))) == []
    assert rules(read_850(one_set(ORDER, *half, ("CTT*2*310", "CTT*2*10.5")))) == []
    assert rules(read_850(one_set(ORDER, *half, ("CTT*2*310", "CTT*2*10")))) == ["hash-total"]


def test_an_order_without_prices_has_no_total_to_check() -> None:
    assert rules(read_850(one_set(ORDER, ("*12*HP*", "**HP*")))) == []


def test_what_the_view_does_not_know_stays_reachable() -> None:
    order = read_850(one_set(ORDER, ("PID*F****EXAM GLOVES, LARGE", "PO4*1*10*BX~ZZZ*1")))

    assert [finding.rule for finding in order.findings()] == ["unexpected-segment"]
    assert order.lines[0].loop is not None
    assert (order.lines[0].loop.value("PO4", 2), order.lines[0].loop.value("ZZZ", 1)) == ("10", "1")


def test_dates_that_are_none_are_findings() -> None:
    order = read_850(one_set(ORDER, ("20260302*C-77", "20261302*C-77"), ("DTM*002*20260308", "DTM*002*2026")))

    assert order.ordered_on is None
    assert [(finding.rule, finding.element) for finding in order.findings()] == [("date", 5), ("date", 2)]


@pytest.mark.parametrize(
    ("change", "element"),
    [
        (("PO1*1*10*BX", "PO1*1*ten*BX"), 2),
        (("*42.5*", "*42,5*"), 4),
        (("***1250", "***12.50"), 5),
        (("*42.5*", f"*{'9' * 21}*"), 4),
    ],
)
def test_an_amount_that_is_none_is_refused_with_its_place(change: tuple[str, str], element: int) -> None:
    with pytest.raises(x12.ParseError) as raised:
        read_850(one_set(ORDER, change))

    assert raised.value.element == element
    assert "ten" not in str(raised.value)


@pytest.mark.parametrize("change", [("ST*850", "ST*860"), ("BEG*00", "BGG*00")])
def test_another_set_or_one_without_its_head_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(x12.ParseError):
        read_850(one_set(ORDER, change))


def test_reading_leaves_the_bytes_alone() -> None:
    read = x12.parse(ORDER)
    read_850(next(read.transactions)).findings()

    assert bytes(read) == ORDER


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_an_order_that_was_written_reads_as_the_same_and_balances(version: str) -> None:
    order = read_850(one_set(ORDER))
    out = writer("PO", version)
    write_850(out, order, "0001")
    read = x12.parse(out.close())
    again = read_850(next(read.transactions))

    assert (again, again.balances(), again.findings(), read.findings) == (order, [], [], [])
    assert next(read.transactions).version == version


def test_an_order_is_written_from_values_alone() -> None:
    line = TradeLine(number="1", quantity=Decimal("2.50"), unit="EA", price=Decimal(3), ids=(ProductId("VP", "A"),))
    out = writer("PO")
    write_850(out, PurchaseOrder(number="P1", ordered_on=date(2026, 3, 2), lines=(line,)), "0001")

    assert bytes(next(x12.parse(out.close()).transactions)) == (
        b"ST*850*0001~BEG*00*NE*P1**20260302~PO1*1*2.5*EA*3**VP*A~CTT*1*25~SE*5*0001~"
    )


@pytest.mark.parametrize(
    "order",
    [PurchaseOrder(number="A*B"), PurchaseOrder(allowances=(Allowance("C", "D240", Decimal("1.005")),))],
)
def test_what_x12_cannot_hold_is_refused(order: PurchaseOrder) -> None:
    with pytest.raises(Misuse):
        write_850(writer("PO"), order, "0001")


def test_an_acknowledgement_says_what_becomes_of_each_line() -> None:
    read = read_855(one_set(ACKNOWLEDGEMENT))
    first, second = read.lines

    assert (read.type, read.order_number, read.number) == ("AC", "PO-1001", "SO-9")
    assert (read.ordered_on, read.acknowledged_on) == (date(2026, 3, 2), date(2026, 3, 3))
    assert [(one.status, one.quantity, one.on) for one in first.statuses] == [
        ("IA", 6, date(2026, 3, 9)),
        ("IB", 4, date(2026, 3, 20)),
    ]
    assert first.statuses[1].ids == (ProductId("VP", "GL-8"),)
    assert first.statuses[1].dates[0].on == date(2026, 3, 21)
    assert second.statuses[0].status == "IR"
    assert read.balances() == read.findings() == []


def test_quantities_that_are_not_the_line_s_are_named() -> None:
    assert rules(read_855(one_set(ACKNOWLEDGEMENT, ("ACK*IA*6", "ACK*IA*5")))) == ["acknowledged-quantity"]


def test_an_acknowledgement_that_was_written_reads_as_the_same() -> None:
    read = read_855(one_set(ACKNOWLEDGEMENT))
    out = writer("PR")
    write_855(out, read, "0001")

    assert read_855(next(x12.parse(out.close()).transactions)) == read


def test_an_acknowledgement_of_the_order_alone_has_no_lines() -> None:
    read = read_855(next(x12.parse(ACKNOWLEDGEMENT.split(b"N1*SE")[0] + b"SE*3*0001~GE*1*1~IEA*1*1~").transactions))

    assert (read.lines, read.balances()) == ((), [])


def test_no_repr_shows_content() -> None:
    order = read_850(one_set(ORDER))
    shown = repr([order, *order.lines, *order.parties, *order.references, *order.contacts, *order.lines[0].ids])

    assert "HOSPITAL" not in shown
    assert "GL-7" not in shown
