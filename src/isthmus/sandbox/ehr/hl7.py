"""The EHR's writer of HL7 v2.5.1: values in, bytes out.

Written apart from the hub's codec on purpose: two implementations of one standard, so that a mistake in either shows.
Escapes: HL7 v2.5.1 §2.7.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from .catalogue import Facility
from .people import Patient

ESCAPES = str.maketrans({"|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\\": "\\E\\"})
STRUCTURES = {
    "ADT^A01": "ADT_A01", "ADT^A03": "ADT_A03", "ADT^A04": "ADT_A01", "ADT^A08": "ADT_A01", "ADT^A11": "ADT_A09",
    "ADT^A13": "ADT_A01", "ADT^A40": "ADT_A39", "DFT^P03": "DFT_P03",
}  # fmt: skip


def text(value: str) -> str:
    return value.translate(ESCAPES)


def segment(name: str, fields: Mapping[int, str]) -> str:
    """`name` and its fields by number; what is not named stays empty."""
    return "|".join([name, *(fields.get(number, "") for number in range(1, max(fields) + 1))])


def time(at: datetime, facility: Facility) -> str:
    """A TS to the second: local, with the offset only where the facility sends it."""
    return at.strftime("%Y%m%d%H%M%S%z" if facility.offset_in_times else "%Y%m%d%H%M%S")


def msh(facility: Facility, trigger: str, control_id: str, at: datetime) -> str:
    """MSH-1 is the separator itself, so every other field stands one place before its number."""
    fields = {
        2: "EHR", 3: facility.code, 4: "ISTHMUS", 5: facility.code, 6: time(at, facility),
        8: f"{trigger}^{STRUCTURES[trigger]}", 9: control_id, 10: "P", 11: "2.5.1", 17: facility.charset,
    }  # fmt: skip
    if facility.enhanced:
        fields |= {14: "AL", 15: "NE"}
    return segment("MSH", {1: r"^~\&"} | fields)


def evn(facility: Facility, trigger: str, recorded: datetime, occurred: datetime) -> str:
    return segment("EVN", {1: trigger[-3:], 2: time(recorded, facility), 6: time(occurred, facility)})


def pid(patient: Patient, account: str) -> str:
    ids = [f"{patient.mrn}^^^{patient.facility.code}^MR", f"9{patient.mrn[1:]}^^^STATE^DL"]
    return segment(
        "PID",
        {
            1: "1",
            3: "~".join(ids if patient.mrn_first else ids[::-1]),
            5: f"{text(patient.family)}^{text(patient.given)}",
            7: patient.born.strftime("%Y%m%d"),
            8: patient.sex,
            11: f"{text(patient.street)}^^Springfield^IL^62701",
            13: patient.phone,
            18: f"{account}^^^{patient.facility.code}^AN",
        },
    )


def mrg(prior: Patient, account: str) -> str:
    facility = prior.facility.code
    return segment("MRG", {1: f"{prior.mrn}^^^{facility}^MR", 3: f"{account}^^^{facility}^AN"})


def amount(value: Decimal) -> str:
    """A CP: the amount with its currency as sub-components."""
    return f"{value}&USD"


def encode(facility: Facility, segments: list[str]) -> bytes:
    return "".join(line + "\r" for line in segments).encode(facility.encoding)
