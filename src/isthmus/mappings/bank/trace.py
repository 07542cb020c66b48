"""The reassociation trace number in the text that banks put on an entry.

    HCCLAIMPMT ZP PAYER TRN*1*2026030212345*1512345678\\          whole: a terminator, or ten characters of payer
    HCCLAIMPMT TRN*1*2026030212345*15123                         the payer is cut off: only the reference is taken
    HCCLAIMPMT TRN*1*20260302                                    the reference may be cut off
    TRN 1 2026030212345 1512345678                               blanks for asterisks
    TRN*1*20260302<line end>12345*1512345678\\                    wrapped in the middle of a number

The text of a NACHA addendum is the segment itself (CAQH CORE 370, 4.1); everything else is what banks make of it in
statements, for which there is no standard.
"""

from __future__ import annotations

import re

from ...model import TraceNumber

CLAIM_PAYMENT = "HCCLAIMPMT"
"""The company entry description of every health care claim payment by ACH (CAQH CORE 370, 4.1)."""

_PAYER_LENGTH = 10

_WITH_PAYER = re.compile(
    r"(?<![A-Za-z0-9])TRN\s*\*\s*[0-9]\s*\*[ \t]*(?P<reference>[^*~\\\n]{1,60}?)\s*\*[ \t]*"
    r"(?P<payer>[A-Za-z0-9]{0,10})(?P<after>\s|[^A-Za-z0-9]|$)"
)
_ALONE = re.compile(r"(?<![A-Za-z0-9])TRN\s*\*\s*[0-9]\s*\*[ \t]*(?P<reference>[^*~\\\s]{1,50})(?P<after>[*~\\\s]|$)")
_BLANKS = re.compile(
    r"(?<![A-Za-z0-9])TRN +[0-9] +(?P<reference>[A-Za-z0-9-]{1,50}) +(?P<payer>[0-9]{10})(?![A-Za-z0-9])"
)


def find_trace(text: str) -> TraceNumber | None:
    """The first trace in a bank's text, lines separated by LF; None when there is none."""
    by_line, unwrapped = _with_payer(text), _with_payer(text.replace("\n", ""))
    for found in (by_line, unwrapped):
        if found and found.payer:
            return found
    blanks = _BLANKS.search(text)
    if blanks:
        return TraceNumber(blanks["reference"], blanks["payer"])
    return by_line or _alone(text)


def is_claim_payment(text: str) -> bool:
    """Whether a bank's text marks a health care claim payment."""
    return CLAIM_PAYMENT in text.upper()


def _with_payer(text: str) -> TraceNumber | None:
    found = _WITH_PAYER.search(text)
    if found is None:
        return None
    payer = found["payer"]
    whole = len(payer) == _PAYER_LENGTH or found["after"] not in ("", "\n")
    return TraceNumber(_unspaced(found["reference"]), payer if whole else "")


def _alone(text: str) -> TraceNumber | None:
    found = _ALONE.search(text)
    if found is None:
        return None
    ended = found["after"] not in ("", "\n")
    return TraceNumber(found["reference"], cut=not ended)


def _unspaced(reference: str) -> str:
    """Blanks within a number are the bank's wrapping."""
    return "".join(reference.split())
