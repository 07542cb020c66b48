"""SNIP 5: codes of lists that others keep, and identifiers with a form of their own.

A list is handed in as a CodeSet under its name; this package ships none. Without it the form alone is checked, where there is one.

    name          what                                where
    icd-10-cm     diagnoses                           HI ABK ABF ABJ APR ABN, without the point
    icd-10-pcs    procedures                          HI BBR BBQ
    hcpcs cpt     level II, level I                   SV1 SV2 SV3 SVC SVD with qualifier HC
    ndc           drugs, eleven digits                LIN N4
    ms-drg        groups                              HI DR
    revenue       NUBC revenue codes                  SV201, SVC04 or SVC01 with NU
    pos tob       place of service, facility type     CLM05-1 with qualifier B or A, SV105
    carc rarc     adjustment reasons, remarks         CAS, LQ HE, MOA, MIA
    claim-status-category, claim-status               STC
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import NamedTuple, Protocol

from ..segment import Segment, split


class CodeSet(Protocol):
    """A list that somebody keeps."""

    def holds(self, code: str, on: date | None) -> bool:
        """Whether a code was valid on a day; None: on any."""
        ...


Validity = tuple[date | None, date | None]
"""The first and the last day of a code, None without a bound."""


class Codes:
    """A list in memory: codes, or codes with the days of their validity."""

    def __init__(self, name: str, codes: Collection[str] | Mapping[str, Validity]) -> None:
        self.name = name
        self._days: Mapping[str, Validity] = codes if isinstance(codes, Mapping) else {}
        self._codes = frozenset(codes)

    def holds(self, code: str, on: date | None) -> bool:
        if code not in self._codes:
            return False
        first, last = self._days.get(code, (None, None))
        return on is None or not ((first and on < first) or (last and on > last))

    def __len__(self) -> int:
        return len(self._codes)

    def __repr__(self) -> str:
        return f"<Codes {self.name}, {len(self)} codes>"


class Coded(NamedTuple):
    """A code at its place: the list that it is of."""

    list: str
    code: str
    element: int
    component: int = 0
    repetition: int = 0


_DIAGNOSES = dict.fromkeys(("ABK", "ABF", "ABJ", "APR", "ABN"), "icd-10-cm")
_BY_QUALIFIER = {**_DIAGNOSES, "BBR": "icd-10-pcs", "BBQ": "icd-10-pcs", "DR": "ms-drg"}
_PROCEDURES = {"HC": "hcpcs", "NU": "revenue", "N4": "ndc"}
_PROCEDURE_AT = {"SV1": 1, "SV2": 2, "SV3": 1, "SVC": 1, "SVD": 3}
_REVENUE_AT = {"SV2": 1, "SVC": 4, "SVD": 4}
_FACILITIES = {"A": "tob", "B": "pos"}
_REASONS = range(2, 20, 3)
_REMARKS_AT = {"MOA": range(3, 8), "MIA": (5, 20, 21, 22, 23)}
_STATUS_AT = (1, 10, 11)
_STATUS = ("claim-status-category", "claim-status")


def coded(segment: Segment) -> Iterator[Coded]:
    """The codes of a segment that lists are kept of."""
    reader = _READERS.get(segment.elements[0])
    if reader is not None:
        yield from reader(segment)


def _information(segment: Segment) -> Iterator[Coded]:
    for element in range(1, len(segment.elements)):
        parts = segment.components(element)
        found = _BY_QUALIFIER.get(parts[0])
        if found and len(parts) > 1:
            yield Coded(found, parts[1], element, 2)


def _service(segment: Segment) -> Iterator[Coded]:
    tag = segment.elements[0]
    element = _PROCEDURE_AT[tag]
    parts = segment.components(element)
    found = _PROCEDURES.get(parts[0])
    if found and len(parts) > 1 and parts[1]:
        # Level I of HCPCS is the CPT: five digits, or four and a letter.
        name = "cpt" if found == "hcpcs" and parts[1][0].isdigit() else found
        yield Coded(name, parts[1], element, 2)
    revenue = _REVENUE_AT.get(tag, 0)
    if revenue and segment.element(revenue):
        yield Coded("revenue", segment.element(revenue), revenue)
    if tag == "SV1" and segment.element(5):
        yield Coded("pos", segment.element(5), 5)


def _claim(segment: Segment) -> Iterator[Coded]:
    code, qualifier, *_ = (*segment.components(5), "", "")
    found = _FACILITIES.get(qualifier)
    if found and code:
        yield Coded(found, code, 5, 1)


def _reasons(segment: Segment) -> Iterator[Coded]:
    for element in _REASONS:
        if segment.element(element):
            yield Coded("carc", segment.element(element), element)


def _remarks(segment: Segment) -> Iterator[Coded]:
    tag = segment.elements[0]
    for element in _REMARKS_AT.get(tag, ()):
        if segment.element(element):
            yield Coded("rarc", segment.element(element), element)
    if tag == "LQ" and segment.element(1) == "HE" and segment.element(2):
        yield Coded("rarc", segment.element(2), 2)


def _drug(segment: Segment) -> Iterator[Coded]:
    if segment.element(2) == "N4" and segment.element(3):
        yield Coded("ndc", segment.element(3), 3)


def _statuses(segment: Segment) -> Iterator[Coded]:
    for element in _STATUS_AT:
        parts = split(segment.element(element), segment.separators.component)
        for component, (name, code) in enumerate(zip(_STATUS, parts, strict=False), 1):
            if code:
                yield Coded(name, code, element, component)


_READERS = {
    "HI": _information,
    **dict.fromkeys(_PROCEDURE_AT, _service),
    "CLM": _claim,
    "CAS": _reasons,
    **dict.fromkeys((*_REMARKS_AT, "LQ"), _remarks),
    "LIN": _drug,
    "STC": _statuses,
}

CODED_TAGS = frozenset(_READERS)
"""The segments that `coded` looks into."""
