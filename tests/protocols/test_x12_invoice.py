"""810: lines, allowances, charges, taxes, and the total that must be theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from written_supply import INVOICE, one_set

from isthmus.kernel import Misuse
from isthmus.protocols import x12
from isthmus.protocols.x12.views.supply import Invoice, Tax, TradeLine, read_810, write_810


def writer() -> x12.Writer:
    out = x12.Writer(sender=("ZZ", "S"), receiver=("ZZ", "H"), control_number=1, at=datetime(2026, 3, 5, tzinfo=UTC))
    out.group("IN", sender="S", receiver="H", control_number=1, version="004010")
    return out


def rules(*changes: tuple[str, str]) -> list[str]:
    return [finding.rule for finding in read_810(one_set(INVOICE, *changes)).balances()]


def test_the_head_and_the_total() -> None:
    invoice = read_810(one_set(INVOICE))

    assert (invoice.number, invoice.invoiced_on, invoice.order_number) == ("INV-9", date(2026, 3, 5), "PO-1001")
    assert (invoice.type, invoice.currency, invoice.total) == ("DI", "USD", Decimal("282.81"))
    assert (invoice.discountable, invoice.discounted) == (Decimal("270.01"), None)
    assert invoice.terms[0].discount_days == "10"


def test_lines_have_their_taxes_and_allowances() -> None:
    first, second = read_810(one_set(INVOICE)).lines

    assert [(one.type, one.amount, one.percent) for one in first.taxes] == [("ST", Decimal("15.3"), 6)]
    assert [(one.code, one.amount) for one in second.allowances] == [("C310", Decimal("1.00"))]
    assert (first.amount, second.amount) == (Decimal(255), Decimal("1.005"))


def test_a_date_behind_a_party_is_the_invoice_s() -> None:
    invoice = read_810(one_set(INVOICE, ("ITD*01*3*2**10**30~", "")))

    assert [(one.qualifier, one.on) for one in invoice.dates] == [("011", date(2026, 3, 4))]


def test_the_total_is_lines_and_charges_less_allowances_and_taxes() -> None:
    invoice = read_810(one_set(INVOICE))

    assert invoice.balances() == invoice.findings() == []
    assert sum(invoice.parts) == Decimal("282.805")


def test_the_total_may_be_rounded_once_or_line_by_line() -> None:
    cheap = ("IT1*2*3*EA*0.335", "IT1*2*3*EA*0.335*PE~IT1*3*3*EA*0.335"), ("CTT*2*9", "CTT*3*12")

    assert rules(*cheap, ("TDS*28281", "TDS*28381")) == []
    assert rules(*cheap, ("TDS*28281", "TDS*28382")) == []
    assert rules(*cheap, ("TDS*28281", "TDS*28383")) == ["invoice-total"]


def test_half_a_cent_is_rounded_up() -> None:
    assert rules() == []
    assert rules(("TDS*28281", "TDS*28280")) == ["invoice-total"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("TDS*28281", "TDS*28282"), ["invoice-total"]),
        (("CTT*2*9", "CTT*1*9"), ["line-count"]),
        (("CTT*2*9", "CTT*2*8"), ["hash-total"]),
    ],
)
def test_what_does_not_add_up_is_named(change: tuple[str, str], found: list[str]) -> None:
    assert rules(change) == found


def test_what_is_for_information_only_is_not_in_the_total() -> None:
    invoice = read_810(one_set(INVOICE))

    assert [one.handling for one in invoice.allowances] == ["06", "15"]
    assert rules(("9900*******15", "9900*******02")) == ["invoice-total"]


def test_summary_taxes_that_repeat_those_of_the_lines_are_counted_once() -> None:
    assert rules(("27001~", "27001~TXI*TX*15.3~")) == []
    assert rules(("27001~", "27001~TXI*TX*15.2~")) == ["invoice-total"]
    assert rules(("27001~", "27001~TXI*TX*99****O~")) == ["invoice-total"]


@pytest.mark.parametrize("text", ["282.82", "28A", "+1", "1" * 21])
def test_a_total_with_a_point_or_letters_is_refused(text: str) -> None:
    with pytest.raises(x12.ParseError) as raised:
        read_810(one_set(INVOICE, ("TDS*28281", f"TDS*{text}")))

    assert (raised.value.element, raised.value.rule) == (1, "TDS01 X12.6 data type N2")


def test_a_credit_memo_may_be_negative() -> None:
    line = TradeLine(number="1", quantity=Decimal(-2), unit="EA", price=Decimal("10.05"))
    out = writer()
    write_810(out, Invoice(number="C1", type="CR", total=Decimal("-20.10"), lines=(line,)), "0001")
    read = read_810(next(x12.parse(out.close()).transactions))

    assert (read.total, read.balances()) == (Decimal("-20.10"), [])


def test_an_invoice_that_was_written_reads_as_the_same() -> None:
    invoice = read_810(one_set(INVOICE))
    out = writer()
    write_810(out, invoice, "0001")
    again = read_810(next(x12.parse(out.close()).transactions))

    assert (again, again.balances(), again.findings()) == (invoice, [], [])


@pytest.mark.parametrize("change", [{"total": None}, {"total": Decimal("282.83")}, {"taxes": (Tax("ST", Decimal(1)),)}])
def test_an_invoice_that_does_not_balance_is_not_written(change: dict[str, object]) -> None:
    with pytest.raises(Misuse, match="total"):
        write_810(writer(), replace(read_810(one_set(INVOICE)), **change), "0001")  # type: ignore[arg-type]


def test_notes_on_a_line_have_no_place_in_an_invoice() -> None:
    line = TradeLine(number="1", quantity=Decimal(1), price=Decimal(1), notes=("x",))

    with pytest.raises(Misuse, match="notes"):
        write_810(writer(), Invoice(total=Decimal(1), lines=(line,)), "0001")
