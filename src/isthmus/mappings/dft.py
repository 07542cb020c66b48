"""DFT^P03 to ChargePosted, one for each FT1 (HL7 v2.5.1 §6.5.1).

Every FT1 becomes an event, payments and adjustments too; which of them make revenue is decided by the processes that
follow (only FT1-6 CG and CD do). One FT1 that cannot be read parks the message as a whole, so that it is mended and
taken as one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

from ..kernel import Message
from ..model import ChargePosted
from ..model.charge import ChargeKind
from .adt import facility_of, identifier, origin_of
from .reader import Reader
from .site import Site

KINDS: dict[str, ChargeKind] = dict(zip(get_args(ChargeKind), get_args(ChargeKind), strict=True))
REVENUE_KINDS = ("CG", "CD")


def charges(message: Message, site: Site) -> Iterator[ChargePosted]:
    """The message's financial transactions, in order. Raises MappingError, also when there is no FT1 at all."""
    content = message.content
    header = Reader(content)
    facility, zone = facility_of(message, header, site)
    shared = {"facility": facility} | _shared(message, header, site)
    count = len(content.segments("FT1"))
    if not count:
        header.fault("FT1", "is missing: a DFT without a transaction says nothing", "discard it")
    unnumbered: Counter[str] = Counter()
    for number in range(1, count + 1):
        reader = Reader(content, {"FT1": number}, header.provenance)
        charge = ChargePosted(**shared, **_transaction(message, reader, site, zone), provenance=reader.provenance)
        yield charge if charge.charge_id else _identified(charge, unnumbered)


def _shared(message: Message, reader: Reader, site: Site) -> dict[str, Any]:
    """What all transactions of the message have in common."""
    return {
        "origin": origin_of(message, reader, site),
        "patient_key": identifier(reader, "patient", site.patient).key,
        "account": reader.needed("account", site.account),
        "visit": reader.text("visit", site.visit),
        "financial_class": reader.text("financial_class", site.financial_class),
    }


def _transaction(message: Message, reader: Reader, site: Site, zone: ZoneInfo) -> dict[str, Any]:
    """One FT1."""
    kind = _kind(reader, site)
    read = reader.needed if kind in REVENUE_KINDS else reader.text
    service_date = reader.day("service_date", "FT1-4.1", zone)
    return {
        "charge_id": reader.text("charge_id", _ft1(site.charge_id)),
        "kind": kind,
        "original": reader.text("original", _ft1(site.original)) if kind == "CD" else "",
        "amount": _amount(reader, site, kind),
        "currency": reader.text("currency", _ft1(site.amount_currency)) or site.currency,
        "quantity": _quantity(reader),
        "department": read("department", _ft1(site.department)),
        "code": reader.text("code", "FT1-7.1"),
        "description": reader.text("description", "FT1-7.2"),
        "posting_date": _posting_date(message, reader, site, zone),
        "service_date": service_date or reader.fault("FT1-4.1", "is empty", "have the source say when it was rendered"),
    }


def _kind(reader: Reader, site: Site) -> ChargeKind:
    found = reader.needed("kind", "FT1-6.1")
    kind = KINDS.get(site.kinds.get(found, found))
    return kind or reader.fault(
        "FT1-6.1", "is not in HL7 table 0017", "declare the site's word for it in `kinds`", found
    )


def _amount(reader: Reader, site: Site, kind: ChargeKind) -> Decimal:
    """The extended amount to the cent; of a credit always what is given back, by the site's sign convention."""
    path = _ft1(site.amount)
    found = reader.number("amount", path)
    if found is None:
        if kind in REVENUE_KINDS:
            reader.fault(path, "is empty", "have the source send the extended amount")
        return Decimal(0)
    cent = Decimal(1).scaleb(-site.currency_digits)
    amount = found.quantize(cent)
    if amount != found:
        reader.fault(path, "has more decimals than its currency", "have the source round it", str(found))
    if kind != "CD":
        return amount
    given_back = amount if site.credit_amounts == "positive" else -amount
    if given_back < 0:
        reader.fault(path, "has a sign against the site's convention for credits", "mend the sign or `credit_amounts`")
    return abs(given_back)


def _quantity(reader: Reader) -> Decimal:
    found = reader.number("quantity", "FT1-10.1")
    return Decimal(1) if found is None else found


def _posting_date(message: Message, reader: Reader, site: Site, zone: ZoneInfo) -> date:
    """The source's, else the day of receipt at the facility: decided here, once."""
    return reader.day("posting_date", _ft1(site.posting_date), zone) or message.received.astimezone(zone).date()


def _identified(charge: ChargePosted, unnumbered: Counter[str]) -> ChargePosted:
    """Without FT1-2 a charge is known by what it says, and by how many like it the message holds already."""
    parts = (charge.account, charge.service_date, charge.code, charge.department, charge.quantity, charge.kind)
    said = "|".join(str(part) for part in parts)
    unnumbered[said] += 1
    digest = hashlib.sha256(f"{said}|{unnumbered[said]}".encode()).hexdigest()
    return charge.replace(charge_id=f"#{digest[:32]}")


def _ft1(path: str) -> str:
    """A path that begins with a number is within the FT1."""
    return f"FT1-{path}" if path[0].isdigit() else path
