"""The loops of the 837 (005010X222A1 professional, 005010X223A2 institutional, and their 004010 forerunners), as a table.

Both guides in one: their loops have the same names and starts, and the segments that only one of them has cannot stand in the
other. Where a loop is found by a qualifier, the qualifiers of both are listed.
"""

from __future__ import annotations

from ..loops import Spec, loop

_ADDRESS = "N2 N3 N4 REF PER"


def _party(name: str, codes: str, more: str = "") -> Spec:
    return loop(name, f"NM1*{codes}", f"{_ADDRESS} {more}")


_LINE = loop(
    "2400",
    "LX",
    "SV1 SV2 SV3 SV5 PWK CR1 CR2 CR3 CR5 CRC DTP QTY MEA CN1 REF K3 NTE AMT PS1 HSD HCP TST",
    loop("2410", "LIN", "CTP REF"),
    _party("2420", "82|QB|77|DQ|DK|DN|PW|45|72|ZZ|71|73|P3|QV", "PRV"),
    loop("2430", "SVD", "CAS DTP AMT"),
    loop("2440", "LQ", "FRM"),
)
_OTHER_PAYER = loop(
    "2320",
    "SBR",
    "CAS AMT DMG OI MIA MOA",
    _party("2330", "IL|PR|DN|P3|82|77|DQ|85|71|72|73|ZZ|QC|QB|FA|DK", "DTP PRV"),
)
_CLAIM = loop(
    "2300",
    "CLM",
    "DTP CL1 PWK CN1 AMT REF K3 NTE CR1 CR2 CR3 CR5 CR6 CRC HI HCP QTY HSD",
    loop("2305", "CR7", "HSD"),
    _party("2310", "71|72|73|ZZ|82|DN|P3|77|FA|DQ|PW|45|DK|QB|QV|DD|OP", "PRV"),
    _OTHER_PAYER,
    _LINE,
)
_PATIENT = loop("2000C", "HL***23", "PAT", _party("2010CA", "QC", "DMG"), _CLAIM)
_SUBSCRIBER = loop(
    "2000B",
    "HL***22",
    "SBR PAT",
    _party("2010BA", "IL", "DMG"),
    _party("2010BB", "PR"),
    _party("2010BC", "QD|AO", "DMG"),
    _CLAIM,
    _PATIENT,
)
GUIDE = loop(
    "837",
    "ST",
    "ST BHT REF SE",
    loop("1000A", "NM1*41", "N2 PER"),
    loop("1000B", "NM1*40", "N2"),
    loop(
        "2000A",
        "HL***20",
        "PRV CUR",
        _party("2010AA", "85"),
        _party("2010AB", "87"),
        _party("2010AC", "PE"),
        _SUBSCRIBER,
        _PATIENT,
    ),
)
