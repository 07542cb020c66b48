"""What a body says about money: what is at stake, and whether a mend changes it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.model import CATALOGUE, ChargePosted, EntryLine, JournalEntry
from isthmus.ports import Money
from isthmus.runtime.money import reader_of

MSH = b"MSH|^~\\&|EHR|GH|HUB|RG|2026||DFT^P03|M1|P|2.5.1\r"
FT1 = "FT1|1|C1||20260115||{kind}|CDM100|||2|{amount}&USD|5.25\r"
money_of = reader_of()


def dft(*amounts: str, kind: str = "CG") -> bytes:
    return MSH + "".join(FT1.format(kind=kind, amount=amount) for amount in amounts).encode()


def entry(*amounts: str, account: str = "4100") -> JournalEntry:
    lines = [EntryLine(line=n, account=account, debit=Decimal(amount)) for n, amount in enumerate(amounts, 1)]
    total = sum((line.debit for line in lines), Decimal(0))
    lines.append(EntryLine(line=len(lines) + 1, account="1200", credit=total))
    return JournalEntry(
        key="K",
        company="01",
        journal="REV",
        posting_date=date(2026, 1, 15),
        currency="USD",
        description="",
        lines=tuple(lines),
    )


def same(one: bytes, other: bytes, *fields: str) -> bool:
    return reader_of(fields)(one).said == reader_of(fields)(other).said


def test_a_charge_message_has_at_stake_what_its_transactions_extend_to() -> None:
    assert money_of(dft("10.50", "-7.25")).cents == 1775


@pytest.mark.parametrize(
    "mended",
    [
        dft("10.51"),
        dft("10.50", "1"),
        dft("-10.50"),
        dft("10.50", kind="CD"),
        MSH,
        dft("10.50").replace(b"USD", b"EUR"),
    ],
)
def test_a_mend_that_changes_an_amount_its_sign_or_its_currency_is_seen(mended: bytes) -> None:
    assert not same(dft("10.50"), mended)


def test_amounts_that_change_places_are_a_change_although_the_sum_is_the_same() -> None:
    assert not same(dft("10", "20"), dft("20", "10"))
    assert not same(CATALOGUE.encode(entry("10", "20")), CATALOGUE.encode(entry("20", "10")))


def test_a_mend_of_anything_else_is_none() -> None:
    assert same(dft("10.50"), dft("10.5").replace(b"CDM100", b"CDM200") + b"NTE|1||a note\r")
    assert same(CATALOGUE.encode(entry("10")), CATALOGUE.encode(entry("10.00", account="4200")))


def test_an_entry_has_its_debits_at_stake_and_a_charge_its_amount() -> None:
    assert money_of(CATALOGUE.encode(entry("10", "20.05"))).cents == 3005
    charge = ChargePosted(
        facility="M", account="A", charge_id="1", kind="CD", amount=Decimal("96.30"), currency="USD", department="D",
        financial_class="F", posting_date=date(2026, 1, 15), service_date=date(2026, 1, 15),
    )  # fmt: skip
    assert money_of(CATALOGUE.encode(charge)).cents == 9630
    assert not same(CATALOGUE.encode(charge), CATALOGUE.encode(charge.replace(kind="CG")))


def test_fields_of_json_are_named_and_lists_on_the_way_mean_each_of_their_items() -> None:
    order = b'{"total": "12.50", "lines": [{"amount": 10.00}, {"amount": 2.5}], "note": "x"}'
    assert reader_of(["total"])(order).cents == 1250
    assert reader_of(["lines.amount"])(order) == Money(1250, ("lines.amount[0] 10", "lines.amount[1] 2.5"))
    assert same(order, order.replace(b'"x"', b'"y"'), "total", "lines.amount")
    assert not same(order, order.replace(b"2.5}", b"2.4}"), "lines.amount")
    assert money_of(order) == Money()


def test_what_should_say_an_amount_and_cannot_be_read_is_different_from_anything_else() -> None:
    assert not same(b"{", b'{"total": 1}', "total")
    assert not same(b"{", b"[", "total")


def test_a_connector_may_say_for_itself_and_may_fail_at_it() -> None:
    assert reader_of((), lambda body: Money(7, ("7",)))(b"x") == Money(7, ("7",))
    assert reader_of((), lambda body: Money(int(body)))(b"x").cents == 0


@given(st.sampled_from([b"", b"MSH|^~\\&|", b'{"type":"', b'{"a":', MSH + b"FT1|1||||||||||"]), st.binary(max_size=60))
def test_any_bytes_say_something_about_money_or_nothing(head: bytes, tail: bytes) -> None:
    found = reader_of(["a", "a.b"])(head + tail)
    assert 0 <= found.cents < 1 << 63


@pytest.mark.parametrize("amount", ["1e999999", "NaN", "Infinity", "9" * 400, "ten"])
def test_numbers_that_are_none_have_nothing_at_stake(amount: str) -> None:
    assert 0 <= money_of(dft(amount)).cents < 1 << 63
