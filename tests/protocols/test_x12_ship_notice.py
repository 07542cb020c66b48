"""856: levels, what is in which carton, lots and expiry, container codes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from written_supply import SHIP_NOTICE, one_set

from isthmus.protocols import x12
from isthmus.protocols.x12.views.supply import (
    Level,
    Mark,
    OrderRef,
    ProductId,
    ShipNotice,
    Shipped,
    is_sscc,
    read_856,
    write_856,
)


def written(notice: ShipNotice) -> x12.Transaction:
    out = x12.Writer(sender=("ZZ", "S"), receiver=("ZZ", "H"), control_number=1, at=datetime(2026, 3, 4, tzinfo=UTC))
    out.group("SH", sender="S", receiver="H", control_number=1, version="004010")
    write_856(out, notice, "0001")
    return next(x12.parse(out.close()).transactions)


def rules(notice: ShipNotice) -> list[str]:
    return [finding.rule for finding in (*notice.findings(), *notice.balances())]


def test_the_shipment() -> None:
    notice = read_856(one_set(SHIP_NOTICE))
    (shipment,) = notice.levels

    assert (notice.number, notice.shipped_on, notice.time, notice.structure) == (
        "SH-55",
        date(2026, 3, 4),
        "0915",
        "0001",
    )
    assert (shipment.code, shipment.carriers[0].code, shipment.packages[0].weight) == ("S", "UPSN", Decimal("14.5"))
    assert [(one.qualifier, one.value) for one in shipment.references] == [("BM", "BOL-1"), ("CN", "1Z999")]
    assert shipment.parties[0].id == "DOCK4"


def test_levels_hang_together_by_their_parents() -> None:
    (shipment,) = read_856(one_set(SHIP_NOTICE)).levels
    (order,) = shipment.levels

    assert [level.code for level in order.levels] == ["T", "I"]
    assert [level.code for level in order.levels[0].levels] == ["P"]


def test_every_item_knows_its_order_its_pallet_and_its_carton() -> None:
    first, second = read_856(one_set(SHIP_NOTICE)).items

    assert (first.order_number, second.order_number) == ("PO-1001", "PO-1001")
    assert (first.sscc("T"), first.sscc("P")) == ("003456780000000014", "003456780000000021")
    assert (second.sscc("T"), second.sscc("P")) == ("", "")


def test_lots_serial_numbers_and_expiry_wherever_they_stand() -> None:
    first, second = (item.level for item in read_856(one_set(SHIP_NOTICE)).items)

    assert (first.lot, first.expiry, first.serials) == ("L0042", date(2029, 1, 31), ())
    assert (second.lot, second.expiry, second.serials) == ("L0043", date(2028, 2, 29), ("SN77",))
    assert (first.shipped, second.shipped) == (
        Shipped(line_number="1", quantity=Decimal(6), unit="BX"),
        Shipped(line_number="2", quantity=Decimal("1.5"), unit="EA"),
    )


def test_a_notice_that_adds_up_has_no_findings() -> None:
    assert rules(read_856(one_set(SHIP_NOTICE))) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("HL*6*2*I", "HL*7*2*I"), ["level-number"]),
        (("HL*6*2*I", "HL*6*9*I"), ["level-parent"]),
        (("HL*6*2*I", "HL*6*6*I"), ["level-parent"]),
        (("HL*6*2*I*0", "HL*6*2*I*1"), ["level-child"]),
        (("0000000014", "0000000015"), ["sscc"]),
        (("CTT*6*21", "CTT*5*21"), ["line-count"]),
        (("CTT*6*21", "CTT*6*20"), ["hash-total"]),
        (("PO-1001***20260302", "PO-1001***20260332"), ["date"]),
    ],
)
def test_what_does_not_hang_together_is_named(change: tuple[str, str], found: list[str]) -> None:
    assert rules(read_856(one_set(SHIP_NOTICE, change))) == found


def test_a_level_without_a_parent_is_kept_at_the_top() -> None:
    notice = read_856(one_set(SHIP_NOTICE, ("HL*6*2*I", "HL*6*9*I")))

    assert [level.code for level in notice.levels] == ["S", "I"]


def test_levels_do_not_nest_without_end() -> None:
    chain = b"".join(b"HL*%d*%d*P~" % (number, number - 1) for number in range(1, 3000))
    notice = read_856(next(x12.parse(SHIP_NOTICE.split(b"HL*1")[0] + chain).transactions))

    assert len(notice.levels) > 100
    assert {finding.rule for finding in notice.findings()} == {"level-parent"}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("003456780000000014", True),
        ("003456780000000015", False),
        ("0034567800000000", False),
        ("00345678000000001A", False),
    ],
)
def test_the_check_digit_of_a_container_code(text: str, right: bool) -> None:
    assert is_sscc(text) is right


def test_other_marks_are_no_container_codes() -> None:
    assert Mark("CP", "1Z999").sscc == ""


def test_a_notice_that_was_written_reads_as_the_same() -> None:
    notice = read_856(one_set(SHIP_NOTICE))
    again = read_856(written(notice))

    assert again == notice
    assert rules(again) == []


def test_levels_are_numbered_when_they_are_written() -> None:
    items = tuple(
        Level(code="I", ids=(ProductId("VP", name),), shipped=Shipped(quantity=Decimal(1), unit="EA")) for name in "AB"
    )
    order = Level(code="O", order=OrderRef(order_number="P1"), levels=items)
    made = ShipNotice(number="S1", shipped_on=date(2026, 3, 4), levels=(Level(code="S", levels=(order, order)),))

    heads = [(one["HL01"], one["HL02"], one["HL03"], one["HL04"]) for one in written(made).all("HL")]

    assert heads == [
        ("1", "", "S", "1"),
        ("2", "1", "O", "1"), ("3", "2", "I", "0"), ("4", "2", "I", "0"),
        ("5", "1", "O", "1"), ("6", "5", "I", "0"), ("7", "5", "I", "0"),
    ]  # fmt: skip
