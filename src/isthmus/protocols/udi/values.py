"""What a UDI says, in values. No repr shows content: a serial number names an implant, and so its bearer."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from .grammar import Finding

Agency = Literal["GS1", "HIBCC", "ICCBBA"]


class _Value(msgspec.Struct, frozen=True):
    def __repr__(self) -> str:
        return f"<udi.{type(self).__name__}>"


class Day(_Value, frozen=True, kw_only=True):
    """A date as the label has it. A label that names only a month means its last day.

    on        the day
    written   the characters of the label
    form      what they are: YYMMDD, MMYY, YYJJJ (day of the year), YYYJJJ ...
    hour      0 to 23, where the form has one
    """

    on: date
    written: str
    form: str
    hour: int | None = None


class Element(_Value, frozen=True, kw_only=True):
    """One piece of the label. identifier: an AI ("17"), a HIBC flag ("$$3", "S"), an ISBT 128 identifier ("=>"); "" where
    none is known; data: what follows it."""

    identifier: str
    data: str
    offset: int


class Udi(_Value, frozen=True, kw_only=True):
    """A unique device identifier, or the part of one that its symbol carries: then what is not there is "" or None.

    device        the device identifier as GUDID holds it: GTIN-14; LIC, product and unit of measure; PPIC or container
    lot, serial   production identifiers
    expiry        last day of use                   manufactured   day of manufacture
    quantity      how many the package holds, where the label says so
    donation      donation identification number with its flags, 15 characters (ICCBBA)
    link          of a HIBC secondary that stands alone: the check character of its primary
    elements      everything in order, what was not understood included
    unread        what was not understood: nothing above was taken from it
    findings      what is wrong, when that was asked for, and what was tolerated
    """

    agency: Agency
    device: str = ""
    lot: str = ""
    serial: str = ""
    expiry: Day | None = None
    manufactured: Day | None = None
    quantity: int | None = None
    donation: str = ""
    link: str = ""
    elements: tuple[Element, ...] = ()
    unread: tuple[Element, ...] = ()
    findings: tuple[Finding, ...] = ()
    raw: str = ""

    def __str__(self) -> str:
        return self.raw


PARTS = ("device", "lot", "serial", "expiry", "manufactured", "quantity", "donation")
"""What a UDI is made of, in the order of the label."""
