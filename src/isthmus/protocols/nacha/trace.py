"""The reassociation trace number in addenda: the TRN segment that an 835 carries too.

    CCD+   one addendum:    TRN*1*2026030212345*1512345678*999999999\\       (X12 005010X221A1, TRN; CAQH CORE 370)
    CTX    all addenda of an entry together are an X12 interchange or transaction; the TRN is one of its segments

An 835 belongs to the entry whose TRN02 and TRN03 are its own and whose amount is its BPR02.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ISA_ELEMENT, _ISA_TERMINATOR = 3, 105

# Nacha prints the segment with a backslash as its end; banks also send a tilde, or nothing.
_TERMINATORS = re.compile(r"[~\\\r\n]")


class Trace(NamedTuple):
    """type: TRN01, "1" for a payment; reference: TRN02; payer: TRN03, "1" and the payer's tax number; division: TRN04."""

    type: str
    reference: str
    payer: str
    division: str


def read_trace(information: str) -> Trace | None:
    """The first TRN segment in an entry's payment information, None when there is none."""
    if information.startswith("ISA") and len(information) > _ISA_TERMINATOR:
        separator, terminator = information[_ISA_ELEMENT], information[_ISA_TERMINATOR]
        segments = information.split(terminator)
    else:
        separator, segments = "*", _TERMINATORS.split(information)
    for segment in segments:
        elements = segment.strip().split(separator)
        if elements[0] == "TRN" and len(elements) >= 3:
            _, kind, reference, payer, division, *_ = (element.strip() for element in [*elements, "", ""])
            return Trace(kind, reference, payer, division)
    return None
