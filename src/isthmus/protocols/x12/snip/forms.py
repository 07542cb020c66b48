"""Forms that codes and identifiers have whatever the list says: characters, lengths, check digits.

NPI  ten digits with a check digit (45 CFR 162.406)      ICD-10-CM  letter, digit, one to five more      HCPCS  A0021, 99213
NDC  eleven digits, 5-4-2 (45 CFR 162.1002)              ICD-10-PCS seven, without I and O               MS-DRG three digits
ZIP  five or nine digits of the United States            state      two letters of the USPS              EIN    nine digits
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..segment import Segment
from ..views import is_npi

_FORMS = {
    "icd-10-cm": r"[A-Z][0-9][0-9A-Z](?:[0-9A-Z]{1,4})?",
    "icd-10-pcs": r"[0-9A-HJ-NP-Z]{7}",
    "hcpcs": r"[A-Z][0-9]{4}",
    "cpt": r"[0-9]{4}[0-9A-Z]",
    "ndc": r"[0-9]{11}",
    "ms-drg": r"[0-9]{3}",
    "revenue": r"[0-9]{3,4}",
    "pos": r"[0-9]{2}",
    "tob": r"[0-9]{2}",
}
FORMS: dict[str, Callable[[str], object]] = {name: re.compile(form).fullmatch for name, form in _FORMS.items()}
"""The form of the codes of a list."""

_STATES = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWY"
        "ASGUMPPRVIFMMHPWAAAEAP",
    )
)
"""USPS Publication 28, appendix B."""

_ZIP = re.compile(r"[0-9]{5}(?:[0-9]{4})?").fullmatch
_NINE_DIGITS = re.compile(r"[0-9]{9}").fullmatch
_TAXONOMY = re.compile(r"[0-9]{3}[0-9A-Z]{6}X").fullmatch
_NPI_AT = {"NM1": (8, 9), "N1": (3, 4)}
_UNITED_STATES = frozenset(("", "US", "USA"))


class Malformed(NamedTuple):
    """A rule's name, the element, its number, and what it should be."""

    rule: str
    element: int
    reference: str
    note: str


def malformed(segment: Segment) -> Iterator[Malformed]:
    """The identifiers of a segment that do not have their form."""
    reader = _READERS.get(segment.elements[0])
    if reader is not None:
        yield from reader(segment)


def _name(segment: Segment) -> Iterator[Malformed]:
    qualifier, identifier = _NPI_AT[segment.elements[0]]
    if segment.element(qualifier) == "XX" and segment.element(identifier) and not is_npi(segment.element(identifier)):
        yield Malformed("npi", identifier, "67", "An NPI has ten digits, the last of which is a check digit")


def _address(segment: Segment) -> Iterator[Malformed]:
    state, code, country = segment.element(2), segment.element(3), segment.element(4)
    if country not in _UNITED_STATES:
        return
    # Without a country a state that is not one of the United States may be a province of another.
    if state and (country or state.isdigit() or len(state) != 2) and state not in _STATES:
        yield Malformed("state", 2, "156", "It is no state or territory of the United States")
    if code and state in _STATES and not _ZIP(code):
        yield Malformed("zip", 3, "116", "A ZIP code has five or nine digits, without a hyphen")


def _reference(segment: Segment) -> Iterator[Malformed]:
    if (
        segment.element(1) in ("EI", "TJ")
        and segment.element(2)
        and not _NINE_DIGITS(segment.element(2).replace("-", ""))
    ):
        yield Malformed("tax-number", 2, "127", "A tax identification number has nine digits")


def _specialty(segment: Segment) -> Iterator[Malformed]:
    if segment.element(2) == "PXC" and segment.element(3) and not _TAXONOMY(segment.element(3)):
        yield Malformed("taxonomy", 3, "127", "A provider taxonomy code has nine characters and an X")


_READERS: dict[str, Callable[[Segment], Iterator[Malformed]]] = {
    "NM1": _name,
    "N1": _name,
    "N4": _address,
    "REF": _reference,
    "PRV": _specialty,
}

FORMED_TAGS = frozenset(_READERS)
"""The segments that `malformed` looks into."""
