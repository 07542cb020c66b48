"""The claims of an 837 with what stands around them, for the rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ..loops import Loop, descend
from ..segment import Segment
from ..values import maybe_date
from .document import Document

PROFESSIONAL = ("005010X222", "004010X098")
INSTITUTIONAL = ("005010X223", "004010X096")
SINCE_5010 = ("005010",)


class ClaimAround(NamedTuple):
    """Loop 2300, the billing provider (2010AA) and the subscriber (2000B) that it stands under."""

    loop: Loop
    provider: Loop | None
    subscriber: Loop | None

    @property
    def head(self) -> Segment:
        """CLM."""
        return self.loop.segments[0]

    @property
    def facility(self) -> str:
        """CLM05-1."""
        return self.head.components(5)[0]

    @property
    def frequency(self) -> str:
        """CLM05-3."""
        return (*self.head.components(5), "", "")[2]

    @property
    def lines(self) -> list[Loop]:
        return self.loop.inside("2400")


class Days(NamedTuple):
    """A date, or the first and last of a range, and the segment that says so."""

    first: date
    last: date
    segment: Segment


def subscribers(document: Document) -> list[Loop]:
    """Every 2000B."""
    return document.once(_subscribers)


def billing_providers(document: Document) -> list[Loop]:
    """Every 2010AA."""
    return document.once(_billing_providers)


def claims(document: Document) -> list[ClaimAround]:
    """Every 2300, in the order of the file."""
    return document.once(_claims)


def _billing_providers(document: Document) -> list[Loop]:
    found = (named(billing, "2010AA", "85") for billing in document.root.inside("2000A"))
    return [provider for provider in found if provider is not None]


def _subscribers(document: Document) -> list[Loop]:
    return list(descend(document.root, "2000B"))


def _claims(document: Document) -> list[ClaimAround]:
    return list(_around(document))


def _around(document: Document) -> Iterator[ClaimAround]:
    for billing in document.root.inside("2000A"):
        provider = named(billing, "2010AA", "85")
        subscriber: Loop | None = None
        for level in descend(billing, "2000B", "2000C"):
            subscriber = level if level.name == "2000B" else subscriber
            for found in level.inside("2300"):
                yield ClaimAround(found, provider, subscriber)


def named(loop: Loop, name: str, role: str) -> Loop | None:
    """The party of a role (NM101) in loops of a name."""
    return next((one for one in loop.inside(name) if one.segments[0].element(1) == role), None)


def npi(party: Loop) -> str:
    """NM109 where NM108 is XX."""
    name = party.segments[0]
    return name.element(9) if name.element(8) == "XX" else ""


def days(loop: Loop, qualifier: str) -> Days | None:
    """DTP of a qualifier, when its dates can be read."""
    segment = loop.first("DTP", qualifier)
    if segment is None:
        return None
    first, _, last = segment.element(3).partition("-")
    begin, end = maybe_date(first[:8]), maybe_date((last or first)[:8])
    return Days(begin, end, segment) if begin and end else None


def qualifiers(claim: Loop) -> list[str]:
    """HI01-1, HI02-1 … of every HI, in their order."""
    return [
        segment.components(number)[0]
        for segment in claim.all("HI")
        for number in range(1, len(segment.elements))
        if segment.element(number)
    ]
