"""Contract prices: what an item costs under a contract, by the quantity that is bought at once.

item,contract,from_quantity,unit,price,currency         a tier begins at its quantity and goes on to the next one
4711,GPO-12,1,BX,120.00,USD
4711,GPO-12,10,BX,108.50,USD
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from ...flows import Table, table
from ...flows.tables import Dated, Fault


class ContractPrice(msgspec.Struct, frozen=True, kw_only=True):
    """One tier. price: for one `unit`."""

    item: str
    contract: str
    from_quantity: Decimal
    unit: str
    price: Decimal
    currency: str = "USD"


def contract_prices(*, fed: bool = False) -> Table[ContractPrice]:
    """`contract-prices`: item, contract, from_quantity -> price"""
    key = ("item", "contract", "from_quantity")
    return table("contract-prices", key=key, row=ContractPrice, check=check, together=2, fed=fed)


def price_of(prices: Table[ContractPrice], item: str, contract: str, quantity: Decimal, on: date) -> ContractPrice:
    """The tier that a quantity reaches on a day. Raises `Unmapped` when it reaches none."""
    tiers = [tier for tier in prices.where(item, contract, on=on) if tier.from_quantity <= quantity]
    if not tiers:
        raise prices.unmapped(item, contract, quantity, on=on, what="the contract price of an item", needs="its price")
    return max(tiers, key=lambda tier: tier.from_quantity)


def check(rows: Sequence[Dated]) -> Iterator[Fault]:
    """Prices below zero, and tiers of one item and contract in several units or currencies."""
    first: dict[tuple[str, str], list[Dated]] = {}
    for one in rows:
        tier: ContractPrice = one.row
        if tier.price < 0 or tier.from_quantity < 0:
            yield Fault(one.line, "'price' or 'from_quantity' is negative", "mend it")
        held = first.setdefault((tier.item, tier.contract), [])
        for other in held:
            together = one.first <= other.last and other.first <= one.last
            if together and (other.row.unit, other.row.currency) != (tier.unit, tier.currency):
                what = f"has another unit or currency than the tier in line {other.line}"
                yield Fault(one.line, what, "write all tiers of an item in one unit and currency")
                break
        held.append(one)
