"""M16's packaging (VND, PKG; HL7 v2 §17.4) as unit conversions and prices of an item.

    VND|1|ACME...                       the primary vendor (VND-5 Y), else the first
    PKG|1|CS|Y|10|1180.00               a case: 10 of the unit in the next PKG ...
    PKG|2|BX|N|12|120.00                ... a box: 12 of the next ...
    PKG|3|EA                            ... each
    PKG|1|BX|Y||120.00|||||12           or PKG-10 (v2.9): how many each, whatever stands next

PKG-4 is "the number of units present within a unit of measure"; that the unit is the one of the next PKG follows from the
standard's advice to send them in descending order, and is a reading, not a rule: a site that means each sends PKG-10.
Without either nothing is said of that package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from ...kernel import Message
from ...model import TableChange, TableRecord
from ..reader import MappingError
from ..site import Site
from .entry import Entry, entries
from .notification import Action, File, action_of, change_of, file_of

UNIT = "EA"
"""Each (HL7 table 0818)."""

Records = Callable[[Entry, "list[Package]", Action, File], Iterator[TableRecord]]


class Package:
    """One PKG of the vendor that counts."""

    __slots__ = ("contract_price", "each", "item", "price", "quantity", "unit", "vendor")

    def __init__(self, entry: Entry, number: int, vendor: str) -> None:
        reader = entry.reader(PKG=number)

        def read(column: str, place: str, kind: str = "number") -> str:
            return entry.cell(reader, column, place, kind) or ""

        self.vendor = vendor
        self.item = read("item", "ITM-1.1", "text") or reader.fault("ITM-1.1", "is empty", "have the source fill it")
        self.unit = read("unit", "PKG-2.1", "text")
        self.quantity = read("factor", "PKG-4")
        self.price = read("price", "PKG-5.1.1")
        self.contract_price = read("price", "PKG-9.1")
        self.each = read("factor", "PKG-10")


def unit_conversions(message: Message, site: Site, table: str = "unit-conversions") -> Iterator[TableChange]:
    """The conversions that the packages of every item say. Raises MappingError."""
    yield from _change(message, site, table, _conversions)


def contract_prices(message: Message, site: Site, table: str = "contract-prices") -> Iterator[TableChange]:
    """The price of each package, under its vendor as the contract: PKG-9 where there is one, else PKG-5."""
    yield from _change(message, site, table, _prices)


def _change(message: Message, site: Site, table: str, records: Records) -> Iterator[TableChange]:
    file, header = file_of(message, site)
    found: list[TableRecord] = []
    for entry in entries(message.content):
        action = action_of(entry.reader())
        found += records(entry, _packages(entry), action, file)
    if found:
        yield change_of(message, header, site, table, file, found)


def _packages(entry: Entry) -> list[Package]:
    """Those of the primary vendor, else of the first."""
    vendors: list[tuple[str, bool, list[int]]] = []
    vendor = package = 0
    for segment in entry.group:
        if segment.name == "VND":
            vendor += 1
            vendors.append((segment["2.1"], segment["5.1"] == "Y", []))
        elif segment.name == "PKG":
            package += 1
            if vendors:
                vendors[-1][2].append(package)
    primary = next((one for one in vendors if one[1]), vendors[0] if vendors else None)
    return [Package(entry, number, primary[0]) for number in primary[2]] if primary else []


def _conversions(entry: Entry, packages: list[Package], action: Action, file: File) -> Iterator[TableRecord]:
    first = entry.day(entry.reader(), "first", "MFE-3", file.zone)
    for package, following in zip_longest(packages, packages[1:]):
        to_unit = UNIT if package.each else following.unit if following else ""
        factor = package.each or package.quantity
        if package.unit and to_unit and factor and package.unit != to_unit:
            key = {"item": package.item, "unit": package.unit, "to_unit": to_unit}
            cells = key if action == "end" else key | {"factor": factor}
            yield TableRecord("end" if action == "end" else "put", cells, first, place=entry.place)


def _prices(entry: Entry, packages: list[Package], action: Action, file: File) -> Iterator[TableRecord]:
    first = entry.day(entry.reader(), "first", "MFE-3", file.zone)
    units = {package.unit for package in packages if package.contract_price or package.price}
    if len(units) > 1:
        raise MappingError(
            f"{entry.place} prices packages in several units, and a contract price has one",
            suggestion="choose the unit that is bought (PKG-3) in a mapping of the site's own",
        )
    for package in packages:
        price = package.contract_price or package.price
        if price:
            key = {"item": package.item, "contract": package.vendor, "from_quantity": "1"}
            cells = key if action == "end" else key | {"unit": package.unit, "price": price}
            yield TableRecord("end" if action == "end" else "put", cells, first, place=entry.place)
