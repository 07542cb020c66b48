"""ISBT 128 data structures, as ICCBBA's device identification has them (ST-001, ST-011, ST-017).

    =/ A9999 XYZ100 T0944    =, 000025    = A9997 13 123456 00    => 014032    =} 013032    &,1 000000000000XYZ123
       device identifier        serial      donation number          expiry       made         lot

All have a fixed length, so that nothing separates them; blanks between them are passed over. A donation identification
number has the second character of its identifier as its first. Its last two are flags: 60 to 96 state 60 more than its
check value, which is verified then. A compound message (=+) says how many structures follow it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .check_characters import din_value
from .draft import Draft
from .values import Element


class Structure(NamedTuple):
    """length: of the data; part: of the UDI that it is, "" when none; form: of its date, "" when it is none."""

    length: int
    part: str = ""
    form: str = ""


STRUCTURES: dict[str, Structure] = {
    "=/": Structure(16, "device"),
    "=)": Structure(10, "device"),
    "=-": Structure(10, "device"),
    "=,": Structure(6, "serial"),
    "&,1": Structure(18, "lot"),
    "&)": Structure(10, "lot"),
    "&-": Structure(10, "lot"),
    "=>": Structure(6, "expiry", "YYYJJJ"),
    "&>": Structure(10, "expiry", "YYYJJJHHmm"),
    "=]": Structure(6, "expiry", "YYYYMM"),
    "=}": Structure(6, "manufactured", "YYYJJJ"),
    "&}": Structure(10, "manufactured", "YYYJJJHHmm"),
    "=+": Structure(5),  # compound message
    "=<": Structure(8),  # product code
    "=%": Structure(4),  # blood groups
    "=*": Structure(6),  # collection date
    "&*": Structure(10),  # collection date and time
    "&(": Structure(5),  # special testing
    "={": Structure(18),
    "=\\": Structure(18),
    "&\\": Structure(18),
    "&{": Structure(18),
    "=[": Structure(18),
    '="': Structure(18),
    "=;": Structure(21),  # donor
    "='": Structure(11),  # member of staff
    "=$": Structure(16),  # consignment
    "=(": Structure(16),  # flexible date and time
    "&+": Structure(11),  # processing facility
    "&,2": Structure(18),  # supplemental identification number
    "&,3": Structure(19),  # donor registry, both
    "&:": Structure(19),
    "&/": Structure(15),  # chain of identity
}
"""By data identifier (ST-001, 2.4). Those of variable length are no part of a device identification."""

COMPOUND = "=+"
DONATION = "="

_DONATION = re.compile(r"=(?=[A-NP-Z1-9])")
_DONATION_LENGTH, _NUMBER_LENGTH = 15, 13
_DATA = re.compile(r"[0-9A-Za-z]+")
_CHECKED_FLAGS = range(60, 97)


def read_structures(draft: Draft, text: str, at: int) -> None:
    """Every data structure; what has no known length ends the reading."""
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        identifier = _identifier(text, at)
        if identifier is None:
            draft.unknown(draft.element("", text[at:], at), "no ISBT 128 identifier stands here that is known")
            break
        start = at + len(identifier)
        end = start + (_DONATION_LENGTH if identifier == DONATION else STRUCTURES[identifier].length)
        _take(draft, draft.element(identifier, text[start:end], at), end - start)
        at = end
    _count(draft)


def _identifier(text: str, at: int) -> str | None:
    if _DONATION.match(text, at):
        return DONATION
    return next((text[at : at + size] for size in (3, 2) if text[at : at + size] in STRUCTURES), None)


def _take(draft: Draft, element: Element, length: int) -> None:
    if len(element.data) != length or not (element.data.isascii() and element.data.isprintable()):
        draft.fault(element, "length", f"the data of {element.identifier} is not {length} characters long")
    elif element.identifier == DONATION:
        _donation(draft, element)
    else:
        _structure(draft, element, STRUCTURES[element.identifier])


def _structure(draft: Draft, element: Element, known: Structure) -> None:
    if known.form:
        draft.take_day(element, known.part, element.data, known.form)
    elif known.part and not _DATA.fullmatch(element.data):
        draft.fault(element, "character", f"the data of {element.identifier} is not letters and digits")
    elif known.part:
        draft.take(element, known.part, element.data)


def _donation(draft: Draft, element: Element) -> None:
    number, flags = element.data[:_NUMBER_LENGTH], element.data[_NUMBER_LENGTH:]
    if not re.fullmatch(r"[0-9A-Z]{15}", element.data):
        draft.fault(element, "character", "the donation identification number is not capital letters and digits")
        return
    if flags.isdigit() and int(flags) in _CHECKED_FLAGS and int(flags) != _CHECKED_FLAGS[din_value(number)]:
        draft.finding("check-character", element.offset, "the donation number is not the one that its flags check")
    draft.take(element, "donation", element.data)


def _count(draft: Draft) -> None:
    """A compound message at the beginning holds as many structures as it says."""
    if not draft.elements or draft.elements[0].identifier != COMPOUND:
        return
    first, *others = draft.elements
    if first.data[:2] != f"{len(others):02}":
        draft.finding("count", first.offset, "the compound message does not hold as many structures as it says")
