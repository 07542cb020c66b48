"""The check digit of the Serial Shipping Container Code (GS1 General Specifications: modulo 10, weights 3 and 1).

MAN carries it with the qualifier GM (application identifier 00 before the eighteen digits) or AA (eighteen digits).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...findings import Finding
from ...segment import Segment

QUALIFIERS = ("GM", "AA")


def is_sscc(text: str) -> bool:
    """Eighteen digits, the last one the check digit."""
    if len(text) != 18 or not (text.isascii() and text.isdigit()):
        return False
    weighted = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(text[:-1]))
    return (weighted + int(text[-1])) % 10 == 0


def bare_sscc(mark: str) -> str:
    """The eighteen digits, without the application identifier; what is no SSCC, as it stands."""
    return mark[2:] if len(mark) == 20 and mark.startswith("00") else mark


def sscc_findings(segments: Iterable[Segment]) -> Iterator[Finding]:
    """Marks that are said to be an SSCC and are none."""
    for segment in segments:
        if segment.tag == "MAN" and segment.element(1) in QUALIFIERS and not is_sscc(bare_sscc(segment.element(2))):
            yield Finding("sscc", segment.number, 2, segment.offset, "The mark is no SSCC, or its check digit is wrong")
