"""Values of ISO 20022 elements: amounts with their indicator, dates."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from ..safe_xml import Element
from .grammar import fault

# ISO 20022 ActiveOrHistoricCurrencyAndAmount: at most 18 digits, no sign; the indicator beside it says which way.
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,17})?")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[TZ+-].*)?")

_SIGNS = {"CRDT": 1, "DBIT": -1}


def read_amount(element: Element) -> tuple[Decimal, str]:
    """An amount without sign, and its currency."""
    if not _AMOUNT.fullmatch(element.text):
        fault(element, "An amount is no number without sign", "amount")
    return Decimal(element.text), element.attributes.get("Ccy", "")


def read_sign(element: Element) -> int:
    """1 for CRDT, -1 for DBIT, of the element's indicator."""
    sign = _SIGNS.get(element.read("CdtDbtInd"))
    return sign if sign is not None else fault(element, "The indicator is neither CRDT nor DBIT", "indicator")


def maybe_date(element: Element, name: str) -> date | None:
    """The date, or the date of the time, in the child of a name; None when there is none."""
    text = element.read(f"{name}/Dt") or element.read(f"{name}/DtTm")
    if not text:
        return None
    found = day_of(text)
    return found if found is not None else fault(element, f"{name} is no date", "date")


def day_of(text: str) -> date | None:
    """The day of an ISO date or time, as it is written; None for what is neither."""
    found = _DATE.fullmatch(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def needed(element: Element, name: str) -> Element:
    """The child of a name."""
    found = element.find(name)
    return found if found is not None else fault(element, f"{element.name} has no {name}", "missing")
