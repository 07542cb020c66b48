"""What differs between the versions of HL7 v2, and what the standard's tables fix: data.

Versions compare as tuples of numbers: (2, 5, 1). Unknown and absent versions are taken as the newest of what a sender
in the field is likely to mean, 2.5.1.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_NUMBER = re.compile(r"2(?:\.\d{1,2}){1,2}")
_ASSUMED = (2, 5, 1)

# A type is 15 bytes; what is kept of it by the cache below must not be as long as a peer likes.
_TYPE_BYTES_MAX = 64


class Dialect(NamedTuple):
    """How one version writes what this codec writes itself.

    event_in_type      MSH-9 has a trigger event (v2.2), without it only the message type
    structure_in_type  MSH-9.3 names the message structure (v2.3.1)
    error_location     ERR-2 location, ERR-3 code, ERR-4 severity, ERR-8 text (v2.5) instead of ERR-1
    text_in_msa        MSA-3 carries text (withdrawn in v2.7)
    """

    event_in_type: bool
    structure_in_type: bool
    error_location: bool
    text_in_msa: bool


@lru_cache(maxsize=64)
def dialect(version: str) -> Dialect:
    """The dialect of MSH-12.1."""
    number = tuple(map(int, version.split("."))) if _NUMBER.fullmatch(version) else _ASSUMED
    return Dialect(number >= (2, 2), number >= (2, 3, 1), number >= (2, 5), number < (2, 7))


# HL7 table 0354 (message structure): trigger events that share the structure of another one.
_STRUCTURES = {
    "ADT_A01": "A01 A04 A08 A13",
    "ADT_A05": "A05 A14 A28 A31",
    "ADT_A06": "A06 A07",
    "ADT_A09": "A09 A10 A11",
    "ADT_A21": "A21 A22 A23 A25 A26 A27 A29 A32 A33",
    "ADT_A30": "A30 A34 A35 A36 A46 A47 A48 A49",
    "ADT_A39": "A39 A40 A41 A42",
    "ADT_A43": "A43 A44",
    "ADT_A50": "A50 A51",
    "ADT_A52": "A52 A53",
    "ADT_A54": "A54 A55",
    "ADT_A61": "A61 A62",
    "SIU_S12": "S12 S13 S14 S15 S16 S17 S18 S19 S20 S21 S22 S23 S24 S26 S27",
    "MDM_T01": "T01 T03 T05 T07 T09 T11",
    "MDM_T02": "T02 T04 T06 T08 T10",
    "PMU_B01": "B01 B02",
    "PMU_B04": "B04 B05 B06",
    "REF_I12": "I12 I13 I14 I15",
    "PPR_PC1": "PC1 PC2 PC3",
    "RDE_O11": "O11 O25",
}
_STRUCTURE_OF = {
    f"{structure[:3]}^{event}": structure for structure, events in _STRUCTURES.items() for event in events.split()
}


def structure(message_type: str) -> str:
    """The abstract message structure of "ADT^A04": "ADT_A01". Types without an entry are their own: "ORU_R01"."""
    return _STRUCTURE_OF.get(message_type) or message_type.replace("^", "_")


ERRORS = {
    "0": "Message accepted",
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "104": "Value too long",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "205": "Duplicate key identifier",
    "206": "Application record locked",
    "207": "Application internal error",
}
"""HL7 table 0357, message error condition codes."""


def message_type(field: bytes, component: bytes) -> tuple[str, str, str]:
    """MSH-9 as (message code, trigger event, structure), "" where a part is missing."""
    return _message_type(field[:_TYPE_BYTES_MAX], component)


@lru_cache(maxsize=1024)
def _message_type(field: bytes, component: bytes) -> tuple[str, str, str]:
    code, event, shape, *_ = (part.decode("ascii", "replace") for part in (*field.split(component, 3), b"", b"", b""))
    return code, event, shape
