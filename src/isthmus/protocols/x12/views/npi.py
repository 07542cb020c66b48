"""The check digit of the National Provider Identifier (45 CFR 162.406; ISO/IEC 7812 with the prefix 80840)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..findings import Finding
from ..segment import Segment

_PREFIX_SUM = 24
"""What the digits 80840 add to the sum, which NPIs are written without."""

_NPI_AT = {"NM1": (8, 9), "N1": (3, 4)}
"""Where the qualifier XX and the identifier stand."""


def is_npi(text: str) -> bool:
    """Ten digits, the first 1 or 2, the last one the check digit."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()) or text[0] not in "12":
        return False
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in text[-2::-2])
    return (_PREFIX_SUM + doubled + sum(int(digit) for digit in text[-1::-2])) % 10 == 0


def npi_findings(segments: Iterable[Segment]) -> Iterator[Finding]:
    """Identifiers that are said to be NPIs and are none."""
    for segment in segments:
        places = _NPI_AT.get(segment.tag)
        if places and segment.element(places[0]) == "XX" and not is_npi(segment.element(places[1])):
            yield Finding("npi", segment.number, places[1], segment.offset, "The check digit of the NPI is wrong")
