"""Which component tells the repetitions of a field apart, for paths such as PID-3[MR]: data.

By the field's data type (HL7 v2 chapter 2A): identifier type code of CX, XCN and XON, name type of XPN, address type of XAD,
telecommunication use of XTN. Fields as in v2.5.1 and v2.8.2, of the segments that carry people, visits, orders and charges.
"""

from __future__ import annotations

_BY_TYPE = {
    "XPN": (7, "PID-5 6 9 NK1-2 26 30 GT1-3 4 16 42 45 IN1-6 16 IN2-7 9 22 40 49 52 MRG-7 STF-3"),
    "XAD": (7, "PID-11 NK1-4 32 GT1-5 17 IN1-5 19 44 STF-11 ORC-22 24 OBX-24"),
    "XON": (7, "PD1-3 14 PV2-23 NK1-13 GT1-21 51 IN1-4 9 11 IN2-69 70 ORC-21 OBX-23 FT1-32"),
    "XTN": (2, "PID-13 14 40 NK1-5 6 31 GT1-6 7 18 46 IN1-7 IN2-50 53 58 63 64 STF-10 ORC-14 23 OBR-17"),
    "XCN": (
        13,
        """PD1-4 PV1-7 8 9 17 52 PV2-13 DG1-16 PR1-8 11 12 IN1-30 IN2-3 FT1-20 21 24
        ORC-10 11 12 19 OBR-10 16 28 OBX-16 25 TXA-5 9 10 11 23 AIP-3""",
    ),
}
DEFAULT = 5
"""CX-5, the type of most fields that repeat identifiers."""


def _fields(listing: str) -> list[str]:
    """ "PID-5 6" as PID-5, PID-6."""
    found: list[str] = []
    for part in listing.split():
        found.append(part if "-" in part else f"{found[-1][:3]}-{part}")
    return found


COMPONENT = {field: component for component, listing in _BY_TYPE.values() for field in _fields(listing)}
"""Field to component; DEFAULT for what is not in it."""
