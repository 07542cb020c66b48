"""Text to a Udi: which agency's it is, and whether its rules hold.

]d2 ...     the symbology identifier that a scanner puts before it is passed over
+           HIBCC          = &    ICCBBA          ( digit GS https:    GS1
"""

from __future__ import annotations

import re
from typing import Literal

from .draft import Draft
from .grammar import TEXT_MAX, ParseError
from .gs1 import read_elements, read_gtin, read_link
from .hibc import read_hibc
from .isbt128 import read_structures
from .values import Udi

_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_CONTROLS = "\r\n\t\x00"
_GS1_START = re.compile(r"[(0-9\x1d]")


def parse(text: str, *, year: int, faulty: Literal["refuse", "report"] = "refuse") -> Udi:
    """The UDI in `text`, as a scanner or a person gives it. Raises ParseError, for any text whatever.

    year     the present year: labels have years of two digits
    faulty   "refuse": a check character that does not hold, or data that is not of its format, raises with all of them in
             `error.findings`; "report": they are in `findings`, and what is not of its format is in `unread`
    """
    if not 1000 <= year <= 9800:
        raise ParseError("The present year has four digits", rule="year")
    if len(text) > TEXT_MAX:
        raise ParseError(f"The text is longer than {TEXT_MAX} characters", offset=TEXT_MAX, rule="length")
    draft = _read(text, year)
    found = draft.finish()
    faults = tuple(finding for finding in found.findings if finding.fault)
    if faults and faulty == "refuse":
        first = faults[0]
        raise ParseError(f"The UDI breaks a rule: {first.note}", offset=first.offset, rule=first.rule, findings=faults)
    if not faults and len(found.unread) == len(found.elements):
        raise ParseError("Nothing in the text is known of any agency", rule="agency", findings=found.findings)
    return found


def _read(text: str, year: int) -> Draft:
    at = len(text) - len(text.lstrip(_CONTROLS + " "))
    symbology = _SYMBOLOGY.match(text, at)
    if symbology:
        at = symbology.end()
    # A HIBC check character may be a blank: blanks at the end belong to the text.
    shown = text.rstrip(_CONTROLS)
    if shown.startswith("*+", at):
        at, shown = at + 1, shown.rstrip(" ").removesuffix("*")
    start = shown[at : at + 1]
    if start == "+":
        draft = Draft("HIBCC", text, year)
        read_hibc(draft, shown, at)
        return draft
    shown = shown.rstrip(" ")
    if start in ("=", "&"):
        draft = Draft("ICCBBA", text, year)
        read_structures(draft, shown, at)
        return draft
    return _gs1(text, shown, at, year)


def _gs1(text: str, shown: str, at: int, year: int) -> Draft:
    draft = Draft("GS1", text, year)
    if shown.startswith("http", at):
        if not read_link(draft, shown, at):
            raise ParseError("The address is no Digital Link of a device", offset=at, rule="digital-link")
    elif not _GS1_START.match(shown, at):
        raise ParseError("The text begins as no agency's does", offset=at, rule="agency")
    elif not read_gtin(draft, shown, at):
        read_elements(draft, shown, at)
    return draft
