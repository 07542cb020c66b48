"""A UDI back to text, and a new one from its parts.

element_string     what a symbol carries: GS1 with FNC1 as GS, HIBCC with its check character, ISBT 128
human_readable     what people read below the symbol
digital_link       GS1 only: the same as an address
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import quote

from .check_characters import hibc_character
from .dates import write_day
from .grammar import ParseError
from .gs1 import GS
from .gs1_table import identifiers
from .isbt128 import COMPOUND
from .reader import parse
from .values import PARTS, Agency, Day, Element, Udi

_LINK_PATH = ("01", "22", "10", "21")
_GS1_ORDER = (
    ("01", "device"),
    ("11", "manufactured"),
    ("17", "expiry"),
    ("30", "quantity"),
    ("10", "lot"),
    ("21", "serial"),
)
_ICCBBA_ORDER = (("=,", "serial"), ("=", "donation"), ("=>", "expiry"), ("=}", "manufactured"), ("&,1", "lot"))
_CONTAINER_ORDER = (("&)", "lot"),)
_CONTAINER_LENGTH = 10

Value = str | int | date | None


def element_string(udi: Udi) -> str:
    """The text of a symbol. In GS1's, what needs no separator stands first. Raises ParseError for a UDI with faults."""
    _check(udi)
    if udi.agency == "GS1":
        return _gs1_string(udi.elements)
    data = "".join(one.identifier + one.data for one in udi.elements)
    return _hibc_string(udi) if udi.agency == "HIBCC" else data


def human_readable(udi: Udi) -> str:
    """The text below a symbol. Raises ParseError for a UDI with faults, or with an element of unknown length."""
    _check(udi)
    if udi.agency == "HIBCC":
        text = _hibc_string(udi)
        return f"*{text[:-1]}_*" if text.endswith(" ") else f"*{text}*"
    if udi.agency == "ICCBBA":
        return "".join(one.identifier + one.data for one in udi.elements if one.identifier != COMPOUND)
    if any(not one.identifier for one in udi.elements):
        raise ParseError("An element whose identifier is not known has no human readable form", rule="unknown")
    return "".join(f"({one.identifier}){one.data}" for one in udi.elements)


def digital_link(udi: Udi, resolver: str = "https://id.gs1.org") -> str:
    """The GS1 Digital Link of a device. Raises ParseError for another agency's UDI, and for one without a GTIN."""
    _check(udi)
    data = {one.identifier: quote(one.data, safe="") for one in udi.elements if one.identifier}
    if udi.agency != "GS1" or "01" not in data:
        raise ParseError("A Digital Link needs a GTIN", rule="digital-link")
    path = "".join(f"/{ai}/{data[ai]}" for ai in _LINK_PATH if ai in data)
    query = "&".join(f"{ai}={value}" for ai, value in data.items() if ai not in _LINK_PATH)
    return f"{resolver.rstrip('/')}{path}" + (f"?{query}" if query else "")


def build(
    agency: Agency,
    *,
    device: str,
    year: int,
    lot: str = "",
    serial: str = "",
    expiry: date | None = None,
    manufactured: date | None = None,
    quantity: int | None = None,
    donation: str = "",
) -> Udi:
    """A UDI from its parts, checked by reading it. Raises ParseError when the agency has no place for one of them.

    device     a GTIN-14; LIC, product and unit of measure without flag and check character; a PPIC or container code
    year       the present year: a date that two digits of a year would not bring back is refused
    lot        for ICCBBA 18 characters (10 of a container), filled with zeros on the left
    donation   15 characters, flags included
    """
    given: dict[str, Value] = dict(
        zip(PARTS, (device, lot, serial, expiry, manufactured, quantity, donation), strict=True)
    )
    write = _WRITERS.get(agency)
    if write is None:
        raise ParseError("No such agency issues device identifiers", rule="agency")
    try:
        text = write(given)
    except ValueError:
        raise ParseError("A character is outside of the agency's character set", rule="character") from None
    built = parse(text, year=year)
    for part, value in given.items():
        read = getattr(built, part)
        if (read.on if isinstance(read, Day) else read) != value:
            raise ParseError(f"The agency's text has no place for this {part}", rule="part")
    return built


def _gs1(given: dict[str, Value]) -> str:
    elements = [(ai, _written(given[part], "YYMMDD")) for ai, part in _GS1_ORDER]
    return _gs1_string([Element(identifier=ai, data=data, offset=0) for ai, data in elements if data])


def _hibc(given: dict[str, Value]) -> str:
    expiry, lot, serial = (_written(given[name], "YYMMDD") for name in ("expiry", "lot", "serial"))
    number, flag = (lot, "$$") if lot or not serial else (serial, "$$+")
    parts = [
        _written(given["device"]),
        f"{flag}3{expiry}{number}" if expiry else f"{flag}7{number}" if number else "",
        f"S{serial}" if lot and serial else "",
        _prefixed("16D", _written(given["manufactured"], "YYYYMMDD")),
        _prefixed("Q", _written(given["quantity"])),
    ]
    text = "+" + "/".join(part for part in parts if part)
    return text + hibc_character(text)


def _iccbba(given: dict[str, Value]) -> str:
    device = _written(given["device"])
    container = len(device) == _CONTAINER_LENGTH
    pieces = (_prefixed(name, _written(given[part], "YYYJJJ")) for name, part in _ICCBBA_ORDER)
    lots = (_prefixed(name, _written(given[part])) for name, part in _CONTAINER_ORDER)
    return f"=){device}" + "".join(lots) if container else f"=/{device}" + "".join(pieces)


_WRITERS = {"GS1": _gs1, "HIBCC": _hibc, "ICCBBA": _iccbba}


def _prefixed(identifier: str, data: str) -> str:
    return identifier + data if data else ""


def _written(value: Value, form: str = "") -> str:
    if isinstance(value, date):
        return write_day(value, form)
    return "" if value is None else str(value)


def _gs1_string(elements: Iterable[Element]) -> str:
    return "".join(_separated(sorted(elements, key=_gs1_place)))


def _gs1_place(element: Element) -> tuple[bool, bool]:
    known = identifiers().get(element.identifier)
    return element.identifier != "01", not (known and known.predefined)


def _separated(elements: Iterable[Element]) -> Iterator[str]:
    ended = True
    for one in elements:
        known = identifiers().get(one.identifier)
        yield ("" if ended else GS) + one.identifier + one.data
        ended = known is not None and known.predefined


def _hibc_string(udi: Udi) -> str:
    text = "+" + "/".join(one.identifier.removeprefix("+") + one.data for one in udi.elements) + udi.link
    return text + hibc_character(text)


def _check(udi: Udi) -> None:
    if any(finding.fault for finding in udi.findings):
        raise ParseError("A UDI with faults is not written", rule="faults", findings=udi.findings)
